#include "chebyshev_basis.hpp"

namespace polynet {

// By Horner's rule: x T_n = middle T_n + radius (T_(n+1) + T_|n-1|)/2.
std::vector<Interval> ChebyshevBasis::from_powers(const std::vector<Interval> &a) const {
  const Interval half = radius_ * 0.5;
  std::vector<Interval> e(a.size()), next(a.size());
  for (std::size_t k = a.size(); k-- > 0;) {
    const std::size_t degree = a.size() - 1 - k;
    std::fill_n(next.begin(), degree + 1, Interval(0.0));
    for (std::size_t n = 0; n < degree; ++n) {
      const Interval neighbour = half * e[n];
      next[n] += middle_ * e[n];
      next[n + 1] += neighbour;
      next[n == 0 ? 1 : n - 1] += neighbour;
    }
    next[0] += a[k];
    std::swap(e, next);
  }
  return e;
}

// T_(n+1) = 2 T_1 T_n - T_(n-1), whose parts never differ in sign.
std::vector<double> ChebyshevBasis::to_powers(const std::vector<double> &e) const {
  const double slope = 1.0 / radius_.mid(), offset = middle_.mid() * slope;
  std::vector<double> sum(e.size(), 0.0), last, t{1.0};
  for (std::size_t n = 0; n < e.size(); ++n) {
    for (std::size_t k = 0; k <= n; ++k)
      sum[k] += t[k] * e[n];
    const double step = n == 0 ? 1.0 : 2.0;
    std::vector<double> next(n + 2, 0.0);
    for (std::size_t k = 0; k <= n; ++k) {
      next[k] -= step * offset * t[k];
      next[k + 1] += step * slope * t[k];
    }
    for (std::size_t k = 0; k < last.size(); ++k)
      next[k] -= last[k];
    last = std::move(t);
    t = std::move(next);
  }
  return sum;
}

} // namespace polynet
