// Upper bounds of the activations' Taylor coefficients s_k/k!, for the last term of a Taylor step.
// docs/certificates.md, "Arithmetic", has the derivations.
#include "algebra/combinatorics.hpp"
#include "algebra/elementary.hpp"
#include "rows.hpp"

namespace polynet {

namespace {

// x^-n, of which no power overflows.
Interval inverse_power(const Interval &x, int n) { return pow(Interval(1.0) / x, n); }

// sup |(d/dx)^n e^(-x^2/2)| = sup |He_n(x)| e^(-x^2/2), over n!; |He_n(x)| e^(-x^2/4) <=
// 1.0865 sqrt(n!) (Cramer; Abramowitz and Stegun, 22.14.17).
Interval bell_bound(int n, const Interval &x) {
  Interval bound = exp(pow(Interval(x.mig()), 2) * -0.25) * 1.0865;
  for (int i = 2; i <= n; ++i)
    bound = bound / sqrt(Interval(i));
  return bound;
}

} // namespace

// |tanh_k|/k! <= 2 sum_{n>=0} ((n + 1/2) pi)^-(k+1), k >= 1, from the partial fractions
// tanh x = sum_n [1/(x - i a_n) + 1/(x + i a_n)], a_n = (n + 1/2) pi, |x -+ i a_n| >= a_n.
// With j = k + 1: sum_n (2n + 1)^-j <= 1 + 3^-j + 3^-j 3/(2 (j - 1)).
double tanh_bound(int k, const Interval &) {
  const Interval two_over_pi{0x1.45f306dc9c882p-1, 0x1.45f306dc9c883p-1};
  Interval bound = 2.0;
  for (int i = 1; i <= k; ++i)
    bound *= two_over_pi;
  const Interval tail =
      (Interval(1.0) + Interval(3.0) / Interval(2.0 * k)) * inverse_power(3.0, k + 1);
  return (bound * two_over_pi * (tail + 1.0)).hi();
}

double logistic_bound(int k, const Interval &x) { return std::ldexp(tanh_bound(k, x), -k - 1); }

double softplus_bound(int k, const Interval &x) {
  return k == 1 ? 1.0 : (Interval(logistic_bound(k - 1, x)) / Interval(k)).hi();
}

// Far out, where the derivatives fall off, the bound of the whole line is no use.
double logcosh_bound(int k, const Interval &x) {
  if (k > 1 && x.mig() > 4.0)
    return detail::infinity;
  return k == 1 ? 1.0 : (Interval(tanh_bound(k - 1, x)) / Interval(k)).hi();
}

// (x L)_k = x L_k + k L_{k-1}; far out, where L_k falls off and x does not, that is no use.
double silu_bound(int k, const Interval &x) {
  if (x.mag() > 4.0)
    return detail::infinity;
  const double before = k == 1 ? 1.0 : logistic_bound(k - 1, x);
  return (Interval(logistic_bound(k, x)) * x.mag() + before).hi();
}

// (x Phi)_k = x phi_{k-1} + k phi_{k-2}, and (x Phi)_1 = x phi + Phi.
double gelu_bound(int k, const Interval &x) {
  const Interval factor = inverse_sqrt_two_pi();
  const Interval first = bell_bound(k - 1, x) / Interval(k) * factor * x.mag();
  const Interval second = k == 1 ? Interval(1.0) : bell_bound(k - 2, x) / Interval(k - 1) * factor;
  return (first + second).hi();
}

double sin_bound(int k, const Interval &) { return inverse_factorial(k).hi(); }

double exp_bound(int k, const Interval &x) {
  return (exp(Interval(x.hi())) * inverse_factorial(k)).hi();
}

// |arctan_k| = (k-1)! |Im (x - i)^-k| <= (k-1)! (1 + x^2)^(-k/2).
double arctan_bound(int k, const Interval &x) {
  const Interval distance = sqrt(pow(Interval(std::min(x.mig(), 1e9)), 2) + 1.0);
  return (inverse_power(distance, k) / Interval(k)).hi();
}

// erf(x) = 2 Phi(sqrt 2 x) - 1, so erf_k = 2 sqrt(2)^k phi_{k-1}(sqrt 2 x).
double erf_bound(int k, const Interval &x) {
  const Interval root = sqrt(Interval(2.0));
  const Interval bell = bell_bound(k - 1, x * root);
  return (bell * inverse_sqrt_two_pi() * pow(root, k) * 2.0 / Interval(k)).hi();
}

double gaussian_bound(int k, const Interval &x) { return bell_bound(k, x).hi(); }

// About x, s'(x + h) = d^-3 sum_n C_n(-x/d) (h/d)^n with d = |x - i| and Gegenbauer's polynomials
// C_n = P'_{n+1} (Abramowitz and Stegun, 22.9.3), so |s_k| = (k-1)! d^-(k+2) |P'_k(x/d)|. On [-1,
// 1] |P_k| <= 1, hence |P'_k| <= k (k + 1)/2 (Markov) and, with 1 - (x/d)^2 = d^-2, |P'_k| <= k d
// (Bernstein).
double algebraic_bound(int k, const Interval &x) {
  const Interval d = sqrt(pow(Interval(std::min(x.mig(), 1e9)), 2) + 1.0);
  const double least = std::min((Interval(0.5) * double(k + 1) / d).hi(), 1.0);
  return (inverse_power(d, k + 1) * least).hi();
}

// s = x t. With v = x - ln(2)/2 and the logistic function L, t = 1 - Im[(1 + i) L(-v - i pi/4)],
// and the poles of L, at odd multiples of i pi with residue 1, are sqrt(v^2 + (a pi/4)^2) away, a =
// 3, 5, 11, 13, 19, 21, ...: |t_k| <= sqrt(2) k! times the sum of their powers -j, j = k + 1. v = 0
// will do beyond the first, where sum a^-j <= 5^-j + 2 sum_{n>=1} (8n + 3)^-j <= 5^-j + 11^-j (2 +
// 11/(4 (j - 1))).
double mish_bound(int k, const Interval &x) {
  if (x.mag() > 4.0)
    return detail::infinity;
  const Interval unit = pi() * 0.25, v = x - log(Interval(2.0)) * 0.5;
  const Interval nearest = sqrt(pow(Interval(v.mig()), 2) + pow(unit * 3.0, 2));
  const auto bound = [&](int order) {
    const int j = order + 1;
    const Interval far =
        inverse_power(unit * 5.0, j) +
        (Interval(11.0) / Interval(4.0 * order) + 2.0) * inverse_power(unit * 11.0, j);
    return sqrt(Interval(2.0)) * (inverse_power(nearest, j) + far);
  };
  const Interval before = k == 1 ? Interval(1.0) : bound(k - 1);
  return (bound(k) * x.mag() + before).hi();
}

// |s_k| <= (k-1)! d^-k (arctan), k! d^-(k+1) (algebraic), as above; d >= 1.
double distance_of_i(double x) { return sqrt(pow(Interval(x), 2) + 1.0).lo(); }

} // namespace polynet
