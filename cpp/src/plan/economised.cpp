#include "economised.hpp"

#include "polynet/elementary.hpp"

#include <algorithm>

namespace polynet {

namespace {

// Degrees tried before a series is left as it is: where many orders cancel, roundings are too
// large.
constexpr int most_tries = 4;

// T_n(t), n = 0, 1, ..., with t = (1 + c) x - c: at most 1 for 0 <= x <= 1 and any c <= 1.
class StretchedChebyshev {
public:
  explicit StretchedChebyshev(double c) : c_(c) {}

  // Of sum a_k x^k, by Horner's rule: x = (t + c)/(1 + c), t T_n = (T_(n+1) + T_|n-1|)/2.
  std::vector<Interval> from_powers(const std::vector<Interval> &a) const {
    const Interval half = Interval(0.5) / (c_ + 1.0), middle = half * 2.0 * c_;
    std::vector<Interval> e(a.size()), next(a.size());
    for (std::size_t k = a.size(); k-- > 0;) {
      const std::size_t degree = a.size() - 1 - k;
      std::fill_n(next.begin(), degree + 1, Interval(0.0));
      for (std::size_t n = 0; n < degree; ++n) {
        const Interval neighbour = half * e[n];
        next[n] += middle * e[n];
        next[n + 1] += neighbour;
        next[n == 0 ? 1 : n - 1] += neighbour;
      }
      next[0] += a[k];
      std::swap(e, next);
    }
    return e;
  }

  // Of sum e_n T_n. T_(n+1) = 2 t T_n - T_(n-1), whose three parts never differ in sign.
  std::vector<Interval> to_powers(const std::vector<double> &e) const {
    std::vector<Interval> sum(e.size(), 0.0), last, t{1.0};
    for (std::size_t n = 0; n < e.size(); ++n) {
      for (std::size_t k = 0; k <= n; ++k)
        sum[k] += t[k] * e[n];
      const Interval step = n == 0 ? 1.0 : 2.0;
      std::vector<Interval> next(n + 2, 0.0);
      for (std::size_t k = 0; k <= n; ++k) {
        next[k] -= step * c_ * t[k];
        next[k + 1] += step * (c_ + 1.0) * t[k];
      }
      for (std::size_t k = 0; k < last.size(); ++k)
        next[k] -= last[k];
      last = std::move(t);
      t = std::move(next);
    }
    return sum;
  }

private:
  Interval c_;
};

std::vector<double> middles(const std::vector<Interval> &values) {
  std::vector<double> result;
  for (const Interval &x : values)
    result.push_back(x.mid());
  return result;
}

Interval sum_of_magnitudes(const std::vector<Interval> &values) {
  Interval sum = 0.0;
  for (const Interval &x : values)
    sum += x.mag();
  return sum;
}

} // namespace

Economised economise(const std::vector<Interval> &a, const Interval &range, double allowed) {
  const std::size_t highest = a.size() - 1;
  std::vector<Interval> sizes{1.0}, powers = a; // of x = w/range
  for (std::size_t k = 1; k <= highest; ++k)
    powers[k] *= sizes.emplace_back(sizes.back() * range);
  // No shorter than if a constant might be left over.
  const std::vector<Interval> whole = StretchedChebyshev(1.0).from_powers(powers);
  Interval open = 0.0, left_out = 0.0;
  for (const Interval &c : whole)
    open += c.rad();
  std::size_t degree = highest;
  while (degree > 1 && (left_out + std::fabs(whole[degree].mid())).hi() <= allowed)
    left_out += std::fabs(whole[degree--].mid());
  for (int tries = 0;; degree = ++tries < most_tries ? degree + 1 : highest) {
    // T_(degree + 1), the largest part that is left out, vanishes at x = 0.
    const StretchedChebyshev basis(std::cos(pi().mid() / (2.0 * double(degree + 1))));
    Economised result{std::vector<double>(degree + 1, 0.0), 0.0};
    std::vector<Interval> rest = powers;
    for (int round = 0; round < 2; ++round) { // the second brings what the first has rounded away
      std::vector<double> e = middles(basis.from_powers(rest));
      e.resize(degree + 1);
      const std::vector<Interval> part = basis.to_powers(e);
      for (std::size_t k = 1; k <= degree; ++k) {
        result.coefficients[k] += (part[k] / sizes[k]).mid();
        rest[k] = (a[k] - result.coefficients[k]) * sizes[k];
      }
    }
    result.difference = sum_of_magnitudes(basis.from_powers(rest));
    if (degree >= highest || result.difference.hi() <= allowed + 2.0 * open.hi())
      return result;
  }
}

} // namespace polynet
