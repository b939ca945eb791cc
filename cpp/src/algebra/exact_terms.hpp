// What an ExactPolynomial holds.
#pragma once

#include "polynet/exact.hpp"
#include "rational.hpp"

namespace polynet {

struct ExactPolynomial::Terms {
  /// None of them is 0.
  std::map<Monomial, Rational> of;
};

/// Coefficients numerator / denominator with one denominator for all.
struct CommonTerms {
  std::vector<std::pair<const Monomial *, Dyadic>> numerators;
  Integer denominator = 1;
};
/// Error (size_limit) if the denominator has more than 65,536 bits. It refers to the monomials.
CommonTerms common(const std::map<Monomial, Rational> &terms);

} // namespace polynet
