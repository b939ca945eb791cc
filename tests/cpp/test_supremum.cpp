// Upper bounds by slopes: exact where the function is monotone, never below a value.
#include "certify/supremum.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

using namespace polynet_test;
using Intervals = std::vector<Interval>;

TEST_CASE("an upper bound is exact where the function is monotone, and Baumann's elsewhere") {
  // f = t^2 - t/2 + u on [-1/2, 1] x [0, 1/4]: u is moved, the slopes of t are [-3/2, 3/2]. From
  // the centre 1/4 f rises by at most 3/2 3/4; in intervals f is in [-1/4, 3/2].
  const auto range = [](const Intervals &p) { return polynet::pow(p[0], 2) - p[0] * 0.5 + p[1]; };
  const auto slopes = [](const Intervals &p) {
    return Intervals{p[0] * 2.0 - Interval(0.5), Interval(1.0)};
  };
  const Intervals part{{-0.5, 1.0}, {0.0, 0.25}};
  const polynet::PartBound bound =
      polynet::upper_bound({range, slopes}, part, slopes(part), {}, 0.0);
  CHECK(bound.upper >= 0.0625 - 0.125 + 0.25 + 1.125);
  CHECK(bound.upper <= 0.0625 - 0.125 + 0.25 + 1.125 + 0x1p-48);
  CHECK(bound.direction == 0);
  CHECK(bound.candidate == std::vector<double>{1.0, 0.25});
  // With skew slopes [-1/2, 2] on [0, 1] the centre is at 4/5: (1/2) (4/5) either way.
  const auto skew = [](const Intervals &p) {
    return Intervals{p[0].lo() < p[0].hi() ? Interval(-0.5, 2.0) : Interval(0.0)};
  };
  const auto zero_at = [](const Intervals &p) {
    return p[0].lo() == p[0].hi() ? Interval(0.0) : Interval(-9.0, 9.0);
  };
  const Intervals unit{{0.0, 1.0}};
  const double baumann = polynet::upper_bound({zero_at, skew}, unit, skew(unit), {}, 0.0).upper;
  CHECK(baumann >= 0.4);
  CHECK(baumann <= 0.4 + 1e-15);
  // What is worth moving at that slack is paid for: the fall of 1/2.
  const double paid = polynet::upper_bound({zero_at, skew}, unit, skew(unit), {}, 0.51).upper;
  CHECK(paid >= 0.5);
  CHECK(paid <= 0.5 + 1e-15);
  // Not at less, nor is the range forgotten where the slopes are loose.
  const double kept = polynet::upper_bound({zero_at, skew}, unit, skew(unit), {}, 0.49).upper;
  CHECK(kept <= 0.4 + 1e-15);
  const double ranged = polynet::upper_bound({zero_at, skew}, unit, {{-99.0, 99.0}}, {}, 0.0).upper;
  CHECK(ranged >= 9.0);
  CHECK(ranged <= 9.0 + 1e-14);
  // A bit has no centre.
  CHECK(polynet::upper_bound({zero_at, skew}, unit, skew(unit), {true}, 0.0).upper >= 9.0);
}

TEST_CASE("a variable at an end may send others to theirs") {
  // t u^2 + 8 u on [0, 1] x [-1, 1/2]: once u is at 1/2, t rises by 1/4 and no longer by -1/2 to 1.
  // The range is known at points alone.
  const auto range = [](const Intervals &p) {
    const bool point = p[0].lo() == p[0].hi() && p[1].lo() == p[1].hi();
    return point ? p[0] * p[1] * p[1] + p[1] * 8.0 : Interval(-9.0, 9.0);
  };
  const auto slopes = [](const Intervals &p) {
    return Intervals{p[1] * p[1], p[0] * p[1] * 2.0 + Interval(8.0)};
  };
  const Intervals part{{0.0, 1.0}, {-1.0, 0.5}};
  const polynet::PartBound bound =
      polynet::upper_bound({range, slopes}, part, slopes(part), {}, 0.0);
  CHECK(bound.upper >= 4.25);
  CHECK(bound.upper <= 4.25 + 1e-14);
}

TEST_CASE("no value on a part exceeds its upper bound") {
  Random random(104);
  for (int n = 0; n < 400; ++n) {
    // a t^2 + b t + c u on a box.
    const double a = random.between(-1, 1), b = random.between(-1, 1), c = random.between(-1, 1);
    const double t = random.between(-1, 1), width = random.unit();
    const Intervals part{{t, t + width}, {0.0, 1.0}};
    const auto range = [&](const Intervals &p) {
      return polynet::pow(p[0], 2) * a + p[0] * b + p[1] * c;
    };
    const auto slopes = [&](const Intervals &p) {
      return Intervals{p[0] * (2 * a) + Interval(b), Interval(c)};
    };
    for (const double slack : {0.0, 0.1, 10.0}) {
      const double bound =
          polynet::upper_bound({range, slopes}, part, slopes(part), {}, slack).upper;
      for (int k = 0; k <= 20; ++k) {
        const double x = t + width * k / 20, u = random.integer(0, 1);
        CHECK(a * x * x + b * x + c * u <= bound + 1e-12);
      }
    }
  }
}
