// Polynomials in place of functions: what they differ by is bounded, and nearly attained.
#include "activation/approximation.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

using namespace polynet_test;
using polynet::Approximation;
using polynet::economise;

namespace {

template <typename Number> Interval value(const std::vector<Number> &a, double w) {
  Interval sum = 0.0;
  for (std::size_t k = a.size(); k-- > 0;)
    sum = sum * w + a[k];
  return sum;
}

// sum_k (-q w)^k without its first term, to 140 orders.
std::vector<Interval> geometric(double q) {
  std::vector<Interval> a{0.0};
  for (int k = 1; k <= 140; ++k)
    a.push_back(pow(Interval(-q), k));
  return a;
}

} // namespace

namespace {

double keep(double c) { return c; }
double to_eighth_bit(double c) { return std::ldexp(std::nearbyint(std::ldexp(c, 8)), -8); }

// The largest |f - p| found on the interval, which no bound may be below.
double largest_difference(const polynet::Activation &s, double centre, double reach,
                          const Approximation &p) {
  double largest = 0.0;
  for (int i = -300; i <= 300; ++i) {
    const double t = reach * i / 300;
    largest =
        std::max(largest, (value(p.coefficients, t) - s.taylor(Interval(centre) + t, 0)[0]).mig());
  }
  return largest;
}

polynet::ChebyshevSeries interpolated(const polynet::Activation &s, double centre, double reach,
                                      int nodes) {
  return polynet::interpolate([&](const Interval &t) { return s.taylor(t + centre, 0)[0]; },
                              polynet::remainder_bound(s, nodes, centre, reach, 0), reach, nodes);
}

} // namespace

TEST_CASE("interpolation reaches beyond the circle in which Taylor's series converges") {
  const auto tanh = polynet::activation("tanh"); // poles at +-i pi/2
  for (const double allowed : {1e-2, 1e-4, 1e-8}) {
    const Approximation p = polynet::approximate(interpolated(*tanh, 0.0, 2.5, 256), allowed, keep);
    CHECK(p.error <= 1.1 * allowed);
    const double largest = largest_difference(*tanh, 0.0, 2.5, p);
    CHECK(largest <= p.error);
    CHECK(largest >= 0.2 * p.error);
  }
  // By the bound of its derivatives; where that grows there is none.
  CHECK(interpolated(*tanh, 0.0, 2.5, 256).rest < 1e-12);
  CHECK(interpolated(*tanh, 0.0, 2.5, 16).rest > 1e-3);
  CHECK(interpolated(*tanh, 0.0, 4.0, 256).rest > 1.0);
}

TEST_CASE("too few nodes are paid for") {
  for (const char *name : {"tanh", "exp", "sin", "erf", "silu"}) {
    const auto s = polynet::activation(name);
    for (const int nodes : {2, 3, 5, 8})
      for (const double centre : {0.0, 0.75}) {
        const polynet::ChebyshevSeries f = interpolated(*s, centre, 1.0, nodes);
        const Approximation p = polynet::approximate(f, 0.0, keep);
        INFO(name << ", " << nodes << " nodes, centre " << centre);
        REQUIRE(p.coefficients.size() == static_cast<std::size_t>(nodes));
        const double largest = largest_difference(*s, centre, 1.0, p);
        CHECK(largest <= p.error);
        if (std::string(name) == "exp") // its derivatives are all of one size
          CHECK(largest >= 0.3 * p.error);
      }
  }
}

TEST_CASE("the rounding of coefficients is part of the bound") {
  for (const char *name : {"tanh", "exp", "logistic", "softplus"}) {
    const auto s = polynet::activation(name);
    for (const double reach : {0.25, 1.0, 3.0}) {
      const polynet::ChebyshevSeries f = interpolated(*s, 0.5, reach, 32);
      const Approximation exact = polynet::approximate(f, 1e-6, keep);
      const Approximation rounded = polynet::approximate(f, 1e-6, to_eighth_bit);
      INFO(name << " within " << reach);
      REQUIRE(rounded.coefficients.size() == exact.coefficients.size());
      for (std::size_t k = 0; k < exact.coefficients.size(); ++k)
        CHECK(rounded.coefficients[k] == to_eighth_bit(exact.coefficients[k]));
      const double largest = largest_difference(*s, 0.5, reach, rounded);
      CHECK(largest <= rounded.error);
      CHECK(largest >= 0.05 * rounded.error);
      CHECK(rounded.error > 10 * exact.error);
    }
  }
}

TEST_CASE("what a shorter series differs by is bounded, and nearly attained") {
  for (const double range : {0.01, 1.0, 4.0})
    for (const double ratio : {0.1, 0.5, 0.8, 0.95})
      for (const double allowed : {1e-4, 1e-7, 1e-10}) {
        const std::vector<Interval> a = geometric(ratio / range);
        const Approximation shorter = economise(a, range, allowed);
        CAPTURE(range);
        CAPTURE(ratio);
        CAPTURE(allowed);
        CHECK(shorter.coefficients[0] == 0.0);
        const double bound = shorter.error;
        CHECK(bound <= 1.1 * allowed);
        double largest = 0.0;
        for (int i = 0; i <= 400; ++i) {
          const double w = range * i / 400;
          const Interval off = value(shorter.coefficients, w) - value(a, w);
          CHECK(off.mig() <= bound);
          largest = std::max(largest, off.mig());
        }
        if (shorter.coefficients.size() < a.size())
          CHECK(largest >= 0.25 * bound);
        else
          CHECK(ratio > 0.5); // too many orders cancel
      }
}

TEST_CASE("a shorter series is as short as the nearest pole allows") {
  // With the pole at x = -1/r of x = w/range, Chebyshev's coefficients fall by z + sqrt(z^2 - 1)
  // each order, z = 2/r + 1: 13.9 for r = 1/3.
  const Approximation shorter = economise(geometric(1.0 / 3.0), 1.0, 1e-13);
  CHECK(shorter.coefficients.size() <= 13);
}

TEST_CASE("whatever is allowed, the series becomes short") {
  for (double allowed = 1e-4; allowed > 1e-13; allowed /= 1.3)
    CHECK(economise(geometric(1.0 / 3.0), 1.0, allowed).coefficients.size() <= 14);
}

TEST_CASE("with nothing to leave out a series stays what it is") {
  const std::vector<Interval> a = geometric(0.5);
  const Approximation same = economise(a, 1.0, 0.0);
  REQUIRE(same.coefficients.size() == a.size());
  CHECK(economise({0.0, 2.0}, 3.0, 10.0).coefficients.size() == 2); // the first order remains
}

TEST_CASE("open coefficients are paid for") {
  const std::vector<Interval> a{0.0, {1.0, 1.5}, {-0.25, 0.25}};
  const Approximation shorter = economise(a, 2.0, 0.5);
  for (const double b1 : {1.0, 1.5})
    for (const double b2 : {-0.25, 0.0, 0.25})
      for (int i = 0; i <= 20; ++i) {
        const double w = 0.1 * i;
        const Interval off =
            value(shorter.coefficients, w) - value(std::vector<double>{0.0, b1, b2}, w);
        CHECK(off.mig() <= shorter.error);
      }
}

TEST_CASE("a power loses a degree for little more than its Chebyshev polynomial") {
  for (int n = 2; n <= 12; ++n) { // without a constant, as 2 (x/4)^n nearly
    std::vector<Interval> a(static_cast<std::size_t>(n) + 1, 0.0);
    a.back() = 1.0;
    const double least = std::ldexp(2.0, -2 * n);
    CHECK(economise(a, 1.0, 0.99 * least).coefficients.size() == a.size());
    const Approximation shorter = economise(a, 1.0, (1.0 + 1.5 / n) * least);
    CHECK(shorter.coefficients.size() == a.size() - 1);
    CHECK(shorter.coefficients[0] == 0.0);
  }
}
