// Rational numbers n 2^e / d.
#pragma once

#include "polynet/interval.hpp"

#include <boost/multiprecision/cpp_int.hpp>

#include <string_view>

namespace polynet {

using Integer = boost::multiprecision::cpp_int;

/// n 2^exponent: the powers of two are kept apart, because the numbers of floating point differ by
/// many of them.
struct Dyadic {
  Integer n;
  long exponent = 0;

  /// A finite double, exactly, with an odd n.
  static Dyadic of(double x);
  Dyadic &operator+=(const Dyadic &other);
  Dyadic &operator*=(const Dyadic &other) {
    n *= other.n;
    exponent += other.exponent;
    return *this;
  }
};
/// x^k.
Dyadic pow(const Dyadic &x, std::uint32_t k);

/// numerator / denominator, the latter odd and positive, not always in lowest terms.
struct Rational {
  Dyadic numerator;
  Integer denominator = 1;

  /// To lowest terms, whatever the denominator's sign and powers of two.
  void reduce();
};

/// Number of bits of |n|; 0 for 0.
long bits(const Integer &n);

/// The number that a text denotes: decimals, or a quotient of two. Error (invalid_input,
/// size_limit).
Rational rational_from(std::string_view text);

/// The quotient between neighbouring doubles, or itself.
Interval enclosed(const Dyadic &numerator, const Integer &denominator);

} // namespace polynet
