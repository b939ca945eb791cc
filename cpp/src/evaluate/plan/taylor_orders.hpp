// The orders of a gate's series: as many as the dtype can see, of one variable each.
#pragma once

#include "polynet/stencil.hpp"

namespace polynet {

/// 1 + rho(z) = E[f(theta.z)] but for the remainder, f(w) = sum_j coefficients[j] w^j, theta
/// distributed as in GateOrders.
struct TaylorOrders {
  std::vector<Interval> coefficients;
  /// E[(theta.z)^j] at the ends of the operands' ranges, where it is largest.
  std::vector<Interval> means;
  double remainder;
};

/// Orders until the remainder is at most `accuracy`; its growth or 160 orders also stop them:
/// check the remainder.
TaylorOrders taylor_orders(const Activation &s, const GateSeries &proof, double accuracy);

} // namespace polynet
