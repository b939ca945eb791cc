// Polynomials with rational coefficients, and their values, without any rounding.
//
// A polynomial may cancel so far that the float64 enclosures of its coefficients about 0 say
// nothing of its values on the box: (x - 100)^9 near x = 100. It therefore reaches the variables of
// the box exactly, and is enclosed only there. The arithmetic is that of Boost.Multiprecision's
// integers.
#pragma once

#include "polynet/polynomial.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace polynet {

/// x_i = centre_i + unit_i t_i exactly, for finite numbers; a unit of 0 fixes the variable.
struct LocalVariables {
  std::vector<double> centre, unit;
};

/// An exact polynomial: immutable but for add(). Copies share nothing.
class ExactPolynomial {
public:
  /// The polynomial 0.
  ExactPolynomial();
  ExactPolynomial(const ExactPolynomial &other);
  ExactPolynomial(ExactPolynomial &&other) noexcept;
  ExactPolynomial &operator=(ExactPolynomial other) noexcept;
  ~ExactPolynomial();

  /// Adds coefficient * m. Error (invalid_input) if it is not finite.
  void add(const Monomial &m, double coefficient);
  /// The same for a coefficient in decimals or as a quotient of such: "-0.1", "1e-3", "1/3". Error
  /// (invalid_input) if the text is no such number, (size_limit) if it has more than 100,000
  /// digits.
  void add(const Monomial &m, std::string_view coefficient);

  /// How many monomials have a coefficient other than 0.
  std::size_t terms() const;
  /// The polynomial's total degree; 0 for 0.
  std::uint64_t degree() const;
  /// Error (invalid_input) if a variable has an index of `count` or above.
  void require_variables(std::size_t count) const;

  /// The same where the variables marked as bits are 0 or 1: x^k = x for k >= 1. `bits` may be
  /// empty.
  ExactPolynomial on_bits(const std::vector<bool> &bits) const;
  /// The same as a polynomial in t. Error (size_limit) beyond 100,000 terms, or if the numbers need
  /// more than 64 MiB in all.
  ExactPolynomial in(const LocalVariables &local) const;
  /// The same; none beyond these limits.
  std::optional<ExactPolynomial> in_if_short(const LocalVariables &local) const;
  /// p((x_i - origin)/unit) for one of the variables: what is written about some point in units of
  /// its own as a polynomial in x. Both are texts as for add(). Error as for add() and in(), and
  /// (invalid_input) if the unit is 0.
  ExactPolynomial unscaled(std::uint32_t variable, std::string_view origin,
                           std::string_view unit) const;
  /// The coefficients enclosed, each to a unit in the last place; infinite where float64 ends.
  Polynomial enclosed() const;

private:
  friend class ExactValues;
  struct Terms;
  std::unique_ptr<Terms> terms_;
};

/// A polynomial's exact values at points.
class ExactValues {
public:
  /// Error (size_limit) if the coefficients have no common denominator of at most 65,536 bits.
  explicit ExactValues(const ExactPolynomial &p);
  ExactValues(ExactValues &&) noexcept;
  ~ExactValues();

  /// An enclosure of the exact difference value - p(x), to a unit in the last place; the whole line
  /// if the value is not finite.
  Interval difference(double value, const std::vector<double> &x) const;

private:
  struct Common;
  std::unique_ptr<Common> common_;
};

} // namespace polynet
