// Rounding of sums, against every order of summation and from the left.
#include "algebra/exact_sum.hpp"
#include "bounds/left_sum.hpp"
#include "bounds/sums.hpp"

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

TEST_CASE("no sum from the left is off by more than its bound, fused or not") {
  std::mt19937_64 random(11);
  const FloatFormat format = float_format(Dtype::float32);
  const auto between = [&](double a, double b) {
    return static_cast<double>(
        static_cast<float>(std::uniform_real_distribution<double>(a, b)(random)));
  };
  double tightest = 0.0;
  for (int round = 0; round < 3000; ++round) {
    const int n = 1 + round % 6;
    Affine form;
    std::vector<Computed> sources;
    double middle = 0.0;
    for (int k = 0; k < n; ++k) {
      const double low = round % 2 == 0 ? between(1.0, 8.0) : between(-2.0, 2.0);
      const double high = round % 5 == 0 ? low : low + std::fabs(between(0.0, 3.0));
      const Interval range(low, static_cast<double>(static_cast<float>(high)));
      const double weight = round % 3 == 0 ? std::ldexp(1.0, k % 4) : between(-1.0, 1.0);
      sources.push_back(computed_input(format, range, false));
      form.terms.emplace_back(k, weight);
      middle += weight * range.mid();
    }
    // Nothing, anything, or what centres the sum.
    form.constant = round % 4 == 0   ? 0.0
                    : round % 4 == 1 ? between(-4.0, 4.0)
                                     : static_cast<double>(static_cast<float>(-middle));
    const double bound = sum_from_left(format, form, sources, detail::infinity).error;
    for (int point = 0; point < 20; ++point) {
      auto fused = static_cast<float>(form.constant);
      volatile float separate = fused;
      double exact = form.constant;
      for (const auto &[k, weight] : form.terms) {
        const Interval &range = sources[static_cast<std::size_t>(k)].exact;
        const auto x = static_cast<float>(between(range.lo(), range.hi()));
        const auto w = static_cast<float>(weight);
        fused = std::fma(w, x, fused);
        volatile const float product = w * x;
        separate = separate + product;
        exact += weight * static_cast<double>(x); // the product is exact, the sum nearly so
      }
      for (const float computed : {fused, static_cast<float>(separate)}) {
        const double error = std::fabs(static_cast<double>(computed) - exact);
        CHECK(error <= bound + 1e-13);
        tightest = std::max(tightest, error / (bound + 1e-13));
      }
    }
  }
  CHECK(tightest > 0.9);
}

TEST_CASE("multiples of a power of two are added exactly") {
  const FloatFormat format = float_format(Dtype::float32);
  const Affine form{{{0, 1.0}}, -5.0};
  const std::vector<Computed> far{computed_input(format, {4.0, 6.0}, false)};
  CHECK(sum_from_left(format, form, far, 1.0).error < 1e-36);
  const std::vector<Computed> near{computed_input(format, {-1.0, 1.0}, false)};
  CHECK(sum_from_left(format, form, near, 6.0).error >= half_ulp(format, 6.0));
}

TEST_CASE("an exact sum keeps what cancels") {
  ExactSum sum(1.0);
  sum.add_product(0x1.0000001p0, 0x1.0000001p0);
  sum.add(-1.0);
  const Interval rest = sum.minus(Interval(1.0));
  CHECK(rest.contains(0x1.00000008p-27));
  CHECK(rest.rad() <= 0x1p-77);
}
