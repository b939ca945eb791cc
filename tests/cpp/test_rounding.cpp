// Rounding of sums against every order of summation.
#include "../../cpp/src/rounding/sums.hpp"

#include <doctest/doctest.h>
#include <random>

using namespace polynet;

namespace {

// The largest sum of |partial sums'| half ulps over all binary trees, by dynamic programming over
// the subsets of the terms.
double worst_order(const std::vector<double> &terms, const FloatFormat &format) {
  const std::size_t subsets = std::size_t{1} << terms.size();
  std::vector<double> sum(subsets, 0.0), worst(subsets, 0.0);
  for (std::size_t s = 1; s < subsets; ++s) {
    for (std::size_t k = 0; k < terms.size(); ++k)
      if (s >> k & 1)
        sum[s] += terms[k];
    if ((s & (s - 1)) == 0)
      continue;
    for (std::size_t part = (s - 1) & s; part > 0; part = (part - 1) & s)
      worst[s] = std::max(worst[s], worst[part] + worst[s ^ part]);
    worst[s] += half_ulp(format, std::fabs(sum[s]));
  }
  return worst.back();
}

} // namespace

TEST_CASE("no order of summation loses more than the bound on its rounding") {
  std::mt19937_64 random(7);
  const FloatFormat format = float_format(Dtype::float64);
  double tightest = 0.0;
  for (int n = 1; n <= 9; ++n)
    for (int round = 0; round < 60; ++round) {
      std::uniform_real_distribution<double> any(-1.0, 1.0);
      std::vector<double> terms;
      for (int k = 0; k < n; ++k) {
        // Alike up to the sign, as a gate's neurons, or of very different sizes.
        const double size = round % 3 == 0 ? 1.0 : std::exp2(round % 3 * 4 * any(random));
        terms.push_back(std::copysign(size, any(random)));
      }
      if (round % 2 == 0 && n > 1) {
        double rest = 0.0;
        for (int k = 0; k + 1 < n; ++k)
          rest += terms[static_cast<std::size_t>(k)];
        // Nearly cancels the others; adding a zero would be exact.
        terms.back() = rest != 0.0 ? -rest * (1.0 + 0x1p-20) : 1.0;
      }
      Summands known, unknown;
      double total = 0.0;
      for (const double term : terms) {
        known.add(std::fabs(term), term < 0.0 ? -1 : 1);
        unknown.add(std::fabs(term), 0);
        total += term;
      }
      const double worst = worst_order(terms, format);
      const double bound = known.rounding(format, std::fabs(total) * (1.0 + 0x1p-40));
      CHECK(worst <= bound);
      CHECK(bound <= unknown.rounding(format, unknown.magnitude()));
      tightest = std::max(tightest, worst / bound);
    }
  CHECK(tightest > 0.95);
}

TEST_CASE("half an ulp, by binade; subnormals count as the smallest normal number") {
  const FloatFormat format = float_format(Dtype::float32);
  CHECK(half_ulp(format, 1.0) == 0x1p-24);
  CHECK(half_ulp(format, std::nextafter(1.0, 0.0)) == 0x1p-25);
  CHECK(half_ulp(format, 0.0) == 0x1p-150);
  CHECK(half_ulp(format, 1e39) == detail::infinity);
}
