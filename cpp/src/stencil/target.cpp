#include "monomials.hpp"

namespace polynet {

namespace {

// prod (z + e) - prod z = sum over factors: (later factors with error) e (earlier without).
Interval monomial_difference(const Powers &powers, int operands, const Interval *z,
                             const Interval *e) {
  Interval without = 1.0, difference = 0.0;
  for (int i = 0; i < operands; ++i)
    for (int k = 0; k < powers[i]; ++k) {
      difference = difference * (z[i] + e[i]) + without * e[i];
      without *= z[i];
    }
  return difference;
}

} // namespace

Interval target(const Stencil &st, const Interval *z) {
  if (st.bits > 0)
    return z->lo() > 0.0 ? Interval(1.0) : z->hi() < 0.0 ? Interval(-1.0) : symmetric(1.0);
  return monomial(st.target, st.operands, z);
}

Interval target_difference(const Stencil &st, const Interval *z, const Interval *e) {
  if (st.bits > 0) // |z| >= 1/2
    return e->mag() < 0.5 ? Interval(0.0) : symmetric(2.0);
  return monomial_difference(st.target, st.operands, z, e);
}

Interval target_derivative(const Stencil &st, int i, const Interval *z) {
  return monomial(lowered(st.target, i), st.operands, z) * double(st.target[i]);
}

Interval target_derivative_difference(const Stencil &st, int i, const Interval *z,
                                      const Interval *e) {
  return monomial_difference(lowered(st.target, i), st.operands, z, e) * double(st.target[i]);
}

} // namespace polynet
