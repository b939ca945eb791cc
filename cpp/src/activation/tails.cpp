// How far the sigmoids are from their limits, relatively: 1 - (s(x) - s(0))/limit for x > 0.
#include "algebra/elementary.hpp"
#include "rows.hpp"

namespace polynet {

// 1 - tanh(x/2) = 2/(1 + e^x), written so that nothing overflows.
Interval logistic_tail(double x) {
  const Interval e = exp(Interval(-x));
  return e * 2.0 / (e + 1.0);
}

Interval tanh_tail(double x) { return logistic_tail(2.0 * x); }

// erfc(x) = 2/sqrt(pi) int_x^oo e^(-t^2) dt, and that integral times e^(x^2) lies between
// 1/(x + sqrt(x^2 + 2)) and 1/(x + sqrt(x^2 + 4/pi)) (Abramowitz and Stegun, 7.1.13): good for
// large x, where 1 - erf x is not.
Interval erf_tail(double x) {
  const Interval square = pow(Interval(x), 2);
  const Interval factor = inverse_sqrt_two_pi() * sqrt(Interval(2.0)) * 2.0 * exp(-square);
  const Interval least = factor / (sqrt(square + 2.0) + x);
  const Interval most = factor / (sqrt(square + Interval(4.0) / pi()) + x);
  return intersect({least.lo(), most.hi()}, Interval(1.0) - erf(Interval(x)));
}

// 1 - 2/pi arctan x = 2/pi arctan 1/x.
Interval arctan_tail(double x) { return atan(Interval(1.0) / x) * 2.0 / pi(); }

// 1 - x/r = (r^2 - x^2)/(r (r + x)) with r = sqrt(1 + x^2).
Interval algebraic_tail(double x) {
  const Interval r = sqrt(pow(Interval(x), 2) + 1.0);
  return Interval(1.0) / (r * (r + x));
}

} // namespace polynet
