#include "economised.hpp"

#include <algorithm>
#include <optional>

namespace polynet {

namespace {

constexpr double half_pi = 0x1.921fb54442d18p+0;

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

// What is left out of sum a_k x^k beyond a degree, if it is within `allowed`; the rest into `kept`.
std::optional<Interval> left_out(const std::vector<Interval> &a, std::size_t degree, double allowed,
                                 std::vector<Interval> &kept) {
  // T_(degree + 1), the largest part that is left out, vanishes at x = 0.
  const StretchedChebyshev basis(std::cos(half_pi / double(degree + 1)));
  const std::vector<Interval> e = basis.from_powers(a);
  Interval dropped = 0.0, open = 0.0;
  for (std::size_t n = degree + 1; n < e.size(); ++n)
    dropped += e[n].mag();
  std::vector<double> middles;
  for (std::size_t n = 0; n <= degree; ++n) {
    middles.push_back(e[n].mid());
    open += e[n].rad();
  }
  kept = basis.to_powers(middles);
  dropped += kept[0].mag();
  if (!(dropped.hi() <= allowed))
    return std::nullopt;
  kept[0] = 0.0;
  return dropped + open;
}

} // namespace

Economised economise(const std::vector<Interval> &a, const Interval &range, double allowed) {
  std::vector<Interval> powers = a, kept;
  Interval size = 1.0;
  for (Interval &c : powers) {
    c *= size;
    size *= range;
  }
  // No shorter than if a constant might be left over.
  const std::vector<Interval> e = StretchedChebyshev(1.0).from_powers(powers);
  std::size_t degree = a.size() - 1;
  for (Interval tail = 0.0; degree > 1 && (tail += e[degree].mag()).hi() <= allowed;)
    --degree;
  for (; degree + 1 < a.size(); ++degree)
    if (const auto difference = left_out(powers, degree, allowed, kept)) {
      size = 1.0;
      for (std::size_t k = 1; k <= degree; ++k)
        kept[k] = kept[k] / (size *= range);
      return {kept, *difference};
    }
  return {a, 0.0};
}

} // namespace polynet
