// Monomials of a gate's operands, in intervals and, for estimates, in numbers.
#pragma once

#include "polynet/stencil.hpp"

namespace polynet {

inline double power(double x, int n) {
  double product = 1.0;
  while (n-- > 0)
    product *= x;
  return product;
}
inline Interval power(const Interval &x, int n) { return pow(x, n); }

/// z^powers.
template <typename T> T monomial(const Powers &powers, int operands, const T *z) {
  T product = 1.0;
  for (int i = 0; i < operands; ++i)
    if (powers[i] > 0)
      product = product * power(z[i], powers[i]);
  return product;
}

/// (z + e)^powers - z^powers without cancellation: a sum over the factors, each with the later ones
/// off by their e and the earlier ones not.
template <typename T>
T monomial_difference(const Powers &powers, int operands, const T *z, const T *e) {
  T without = 1.0, difference = 0.0;
  for (int i = 0; i < operands; ++i)
    for (int k = 0; k < powers[i]; ++k) {
      difference = difference * (z[i] + e[i]) + without * e[i];
      without = without * z[i];
    }
  return difference;
}

/// The powers of d z^powers/d z_i, if it is not 0.
inline Powers lowered(Powers powers, int i) {
  if (powers[i] > 0)
    --powers[i];
  return powers;
}

} // namespace polynet
