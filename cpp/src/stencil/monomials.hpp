// Monomials of a gate's operands.
#pragma once

#include "polynet/stencil.hpp"

namespace polynet {

/// An enclosure of z^powers.
inline Interval monomial(const Powers &powers, int operands, const Interval *z) {
  Interval product = 1.0;
  for (int i = 0; i < operands; ++i)
    if (powers[i] > 0)
      product *= pow(z[i], powers[i]);
  return product;
}

/// The powers of d z^powers/d z_i, if it is not 0.
inline Powers lowered(Powers powers, int i) {
  if (powers[i] > 0)
    --powers[i];
  return powers;
}

} // namespace polynet
