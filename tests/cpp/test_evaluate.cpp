// Evaluation: accuracy, independence of the batch, non-finite input, and several threads at once.
#include "support.hpp"

#include <doctest/doctest.h>
#include <thread>

using namespace polynet_test;
using polynet::Dtype;
using polynet::Evaluator;
using polynet::Form;
using polynet::Network;

namespace {

const SamplePolynomial cubic{{{1.0, {1, 1, 1}}, {-0.5, {0, 0, 2}}, {0.25, {1, 0, 0}}}};

Network network(const char *activation, Dtype dtype, Form form) {
  polynet::CompileOptions o = options(activation);
  o.dtype = dtype;
  o.form = form;
  return polynet::compile({cubic.exact(), product_of(3).exact()}, cube(3), o);
}

template <typename T> std::vector<T> points(Random &random, std::size_t count, std::size_t n) {
  std::vector<T> x(count * n);
  for (T &coordinate : x)
    coordinate = static_cast<T>(random.between(-1.0, 1.0));
  return x;
}

// One gate for u v, and its value by four activations in long double.
struct ProductGate {
  Network net;
  Evaluator evaluator;

  ProductGate(const char *activation, double bias, double scale)
      : net(compiled(activation, bias, scale)), evaluator(gates_of(net)) {}
  static Network compiled(const char *activation, double bias, double scale) {
    polynet::CompileOptions o = options(activation);
    o.construction = polynet::Construction::paper; // the product gate of four neurons
    o.bias = bias;
    o.scale = scale;
    return polynet::compile({product_of(2).exact()}, cube(2), o);
  }
  double operator()(double u, double v) const {
    const double x[2] = {u, v};
    double y;
    evaluator(x, 1, &y);
    return y;
  }
  long double exact(long double u, long double v) const {
    const polynet::Gate &g = net.hidden[0].gates[0];
    const long double b = g.bias, l = g.scale;
    const auto s = [&](long double x) {
      return net.activation->symmetry == polynet::Symmetry::odd ? std::tanh(x)
                                                                : 1.0L / (1.0L + std::exp(-x));
    };
    const long double sum =
        s(b + l * u + l * v) + s(b - l * u - l * v) - s(b + l * u - l * v) - s(b - l * u + l * v);
    // 4 s'' l^2 in closed form.
    const long double t = s(b);
    const long double second = net.activation->symmetry == polynet::Symmetry::odd
                                   ? -2 * t * (1 - t * t)
                                   : t * (1 - t) * (1 - 2 * t);
    return sum / (4 * second * l * l);
  }
};

} // namespace

TEST_CASE("one gate by its series agrees with its neurons in long double") {
  Random random(61);
  const double epsilon = static_cast<double>(std::numeric_limits<long double>::epsilon());
  for (const char *activation : {"logistic", "tanh"})
    for (const double bias : {-1.0, 0.75, 2.2924316695611777})
      for (const double scale : {0.25, 0.125, 0x1p-5}) {
        const ProductGate gate(activation, bias, scale);
        REQUIRE_FALSE(polynet::uses_neurons(gate.evaluator.plan()));
        const double noise =
            16 * epsilon /
            polynet::normalisation(*gate.net.activation, polynet::stencil("product"), bias, scale)
                .mig();
        for (int n = 0; n < 200; ++n) {
          const double u = random.between(-1, 1), v = random.between(-1, 1);
          const double exact = static_cast<double>(gate.exact(u, v));
          if (std::fabs(gate(u, v) - exact) > 4 * 0x1p-53 * std::fabs(exact) + noise)
            FAIL_CHECK(activation << " " << bias << " " << scale << ": " << u << " " << v);
        }
      }
}

TEST_CASE("a gate whose series does not converge is evaluated by its neurons") {
  Random random(62);
  for (const char *activation : {"logistic", "tanh"})
    for (const double scale : {4.0, 5.0}) {
      const ProductGate gate(activation, 0.75, scale);
      REQUIRE(polynet::uses_neurons(gate.evaluator.plan()));
      for (int n = 0; n < 200; ++n) {
        const double u = random.between(-1, 1), v = random.between(-1, 1);
        const double exact = static_cast<double>(gate.exact(u, v));
        // Four activations within 4 ulp and their arguments' rounding, over 4 |s''| l^2 > 0.3.
        CHECK(std::fabs(gate(u, v) - exact) <= 1e-13);
      }
    }
}

TEST_CASE("operands outside the series' range are evaluated by the neurons, that point alone") {
  const ProductGate gate("logistic", 2.2924316695611777, 0.125);
  const double inside = gate(0.5, -0.5);
  const double x[6] = {0.5, -0.5, 40.0, -3.0, 0.5, -0.5};
  double y[3];
  gate.evaluator(x, 3, y);
  CHECK(y[0] == inside);
  CHECK(y[2] == inside);
  CHECK(y[1] == doctest::Approx(static_cast<double>(gate.exact(40.0L, -3.0L))).epsilon(1e-10));
}

TEST_CASE("results do not depend on the batch") {
  Random random(63);
  for (const char *activation : {"logistic", "tanh"}) {
    const Network net = network(activation, Dtype::float64, Form::factored);
    const Evaluator gates = gates_of(net);
    const std::vector<double> x = points<double>(random, 301, 3);
    std::vector<double> batch(602), single(602);
    gates(x.data(), 301, batch.data());
    for (std::size_t n = 0; n < 301; ++n)
      gates(&x[3 * n], 1, &single[2 * n]);
    CHECK(same_bits(batch, single));
    double untouched = 7.0;
    gates(x.data(), 0, &untouched);
    Evaluator::by_neurons(net)(x.data(), 0, &untouched);
    CHECK(untouched == 7.0);
  }
}

TEST_CASE("both ways agree with the polynomials as far as the dtype allows") {
  Random random(64);
  // A gate's best error by neurons is about u^(2/3) (docs/theory.md, section 5), and the scales are
  // chosen for it; the merged form costs a factor 1/l.
  const auto check = [&](auto zero, Dtype dtype) {
    using T = decltype(zero);
    const double best = std::pow(polynet::float_format(dtype).unit_roundoff, 2.0 / 3);
    for (const char *activation : {"logistic", "tanh"})
      for (const Form form : {Form::factored, Form::merged}) {
        const double tolerance = best * (form == Form::factored ? 100 : 1000);
        const Network net = network(activation, dtype, form);
        const std::vector<T> x = points<T>(random, 200, 3);
        std::vector<T> gates(400), neurons(400);
        gates_of(net)(x.data(), 200, gates.data());
        Evaluator::by_neurons(net)(x.data(), 200, neurons.data());
        for (std::size_t n = 0; n < 200; ++n)
          for (std::size_t k = 0; k < 2; ++k) {
            const long double exact = k == 0 ? cubic(&x[3 * n]) : product_of(3)(&x[3 * n]);
            CHECK(std::fabs(static_cast<double>(gates[2 * n + k] - exact)) <= tolerance);
            CHECK(std::fabs(static_cast<double>(neurons[2 * n + k] - exact)) <= tolerance);
          }
      }
  };
  check(0.0, Dtype::float64);
  check(0.0f, Dtype::float32);
}

TEST_CASE("a NaN or infinite coordinate gives NaN, and only at its point") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = polynet::detail::infinity;
  const Evaluator gates = gates_of(network("logistic", Dtype::float64, Form::factored));
  for (const double bad : {nan, inf, -inf}) {
    const double x[9] = {0.25, 0.5, -0.75, 0.25, bad, -0.75, 0.25, 0.5, -0.75};
    double y[6];
    gates(x, 3, y);
    CHECK(std::isnan(y[2]));
    CHECK(std::isnan(y[3]));
    for (const int k : {0, 1, 4, 5})
      CHECK(std::isfinite(y[k]));
  }
}

TEST_CASE("one plan and one evaluator serve four threads") {
  Random random(65);
  const Network net = network("tanh", Dtype::float64, Form::factored);
  const Evaluator gates = gates_of(net);
  const Evaluator neurons = Evaluator::by_neurons(net);
  constexpr std::size_t count = 2000, threads = 4;
  const std::vector<double> x = points<double>(random, count, 3);
  std::vector<double> gates_alone(2 * count), neurons_alone(2 * count);
  gates(x.data(), count, gates_alone.data());
  neurons(x.data(), count, neurons_alone.data());
  std::vector<std::vector<double>> by_gates(threads, std::vector<double>(2 * count));
  std::vector<std::vector<double>> by_neurons = by_gates;
  std::vector<std::thread> running;
  for (std::size_t t = 0; t < threads; ++t)
    running.emplace_back([&, t] {
      for (int repeat = 0; repeat < 5; ++repeat) {
        gates(x.data(), count, by_gates[t].data());
        neurons(x.data(), count, by_neurons[t].data());
      }
    });
  for (std::thread &thread : running)
    thread.join();
  for (std::size_t t = 0; t < threads; ++t) {
    CHECK(same_bits(by_gates[t], gates_alone));
    CHECK(same_bits(by_neurons[t], neurons_alone));
  }
}
