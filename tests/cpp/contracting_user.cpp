// A user's program that may contract a product and a sum into one rounding: what an interval is
// made of is rounded first, so that the ends that the user sees are those that the next operation
// takes.
#include "polynet/interval.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

using namespace polynet_test;

namespace {

#define NOT_INLINED __attribute__((noinline))

NOT_INLINED Interval product(double a, double b) { return a * b; }
NOT_INLINED Interval sum(const Interval &x, double c) { return x + c; }
NOT_INLINED Interval product_and_sum(double a, double b, double c) { return Interval(a * b) + c; }
NOT_INLINED double contracted(double a, double b, double c) { return a * b + c; }

} // namespace

TEST_CASE("the ends of an interval are rounded before they are used") {
  Random random(5);
  int fused = 0;
  for (int n = 0; n < 20000; ++n) {
    const double a = random.between(1.0, 2.0), b = random.between(1.0, 2.0);
    const double c = -product(a, b).lo(); // cancels all but what the product is off by
    CHECK(product_and_sum(a, b, c).contains(0.0));
    CHECK(sum(product(a, b), c).contains(0.0));
    fused += contracted(a, b, c) != 0.0;
  }
  CHECK(fused > 10000); // this compiler does contract
}
