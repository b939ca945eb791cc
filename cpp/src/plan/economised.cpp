#include "economised.hpp"

namespace polynet {

namespace {

// With T_n(2x - 1) on 0 <= x <= 1 (Mason and Handscomb, "Chebyshev Polynomials", section 1.3):
// x^k = sum_n 2^(1-2k) C(2k, k-n) T_n, n = 0 halved. All positive: nothing cancels.
std::vector<Interval> chebyshev_coefficients(const std::vector<Interval> &powers) {
  std::vector<Interval> e(powers.size());
  for (int k = 0; k < static_cast<int>(e.size()); ++k) {
    Interval factor = std::ldexp(1.0, 1 - 2 * k);
    for (int n = k; n >= 0; --n) {
      e[static_cast<std::size_t>(n)] +=
          powers[static_cast<std::size_t>(k)] * factor * (n == 0 ? 0.5 : 1.0);
      factor = factor * Interval(k + n) / Interval(k - n + 1);
    }
  }
  return e;
}

// T_n(2x - 1) = sum_j (-1)^(n-j) n/(n+j) C(n+j, 2j) 4^j x^j.
std::vector<Interval> power_coefficients(const std::vector<double> &e) {
  std::vector<Interval> powers(e.size());
  for (int n = 0; n < static_cast<int>(e.size()); ++n) {
    Interval factor = n == 0 ? 1.0 : std::ldexp(1.0, 2 * n - 1);
    for (int j = n; j >= 0; --j) {
      powers[static_cast<std::size_t>(j)] += factor * e[static_cast<std::size_t>(n)];
      if (j > 0)
        factor = factor * Interval(-2 * j * (2 * j - 1)) / Interval(4 * (n + j - 1) * (n - j + 1));
    }
  }
  return powers;
}

} // namespace

// With x = w/range the sum is x times a polynomial of x, and |T_n| <= 1.
Economised economise(const std::vector<Interval> &a, const Interval &range, double allowed) {
  std::vector<Interval> powers(a.begin() + 1, a.end()), sizes;
  for (Interval &c : powers) {
    sizes.push_back(sizes.empty() ? range : sizes.back() * range);
    c *= sizes.back();
  }
  std::vector<double> kept;
  for (const Interval &c : chebyshev_coefficients(powers))
    kept.push_back(c.mid());
  double left_out = 0.0;
  while (kept.size() > 1 && left_out + std::fabs(kept.back()) <= allowed) {
    left_out += std::fabs(kept.back());
    kept.pop_back();
  }
  Economised result{{0.0}, 0.0};
  const std::vector<Interval> shorter = power_coefficients(kept);
  for (std::size_t k = 0; k < shorter.size(); ++k) {
    result.coefficients.push_back((shorter[k] / sizes[k]).mid());
    powers[k] -= sizes[k] * result.coefficients.back();
  }
  for (const Interval &c : chebyshev_coefficients(powers))
    result.difference += c.mag();
  return result;
}

} // namespace polynet
