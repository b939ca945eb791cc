#include "orders.hpp"

namespace polynet {

namespace {

constexpr std::size_t most_orders = 160;

// E[(theta.z)^j] = sum_a C(j, a) E[theta_i^a] z_i^a E[(the operands before)^(j-a)].
class Means {
public:
  explicit Means(const GateSeries &proof) : proof_(proof), of_(proof.range().size()) {}

  const Interval &operator()(std::size_t j) {
    while (last().size() <= j)
      append(last().size());
    return last()[j];
  }
  const std::vector<Interval> &last() const { return of_.back(); }

private:
  void append(std::size_t j) {
    for (std::size_t i = 0; i < of_.size(); ++i) {
      const int operand = static_cast<int>(i);
      powers_.resize(of_.size());
      powers_[i].push_back(mean_power(proof_.stencil(), operand, static_cast<int>(j)) *
                           pow(Interval(proof_.range()[i]), static_cast<int>(j)));
      if (i == 0) {
        of_[i].push_back(powers_[i][j]);
        continue;
      }
      Interval sum = 0.0, ways = 1.0;
      for (std::size_t a = 0; a <= j; ++a) {
        sum += ways * powers_[i][a] * of_[i - 1][j - a];
        ways = ways * Interval(double(j - a)) / Interval(double(a + 1));
      }
      of_[i].push_back(sum);
    }
  }

  const GateSeries &proof_;
  // By operand: E[theta_i^a] z_i^a, and the means of the first operands together.
  std::vector<std::vector<Interval>> powers_, of_;
};

Interval binomial(int n, int k) {
  Interval product = 1.0;
  for (int i = 1; i <= k; ++i)
    product = product * Interval(n - k + i) / Interval(i);
  return product;
}

} // namespace

// The remainder after the orders below j, j even, is the term of order j with another coefficient,
// one for each multiple (docs/theory.md, section 3). It is no less than that term: while that is
// too large, and a coarse bound of the remainder falls, it is not needed.
Orders taylor_orders(const Activation &s, const GateSeries &proof, double accuracy) {
  const Stencil &st = proof.stencil();
  const int m = st.order();
  GateOrders orders(s, st, proof.bias(), proof.scale());
  Means mean(proof);
  Orders result{{}, {}, detail::infinity};
  const auto append = [&](int j) {
    result.coefficients.push_back(orders.order(m + j) * binomial(m + j, m) * multiple_power(st, j));
  };
  append(0);
  append(1);
  const bool falls_in_the_end = s.pole_distance && proof.radius() < s.pole_distance(proof.bias());
  double coarse = 0.0;
  for (int j = 2;; j += 2) {
    append(j);
    const Interval size = mean(static_cast<std::size_t>(j)) * binomial(m + j, m);
    const double last_coarse = coarse, last_remainder = result.remainder;
    coarse = (pow(Interval(proof.radius()), m + j) *
              remainder_bound(s, m + j, proof.bias(), proof.radius(), m + 2))
                 .hi();
    const double next = (result.coefficients.back() * mean(static_cast<std::size_t>(j))).mag();
    const bool is_last = result.coefficients.size() > most_orders;
    if (is_last || next <= accuracy || !(coarse < last_coarse)) {
      result.remainder =
          (orders.remainder(m + j, proof.radius()) * size * multiple_magnitude(st, j)).mag();
      if (is_last || result.remainder <= accuracy ||
          (!(result.remainder < last_remainder) && !falls_in_the_end))
        break;
    }
    append(j + 1);
  }
  result.coefficients.pop_back();
  result.means = mean.last();
  result.means.resize(result.coefficients.size());
  return result;
}

} // namespace polynet
