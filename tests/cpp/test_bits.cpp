// Bits: one neuron for a product, its tail as its error, and what is refused.
#include "support.hpp"

#include <doctest/doctest.h>

using namespace polynet_test;
using polynet::Network;

namespace {

// x_0 ... x_{n-2} times the last variable, a real in [-1, 1].
Network mixed_network(std::size_t n, const char *activation) {
  polynet::CompileOptions o = options(activation);
  std::vector<Interval> box(n, Interval(0.0, 1.0));
  box.back() = {-1.0, 1.0};
  o.bits.assign(n, true);
  o.bits.back() = false;
  return polynet::compile({product_of(n).exact()}, box, o);
}

} // namespace

TEST_CASE("the tails of the sigmoids decrease and enclose the distance to the limit") {
  for (const char *name : {"algebraic", "arctan", "erf", "logistic", "tanh"}) {
    const auto s = polynet::activation(name);
    REQUIRE(s->sigmoid);
    CHECK(s->sigmoid->limit.lo() > 0.0);
    double previous = 1.0;
    for (double x = 0x1p-10; x < 0x1p10; x *= 1.25) {
      const Interval tail = s->sigmoid->tail(x);
      // 1 - (s(x) - s(0))/limit from the Taylor enclosure, which is absolutely tight.
      const Interval plain =
          Interval(1.0) - (s->taylor(x, 0)[0] - s->taylor(0.0, 0)[0]) / s->sigmoid->limit;
      CHECK(tail.lo() <= plain.hi());
      CHECK(plain.lo() <= tail.hi());
      CHECK(tail.hi() - tail.lo() <= 0.02 * tail.hi() + 1e-300);
      CHECK(tail.lo() <= previous);
      previous = tail.hi();
    }
  }
  CHECK_FALSE(polynet::activation("silu")->sigmoid);
}

TEST_CASE("a product of bits is one neuron whose value is that of the bits") {
  for (const char *name : {"algebraic", "arctan", "erf", "logistic", "tanh"}) {
    const Network net = mixed_network(4, name);
    CHECK(net.hidden.size() == 2);
    CHECK(net.hidden[0].gates.size() == 2); // the product of bits and a copy of the real
    CHECK(net.hidden[0].gates[0].stencil->name == "bits_3");
    const polynet::Evaluator evaluator = gates_of(net);
    for (unsigned pattern = 0; pattern < 8; ++pattern) {
      const double x[] = {double(pattern & 1), double(pattern >> 1 & 1), double(pattern >> 2),
                          0.75};
      double y = 0.0;
      evaluator(x, 1, &y);
      CHECK(std::fabs(y - (pattern == 7 ? 0.75 : 0.0)) < 1e-8);
    }
  }
}

TEST_CASE("bits that are none, and gates of bits without a sigmoid, are refused") {
  polynet::CompileOptions o = options();
  o.bits = {true, true};
  const std::vector<polynet::ExactPolynomial> p = {product_of(2).exact()};
  CHECK(code_of([&] { polynet::compile(p, cube(2), o); }) == ErrorCode::invalid_input);
  o.bits = {true};
  CHECK(code_of([&] { polynet::compile(p, cube(2), o); }) == ErrorCode::invalid_input);
  CHECK(code_of([] {
          polynet::normalisation(*polynet::activation("silu"), polynet::stencil("bits_2"), 0.0,
                                 1.0);
        }) == ErrorCode::invalid_input);
}
