#include "taylor_orders.hpp"

#include "algebra/combinatorics.hpp"

namespace polynet {

namespace {

// The longest there is, of algebraic products at scale 1/2, takes 140 in float64.
constexpr int most_orders = 160;

// E[(theta.z)^j]/j! = sum_a E[theta_i^a]/a! z_i^a (that of the operands before)_(j-a).
class Means {
public:
  explicit Means(const GateSeries &proof)
      : proof_(proof), powers_(proof.range().size()), sums_(powers_) {}

  Interval operator()(std::size_t j) {
    while (sums_.back().size() <= j)
      append(sums_.back().size());
    return sums_.back()[j] * factorials_[j];
  }

private:
  void append(std::size_t j) {
    const int order = static_cast<int>(j);
    while (factorials_.size() <= j)
      factorials_.push_back(factorials_.back() * double(factorials_.size()));
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      powers_[i].push_back(mean_power(proof_.stencil(), static_cast<int>(i), order) *
                           pow(Interval(proof_.range()[i]), order) / factorials_[j]);
      Interval sum = i == 0 ? powers_[i][j] : Interval(0.0);
      for (std::size_t a = 0; i > 0 && a <= j; ++a)
        sum += powers_[i][a] * sums_[i - 1][j - a];
      sums_[i].push_back(sum);
    }
  }

  const GateSeries &proof_;
  std::vector<std::vector<Interval>> powers_, sums_; // by operand
  std::vector<Interval> factorials_{1.0};
};

} // namespace

// The remainder after the orders below j, j even, is the term of order j with another coefficient,
// one for each multiple (docs/theory.md, section 3). Where a bound of it is known that costs
// little, that will do, with a few more orders, which cost little too.
TaylorOrders taylor_orders(const Activation &s, const GateSeries &proof, double accuracy) {
  const Stencil &st = proof.stencil();
  const int m = st.order();
  GateOrders orders(s, st, proof.bias(), proof.scale());
  Means mean(proof);
  TaylorOrders result{{}, {}, detail::infinity};
  const auto append = [&](int j) {
    result.coefficients.push_back(orders.order(m + j) * binomial(m + j, m) * multiple_power(st, j));
  };
  append(0);
  append(1);
  const bool falls_in_the_end = s.pole_distance && proof.radius() < s.pole_distance(proof.bias());
  for (int j = 2;; j += 2) {
    const Interval size =
        mean(static_cast<std::size_t>(j)) * binomial(m + j, m) * multiple_magnitude(st, j);
    const double bound = remainder_bound(s, m + j, proof.bias(), proof.radius(), m + 2);
    const double last = result.remainder;
    result.remainder = (orders.scaled(m + j, symmetric(bound)) * size).mag();
    if (!(result.remainder <= detail::largest))
      result.remainder = (orders.remainder(m + j, proof.radius()) * size).mag();
    if (result.remainder <= accuracy || j > most_orders ||
        (!(result.remainder < last) && !falls_in_the_end))
      break;
    append(j);
    append(j + 1);
  }
  for (std::size_t j = 0; j < result.coefficients.size(); ++j)
    result.means.push_back(mean(j));
  return result;
}

} // namespace polynet
