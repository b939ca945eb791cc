// Intervals against exact arithmetic on random bit patterns.
#include "algebra/elementary.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

using namespace polynet_test;

namespace {

int sign(double x) { return (x > 0.0) - (x < 0.0); }

// The exact signs of a + b - c, a b - c, a/b - c for finite a, b and any c but NaN: one rounding
// keeps a sign, and powers of two keep it from underflow.
int sum_against(double a, double b, double c) {
  if (!std::isfinite(a + b))
    return sum_against(a / 4, b / 4, c / 4);
  const double s = a + b, part = s - a;
  const double rest = (a - (s - part)) + (b - part); // s + rest = a + b exactly (Knuth)
  return sign((s - c) + rest);
}
int product_against(double a, double b, double c) {
  if (a == 0.0 || b == 0.0)
    return sign(-c);
  int ea, eb;
  const double ma = std::frexp(a, &ea), mb = std::frexp(b, &eb);
  return sign(std::fma(ma, mb, -std::ldexp(c, -ea - eb)));
}
int quotient_against(double a, double b, double c) {
  if (std::isinf(c))
    return -sign(c);
  return -sign(b) * product_against(c, b, a);
}

struct Operation {
  const char *name;
  Interval (*intervals)(const Interval &, const Interval &);
  double (*rounded)(double, double);
  int (*against)(double, double, double);
};
const Operation operations[] = {
    {"+", [](const Interval &x, const Interval &y) { return x + y; },
     [](double a, double b) { return a + b; }, sum_against},
    {"-", [](const Interval &x, const Interval &y) { return x - y; },
     [](double a, double b) { return a - b; },
     [](double a, double b, double c) { return sum_against(a, -b, c); }},
    {"*", [](const Interval &x, const Interval &y) { return x * y; },
     [](double a, double b) { return a * b; }, product_against},
    {"/", [](const Interval &x, const Interval &y) { return x / y; },
     [](double a, double b) { return a / b; }, quotient_against},
};

double next_up(double x) { return std::nextafter(x, polynet::detail::infinity); }
double next_down(double x) { return std::nextafter(x, -polynet::detail::infinity); }

// All exponents, small integers, neighbours of the first operand, and the extremes.
double operand(Random &random, double other) {
  switch (random.integer(0, 7)) {
  case 0:
    return random.integer(-8, 8);
  case 1:
    return next_up(other);
  case 2:
    return -next_down(other);
  case 3:
    return random.between(-2.0, 2.0);
  case 4:
    return std::ldexp(random.between(-2.0, 2.0), random.integer(-1074, -1000));
  default:
    return random.any_finite();
  }
}

} // namespace

TEST_CASE("operations contain the exact values at the corners, within two doubles") {
  Random random(1);
  for (const Operation &op : operations)
    for (int n = 0; n < 20000; ++n) {
      const double a = random.any_finite(), b = operand(random, a), c = operand(random, b),
                   d = operand(random, c);
      if (!std::isfinite(b) || !std::isfinite(c) || !std::isfinite(d))
        continue;
      const Interval x(std::min(a, b), std::max(a, b)), y(std::min(c, d), std::max(c, d));
      const Interval z = op.intervals(x, y);
      if (op.name[0] == '/' && y.contains(0.0)) {
        if (z.lo() != -polynet::detail::infinity || z.hi() != polynet::detail::infinity)
          FAIL_CHECK("division by an interval with 0: " << c << " " << d);
        continue;
      }
      double least = polynet::detail::infinity, most = -least;
      for (const double p : {a, b})
        for (const double q : {c, d}) {
          if (op.against(p, q, z.lo()) < 0 || op.against(p, q, z.hi()) > 0)
            FAIL_CHECK(p << " " << op.name << " " << q << " not in " << z.lo() << " " << z.hi());
          least = std::min(least, op.rounded(p, q));
          most = std::max(most, op.rounded(p, q));
        }
      if (z.lo() < next_down(next_down(least)) || z.hi() > next_up(next_up(most)))
        FAIL_CHECK(op.name << " is too wide for " << a << " " << b << " " << c << " " << d);
    }
}

TEST_CASE("unbounded and undefined ends are the whole line or stay unbounded") {
  const double inf = polynet::detail::infinity, nan = std::numeric_limits<double>::quiet_NaN();
  const Interval whole(-inf, inf);
  for (const Interval &x : {Interval(nan), Interval(nan, 1.0), Interval(2.0, 1.0)}) {
    CHECK(x.lo() == -inf);
    CHECK(x.hi() == inf);
    CHECK_FALSE(x.is_bounded());
  }
  CHECK((Interval(0.0) * whole).contains(0.0));
  CHECK((Interval(polynet::detail::largest) + 1.0).contains(polynet::detail::largest));
  CHECK((Interval(polynet::detail::largest) * 2.0).hi() == inf);
  CHECK((Interval(polynet::detail::largest) * 2.0).lo() <= polynet::detail::largest);
  CHECK(whole.mid() == 0.0);
}

TEST_CASE("middle, radius, magnitude and mignitude agree with the ends") {
  Random random(2);
  for (int n = 0; n < 10000; ++n) {
    const double a = random.any_finite(), b = operand(random, a);
    if (!std::isfinite(b))
      continue;
    const Interval x(std::min(a, b), std::max(a, b));
    const double m = x.mid(), r = x.rad();
    const bool radius_reaches = sum_against(x.hi(), -m, r) <= 0 && sum_against(m, -x.lo(), r) <= 0;
    const double nearest = x.contains(0.0) ? 0.0 : std::min(std::fabs(a), std::fabs(b));
    if (!x.contains(m) || !radius_reaches || x.mig() != nearest ||
        x.mag() != std::max(std::fabs(a), std::fabs(b)))
      FAIL_CHECK(a << " " << b);
  }
}

TEST_CASE("powers of integers contain the exact integer") {
  for (int base = -9; base <= 9; ++base) {
    std::int64_t exact = 1;
    for (int n = 0; n <= 17; ++n, exact *= base) {
      const Interval p = polynet::pow(double(base), n);
      // Two doubles whose sum is the integer exactly.
      const double high = double(exact), low = double(exact - static_cast<std::int64_t>(high));
      CHECK(sum_against(high, low, p.lo()) >= 0);
      CHECK(sum_against(high, low, p.hi()) <= 0);
      CHECK(p.hi() - p.lo() <= 6 * n * 0x1p-53 * std::fabs(high) + polynet::detail::smallest);
    }
  }
  CHECK(polynet::pow(Interval(-2.0, 3.0), 2).lo() == 0.0);
  CHECK(polynet::pow(Interval(-2.0, 1.0), 3).contains(-8.0));
}

TEST_CASE("elementary functions contain constants known to many digits, within a few units") {
  struct Known {
    Interval (*function)(const Interval &);
    double x, below; // function(x) lies between `below` and the next double
  };
  const Known known[] = {
      {polynet::exp, 1.0, 0x1.5bf0a8b145769p+1},
      {polynet::exp, -1.0, 0x1.78b56362cef37p-2},
      {polynet::exp, 10.0, 0x1.5829dcf95055fp+14},
      {polynet::exp, -700.0, 0x1.14f2b0fb9307fp-1010},
      {polynet::exp, 709.0, 0x1.d422d2be5dc9ap+1022},
      {polynet::exp, -710.5, 0x0.1f3c9d0fbe021p-1022},
      {polynet::exp, -720.0, 0x0.0000993b4dc95p-1022},
      {polynet::exp, -744.0, 0x0.0000000000001p-1022},
      {polynet::expm1, 0.25, 0x1.22d78f0fa0619p-2},
      {polynet::expm1, -0.5, -0x1.92e9a0720d3edp-2},
      {polynet::expm1, 1e-10, 0x1.b7cdfd9dda4e3p-34},
      {polynet::tanh, 0.5, 0x1.d9353d7568af3p-2},
      {polynet::tanh, 1e-8, 0x1.5798ee2308c39p-27},
      {polynet::tanh, 3.0, 0x1.fd77d111a0affp-1},
  };
  for (const Known &k : known) {
    const Interval y = k.function(k.x);
    CAPTURE(k.x);
    CHECK(y.lo() <= k.below);
    CHECK(y.hi() >= next_up(k.below));
    CHECK(y.hi() - y.lo() <= 64 * 0x1p-53 * std::fabs(k.below) + 4 * polynet::detail::smallest);
  }
}

TEST_CASE("elementary functions obey their identities over the whole range") {
  Random random(3);
  for (int n = 0; n < 5000; ++n) {
    const Interval x = random.between(-350.0, 350.0), y = random.between(-350.0, 350.0);
    const Interval product = polynet::exp(x) * polynet::exp(y), sum = polynet::exp(x + y);
    if (product.lo() > sum.hi() || sum.lo() > product.hi())
      FAIL_CHECK("exp(x + y): " << x.lo() << " " << y.lo());
    const Interval t = std::ldexp(random.between(-1.0, 1.0), random.integer(-30, 4));
    const Interval th = polynet::tanh(t), twice = polynet::tanh(t * 2.0);
    const Interval doubled = th * 2.0 / (th * th + 1.0); // tanh 2t
    if (twice.lo() > doubled.hi() || doubled.lo() > twice.hi())
      FAIL_CHECK("tanh 2t: " << t.lo());
    const Interval e = polynet::expm1(t) + 1.0, f = polynet::exp(t);
    if (e.lo() > f.hi() || f.lo() > e.hi())
      FAIL_CHECK("expm1: " << t.lo());
  }
}

TEST_CASE("further elementary functions obey their identities over the whole range") {
  Random random(4);
  const auto meet = [](const Interval &x, const Interval &y) {
    return x.lo() <= y.hi() && y.lo() <= x.hi();
  };
  for (int n = 0; n < 5000; ++n) {
    const Interval x = std::ldexp(random.between(-1.0, 1.0), random.integer(-30, 15));
    const Interval s = polynet::sin(x), c = polynet::cos(x);
    CHECK((s * s + c * c).contains(1.0));
    CHECK(meet(polynet::sin(x * 2.0), s * c * 2.0));
    CHECK(meet(polynet::sin(polynet::pi() - x), s));
    const Interval angle = polynet::atan(x);
    CHECK(meet(polynet::sin(angle) * polynet::sqrt(x * x + 1.0), x));
    const Interval y = std::ldexp(random.between(0.5, 1.0), random.integer(-1000, 1000));
    CHECK(polynet::exp(polynet::log(y)).contains(y.lo()));
    CHECK(meet(polynet::log(polynet::sqrt(y)) * 2.0, polynet::log(y)));
    const Interval z = std::ldexp(random.between(0.0, 1.0), random.integer(-40, 9));
    CHECK(meet(polynet::log1p(polynet::expm1(z)), z));
    CHECK(meet(polynet::erf(-z), -polynet::erf(z)));
  }
  CHECK(polynet::pi().contains(3.141592653589793));
  CHECK((polynet::pow(polynet::inverse_sqrt_two_pi(), 2) * polynet::pi() * 2.0).contains(1.0));
}
