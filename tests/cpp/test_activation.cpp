// Activations: values, the differential equations of their derivatives, enclosures on intervals.
#include "support.hpp"

#include <doctest/doctest.h>

using namespace polynet_test;
using polynet::Activation;

namespace {

const Activation &activation(const char *name) { return *polynet::activation(name); }

const Interval whole(-polynet::detail::infinity, polynet::detail::infinity);

const char *const names[] = {"logistic", "tanh"};

bool meet(const Interval &x, const Interval &y) { return x.lo() <= y.hi() && y.lo() <= x.hi(); }

double reference_error_ulp(double value, long double exact) {
  const double e = static_cast<double>(std::fabs(exact));
  const double ulp = std::nextafter(e, polynet::detail::infinity) - e;
  return static_cast<double>(std::fabs(static_cast<long double>(value) - exact)) / ulp;
}

} // namespace

TEST_CASE("values are within 4 ulp where long double can tell") {
  if (std::numeric_limits<long double>::digits < 64)
    return;
  Random random(21);
  for (int n = 0; n < 20000; ++n) {
    const double x = n % 2 ? random.between(-700.0, 700.0)
                           : std::ldexp(random.between(-1.0, 1.0), random.integer(-60, 6));
    if (reference_error_ulp(polynet::value_at(activation("tanh"), x),
                            std::tanh(static_cast<long double>(x))) > 4)
      FAIL_CHECK("tanh " << x);
    const long double exact = 1.0L / (1.0L + std::exp(-static_cast<long double>(x)));
    if (reference_error_ulp(polynet::value_at(activation("logistic"), x), exact) > 4)
      FAIL_CHECK("logistic " << x);
  }
}

TEST_CASE("the enclosure of the value contains the computed one, give or take its 4 ulp") {
  Random random(22);
  for (const char *name : names)
    for (int n = 0; n < 2000; ++n) {
      const double x = random.between(-40.0, 40.0), v = polynet::value_at(activation(name), x);
      const Interval enclosure = polynet::derivatives(activation(name), x, 0)[0];
      const double slack = 5 * 0x1p-52 * std::fabs(v);
      if (!meet(enclosure, Interval(v - slack, v + slack)))
        FAIL_CHECK(name << " " << x);
      if (enclosure.rad() > 64 * 0x1p-53)
        FAIL_CHECK(name << " is too wide at " << x);
    }
}

TEST_CASE("derivatives satisfy the differential equation and its derivative") {
  Random random(23);
  for (int n = 0; n < 500; ++n) {
    const double x = random.between(-6.0, 6.0);
    const auto t = polynet::derivatives(activation("tanh"), x, 3);
    CHECK(meet(t[1], Interval(1.0) - t[0] * t[0]));
    CHECK(meet(t[2], t[0] * t[1] * -2.0));
    CHECK(meet(t[3], t[1] * t[1] * -2.0 - t[0] * t[2] * 2.0));
    const auto s = polynet::derivatives(activation("logistic"), x, 3);
    CHECK(meet(s[1], s[0] * (Interval(1.0) - s[0])));
    CHECK(meet(s[2], s[1] * (Interval(1.0) - s[0] * 2.0)));
    CHECK(meet(s[3], s[2] * (Interval(1.0) - s[0] * 2.0) - s[1] * s[1] * 2.0));
    // logistic(x) = (1 + tanh(x/2))/2, all derivatives.
    const auto half = polynet::derivatives(activation("tanh"), x / 2, 3);
    for (int k = 1; k <= 3; ++k)
      CHECK(meet(s[k], half[k] * std::ldexp(1.0, -k - 1)));
  }
}

// The bound of |s_k| on the whole line.
static double largest_derivative(const Activation &s, int k) {
  double bound = s.taylor_bound(k, whole);
  for (int i = 2; i <= k; ++i)
    bound = polynet::up(bound * i);
  return bound;
}

TEST_CASE("derivatives at 0 are the known numbers") {
  const double tanh_at_0[] = {0, 1, 0, -2, 0, 16, 0, -272, 0, 7936};
  const double logistic_at_0[] = {0.5, 0.25, 0, -0.125, 0, 0.25, 0, -1.0625, 0, 7.75};
  const auto t = polynet::derivatives(activation("tanh"), 0.0, 9);
  const auto s = polynet::derivatives(activation("logistic"), 0.0, 9);
  for (int k = 0; k <= 9; ++k) {
    CHECK(t[k].contains(tanh_at_0[k]));
    CHECK(s[k].contains(logistic_at_0[k]));
    // Odd derivatives are largest at 0, so the global bound must reach them, and nearly does.
    if (k % 2 == 1) {
      const double tanh_bound = largest_derivative(activation("tanh"), k);
      const double logistic_bound = largest_derivative(activation("logistic"), k);
      CHECK(tanh_bound >= std::fabs(tanh_at_0[k]));
      CHECK(tanh_bound <= 1.04 * std::fabs(tanh_at_0[k]));
      CHECK(logistic_bound >= std::fabs(logistic_at_0[k]));
      CHECK(logistic_bound <= 1.04 * std::fabs(logistic_at_0[k]));
    }
  }
}

TEST_CASE("the special biases are zeros of the derivatives that the header names") {
  for (const char *name : names) {
    const Activation &s = activation(name);
    const Interval fourth = polynet::derivatives(s, s.product_bias, 4)[4];
    CHECK(fourth.mag() <= 1e-13 * largest_derivative(s, 4));
    CHECK(polynet::derivatives(s, s.product_bias, 2)[2].mig() > 0.05);
    if (s.symmetry == polynet::Symmetry::odd)
      CHECK(s.copy_bias == 0.0);
    else
      CHECK(polynet::derivatives(s, s.copy_bias, 3)[3].mag() <= 1e-13 * largest_derivative(s, 3));
  }
}

TEST_CASE("a derivative's enclosure on an interval meets those at the points inside") {
  Random random(24);
  for (const char *name : names)
    for (int n = 0; n < 400; ++n) {
      const Activation &s = activation(name);
      const double radius = std::ldexp(random.unit(), random.integer(-12, 7));
      const double centre = random.between(-8.0, 8.0);
      const Interval x(centre - radius, centre + radius);
      const int k = random.integer(0, 16);
      const Interval on_x = polynet::derivative_on(s, k, x);
      for (int i = 0; i < 8; ++i) {
        const double point = std::min(x.hi(), x.lo() + (x.hi() - x.lo()) * random.unit());
        if (!meet(on_x, polynet::derivatives(s, point, k)[k]))
          FAIL_CHECK(name << " k = " << k << " at " << point << " in " << x.lo() << " " << x.hi());
      }
      if (k > 0 && on_x.mag() > (1.0 + 1e-13) * largest_derivative(s, k))
        FAIL_CHECK(name << ": wider than the global bound, k = " << k);
    }
}

TEST_CASE("every activation: the Taylor coefficients of an interval hold those of its points") {
  Random random(25);
  for (const std::string &name : polynet::activation_names())
    for (int n = 0; n < 100; ++n) {
      const Activation &s = activation(name.c_str());
      const double radius = std::ldexp(random.unit(), random.integer(-12, 0));
      const double centre = random.between(-20.0, 20.0);
      const Interval x(centre - radius, centre + radius);
      const std::vector<Interval> on_x = s.taylor(x, 12);
      REQUIRE(on_x.size() == 13);
      for (int i = 0; i < 4; ++i) {
        const double point = std::min(x.hi(), x.lo() + (x.hi() - x.lo()) * random.unit());
        const std::vector<Interval> at_point = s.taylor(point, 12);
        for (std::size_t k = 0; k <= 12; ++k)
          if (!meet(on_x[k], at_point[k]))
            FAIL_CHECK(name << " k = " << k << " at " << point);
        if (!s.taylor_bound)
          continue;
        for (int k = 1; k <= 12; ++k) {
          const double bound = s.taylor_bound(k, x);
          if (!(at_point[static_cast<std::size_t>(k)].mig() <= bound))
            FAIL_CHECK(name << ": above its bound, k = " << k << " at " << point);
        }
      }
    }
}

TEST_CASE("what Taylor polynomials leave out has its factor, with its derivatives") {
  Random random(26);
  int near_the_end = 0;
  for (const char *name : {"algebraic", "arctan", "mish", "tanh"})
    for (int n = 0; n < 4000; ++n) {
      const Activation &s = activation(name);
      const double centre = random.between(-2.5, 2.5), radius = random.between(0.3, 1.5);
      const int k = random.integer(1, 16), derivatives = random.integer(0, std::min(k, 4));
      const Interval factor = polynet::remainder_factor(s, k, centre, radius, derivatives);
      const std::vector<Interval> c = s.taylor(centre, k);
      const double t = n % 3 == 0 ? radius : n % 3 == 1 ? -radius : random.between(-radius, radius);
      const std::vector<Interval> there = s.taylor(Interval(centre) + t, derivatives);
      for (int j = 0; j <= derivatives; ++j) { // the j-th derivative over j!
        Interval rest = there[static_cast<std::size_t>(j)], binomial = 1.0;
        for (int i = j; i < k; ++i) { // C(i, j)
          rest -= c[static_cast<std::size_t>(i)] * binomial * pow(Interval(t), i - j);
          binomial = binomial * Interval(i + 1) / Interval(i + 1 - j);
        }
        rest = rest / (binomial * pow(Interval(t), k - j));
        if (!meet(rest, factor))
          FAIL_CHECK(name << " k = " << k << ", derivative " << j << " at " << centre << " + "
                          << t);
        near_the_end += rest.mig() > 0.5 * factor.mag();
      }
    }
  CHECK(near_the_end > 1000); // not vacuous
}

TEST_CASE("unknown names are refused, known ones are listed in order") {
  CHECK(code_of([] { activation("relu"); }) == ErrorCode::invalid_input);
  CHECK(code_of([] { activation(""); }) == ErrorCode::invalid_input);
  const std::vector<std::string> known = polynet::activation_names();
  CHECK(known.size() == 16);
  CHECK(std::is_sorted(known.begin(), known.end()));
  CHECK(activation("tanh").name == "tanh");
}
