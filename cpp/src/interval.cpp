#include "polynet/interval.hpp"

#include "elementary_series.hpp"

namespace polynet {

namespace {

// x^n for n >= 1 and 0 <= x as an interval of the two endpoints' own powers.
Interval pow_nonnegative(double x, int n) {
  Interval result = x, base = x;
  for (--n; n > 0; n >>= 1) {
    if (n & 1)
      result *= base;
    if (n > 1)
      base *= base;
  }
  return {std::max(result.lo(), 0.0), result.hi()};
}

Interval signed_pow(double x, int n) {
  const Interval magnitude = pow_nonnegative(std::fabs(x), n);
  return x < 0 && n % 2 == 1 ? -magnitude : magnitude;
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

template <typename PointFunction> Interval increasing(PointFunction f, const Interval &x) {
  return {f(x.lo()).lo(), f(x.hi()).hi()};
}

} // namespace

Interval pow(const Interval &x, int n) {
  if (n < 0)
    return Interval(1.0) / pow(x, -n);
  if (n == 0)
    return 1.0;
  if (n == 1)
    return x;
  if (n % 2 == 0)
    return {signed_pow(x.mig(), n).lo(), signed_pow(x.mag(), n).hi()};
  return {signed_pow(x.lo(), n).lo(), signed_pow(x.hi(), n).hi()};
}

Interval exp(const Interval &x) { return increasing(exp_point, x); }
Interval expm1(const Interval &x) { return increasing(expm1_point, x); }
Interval tanh(const Interval &x) { return increasing(tanh_point, x); }

} // namespace polynet
