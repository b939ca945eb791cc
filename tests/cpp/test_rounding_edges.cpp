// Bounds of sums and of single neurons at their exact edges: what float32 loses is a power of two.
#include "bounds/left_sum.hpp"
#include "bounds/sums.hpp"
#include "evaluate/plan/finite.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

using namespace polynet;
using polynet_test::code_of;

namespace {

const FloatFormat single = float_format(Dtype::float32);
constexpr double ulp = 0x1p-23; // of 1

// Whether a bound is this number, or a few neighbours above.
bool just_above(double bound, double exact) {
  return exact <= bound && bound <= exact * (1.0 + 0x1p-48);
}

double rounding_of(const std::vector<double> &terms, double total) {
  Summands summands;
  for (const double term : terms)
    summands.add(std::fabs(term), term < 0.0 ? -1 : 1);
  return summands.rounding(single, total);
}

} // namespace

TEST_CASE("half an ulp is that of the largest number up to the size") {
  CHECK(half_ulp(single, 1.0) == ulp / 2);
  CHECK(half_ulp(single, 1.5) == ulp / 2);
  CHECK(half_ulp(single, 2.0) == ulp);
  CHECK(half_ulp(single, std::nextafter(2.0, 0.0)) == ulp / 2);
  CHECK(half_ulp(single, 0x1p-126) == 0x1p-150);
  CHECK(half_ulp(single, 0x1p-130) == 0x1p-150);
  CHECK(half_ulp(single, single.largest) == 0x1p103);
  CHECK(half_ulp(single, std::nextafter(single.largest, 1e39)) == detail::infinity);
  CHECK(half_ulp(float_format(Dtype::float64), 1.0) == 0x1p-53);
  CHECK(single.smallest_normal == 0x1p-126);
  CHECK(finest_grid(single) == -149);
}

TEST_CASE("gamma_n is n u/(1 - n u), rounded up") {
  for (const double n : {1.0, 2.0, 3.0, 1000.0, 0x1p22}) {
    // n/(2^24 - n), both integers: gamma (2^24 - n) is n or little more.
    const double g = gamma(single, n), d = 0x1p24 - n;
    CHECK(std::fma(g, d, -n) >= 0.0);
    CHECK(g <= n / d * (1.0 + 0x1p-50));
  }
  CHECK(gamma(single, 0x1p23) == detail::infinity);
}

TEST_CASE("sums of few ones lose half an ulp for each addition, carried over a power of two") {
  CHECK(rounding_of({1.0}, 1.0) == 0.0);
  CHECK(just_above(rounding_of({1.0, 0.25}, 1.25), ulp / 2));
  CHECK(just_above(rounding_of({1.0, 1.0}, 2.0), ulp)); // up to 2 and what was lost before
  CHECK(just_above(rounding_of({1.0, 1.0, 1.0}, 3.0), 2 * ulp));
  CHECK(just_above(rounding_of({1.0, 1.0, 1.0, 1.0}, 4.0), 4 * ulp));
  CHECK(just_above(rounding_of({1.0, 1.0 - 0x1p-24, 0x1p-30}, 2.0 - 0x1p-24), 2 * ulp));
  // Of different signs: no partial sum is larger than those of one sign.
  CHECK(just_above(rounding_of({1.0, -0.5}, 1.5), ulp / 2));
  // Zeros are no terms.
  CHECK(just_above(rounding_of({1.0, 0.0, 0.25, 0.0}, 1.25), ulp / 2));
}

TEST_CASE("where the total is small the halves of a sum count, and what is lost before the end") {
  // gamma_n times all terms: 2^-22 and a little more for n = 2, 2^-20 for n = 4.
  CHECK(just_above(rounding_of({1.0, -1.0}, 0.0), 0x1p-46));
  CHECK(just_above(rounding_of({1.0, 1.0, -1.0, -1.0}, 0.0), 2 * ulp + 0x1p-44));
  CHECK(just_above(rounding_of({1.0, 1.0, -1.0, -1.0}, 1.0), 2 * ulp + ulp / 2));
  // Six: three of each side, T_2 and T_3 twice; by size 2, 3, 3, 3, 3.
  CHECK(just_above(rounding_of({1.0, 1.0, 1.0, -1.0, -1.0, -1.0}, 0.0), 4 * ulp + 0x1p-43));
  // Terms of unknown sign are on both sides.
  Summands unknown;
  for (int k = 0; k < 3; ++k)
    unknown.add(1.0, 0);
  CHECK(just_above(unknown.rounding(single, 3.0), 2 * ulp));
  CHECK(just_above(unknown.magnitude(), 3.0));
  // 7 and 5 may both be below 0: sums of up to 12.
  Summands either;
  either.add(1.0, 1);
  either.add(5.0, 0);
  either.add(7.0, -1);
  CHECK(just_above(either.rounding(single, 13.0), 8 * ulp));
  Summands opposite;
  opposite.add(1.0, -1);
  opposite.add(5.0, 0);
  opposite.add(7.0, 1);
  CHECK(just_above(opposite.rounding(single, 13.0), 8 * ulp));
}

namespace {

Computed known(double low, double high, double error = 0.0, int grid = -149) {
  return {Interval(low, high), error, grid};
}

double left(const std::vector<double> &weights, const std::vector<Computed> &sources,
            double constant = 0.0, double size = detail::infinity) {
  Affine form{{}, constant};
  for (std::size_t k = 0; k < weights.size(); ++k)
    form.terms.emplace_back(static_cast<int>(k), weights[k]);
  return sum_from_left(single, form, sources, size).error;
}

// The same with the room that a proof by other means is left.
bool with_room(double bound, double exact) {
  return exact <= bound && bound <= exact * (1.0 + 0x1p-8) + 0x1p-118;
}

} // namespace

TEST_CASE("from the left only what is rounded costs, and operands' errors with their weights") {
  const Computed one = known(1.0, 1.0), wide = known(-1.0, 1.5);
  CHECK(with_room(left({1.0}, {one}), 0.0));
  CHECK(with_room(left({-0.25}, {wide}), 0.0));
  CHECK(with_room(left({3.0}, {wide}), 2 * ulp));      // up to 4.5
  CHECK(with_room(left({1.0}, {wide}, 1.0), ulp));     // up to 2.5
  CHECK(with_room(left({3.0}, {wide}, 1.0), 4 * ulp)); // the product, and their sum
  CHECK(with_room(left({0.75, 0.75}, {one, one}), ulp / 4 + ulp / 4 + ulp / 2));
  CHECK(with_room(left({-2.0}, {known(-1.0, 1.5, 0x1p-10)}), 0x1p-9));
  CHECK(with_room(left({3.0}, {known(1.0, 1.0, 0x1p-10)}), 3 * 0x1p-10 + ulp));
  CHECK(with_room(left({1.0, 1.0}, {known(0.5, 1.0, 0x1p-10), known(0.5, 0.9995)}),
                  0x1p-10 + ulp)); // carried over 2
}

TEST_CASE("from the left multiples of a power of two cost nothing while the bits suffice") {
  const Computed far = computed_input(single, {4.0, 6.0}, false);
  CHECK(far.grid == -21);
  CHECK(computed_input(single, {-1.0, 6.0}, false).grid == -149);
  CHECK(computed_input(single, {0.0, 1.0}, true).grid == 0);
  CHECK(with_room(left({1.0}, {far}, -5.0), 0.0));
  CHECK(with_room(left({1.0}, {far}, -5.0 - 0x1p-24), ulp / 2));
  CHECK(with_room(left({1.0}, {known(4.0, 6.0)}, -5.0), ulp / 2));
  const std::vector<Computed> bits(2, known(0.0, 1.0, 0.0, 0));
  CHECK(with_room(left({0.5, 1.0}, bits), 0.0));
  CHECK(left({0.3, 1.0}, bits) >= ulp / 2);
  const auto sum = sum_from_left(single, {{{0, 1.0}, {1, 0.5}}, 0.0}, bits, 4.0);
  CHECK(sum.grid == -1);
}

TEST_CASE("from the left the whole less what is missing bounds the sums so far") {
  const std::vector<Computed> sources{known(0.0, 8.0), known(0.0, 8.0), known(0.0, 0.25)};
  for (const double sign : {1.0, -1.0}) {
    const std::vector<double> weights{sign, -sign, sign};
    // 3/8 at most, and 1/4 to come: 5/8; and then the whole.
    CHECK(with_room(left(weights, sources, 0.0, 0.375), ulp / 4 + ulp / 8));
    CHECK(with_room(left(weights, sources), 4 * ulp + 4 * ulp));
  }
}

TEST_CASE("what underflow takes is a few of the smallest normal numbers, and what may overflow has "
          "no bound") {
  // Two for the result, and for a term |w| + |x| + 2 of them.
  const double bound = left({3.0 * 0x1p-140}, {known(1.0, 1.0)});
  CHECK(bound >= 5.0 * 0x1p-126);
  CHECK(bound <= 5.5 * 0x1p-126);
  const double half = single.largest / 2;
  CHECK(left({1.0}, {known(0.0, half * (1.0 - 0x1p-20))}) < 3.0);
  CHECK(left({1.0}, {known(0.0, std::nextafter(half, 1e39))}) == detail::infinity);
  CHECK(left({1.0}, {known(0.0, 1.0)}, 0.75 * single.largest) == detail::infinity);
}

TEST_CASE("the ulp of an activation pass through a gate divided by its normalisation") {
  // One copy of x, with an activation so inexact that nothing else matters.
  for (const Form form : {Form::factored, Form::merged}) {
    Network net;
    net.activation = activation("tanh");
    net.dtype = Dtype::float32;
    net.form = form;
    net.box = {Interval(-1.0, 1.0)};
    Gate gate{&stencil("copy"), 0.0, round_to(Dtype::float32, 0.05), {}};
    HiddenLayer layer;
    layer.operands.push_back({{{0, 1.0}}, 0.0});
    layer.gates.push_back(gate);
    net.hidden.push_back(layer);
    net.outputs.push_back({{{0, 1.0}}, 0.0});
    const IdealNetwork ideal = ideal_network(net);
    const Truncation truncation(net, ideal);
    const double ulps = 0x1p18;
    const double bound = rounding_by_neurons(net, truncation, ulps).front();
    // |s| is from 2^-5 to 2^-4, where an ulp is 2^-28; two neurons over N = 2 l.
    const double expected = ulps * 0x1p-28 / gate.scale;
    CHECK(bound >= expected);
    CHECK(bound <= 1.01 * expected);
    CHECK(rounding_by_neurons(net, truncation, 2 * ulps).front() >= 2.0 * expected);
  }
}

TEST_CASE("a gate's numbers are finite up to half of the largest one") {
  PlannedGate series{};
  series.stencil = &stencil("copy");
  series.contract = polynet::GateContract{};
  series.opcode = Opcode::copy_series;
  series.constants = {0x1p-100};
  // z^2 is the largest of them, while z^3 times the constant is small.
  const double root = std::sqrt(single.largest / 2);
  for (const double share : {0.5, 1.0 - 0x1p-20}) {
    series.range[0] = share * root;
    series.constants = {1.0 / (root * root)};
    CHECK(stays_finite(series, Dtype::float32));
  }
  for (const double share : {1.0 + 0x1p-20, 1.3}) {
    series.range[0] = share * root;
    CHECK_FALSE(stays_finite(series, Dtype::float32));
    CHECK(stays_finite(series, Dtype::float64));
  }
  // ... or the constant, or the target times the series.
  series.range[0] = 1.0;
  series.constants = {0.99 * single.largest / 2};
  CHECK(stays_finite(series, Dtype::float32));
  series.constants = {1.01 * single.largest / 2};
  CHECK_FALSE(stays_finite(series, Dtype::float32));
  series.range[0] = 2.0;
  series.constants = {0.2 * single.largest / 2}; // 2^3 of it
  CHECK_FALSE(stays_finite(series, Dtype::float32));
}
