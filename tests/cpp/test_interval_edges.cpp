// Intervals at their exact edges: no rounding left out, and no wider than the header says.
#include "algebra/elementary.hpp"
#include "algebra/exact_sum.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

using namespace polynet_test;
using polynet::ExactSum;

namespace {

const double inf = polynet::detail::infinity, largest = polynet::detail::largest;
const double smallest = polynet::detail::smallest;

double next_up(double x) { return std::nextafter(x, inf); }
double next_down(double x) { return std::nextafter(x, -inf); }

} // namespace

TEST_CASE("a normal number is widened to its neighbours, a tiny one by two at most") {
  Random random(41);
  std::vector<double> numbers{1.0, next_down(1.0), next_up(1.0), 2.0, 3.0, -1.0, largest, -largest};
  for (int n = 0; n < 20000; ++n)
    numbers.push_back(random.any_finite());
  for (const double x : numbers) {
    const double below = polynet::down(x), above = polynet::up(x);
    if (std::fabs(x) >= 0x1p-960) {
      if (below != next_down(x) || (above != next_up(x)))
        FAIL_CHECK(x << " is widened to " << below << ", " << above);
    } else if (!(next_down(next_down(x)) <= below && below <= next_down(x) && next_up(x) <= above &&
                 above <= next_up(next_up(x)))) {
      FAIL_CHECK(x << " is widened to " << below << ", " << above);
    }
  }
  CHECK(polynet::down(0.0) == -smallest);
  CHECK(polynet::up(0.0) == smallest);
  CHECK(polynet::down(inf) == largest);
  CHECK(polynet::up(-inf) == -largest);
  CHECK(polynet::down(-inf) == -inf);
  CHECK(polynet::up(inf) == inf);
  CHECK(polynet::down(std::nan("")) == -inf);
  CHECK(polynet::up(std::nan("")) == inf);
}

TEST_CASE("hulls and common parts have the ends of the operands") {
  const Interval x(-1.0, 3.0), y(2.0, 5.0);
  for (const auto &[a, b] : {std::pair{x, y}, std::pair{y, x}}) {
    CHECK(polynet::hull(a, b).lo() == -1.0);
    CHECK(polynet::hull(a, b).hi() == 5.0);
    CHECK(polynet::intersect(a, b).lo() == 2.0);
    CHECK(polynet::intersect(a, b).hi() == 3.0);
  }
  CHECK(Interval(-3.0, 2.0).mag() == 3.0);
  CHECK(Interval(2.0, 3.0).subset_of(Interval(2.0, 3.0)));
  CHECK_FALSE(Interval(2.0, 3.0).subset_of(Interval(2.5, 3.0)));
  CHECK_FALSE(Interval(2.0, 3.0).subset_of(Interval(2.0, 2.5)));
  CHECK_FALSE(Interval(0.0, inf).is_bounded());
}

TEST_CASE("operations with zero and infinity in one operand are the whole line") {
  const Interval whole(-inf, inf), y = Interval(0.0, 1.0) * Interval(0.0, inf);
  CHECK(y.lo() == -inf);
  CHECK(y.hi() == inf);
  for (const Interval &x : {Interval(1.0) / Interval(-1.0, 1.0), Interval(1.0) / Interval(0.0),
                            Interval(1.0) / Interval(1.0, inf), whole / Interval(1.0)}) {
    CHECK(x.lo() == -inf);
    CHECK(x.hi() == inf);
  }
}

TEST_CASE("powers are the range, to a few units") {
  const Interval even = polynet::pow(Interval(-2.0, 3.0), 4), odd = polynet::pow({-2.0, 3.0}, 5);
  CHECK(even.lo() == 0.0);
  CHECK(even.hi() >= 81.0);
  CHECK(even.hi() <= 81.0 * (1.0 + 0x1p-48));
  CHECK(odd.lo() <= -32.0);
  CHECK(odd.lo() >= -32.0 * (1.0 + 0x1p-48));
  CHECK(odd.hi() >= 243.0);
  const Interval inverse = polynet::pow(Interval(3.0), -2);
  CHECK(inverse.contains(1.0 / 9.0));
  CHECK(inverse.rad() < 0x1p-50);
}

TEST_CASE("every elementary function contains numbers known to many digits, within 400 units") {
  struct Known {
    Interval (*function)(const Interval &);
    double x, below; // function(x) lies between `below` and the next double (mpmath)
  };
  const Known known[] = {
      {polynet::sin, 1.0, 0x1.aed548f090ceep-1},
      {polynet::sin, 100000.5, -0x1.ca7e13c8a7c7fp-2},
      {polynet::sin, -1e-10, -0x1.b7cdfd9d7bdbbp-34},
      {polynet::cos, 3.0, -0x1.fae04be85e5d3p-1},
      {polynet::log, 10.0, 0x1.26bb1bbb55515p+1},
      {polynet::log, 0.9, -0x1.af8e8210a415cp-4},
      {polynet::log, 1e-300, -0x1.5963447f87fb6p+9},
      {polynet::log1p, 1e-10, 0x1.b7cdfd9d1d692p-34},
      {polynet::log1p, -0.9, -0x1.26bb1bbb55517p+1},
      {polynet::log1p, 5.0, 0x1.cab0bfa2a2002p+0},
      {polynet::atan, 0.7, 0x1.38b112d7bd4adp-1},
      {polynet::atan, -3.0, -0x1.3fc176b7a8560p+0},
      {polynet::atan, 1e17, 0x1.921fb54442d18p+0},
      {polynet::erf, 0.3, 0x1.50838881dea0fp-2},
      {polynet::erf, -2.0, -0x1.fd9ae142795e4p-1},
      {polynet::erf, 5.5, 0x1.fffffffffffbdp-1},
      {polynet::erf, 1e-10, 0x1.f044332d68161p-34},
      {polynet::erf, 6.5, 0x1.fffffffffffffp-1},
      {polynet::sqrt, 2.0, 0x1.6a09e667f3bccp+0},
      {polynet::sqrt, 1e-300, 0x1.a2fe76a3f9475p-499},
      {polynet::tanh, 20.5, 0x1.fffffffffffffp-1},
      {polynet::tanh, -25.0, -1.0},
      {polynet::exp, 709.5, 0x1.81e9b4b52d0c8p+1023},
      {polynet::exp, -708.5, 0x0.e6cf6d08897abp-1022},
      {polynet::expm1, -40.0, -1.0},
  };
  for (const Known &k : known) {
    const Interval y = k.function(k.x);
    CAPTURE(k.x);
    CAPTURE(k.below);
    // The number itself is no double: it lies strictly between.
    CHECK(y.lo() <= k.below);
    CHECK(y.hi() >= next_up(k.below));
    CHECK(y.hi() - y.lo() <= 400 * 0x1p-53 * std::fabs(k.below) + 4 * smallest);
  }
  const Interval right_angle = polynet::cos(1.5707963267948966);
  CHECK(right_angle.lo() <= 0x1.1a62633145c06p-54);
  CHECK(right_angle.hi() >= 0x1.1a62633145c07p-54);
  CHECK(right_angle.rad() <= 0x1p-84);
  CHECK(polynet::pi().lo() <= 0x1.921fb54442d18p+1);
  CHECK(polynet::pi().hi() >= 0x1.921fb54442d19p+1);
  CHECK(polynet::inverse_sqrt_two_pi().lo() <= 0x1.9884533d43650p-2);
  CHECK(polynet::inverse_sqrt_two_pi().hi() >= 0x1.9884533d43651p-2);
}

TEST_CASE("where a function saturates or overflows an end is its limit and no further") {
  CHECK(polynet::exp(Interval(710.0)).hi() == inf);
  CHECK(polynet::exp(Interval(710.0)).lo() > 0.4 * largest);
  CHECK(polynet::exp(Interval(-800.0)).lo() == 0.0);
  CHECK(polynet::exp(Interval(-800.0)).hi() > 0.0);
  for (const auto function : {polynet::tanh, polynet::erf}) {
    const Interval y = function(Interval(40.0));
    CHECK(y.lo() == 1.0 - 0x1p-53);
    CHECK(y.hi() == 1.0);
  }
  CHECK(polynet::atan(Interval(1e19)).lo() < 0x1.921fb54442d18p+0);
  CHECK(polynet::log(Interval(inf)).lo() <= 709.78);
  CHECK(polynet::log(Interval(0.0, 1.0)).lo() == -inf);
  CHECK(polynet::log1p(Interval(-1.0)).lo() == -inf);
  CHECK(polynet::sqrt(Interval(-smallest, 1.0)).lo() == -inf);
}

TEST_CASE("sine and cosine have their extremes where these are, and only there") {
  CHECK(polynet::sin(Interval(1.0, 2.0)).hi() == 1.0);
  CHECK(polynet::sin(Interval(1.0, 1.5)).hi() < 1.0);
  CHECK(polynet::sin(Interval(-2.0, -1.0)).lo() == -1.0);
  CHECK(polynet::cos(Interval(3.0, 4.0)).lo() == -1.0);
  CHECK(polynet::cos(Interval(-1.0, 1.0)).hi() == 1.0);
  CHECK(polynet::cos(Interval(-1.0, 1.0)).lo() > 0.5);
  CHECK(polynet::sin(Interval(0x1p21)).lo() == -1.0);
}

TEST_CASE("an exact sum is that of its products, to twice the digits of a double") {
  // (1 + 2^-30)^2 - 1 - 2^-29 = 2^-60.
  ExactSum sum(-1.0);
  sum.add_product(1.0 + 0x1p-30, 1.0 + 0x1p-30);
  sum.add(-0x1p-29);
  CHECK(sum.value().contains(0x1p-60));
  CHECK(sum.value().rad() <= 0x1p-100);
  const Interval rest = sum.minus(Interval(0x1p-60));
  CHECK(rest.contains(0.0));
  CHECK(rest.mag() <= 0x1p-100);
  // Sums of doubles: what one is off by goes into the next.
  ExactSum ones(1.0);
  ones.add(0x1p-60);
  ones.add(-1.0);
  CHECK(ones.value().contains(0x1p-60));
  CHECK(ones.value().rad() <= 0x1p-100);
  // A product that underflows is off by at most the smallest number, on either side.
  ExactSum tiny(0.0);
  tiny.add_product(0x1p-1000, 0x1.8p-100);
  CHECK(tiny.value().lo() <= 0.0);
  CHECK(tiny.value().hi() >= smallest);
  CHECK(tiny.value().mag() <= 4 * smallest);
  ExactSum exact(3.0);
  exact.add_product(0.5, 7.0);
  CHECK(exact.value().lo() == 6.5);
  CHECK(exact.value().hi() == 6.5);
  exact.add_product(0.0, 0x1p-1000);
  CHECK(exact.value().rad() <= 0x1p-49);
}
