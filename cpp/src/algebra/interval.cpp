#include "polynet/interval.hpp"

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

} // namespace polynet
