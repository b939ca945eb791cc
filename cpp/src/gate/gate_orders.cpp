// The orders of a gate's series and the moments of its differences.
#include "moments.hpp"
#include "polynet/stencil.hpp"

namespace polynet {

namespace {

// sum_k w_k d_k^a of any size.
Interval enclosed_power_sum(const std::vector<std::pair<int, int>> &difference, int a) {
  double size = 0.0;
  for (const auto &[weight, direction] : difference)
    size += std::fabs(weight) * std::pow(std::fabs(direction), a);
  if (size < 0x1p52)
    return static_cast<double>(power_sum(difference, a));
  Interval sum = 0.0;
  for (const auto &[weight, direction] : difference)
    sum += Interval(weight) * pow(Interval(direction), a);
  return sum;
}

} // namespace

GateOrders::GateOrders(const Activation &s, const Stencil &st, double bias, double scale)
    : s_(s), order_(st.order()), bias_(bias), scale_(scale) {}

// Twice as many as asked for, as most series are short. Recurrences widen in the end.
const Interval &GateOrders::taylor(int j) {
  if (j >= static_cast<int>(taylor_.size())) {
    taylor_ = s_.taylor(bias_, std::max(2 * j, 12));
    for (int i = 1; i < static_cast<int>(taylor_.size()); ++i) {
      Interval &c = taylor_[static_cast<std::size_t>(i)];
      if (c.contains(0.0))
        c = intersect(c, symmetric(remainder_bound(s_, i, bias_, 0.0, 0)));
    }
  }
  return taylor_[static_cast<std::size_t>(j)];
}

Interval GateOrders::scaled(int j, const Interval &c) {
  const Interval leading = taylor(order_);
  return c * (pow(Interval(scale_), j - order_) / leading);
}

Interval GateOrders::order(int j) {
  const Interval c = taylor(j);
  return scaled(j, c);
}

Interval GateOrders::remainder(int j, double radius) {
  return scaled(j, remainder_factor(s_, j, bias_, radius, order_ + 2));
}

// Of the differences' moments, S_(t+a)/S_t over C(t + a, t).
Interval mean_power(const Stencil &st, int i, int a) {
  const auto &difference = st.differences[static_cast<std::size_t>(i)];
  const int t = st.target[i];
  const Interval sum = enclosed_power_sum(difference, t + a);
  if (sum.mag() == 0.0)
    return 0.0;
  Interval mean = sum / enclosed_power_sum(difference, t);
  for (int k = 1; k <= t; ++k)
    mean = mean * Interval(k) / Interval(a + k);
  return mean;
}

Interval multiple_power(const Stencil &st, int j) {
  return enclosed_power_sum(st.multiples, st.order() + j) /
         enclosed_power_sum(st.multiples, st.order());
}

Interval multiple_magnitude(const Stencil &st, int j) {
  std::vector<std::pair<int, int>> multiples = st.multiples;
  for (auto &[weight, multiple] : multiples)
    weight = std::abs(weight);
  return enclosed_power_sum(multiples, st.order() + j) /
         enclosed_power_sum(st.multiples, st.order()).mig();
}

} // namespace polynet
