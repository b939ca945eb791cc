#include "polynet/activation.hpp"

#include "polynet/error.hpp"

#include <array>

namespace polynet {

namespace {

// T = tanh solves T' = 1 - T^2, so its normalised Taylor coefficients c_k = T_k/k! satisfy
// (k + 1) c_{k+1} = [k = 0] - sum_{i=0..k} c_i c_{k-i}.
std::vector<Interval> tanh_taylor(const Interval &x, int order) {
  std::vector<Interval> c{tanh(x)};
  for (int k = 0; k < order; ++k) {
    Interval sum = k == 0 ? -1.0 : 0.0;
    for (int i = 0; 2 * i < k; ++i)
      sum += 2.0 * c[i] * c[k - i];
    if (k % 2 == 0)
      sum += pow(c[k / 2], 2);
    c.push_back(-sum / Interval(k + 1));
  }
  return c;
}

// logistic(x) = (1 + tanh(x/2))/2.
std::vector<Interval> logistic_taylor(const Interval &x, int order) {
  std::vector<Interval> c = tanh_taylor(x * 0.5, order);
  double factor = 0.5;
  for (Interval &ck : c) {
    ck *= factor;
    factor *= 0.5;
  }
  c[0] += 0.5;
  return c;
}

// |tanh_k| <= 2 k! sum_{n>=0} ((n + 1/2) pi)^-(k+1), k >= 1, from the partial fractions
// tanh x = sum_n [1/(x - i a_n) + 1/(x + i a_n)], a_n = (n + 1/2) pi, |x -+ i a_n| >= a_n.
// With j = k + 1: sum_n (2n + 1)^-j <= 1 + 3^-j + 3^-j 3/(2 (j - 1)).
double tanh_derivative_bound(int k) {
  const Interval two_over_pi{0x1.45f306dc9c882p-1, 0x1.45f306dc9c883p-1};
  Interval bound = 2.0;
  for (int i = 1; i <= k; ++i)
    bound *= Interval(i) * two_over_pi;
  const Interval tail =
      (Interval(1.0) + Interval(3.0) / Interval(2.0 * k)) / pow(Interval(3.0), k + 1);
  return (bound * two_over_pi * (tail + 1.0)).hi();
}

double logistic_derivative_bound(int k) { return std::ldexp(tanh_derivative_bound(k), -k - 1); }

double logistic_value(double x) {
  // exp of a negative number neither overflows nor, in a quotient, loses the small values of s.
  const double e = std::exp(-std::fabs(x));
  return (x < 0.0 ? e : 1.0) / (1.0 + e);
}
double tanh_value(double x) { return std::tanh(x); }

// Sorted by name.
constexpr std::array<Activation, 2> table{{
    {"logistic", false, true, 2.2924316695611777, 1.3169578969248167, logistic_value,
     logistic_taylor, logistic_derivative_bound, 0.25},
    {"tanh", true, true, 1.1462158347805888, 0.0, tanh_value, tanh_taylor, tanh_derivative_bound,
     0.125},
}};

// Terms of the Taylor step of derivative_on before its remainder.
constexpr int step_terms = 6;
constexpr int max_pieces = 64;

Interval derivative_on_piece(const Activation &s, int k, const Interval &x) {
  const double centre = x.mid();
  const Interval h = x - centre;
  const std::vector<Interval> c = s.taylor(centre, k + step_terms - 1);
  // s_k(centre + h) = sum_i s_{k+i}(centre) h^i/i! + remainder of order step_terms.
  Interval factorial_ratio = 1.0; // (k + i)!/i!
  for (int i = 1; i <= k; ++i)
    factorial_ratio *= Interval(i);
  Interval sum = 0.0, factorial = 1.0;
  for (int i = 0; i < step_terms; ++i) {
    sum += c[k + i] * factorial_ratio * pow(h, i);
    factorial_ratio = factorial_ratio * Interval(k + i + 1) / Interval(i + 1);
    factorial *= Interval(i + 1);
  }
  const Interval last = Interval(s.derivative_bound(k + step_terms)) / factorial;
  return sum + symmetric((last * pow(Interval(h.mag()), step_terms)).hi());
}

} // namespace

const Activation &activation(std::string_view name) {
  for (const Activation &s : table)
    if (s.name == name)
      return s;
  std::string known;
  for (const Activation &s : table)
    known += (known.empty() ? "" : ", ") + std::string(s.name);
  throw Error(ErrorCode::invalid_input,
              "unknown activation '" + std::string(name) + "'; known: " + known);
}

std::vector<std::string> activation_names() {
  std::vector<std::string> names;
  for (const Activation &s : table)
    names.emplace_back(s.name);
  return names;
}

std::vector<Interval> derivatives(const Activation &s, double x, int order) {
  std::vector<Interval> d = s.taylor(x, order);
  Interval factorial = 1.0;
  for (int k = 2; k <= order; ++k) {
    factorial *= Interval(k);
    d[k] *= factorial;
  }
  return d;
}

Interval derivative_on(const Activation &s, int k, const Interval &x) {
  if (k == 0 && s.increasing)
    return {s.taylor(x.lo(), 0)[0].lo(), s.taylor(x.hi(), 0)[0].hi()};
  const Interval whole = symmetric(s.derivative_bound(k));
  if (x.mag() > 1e6) // far out the global bound is as good as any, and no step overflows
    return whole;
  const double wanted = std::ceil((x.hi() - x.lo()) / (2 * s.piece_radius));
  const int pieces = static_cast<int>(std::clamp(wanted, 1.0, double(max_pieces)));
  const double step = (x.hi() - x.lo()) / pieces;
  Interval result = derivative_on_piece(s, k, {x.lo(), std::min(x.lo() + step, x.hi())});
  for (int i = 1; i < pieces; ++i) {
    const double lo = x.lo() + i * step, hi = i + 1 == pieces ? x.hi() : lo + step;
    // Neighbouring pieces overlap by a little, so that rounding leaves no gap.
    const double overlap = 1e-9 * step;
    result =
        hull(result, derivative_on_piece(s, k, {lo - overlap, std::min(hi + overlap, x.hi())}));
  }
  return intersect(result, whole);
}

} // namespace polynet
