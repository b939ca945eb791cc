#include "monomials.hpp"

namespace polynet {

Interval target(const Stencil &st, const Interval *z) {
  if (st.bits > 0)
    return z->lo() > 0.0 ? Interval(1.0) : z->hi() < 0.0 ? Interval(-1.0) : symmetric(1.0);
  return monomial(st.target, st.operands, z);
}

double target(const Stencil &st, const double *z) {
  if (st.bits > 0)
    return *z < 0.0 ? -1.0 : 1.0;
  return monomial(st.target, st.operands, z);
}

Interval target_difference(const Stencil &st, const Interval *z, const Interval *e) {
  if (st.bits > 0) // |z| >= 1/2
    return e->mag() < 0.5 ? Interval(0.0) : symmetric(2.0);
  return monomial_difference(st.target, st.operands, z, e);
}

double target_difference(const Stencil &st, const double *z, const double *e) {
  return st.bits > 0 ? 0.0 : monomial_difference(st.target, st.operands, z, e);
}

Interval target_derivative(const Stencil &st, int i, const Interval *z) {
  return monomial(lowered(st.target, i), st.operands, z) * double(st.target[i]);
}

Interval target_derivative_difference(const Stencil &st, int i, const Interval *z,
                                      const Interval *e) {
  return monomial_difference(lowered(st.target, i), st.operands, z, e) * double(st.target[i]);
}

template <typename T>
GateStep<T> step(const GateSeries &series, const T *y, const T *e, const T *z) {
  const Stencil &st = series.stencil();
  const T exact = target(st, z), own = exact * series.rho(z);
  return {target(st, y), target_difference(st, y, e) + own, exact + own};
}
template GateStep<Interval> step(const GateSeries &, const Interval *, const Interval *,
                                 const Interval *);
template GateStep<double> step(const GateSeries &, const double *, const double *, const double *);

} // namespace polynet
