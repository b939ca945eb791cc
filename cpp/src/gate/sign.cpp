// The gate of a product of bits: what its sigmoid leaves of the sign.
#include "polynet/stencil.hpp"

namespace polynet {

namespace {

// How far the computed operand may be off; the analysis of rounding checks it through range() and
// radius().
constexpr double slack = 0.125;

} // namespace

// With an operand off by 1/8 and an argument off by another scale/8, the argument stays at least
// scale/4 from 0. There s' <= (s(x) - s(x - h))/h <= limit tail(x - h)/h, by concavity; h = x/8.
void GateSeries::enclose_sign(const Activation &s) {
  normalisation_ = polynet::normalisation(s, *stencil_, bias_, scale_); // throws if s is no sigmoid
  sigmoid_ = s.sigmoid;
  range_ = {stencil_->bits - 0.5 + slack};
  radius_ = down(scale_ * range_[0]);
  value_at_bias_ = s.taylor(0.0, 0)[0];
  value_ = value_at_bias_ + symmetric(sigmoid_->limit.mag());
  const double gap = 0.25 * scale_;
  slope_ = symmetric((sigmoid_->limit * sigmoid_->tail(0.875 * gap) * 8.0 / gap).mag());
  remainder_ = sigmoid_->tail(0.5 * scale_).hi();
}

Interval GateSeries::sign_error(const Interval &z) const {
  const double nearest = std::max(z.mig(), 0.5);
  return {-sigmoid_->tail(down(scale_ * nearest)).hi(), -sigmoid_->tail(up(scale_ * z.mag())).lo()};
}

} // namespace polynet
