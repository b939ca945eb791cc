#include "rows.hpp"

namespace polynet {

namespace {

// A number as an unevaluated sum of two doubles, for arguments that a steep function amplifies.
struct Double2 {
  double high, low;
};

Double2 exact_product(double a, double b) {
  const double p = a * b;
  return {p, std::fma(a, b, -p)};
}

// e^(high + low) for a small low: e^high (1 + low).
double exp_of(const Double2 &a) {
  const double e = std::exp(a.high);
  return e + e * a.low;
}

// e^(-x^2/2).
double bell(double x) {
  const Double2 square = exact_product(x, x);
  return square.high > 1500.0 ? 0.0 : exp_of({-0.5 * square.high, -0.5 * square.low});
}

// Phi(-x)/phi(x) for x >= 2 by its continued fraction 1/(x + 1/(x + 2/(x + 3/...))), whose
// terms are positive: evaluated backward, each step damps the rounding errors of the one before.
// After n terms it is off by about e^(-2 x sqrt(n)), below 2^-70 here.
double mills_ratio(double x) {
  double tail = x;
  for (int n = 160; n >= 1; --n)
    tail = x + n / tail;
  return 1.0 / tail;
}

// y such that GELU's tanh form is x/(1 + e^-y): y = x (a + b x^2), a = 2 sqrt(2/pi),
// b = 0.044715 a, in two doubles where it matters, |x| < 30.
Double2 gelu_tanh_argument(double x) {
  constexpr double a = 0x1.9884533d43651p+0, a_low = -0x1.cbc0d30ebfd15p-54;
  constexpr double b = 0x1.2444f2a4d8b4bp-4, b_low = -0x1.6c843a29d1c70p-61;
  const Double2 square = exact_product(x, x);
  const Double2 cubic = exact_product(b, square.high);
  const double factor = a + cubic.high;
  // |cubic| may exceed a, so the rounding error of the sum is taken both ways (Knuth).
  const double part = factor - a;
  const double error = (a - (factor - part)) + (cubic.high - part);
  const double low = error + cubic.low + a_low + b * square.low + b_low * square.high;
  const Double2 y = exact_product(x, factor);
  return {y.high, y.low + x * low};
}

} // namespace

double logistic_value(double x) {
  // exp of a negative number neither overflows nor, in a quotient, loses the small values of s.
  const double e = std::exp(-std::fabs(x));
  return (x < 0.0 ? e : 1.0) / (1.0 + e);
}

double softplus_value(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }

double silu_value(double x) {
  return x < -1000.0 ? -0.0 : x * logistic_value(x); // also at -infinity
}

double gelu_value(double x) {
  constexpr double sqrt_half = 0x1.6a09e667f3bcdp-1, sqrt_half_low = -0x1.bdd3413b26456p-55;
  constexpr double inverse_sqrt_two_pi = 0x1.9884533d43651p-2;
  if (x < -40.0)
    return -0.0;
  if (x > 40.0)
    return x;
  if (x < -2.0)
    return x * inverse_sqrt_two_pi * bell(x) * mills_ratio(-x);
  // erfc(z + d) = erfc z - 2/sqrt(pi) e^(-z^2) d, d what z = -x sqrt(1/2) lost in rounding.
  const double z = -x * sqrt_half;
  const double d = std::fma(-x, sqrt_half, -z) - x * sqrt_half_low;
  const double slope = 4.0 * inverse_sqrt_two_pi * sqrt_half * bell(x);
  return x * (0.5 * (std::erfc(z) - slope * d));
}

double gelu_tanh_value(double x) {
  if (std::fabs(x) > 30.0)
    return x < 0.0 ? -0.0 : x;
  const Double2 y = gelu_tanh_argument(x);
  const double e = exp_of({-std::fabs(y.high), y.high < 0.0 ? y.low : -y.low});
  return x * (x < 0.0 ? e : 1.0) / (1.0 + e);
}

// x tanh(ln(1 + e^x)) = x n/(n + 2) with n = e^x (e^x + 2), divided by e^2x for x > 0.
double mish_value(double x) {
  if (x < -1000.0)
    return -0.0;
  const double e = std::exp(-std::fabs(x));
  if (x < 0.0) {
    const double n = e * (e + 2.0);
    return x * (n / (n + 2.0));
  }
  const double n = 1.0 + 2.0 * e;
  return x * (n / (n + 2.0 * e * e));
}

double gaussian_value(double x) { return bell(x); }

double logcosh_value(double x) {
  const double a = std::fabs(x);
  if (a > 1.0)
    return a - 0x1.62e42fefa39efp-1 + std::log1p(std::exp(-2.0 * a));
  const double e = std::expm1(a); // cosh x - 1 = e^2/(2 (1 + e))
  return std::log1p(e * e / (2.0 * (1.0 + e)));
}

double algebraic_value(double x) {
  return std::fabs(x) > 1e9 ? std::copysign(1.0, x) : x / std::sqrt(1.0 + x * x);
}

double requ_value(double x) { return x > 0.0 ? x * x : (x <= 0.0 ? 0.0 : x); }

} // namespace polynet
