// Series brought down to a lower degree.
#include "../../cpp/src/plan/economised.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

using namespace polynet_test;
using polynet::economise;
using polynet::Economised;

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

TEST_CASE("what a shorter series differs by is bounded, and nearly attained") {
  for (const double range : {0.01, 1.0, 4.0})
    for (const double ratio : {0.1, 0.5, 0.8})
      for (const double allowed : {1e-4, 1e-7, 1e-10}) {
        const std::vector<Interval> a = geometric(ratio / range);
        const Economised shorter = economise(a, range, allowed);
        CAPTURE(range);
        CAPTURE(ratio);
        CAPTURE(allowed);
        CHECK(shorter.coefficients[0] == 0.0);
        const double bound = shorter.difference.hi();
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
  const Economised shorter = economise(geometric(1.0 / 3.0), 1.0, 1e-13);
  CHECK(shorter.coefficients.size() <= 13);
}

TEST_CASE("with nothing to leave out a series stays what it is") {
  const std::vector<Interval> a = geometric(0.5);
  const Economised same = economise(a, 1.0, 0.0);
  REQUIRE(same.coefficients.size() == a.size());
  CHECK(economise({0.0, 2.0}, 3.0, 10.0).coefficients.size() == 2); // the first order remains
}

TEST_CASE("open coefficients are paid for") {
  const std::vector<Interval> a{0.0, {1.0, 1.5}, {-0.25, 0.25}};
  const Economised shorter = economise(a, 2.0, 0.5);
  for (const double b1 : {1.0, 1.5})
    for (const double b2 : {-0.25, 0.0, 0.25})
      for (int i = 0; i <= 20; ++i) {
        const double w = 0.1 * i;
        const Interval off =
            value(shorter.coefficients, w) - value(std::vector<double>{0.0, b1, b2}, w);
        CHECK(off.mig() <= shorter.difference.hi());
      }
}

TEST_CASE("a power loses a degree for little more than its Chebyshev polynomial") {
  for (int n = 2; n <= 12; ++n) { // without a constant, as 2 (x/4)^n nearly
    std::vector<Interval> a(static_cast<std::size_t>(n) + 1, 0.0);
    a.back() = 1.0;
    const double least = std::ldexp(2.0, -2 * n);
    CHECK(economise(a, 1.0, 0.99 * least).coefficients.size() == a.size());
    const Economised shorter = economise(a, 1.0, (1.0 + 1.5 / n) * least);
    CHECK(shorter.coefficients.size() == a.size() - 1);
    CHECK(shorter.coefficients[0] == 0.0);
  }
}
