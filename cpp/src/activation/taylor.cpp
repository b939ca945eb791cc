// Taylor coefficients of the activations at a narrow interval, by recurrences of power series.
#include "algebra/elementary.hpp"
#include "power_series.hpp"
#include "rows.hpp"

namespace polynet {

namespace {

Interval whole_line() { return {-detail::infinity, detail::infinity}; }

// For s(x) - s(-x) = x: the side x <= 0, where s is small and its series cancels nothing, gives
// the other: s_k(x) = (-1)^k s_k(-x) + [k = 0] x + [k = 1].
template <typename Taylor>
PowerSeries from_negative_side(Taylor taylor, const Interval &x, int order) {
  if (x.mid() <= 0.0)
    return taylor(x, order);
  return sum(reflected(taylor(-x, order)), order == 0 ? PowerSeries{x} : PowerSeries{x, 1.0});
}

// e^(-x^2/2) about x.
PowerSeries bell(const Interval &x, int order) {
  return exp(PowerSeries{pow(x, 2) * -0.5, -x, Interval(-0.5)}, order);
}

// The real and the imaginary parts of (x - i)^-k, k = 0..order, by halves: a recurrence with real
// coefficients would widen enclosures exponentially.
struct PolePowers {
  PowerSeries real, imaginary;
};
PolePowers pole_powers(const Interval &x, int order) {
  const Interval square = pow(x, 2) + 1.0;
  PowerSeries re{1.0, x / square}, im{0.0, Interval(1.0) / square};
  for (std::size_t k = 2; k <= static_cast<std::size_t>(order); ++k) {
    const std::size_t i = k / 2, j = k - i;
    re.push_back(re[i] * re[j] - im[i] * im[j]);
    im.push_back(re[i] * im[j] + im[i] * re[j]);
  }
  return {re, im};
}

} // namespace

// T = tanh solves T' = 1 - T^2, so its normalised Taylor coefficients c_k = T_k/k! satisfy
// (k + 1) c_{k+1} = [k = 0] - sum_{i=0..k} c_i c_{k-i}.
std::vector<Interval> tanh_taylor(const Interval &x, int order) {
  std::vector<Interval> c{tanh(x)};
  for (int k = 0; k < order; ++k) {
    Interval total = k == 0 ? -1.0 : 0.0;
    for (int i = 0; 2 * i < k; ++i)
      total += 2.0 * c[i] * c[k - i];
    if (k % 2 == 0)
      total += pow(c[k / 2], 2);
    c.push_back(-total / Interval(k + 1));
  }
  return c;
}

// logistic(x) = (1 + tanh(x/2))/2; in the tail x < 0 the value is relatively tight only by e^x.
std::vector<Interval> logistic_taylor(const Interval &x, int order) {
  std::vector<Interval> c = tanh_taylor(x * 0.5, order);
  double factor = 0.5;
  for (Interval &ck : c) {
    ck *= factor;
    factor *= 0.5;
  }
  const auto value = [](double t) {
    const Interval e = exp(Interval(-std::fabs(t)));
    return (t < 0.0 ? e : Interval(1.0)) / (e + 1.0);
  };
  const Interval low = value(x.lo()), high = x.lo() == x.hi() ? low : value(x.hi());
  c[0] = intersect(c[0] + 0.5, {low.lo(), high.hi()});
  return c;
}

// ln(1 + e^x), the antiderivative of the logistic function.
std::vector<Interval> softplus_taylor(const Interval &x, int order) {
  const auto value = [](double t) {
    return log1p(exp(Interval(-std::fabs(t)))) + std::max(t, 0.0);
  };
  const Interval on_x{value(x.lo()).lo(), value(x.hi()).hi()};
  const auto negative = [&](const Interval &t, int n) {
    return integral(logistic(variable(t), n), 0.0, n);
  };
  PowerSeries c = from_negative_side(negative, x, order);
  c[0] = on_x;
  return c;
}

// x L(x), L the logistic function.
std::vector<Interval> silu_taylor(const Interval &x, int order) {
  const auto negative = [](const Interval &t, int n) {
    return product(variable(t), logistic(variable(t), n), n);
  };
  PowerSeries c = from_negative_side(negative, x, order);
  c[0] = x * logistic(variable(x), 0)[0];
  return c;
}

// x Phi(x), Phi' = phi.
std::vector<Interval> gelu_taylor(const Interval &x, int order) {
  PowerSeries phi = bell(x, order);
  for (Interval &c : phi)
    c *= inverse_sqrt_two_pi();
  const Interval value = (erf(x / sqrt(Interval(2.0))) + 1.0) * 0.5;
  return product(variable(x), integral(phi, value, order), order);
}

// x L(y), y = 2 sqrt(2/pi) (x + 0.044715 x^3).
std::vector<Interval> gelu_tanh_taylor(const Interval &x, int order) {
  const auto factor = [](const Interval &t, int n) {
    const Interval a = inverse_sqrt_two_pi() * 4.0;
    const Interval b = a * (Interval(44715.0) / Interval(1e6));
    const Interval square = pow(t, 2);
    return logistic(PowerSeries{t * (a + b * square), a + b * square * 3.0, b * t * 3.0, b}, n);
  };
  const auto negative = [&](const Interval &t, int n) {
    return product(variable(t), factor(t, n), n);
  };
  PowerSeries c = from_negative_side(negative, x, order);
  c[0] = x * factor(x, 0)[0];
  return c;
}

// x tanh(ln(1 + e^x)) = x n/(n + 2), n = e^x (e^x + 2); divided by e^2x where x > 0.
std::vector<Interval> mish_taylor(const Interval &x, int order) {
  PowerSeries ratio;
  if (x.mid() <= 0.0) {
    const PowerSeries e = exp(variable(x), order);
    const PowerSeries n = product(e, sum(e, {2.0}), order);
    ratio = quotient(n, sum(n, {2.0}), order);
  } else {
    const PowerSeries e = exp(PowerSeries{-x, -1.0}, order); // 1 - 2 e^2/(1 + 2 e + 2 e^2)
    const PowerSeries square = product(e, e, order);
    const PowerSeries half = sum(sum(square, e), {0.5});
    ratio = quotient(square, half, order);
    for (Interval &c : ratio)
      c = -c;
    ratio[0] += 1.0;
  }
  return product(variable(x), ratio, order);
}

std::vector<Interval> sin_taylor(const Interval &x, int order) {
  const Interval s = sin(x), c = cos(x);
  const Interval cycle[] = {s, c, -s, -c};
  std::vector<Interval> result;
  Interval factorial = 1.0;
  for (int k = 0; k <= order; ++k) {
    result.push_back(k == 0 ? s : cycle[k % 4] / (factorial *= Interval(k)));
  }
  return result;
}

// cos(x) = sin'(x): (k + 1) times the next coefficient.
std::vector<Interval> cos_taylor(const Interval &x, int order) {
  const std::vector<Interval> s = sin_taylor(x, order + 1);
  std::vector<Interval> result{cos(x)};
  for (int k = 1; k <= order; ++k)
    result.push_back(s[static_cast<std::size_t>(k) + 1] * double(k + 1));
  return result;
}

std::vector<Interval> exp_taylor(const Interval &x, int order) { return exp(variable(x), order); }

// The derivative is 1/(1 + x^2) = Im (x - i)^-1: s_k/k! = (-1)^(k-1) Im (x - i)^-k/k.
std::vector<Interval> arctan_taylor(const Interval &x, int order) {
  const PowerSeries powers = pole_powers(x, order).imaginary;
  PowerSeries result{atan(x)};
  for (int k = 1; k <= order; ++k)
    result.push_back(powers[static_cast<std::size_t>(k)] / Interval(k % 2 == 0 ? -k : k));
  return result;
}

// erf' = 2/sqrt(pi) e^(-x^2) = (2 sqrt 2)/sqrt(2 pi) e^(-x^2).
std::vector<Interval> erf_taylor(const Interval &x, int order) {
  PowerSeries slope = exp(PowerSeries{-pow(x, 2), x * -2.0, -1.0}, order);
  const Interval factor = inverse_sqrt_two_pi() * sqrt(Interval(8.0));
  for (Interval &c : slope)
    c *= factor;
  return integral(slope, erf(x), order);
}

std::vector<Interval> gaussian_taylor(const Interval &x, int order) { return bell(x, order); }

// ln cosh x, the antiderivative of tanh; even, increasing in |x|.
std::vector<Interval> logcosh_taylor(const Interval &x, int order) {
  const auto value = [](double a) -> Interval {
    if (a > 1.0) {
      const Interval correction = log1p(exp(Interval(a) * -2.0)) - log(Interval(2.0));
      return Interval(a) + correction;
    }
    const Interval e = expm1(Interval(a)); // cosh a - 1 = e^2/(2 (1 + e))
    return log1p(pow(e, 2) / ((e + 1.0) * 2.0));
  };
  const Interval on_x{std::max(value(x.mig()).lo(), 0.0), value(x.mag()).hi()};
  return integral(tanh_taylor(x, order), on_x, order);
}

// x (1 + x^2)^(-1/2), whose derivative is (1 + x^2)^(-3/2), at x + t this at x times f(t) times
// its conjugate, f(t) = (1 + t/(x - i))^(-3/2); increasing.
std::vector<Interval> algebraic_taylor(const Interval &x, int order) {
  const auto value = [](double t) -> Interval {
    if (std::fabs(t) > 1e9) // 1 - s < 1/(2 x^2)
      return t < 0.0 ? Interval(-1.0, -1.0 + 0x1p-53) : Interval(1.0 - 0x1p-53, 1.0);
    return Interval(t) / sqrt(pow(Interval(t), 2) + 1.0);
  };
  PolePowers f = pole_powers(x, order);
  Interval binomial = 1.0;
  for (std::size_t k = 1; k < f.real.size(); ++k) {
    binomial = binomial * -(double(k) + 0.5) / double(k);
    f.real[k] *= binomial;
    f.imaginary[k] *= binomial;
  }
  const Interval square = pow(x, 2) + 1.0, start = Interval(1.0) / (square * sqrt(square));
  PowerSeries slope = sum(product(f.real, f.real, order), product(f.imaginary, f.imaginary, order));
  for (Interval &c : slope)
    c *= start;
  return integral(slope, {value(x.lo()).lo(), value(x.hi()).hi()}, order);
}

// max(0, x)^2: a polynomial on either side of 0. Across 0 the second derivative jumps, and nothing
// is claimed of it and the higher ones.
std::vector<Interval> requ_taylor(const Interval &x, int order) {
  std::vector<Interval> c(static_cast<std::size_t>(order) + 1, 0.0);
  const Interval positive{std::max(x.lo(), 0.0), std::max(x.hi(), 0.0)};
  const bool right = x.lo() >= 0.0 && x.hi() > 0.0, left = x.hi() <= 0.0 && x.lo() < 0.0;
  if (!left) {
    c[0] = pow(positive, 2);
    c[0] = {std::max(c[0].lo(), 0.0), c[0].hi()};
  }
  for (int k = 1; k <= order && !left; ++k)
    c[static_cast<std::size_t>(k)] = k == 1   ? Interval(2.0 * positive.lo(), 2.0 * positive.hi())
                                     : !right ? whole_line()
                                              : Interval(k == 2 ? 1.0 : 0.0);
  return c;
}

} // namespace polynet
