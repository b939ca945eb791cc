// Models and their ranges: what they enclose, checked in long double.
#include "support.hpp"

#include <doctest/doctest.h>

using namespace polynet_test;
using polynet::Frame;
using polynet::Model;
using polynet::ModelSum;
using polynet::PowerTable;

namespace {

SamplePolynomial random_polynomial(Random &random, std::size_t variables) {
  SamplePolynomial p;
  for (int k = random.integer(1, 8); k > 0; --k) {
    std::vector<unsigned> powers;
    for (std::size_t i = 0; i < variables; ++i)
      powers.push_back(static_cast<unsigned>(random.integer(0, 4)));
    p.terms.push_back({random.between(-3, 3), powers});
  }
  return p;
}

std::vector<Interval> random_box(Random &random, std::size_t variables) {
  std::vector<Interval> box;
  for (std::size_t i = 0; i < variables; ++i) {
    const double centre = random.integer(0, 2) == 0 ? 1000.0 : random.between(-5, 5);
    const double width = std::ldexp(1.0, -random.integer(0, 45));
    box.emplace_back(centre, random.integer(0, 5) == 0 ? centre : centre + width);
  }
  return box;
}

double exact(double x) { return x; }
double single(double x) { return static_cast<double>(static_cast<float>(x)); }

} // namespace

TEST_CASE("a model encloses its polynomial, whatever the frame, the box and the part") {
  Random random(31);
  for (int n = 0; n < 400; ++n) {
    const auto variables = static_cast<std::size_t>(random.integer(1, 5));
    const std::vector<Interval> box = random_box(random, variables);
    const SamplePolynomial p = random_polynomial(random, variables);
    for (const Frame &frame :
         {Frame::centred(box, exact), Frame::centred(box, single), Frame::scaled(box)}) {
      const Model m = polynet::model_of(p.exact(), frame);
      for (int k = 0; k < 8; ++k) {
        std::vector<double> x;
        std::vector<Interval> point;
        for (const Interval &range : box) {
          const double w = k < 4 ? double(random.integer(0, 2)) / 2 : random.unit();
          x.push_back(
              std::clamp(range.lo() + (range.hi() - range.lo()) * w, range.lo(), range.hi()));
          point.emplace_back(x.back());
        }
        const std::vector<Interval> t = frame.coordinates(point);
        const Interval value = m(PowerTable(t, std::max(m.max_power, 1)));
        const double expected = static_cast<double>(p(x.data()));
        const double slack = 1e-15 * std::fabs(expected) + 1e-300;
        CHECK(value.lo() <= expected + slack);
        CHECK(value.hi() >= expected - slack);
      }
    }
  }
}

TEST_CASE("sums and products of models enclose the values of what they are made of") {
  Random random(32);
  const std::vector<Interval> cube_box = cube(3);
  const Frame frame = Frame::centred(cube_box, exact);
  for (int n = 0; n < 200; ++n) {
    const SamplePolynomial p = random_polynomial(random, 3), q = random_polynomial(random, 3);
    Model a = polynet::model_of(p.exact(), frame), b = polynet::model_of(q.exact(), frame);
    a.sweep(random.between(0.0, 1.0));
    b.sweep_sum(random.between(0.0, 1.0));
    const Model both = polynet::product(a, b);
    for (int k = 0; k < 10; ++k) {
      const std::vector<double> t{random.between(-1.0, 1.0), random.between(-1.0, 0.25), 0.5};
      const double expected = static_cast<double>(p(t.data()) * q(t.data()));
      const std::vector<Interval> point(t.begin(), t.end());
      const Interval value = both(PowerTable(point, 16));
      CHECK(value.lo() <= expected + 1e-12);
      CHECK(value.hi() >= expected - 1e-12);
    }
  }
}

TEST_CASE("sums that are exact leave no rest") {
  const Frame frame = Frame::centred(cube(2), exact);
  const Model p = polynet::model_of(product_of(2).exact(), frame);
  ModelSum sum(2);
  sum.add(p, 0.75);
  sum.add(p, -0.75);
  const Model zero = sum.take();
  CHECK(zero.terms() == 0);
  CHECK(zero.rest == 0.0);
}

TEST_CASE("a polynomial of too many terms is refused") {
  const std::vector<Interval> box(40, {1.0, 3.0});
  const Frame frame = Frame::centred(box, exact);
  CHECK(code_of([&] { polynet::model_of(product_of(40).exact(), frame); }) ==
        ErrorCode::size_limit);
}
