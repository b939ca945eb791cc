// Taylor coefficients of the activations, and the bounds on them, against mpmath.
#include "support.hpp"
#include "taylor_values.hpp"

#include <doctest/doctest.h>

using namespace polynet_test;
using polynet::Activation;

namespace {

const double inf = polynet::detail::infinity;
constexpr int order = 6;

const Activation &activation(const char *name) { return *polynet::activation(name); }

// The k-th coefficient lies between two doubles, or is one.
double below(const TaylorValues &known, int k) { return known.below[k]; }
double above(const TaylorValues &known, int k) {
  return known.inexact >> k & 1 ? std::nextafter(known.below[k], inf) : known.below[k];
}
bool holds(const Interval &x, const TaylorValues &known, int k) {
  return x.lo() <= below(known, k) && above(known, k) <= x.hi();
}

} // namespace

TEST_CASE("coefficients at a point are enclosed, within a few units of the largest") {
  for (const TaylorValues &known : taylor_values) {
    const std::vector<Interval> c = activation(known.activation).taylor(known.point, order);
    REQUIRE(c.size() == order + 1);
    for (int k = 0; k <= order; ++k) {
      INFO(known.activation);
      CAPTURE(known.point);
      CAPTURE(k);
      CHECK(holds(c[k], known, k));
      CHECK(c[k].rad() <= 0x1p-44);
    }
  }
}

TEST_CASE("coefficients on an interval hold those at its ends") {
  for (const TaylorValues &a : taylor_values)
    for (const TaylorValues &b : taylor_values)
      if (std::string(a.activation) == b.activation && a.point < b.point) {
        const std::vector<Interval> c =
            activation(a.activation).taylor(Interval(a.point, b.point), order);
        for (int k = 0; k <= order; ++k) {
          INFO(a.activation);
          CAPTURE(k);
          CHECK(holds(c[k], a, k));
          CHECK(holds(c[k], b, k));
        }
        // Increasing functions' values are those at their ends, and little else.
        for (const char *name :
             {"algebraic", "arctan", "erf", "exp", "logistic", "softplus", "tanh"})
          if (std::string(a.activation) == name) {
            CHECK(c[0].lo() >= a.below[0] - 0x1p-44);
            CHECK(c[0].hi() <= b.below[0] + 0x1p-44);
          }
      }
  // Both sides of an even function's least value.
  const Interval cosh = activation("logcosh").taylor(Interval(-2.5, 0.75), 0)[0];
  CHECK(cosh.lo() == 0.0);
  CHECK(cosh.hi() > 1.8);
}

TEST_CASE("bounds of coefficients are no smaller than these are, and the nearest one is near") {
  const std::pair<const char *, double> nearest[] = {
      {"algebraic", 1.0001}, {"arctan", 1.0001}, {"cos", 1.0001}, {"erf", 1.09},
      {"exp", 1.0001},       {"gaussian", 1.4},  {"gelu", 1.09},  {"logcosh", 1.001},
      {"logistic", 1.001},   {"mish", 1.05},     {"silu", 1.001}, {"sin", 1.0001},
      {"softplus", 1.001},   {"tanh", 1.001}};
  for (const auto &entry : nearest) {
    const auto &name = entry.first;
    double least = inf;
    for (const TaylorValues &known : taylor_values)
      for (int k = 1; k <= order; ++k)
        if (std::string(known.activation) == name) {
          const double bound = activation(name).taylor_bound(k, known.point);
          const double magnitude = std::max(-below(known, k), above(known, k));
          INFO(name);
          CAPTURE(known.point);
          CAPTURE(k);
          CHECK(bound >= magnitude);
          least = std::min(least, bound / std::max(magnitude, 0x1p-200));
        }
    INFO(name);
    CHECK(least <= entry.second);
  }
}

TEST_CASE("max(0, x)^2 is a polynomial on either side of 0, and nothing is claimed across") {
  const Activation &s = activation("requ");
  const double expected[] = {9.0, 6.0, 1.0, 0.0};
  const auto right = s.taylor(3.0, 3), left = s.taylor(-3.0, 3), across = s.taylor({-1.0, 2.0}, 3);
  for (int k = 0; k <= 3; ++k) {
    CHECK(right[k].contains(expected[k]));
    CHECK(right[k].rad() <= 0x1p-48);
    CHECK(left[k].mag() == 0.0);
  }
  CHECK(across[0].lo() == 0.0);
  CHECK(across[0].hi() >= 4.0);
  CHECK(across[1].lo() == 0.0);
  CHECK(across[1].hi() >= 4.0);
  CHECK(across[2].lo() == -inf);
  CHECK(across[3].hi() == inf);
}

TEST_CASE("far out a sigmoid is off its limit, however little") {
  for (const char *name : {"algebraic", "tanh", "erf"}) {
    for (const double x : {1e12, -1e12}) {
      const Interval y = activation(name).taylor(x, 0)[0];
      CHECK(y.mag() == 1.0);
      CHECK(y.mig() == 1.0 - 0x1p-53);
    }
  }
}
