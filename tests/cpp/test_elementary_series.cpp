// The series of the elementary functions without rounding: their remainders alone enclose the
// value, whatever the outward rounding of the intervals adds.
#include "algebra/elementary_series.hpp"

#include <cmath>
#include <doctest/doctest.h>

namespace {

// A number of about 106 bits, the unevaluated sum of two doubles (Dekker 1971; Hida, Li and Bailey
// 2001): off by less than 2^-100 of what it stands for, 2^29 times less than any remainder.
struct Long {
  double high = 0.0, low = 0.0;

  static Long sum_of(double a, double b) {
    const double s = a + b, part = s - a;
    return {s, (a - (s - part)) + (b - part)};
  }
  static Long normalised(double a, double b) {
    const double s = a + b;
    return {s, b - (s - a)};
  }
};
Long operator-(const Long &x) { return {-x.high, -x.low}; }
Long operator+(const Long &x, const Long &y) {
  const Long s = Long::sum_of(x.high, y.high), t = Long::sum_of(x.low, y.low);
  const Long u = Long::normalised(s.high, s.low + t.high);
  return Long::normalised(u.high, u.low + t.low);
}
Long operator*(const Long &x, const Long &y) {
  const double p = x.high * y.high;
  return Long::normalised(p, std::fma(x.high, y.high, -p) + (x.high * y.low + x.low * y.high));
}
Long operator/(const Long &x, double d) {
  const double q = x.high / d;
  const Long rest = x + -(Long{q, 0.0} * Long{d, 0.0});
  return Long::normalised(q, rest.high / d + rest.low / d);
}
bool operator<(const Long &x, const Long &y) {
  const Long d = x + -y;
  return d.high < 0.0;
}

// An interval with such ends and no outward rounding.
struct Unrounded {
  Long lo, hi;

  Unrounded(double x) : Unrounded(x, x) {}
  Unrounded(double l, double h) : lo{l, 0.0}, hi{h, 0.0} {}
  Unrounded(const Long &l, const Long &h) : lo(l), hi(h) {}
};
Unrounded operator-(const Unrounded &x) { return {-x.hi, -x.lo}; }
Unrounded operator+(const Unrounded &x, const Unrounded &y) { return {x.lo + y.lo, x.hi + y.hi}; }
Unrounded operator*(const Unrounded &x, const Unrounded &y) {
  const Long products[] = {x.lo * y.lo, x.lo * y.hi, x.hi * y.lo, x.hi * y.hi};
  Unrounded result(products[0], products[0]);
  for (const Long &p : products)
    result = {p < result.lo ? p : result.lo, result.hi < p ? p : result.hi};
  return result;
}
Unrounded operator/(const Unrounded &x, const Unrounded &y) { // by a whole number, of either sign
  const Long a = x.lo / y.lo.high, b = x.hi / y.lo.high;
  return a < b ? Unrounded(a, b) : Unrounded(b, a);
}
Unrounded pow(const Unrounded &x, int) { return x * x; } // of points, squared

// sum_n term_n with term_n/term_(n-1) = ratio(n): enough terms for |y| < 1.
template <typename Ratio> Long sum_of_terms(Long first, Ratio ratio) {
  Long sum = first;
  for (int n = 1; n < 90; ++n)
    sum = sum + (first = ratio(n, first));
  return sum;
}

struct Function {
  const char *name;
  double reach; // of the argument
  Unrounded (*series)(const Unrounded &);
  Long (*value)(double);
};
const Function functions[] = {
    {"expm1", 0.36, polynet::expm1_series<Unrounded>,
     [](double y) {
       return sum_of_terms({y, 0.0}, [&](int n, Long t) { return t * Long{y, 0.0} / (n + 1.0); });
     }},
    {"log", 0.177, polynet::log_series<Unrounded>,
     [](double z) {
       Long power{2.0 * z, 0.0}, sum = power;
       for (int n = 1; n < 60; ++n) {
         power = power * Long{z, 0.0} * Long{z, 0.0};
         sum = sum + power / (2.0 * n + 1.0);
       }
       return sum;
     }},
    {"sin", 0.8, polynet::sin_series<Unrounded>,
     [](double y) {
       return sum_of_terms({y, 0.0}, [&](int n, Long t) {
         return t * Long{y, 0.0} * Long{y, 0.0} / (-2.0 * n * (2.0 * n + 1.0));
       });
     }},
    {"cos", 0.8, polynet::cos_series<Unrounded>,
     [](double y) {
       return sum_of_terms({1.0, 0.0}, [&](int n, Long t) {
         return t * Long{y, 0.0} * Long{y, 0.0} / (-2.0 * n * (2.0 * n - 1.0));
       });
     }},
    {"atan", 0.199, polynet::atan_series<Unrounded>,
     [](double r) {
       Long power{r, 0.0}, sum = power;
       for (int n = 1; n < 60; ++n) {
         power = -(power * Long{r, 0.0} * Long{r, 0.0});
         sum = sum + power / (2.0 * n + 1.0);
       }
       return sum;
     }},
};

} // namespace

TEST_CASE("the series enclose the functions without any outward rounding") {
  for (const Function &f : functions) {
    INFO(f.name);
    for (int k = -64; k <= 64; ++k) {
      const double y = f.reach * (k / 64.0);
      if (y == 0.0)
        continue;
      const Unrounded enclosure = f.series(y);
      const Long exact = f.value(y);
      CAPTURE(y);
      CHECK(enclosure.lo < exact);
      CHECK(exact < enclosure.hi);
      // ... and not by a wide margin, which would hide a remainder in the wrong place.
      const Long width = enclosure.hi + -enclosure.lo;
      CHECK(width.high < 0x1p-63 * std::fmax(std::fabs(y), std::fabs(exact.high)));
    }
  }
}
