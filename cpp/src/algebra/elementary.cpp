#include "elementary.hpp"

#include "elementary_series.hpp"
#include "polynet/float_environment.hpp"

namespace polynet {

namespace {

Interval whole_line() { return {-detail::infinity, detail::infinity}; }

template <typename PointFunction> Interval increasing(PointFunction f, const Interval &x) {
  return {f(x.lo()).lo(), f(x.hi()).hi()};
}

// e^x = 2^k e^y with y = x - k ln 2. ln 2 = ln2_high + ln2_low; ln2_high has 32 significant bits,
// so k * ln2_high is exact for |k| < 2^21.
constexpr double ln2_high = 0x1.62e42fee00000p-1;
const Interval ln2_low{0x1.a39ef35793c76p-33, 0x1.a39ef35793c77p-33};

Interval exp_point(double x) {
  if (x > 709.78)
    return {detail::largest / 2, detail::infinity};
  if (x < -745.2)
    return {0.0, detail::smallest};
  const double k = std::nearbyint(x * 1.4426950408889634);
  const Interval y = Interval(x) - k * ln2_high - Interval(k) * ln2_low;
  const Interval e = expm1_series(y) + 1.0;
  const int exponent = static_cast<int>(k);
  // ldexp rounds only where the result is subnormal, by at most one smallest subnormal.
  const double lo = std::ldexp(e.lo(), exponent), hi = std::ldexp(e.hi(), exponent);
  return {std::max(lo - detail::smallest, 0.0), hi + detail::smallest};
}

Interval expm1_point(double x) {
  return std::fabs(x) <= 0.35 ? expm1_series(Interval(x)) : exp_point(x) - 1.0;
}

// tanh x = -E/(2 + E) with E = expm1(-2 x), for x >= 0, where -1 < E <= 0.
Interval tanh_point(double x) {
  const double a = std::fabs(x);
  if (a > 20.0) { // 1 - tanh a < 2 e^-40 < 2^-56
    const Interval t{1.0 - 0x1p-53, 1.0};
    return x < 0 ? -t : t;
  }
  const Interval e = expm1_point(-2.0 * a);
  const Interval t = intersect(-e / (e + 2.0), {0.0, 1.0});
  return x < 0 ? -t : t;
}

// pi/2 in three parts of 33, 33 and 53 bits: the products with |k| < 2^20 are exact.
constexpr double half_pi_1 = 0x1.921fb54400000p+0;
constexpr double half_pi_2 = 0x1.0b4611a600000p-34;
const Interval half_pi_3{0x1.3198a2e037073p-69, 0x1.3198a2e037074p-69};
const Interval half_pi = [] {
  const SoundFloats floats; // of whatever thread loads the library
  return Interval(half_pi_1) + (half_pi_3 + half_pi_2);
}();
constexpr double largest_angle = 0x1p20;

// ln(1 + u) = 2 artanh(z), z = u/(2 + u), for -0.3 <= u <= 0.42, so that |z| < 0.177.
Interval log1p_reduced(const Interval &u) { return log_series(u / (u + 2.0)); }

// x = 2^k m with m in [sqrt(1/2), sqrt 2] or a little more.
Interval log_point(double x) {
  if (x == detail::infinity)
    return {709.78, detail::infinity};
  int k;
  double m = std::frexp(x, &k);
  if (m < 0.7071) {
    m *= 2.0;
    --k;
  }
  return log1p_reduced(Interval(m) - 1.0) + Interval(k) * ln2_low + k * ln2_high;
}

Interval log1p_point(double x) {
  if (x >= -0.29 && x <= 0.41)
    return log1p_reduced(x);
  // One enclosed 1 + x: between its ends the logarithm is increasing.
  return increasing(log_point, Interval(x) + 1.0);
}

// sin(x + quarter pi/2).
Interval sin_point(double x, int quarter) {
  const Interval unit = symmetric(1.0);
  if (!(std::fabs(x) <= largest_angle))
    return unit;
  const double k = std::nearbyint(x * 0.63661977236758134);
  const Interval y =
      Interval(x) - Interval(k * half_pi_1) - Interval(k * half_pi_2) - Interval(k) * half_pi_3;
  const int turn = static_cast<int>(static_cast<long>(k) + quarter) & 3;
  const Interval value = turn % 2 == 0 ? sin_series(y) : cos_series(y);
  return intersect(turn >= 2 ? -value : value, unit);
}

// Whether an integer may lie in x.
bool may_hold_integer(const Interval &x) { return std::floor(x.hi()) >= std::ceil(x.lo()); }

// {sin(x + quarter pi/2)}: the ends, and the extremes at pi/2 + 2 pi n and -pi/2 + 2 pi n.
Interval shifted_sin(const Interval &x, int quarter) {
  if (!(x.mag() <= largest_angle))
    return symmetric(1.0);
  const Interval ends = hull(sin_point(x.lo(), quarter), sin_point(x.hi(), quarter));
  const Interval quarters = x / half_pi + double(quarter);
  const bool top = may_hold_integer((quarters - 1.0) * 0.25);
  const bool bottom = may_hold_integer((quarters + 1.0) * 0.25);
  // A point has no extremes inside, but its own value may be within rounding of one.
  if (x.lo() == x.hi())
    return ends;
  return {bottom ? -1.0 : ends.lo(), top ? 1.0 : ends.hi()};
}

// arctan t = 4 arctan r, halved twice by t -> t/(1 + sqrt(1 + t^2)), for 0 <= t <= 1: then
// r < 0.199.
Interval atan_reduced(Interval t) {
  for (int i = 0; i < 2; ++i)
    t = t / (sqrt(pow(t, 2) + 1.0) + 1.0);
  return atan_series(t) * 4.0;
}

Interval atan_point(double x) {
  const double a = std::fabs(x);
  Interval y;
  if (a <= 1.0)
    y = atan_reduced(a);
  else if (a < 0x1p60)
    y = half_pi - atan_reduced(Interval(1.0) / Interval(a));
  else
    y = half_pi - Interval(0.0, 0x1p-60);
  y = Interval(std::max(y.lo(), 0.0), y.hi());
  return x < 0 ? -y : y;
}

// erf x = 2/sqrt(pi) e^(-x^2) sum_n x (2 x^2)^n/(1 3 5 ... (2n + 1)): all terms of one sign. Once
// the ratio of neighbours 2 x^2/(2n + 3) is below 1/2, the rest is below the last term.
Interval erf_point(double x) {
  const double a = std::fabs(x);
  Interval value;
  if (a > 6.0) { // erfc 6 < e^-36/(6 sqrt pi) < 2^-55
    value = Interval(1.0 - 0x1p-53, 1.0);
  } else {
    const Interval square = pow(Interval(a), 2), twice = square * 2.0;
    Interval term = 1.0, sum = 1.0;
    int n = 1;
    do {
      term = term * twice / Interval(2 * n + 1);
      sum += term;
    } while (!(twice.hi() < 0.5 * (2 * n++ + 3) && term.hi() <= 0x1p-60 * sum.lo()));
    sum += Interval(0.0, term.hi());
    value = sum * a * exp(-square) * (inverse_sqrt_two_pi() * sqrt(Interval(2.0)) * 2.0);
    value = Interval(std::max(value.lo(), 0.0), std::min(value.hi(), 1.0));
  }
  return x < 0 ? -value : value;
}

} // namespace

Interval exp(const Interval &x) { return increasing(exp_point, x); }
Interval expm1(const Interval &x) { return increasing(expm1_point, x); }
Interval tanh(const Interval &x) { return increasing(tanh_point, x); }

Interval pi() { return half_pi * 2.0; }
Interval inverse_sqrt_two_pi() { return Interval(1.0) / sqrt(half_pi * 4.0); }

Interval sqrt(const Interval &x) {
  if (!(x.lo() >= 0.0))
    return whole_line();
  return {std::max(down(std::sqrt(x.lo())), 0.0), up(std::sqrt(x.hi()))};
}
Interval log(const Interval &x) { return x.lo() > 0.0 ? increasing(log_point, x) : whole_line(); }
Interval log1p(const Interval &x) {
  return x.lo() > -1.0 ? increasing(log1p_point, x) : whole_line();
}
Interval sin(const Interval &x) { return shifted_sin(x, 0); }
Interval cos(const Interval &x) { return shifted_sin(x, 1); }
Interval atan(const Interval &x) { return increasing(atan_point, x); }
Interval erf(const Interval &x) { return increasing(erf_point, x); }

} // namespace polynet
