#include "polynet/activation.hpp"

#include "algebra/combinatorics.hpp"
#include "polynet/float_environment.hpp"

namespace polynet {

namespace {

// Terms of the Taylor step of derivative_on before its remainder. Enclosures of s_1 ... s_6 within
// 0.03 to 1 of the biases are 1.037 times as wide as the ranges (geometric mean of 364); with four
// terms 1.040 times, with eight as wide but in 1.5 times the time.
constexpr int step_terms = 6;
// 16 do as well up to a radius of 1, which gates stay within as a rule.
constexpr int max_pieces = 64;
// Farther out no step is tried, so that none overflows.
constexpr double far_out = 1e6;

// Of |s_k|/k!, infinite where none is known.
double bound_without_step(const Activation &s, int k, const Interval &x) {
  return s.taylor_bound ? s.taylor_bound(k, x) : detail::infinity;
}

// What holds of s_k on x without any step.
Interval direct(const Activation &s, int k, const Interval &x) {
  const double bound = bound_without_step(s, k, x);
  if (bound <= detail::largest)
    return symmetric(bound) * factorial(k);
  return s.taylor(x, k)[static_cast<std::size_t>(k)] * factorial(k);
}

Interval derivative_on_piece(const Activation &s, int k, const Interval &x) {
  const int last = k + step_terms;
  const double bound = bound_without_step(s, last, x);
  // s_last(x)/step_terms!, and s_k(x) if it comes along.
  Interval remainder, on_piece(-detail::infinity, detail::infinity);
  if (bound <= detail::largest) {
    remainder = symmetric(bound) * rising_factorial(step_terms, k);
  } else {
    const std::vector<Interval> c = s.taylor(x, last);
    remainder = c[static_cast<std::size_t>(last)] * rising_factorial(step_terms, k);
    on_piece = c[static_cast<std::size_t>(k)] * factorial(k);
  }
  const double centre = x.mid();
  const Interval h = x - centre;
  const std::vector<Interval> c = s.taylor(centre, last - 1);
  // s_k(centre + h) = sum_i s_{k+i}(centre) h^i/i! + remainder of order step_terms.
  Interval factorial_ratio = factorial(k); // (k + i)!/i!
  Interval sum = 0.0;
  for (int i = 0; i < step_terms; ++i) {
    sum += c[static_cast<std::size_t>(k + i)] * factorial_ratio * pow(h, i);
    factorial_ratio = factorial_ratio * Interval(k + i + 1) / Interval(i + 1);
  }
  return intersect(sum + remainder * pow(h, step_terms), on_piece);
}

// sum_{i>=k} C(i, j)/C(k, j) d^-i r^(i-k), j derivatives, which bounds the rest of order k of the
// series and of its first j derivatives: the factors grow with j, and from term to term at most
// (k + 1)/(k + 1 - j) r/d times.
double rest_of_series(const Activation &s, int k, double centre, double radius, int derivatives) {
  if (!s.pole_distance || k < derivatives)
    return detail::infinity;
  const Interval distance = s.pole_distance(centre);
  const Interval ratio = Interval(radius) / distance * double(k + 1) / double(k + 1 - derivatives);
  if (!(ratio.hi() < 1.0))
    return detail::infinity;
  return (Interval(1.0) / (pow(distance, k) * (Interval(1.0) - ratio))).hi();
}

} // namespace

std::vector<Interval> derivatives(const Activation &s, double x, int order) {
  const SoundFloats floats;
  std::vector<Interval> d = s.taylor(x, order);
  for (int k = 2; k <= order; ++k)
    d[static_cast<std::size_t>(k)] *= factorial(k);
  return d;
}

Interval derivative_on(const Activation &s, int k, const Interval &x) {
  const SoundFloats floats;
  if (k == 0)
    return s.taylor(x, 0)[0];
  const Interval whole = direct(s, k, x);
  if (x.mag() > far_out)
    return whole;
  const double wanted = std::ceil((x.hi() - x.lo()) / (2 * s.piece_radius));
  const int pieces = static_cast<int>(std::clamp(wanted, 1.0, double(max_pieces)));
  const double step = (x.hi() - x.lo()) / pieces;
  // Neighbouring pieces share an end, whatever it is rounded to, and the next number beyond it: the
  // derivatives need not exist where they meet (requ at 0), and only a piece around that can tell.
  const auto end = [&](int i) { return i == pieces ? x.hi() : x.lo() + i * step; };
  const auto piece = [&](int i) {
    const double beyond = std::nextafter(end(i + 1), detail::infinity);
    return derivative_on_piece(s, k, {end(i), std::min(beyond, x.hi())});
  };
  Interval result = piece(0);
  for (int i = 1; i < pieces; ++i)
    result = hull(result, piece(i));
  return intersect(result, whole);
}

double remainder_bound(const Activation &s, int k, double centre, double radius, int derivatives) {
  const Interval x = Interval(centre) + symmetric(radius);
  return std::min(rest_of_series(s, k, centre, radius, derivatives), bound_without_step(s, k, x));
}

Interval remainder_factor(const Activation &s, int k, double centre, double radius,
                          int derivatives) {
  const Interval x = Interval(centre) + symmetric(radius);
  const double rest = rest_of_series(s, k, centre, radius, derivatives);
  // A step would bound less, but costs far more.
  if (rest <= detail::largest && rest < bound_without_step(s, k, x))
    return symmetric(rest);
  return derivative_on(s, k, x) / factorial(k);
}

} // namespace polynet
