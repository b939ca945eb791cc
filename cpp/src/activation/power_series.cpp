#include "power_series.hpp"

#include <cstddef>

namespace polynet {

namespace {

int degree(const PowerSeries &a) { return static_cast<int>(a.size()) - 1; }

// sum_{i = first..last} a_i b_{k-i}, where both exist.
Interval convolution(const PowerSeries &a, const PowerSeries &b, int k, int first, int last) {
  Interval result = 0.0;
  for (int i = std::max(first, k - degree(b)); i <= std::min(last, degree(a)); ++i)
    result += a[static_cast<std::size_t>(i)] * b[static_cast<std::size_t>(k - i)];
  return result;
}

Interval coefficient(const PowerSeries &a, int k) {
  return k <= degree(a) ? a[static_cast<std::size_t>(k)] : Interval(0.0);
}

// i a_i, i = 0..: t a'(t).
PowerSeries times_index(const PowerSeries &a) {
  PowerSeries result;
  for (std::size_t i = 0; i < a.size(); ++i)
    result.push_back(a[i] * double(i));
  return result;
}

} // namespace

PowerSeries variable(const Interval &x) { return {x, 1.0}; }

PowerSeries sum(const PowerSeries &a, const PowerSeries &b) {
  PowerSeries result = a.size() < b.size() ? b : a;
  const PowerSeries &shorter = a.size() < b.size() ? a : b;
  for (std::size_t i = 0; i < shorter.size(); ++i)
    result[i] += shorter[i];
  return result;
}

PowerSeries product(const PowerSeries &a, const PowerSeries &b, int order) {
  PowerSeries result;
  for (int k = 0; k <= order; ++k)
    result.push_back(convolution(a, b, k, 0, k));
  return result;
}

// b q = a.
PowerSeries quotient(const PowerSeries &a, const PowerSeries &b, int order) {
  PowerSeries q;
  for (int k = 0; k <= order; ++k)
    q.push_back((coefficient(a, k) - convolution(b, q, k, 1, k)) / b[0]);
  return q;
}

// e = exp a: t e' = t a' e.
PowerSeries exp(const PowerSeries &a, int order) {
  const PowerSeries slope = times_index(a);
  PowerSeries e{exp(a[0])};
  for (int k = 1; k <= order; ++k)
    e.push_back(convolution(slope, e, k, 1, k) / Interval(k));
  return e;
}

// L = 1/(1 + e^-a): t L' = t a' L (1 - L).
PowerSeries logistic(const PowerSeries &a, int order) {
  const auto at = [](double x) {
    const Interval e = polynet::exp(Interval(-std::fabs(x)));
    return (x < 0.0 ? e : Interval(1.0)) / (e + 1.0);
  };
  const PowerSeries slope = times_index(a);
  PowerSeries l{{at(a[0].lo()).lo(), at(a[0].hi()).hi()}};
  PowerSeries complement{Interval(1.0) - l[0]}, w; // 1 - L and L (1 - L)
  for (int k = 1; k <= order; ++k) {
    w.push_back(convolution(l, complement, k - 1, 0, k - 1));
    l.push_back(convolution(slope, w, k, 1, k) / Interval(k));
    complement.push_back(-l.back());
  }
  return l;
}

PowerSeries integral(const PowerSeries &a, const Interval &constant, int order) {
  PowerSeries result{constant};
  for (int k = 1; k <= order; ++k)
    result.push_back(coefficient(a, k - 1) / Interval(k));
  return result;
}

PowerSeries reflected(PowerSeries a) {
  for (std::size_t k = 1; k < a.size(); k += 2)
    a[k] = -a[k];
  return a;
}

} // namespace polynet
