// No certificate where a number on the way overflows: gates of every kind at operands of every
// size.
#include "support.hpp"

#include "polynet/softmax.hpp"

#include <doctest/doctest.h>

using namespace polynet_test;
using polynet::Dtype;
using polynet::ExactPolynomial;
using polynet::Form;
using polynet::Network;
using polynet::OutputBounds;
using polynet::Way;

namespace {

// One gate at operands `size` x_i, the x_i in [-1, 1]; l size = `reach`. The output is the gate
// times `weight`.
struct OneGate {
  const char *stencil, *activation;
  Dtype dtype;
  Form form;
  double reach;

  Network network(double size, double weight) const {
    Network net;
    net.activation = polynet::activation(activation);
    net.dtype = dtype;
    net.form = form;
    const polynet::Stencil &st = polynet::stencil(stencil);
    net.box = cube(static_cast<std::size_t>(st.operands));
    polynet::HiddenLayer layer;
    polynet::Gate gate{&st,
                       polynet::round_to(dtype, net.activation->product_bias),
                       polynet::round_to(dtype, reach / size),
                       {}};
    for (int i = 0; i < st.operands; ++i) {
      layer.operands.push_back({{{i, size}}, 0.0});
      gate.operands[static_cast<std::size_t>(i)] = i;
    }
    layer.gates.push_back(gate);
    net.hidden.push_back(layer);
    net.outputs.push_back({{{0, weight}}, 0.0});
    return net;
  }

  ExactPolynomial polynomial(double size, double weight) const {
    const polynet::Stencil &st = polynet::stencil(stencil);
    polynet::Monomial m;
    for (int i = 0; i < st.operands; ++i)
      if (const int t = st.target[static_cast<std::size_t>(i)]; t > 0)
        m.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(t)});
    ExactPolynomial p;
    p.add(m, weight);
    const auto n = static_cast<std::size_t>(st.operands);
    return p.in({std::vector<double>(n, 0.0), std::vector<double>(n, size)});
  }
};

struct Count {
  int proved = 0, refused = 0;
};

template <typename T>
std::vector<double> values(const polynet::Evaluator &evaluate, const std::vector<double> &points,
                           std::size_t inputs) {
  const std::vector<T> x(points.begin(), points.end());
  std::vector<T> y(x.size() / inputs);
  evaluate(x.data(), y.size(), y.data());
  return {y.begin(), y.end()};
}

void try_one(const OneGate &kind, double size, double weight, Way way, Count &count) {
  const Network net = kind.network(size, weight);
  const ExactPolynomial p = kind.polynomial(size, weight);
  polynet::CertifyOptions o;
  o.way = way;
  o.max_boxes = 1;
  OutputBounds bounds;
  const auto code = code_of([&] { bounds = polynet::certify(net, {p}, o).outputs.front(); });
  if (code) {
    CHECK((code == ErrorCode::not_certified || code == ErrorCode::invalid_input));
    ++count.refused;
    return;
  }
  ++count.proved;
  CHECK(bounds.lower <= bounds.upper);
  Random random(3);
  const std::size_t inputs = net.box.size();
  std::vector<double> points(inputs, 1.0);
  points.resize(2 * inputs, -1.0);
  while (points.size() < 16 * inputs)
    points.push_back(polynet::round_to(net.dtype, random.between(-1.0, 1.0)));
  const polynet::ExactValues exact(p);
  for (std::size_t k = 0; const polynet::Kernels *kernels = polynet::usable_kernels(k); ++k) {
    const auto evaluator =
        way == Way::gates ? gates_of(net, *kernels) : polynet::Evaluator::by_neurons(net, *kernels);
    const std::vector<double> y = net.dtype == Dtype::float32
                                      ? values<float>(evaluator, points, inputs)
                                      : values<double>(evaluator, points, inputs);
    for (std::size_t n = 0; n < y.size(); ++n) {
      const Interval error =
          exact.difference(y[n], {points.begin() + std::ptrdiff_t(n * inputs),
                                  points.begin() + std::ptrdiff_t((n + 1) * inputs)});
      if (!(std::isfinite(y[n]) && error.mig() <= bounds.upper)) {
        INFO(kernels->name);
        CAPTURE(bounds.upper);
        FAIL_CHECK("an evaluation of " << y[n]);
        return;
      }
    }
  }
}

} // namespace

TEST_CASE("what is certified is finite, whatever the size of a gate's operands") {
  const char *stencils[] = {
      "copy",           "square",          "product",      "monomial_3",         "monomial_1_2",
      "monomial_1_1_1", "product_forward", "monomial_1_0", "product_richardson2"};
  Count all;
  for (const char *stencil : stencils)
    for (const char *activation : {"logistic", "exp"})
      for (const Dtype dtype : {Dtype::float32, Dtype::float64})
        // A few orders; many, or the neurons.
        for (const double reach : {0x1p-5, 1.5}) {
          INFO(stencil);
          INFO(activation);
          CAPTURE(polynet::name_of(dtype));
          CAPTURE(reach);
          const int largest = dtype == Dtype::float32 ? 126 : 1020;
          const int order = polynet::stencil(stencil).order();
          // All sizes about where the target overflows, or a square of another operand.
          std::vector<int> sizes{0, largest / 5};
          for (const int limit : {largest / order, largest / 2, largest})
            for (int e = limit - 3; e <= limit + 1 && e <= largest; e += 2)
              sizes.push_back(e);
          for (const int e : sizes) {
            CAPTURE(e);
            // A result near 1, or as large as the dtype has it.
            for (const int shrink : {std::min(order * e, largest), e}) {
              const double weight = std::ldexp(1.0, -shrink);
              for (const Way way : {Way::gates, Way::neurons})
                for (const Form form : {Form::factored, Form::merged})
                  if (way == Way::neurons || form == Form::factored)
                    try_one({stencil, activation, dtype, form, reach}, std::ldexp(1.0, e), weight,
                            way, all);
            }
          }
        }
  // Most of what can be computed is certified, and there is what cannot.
  MESSAGE(all.proved << " certified, " << all.refused << " refused");
  CHECK(all.proved > 1000);
  CHECK(all.refused > 1000);
}

TEST_CASE("a product of operands of 1e22 overflows float32") {
  const OneGate kind{"product", "logistic", Dtype::float32, Form::factored, 0.05};
  const double size = polynet::round_to(Dtype::float32, 1e22);
  const Network net = kind.network(size, 0x1p-120);
  const std::vector<ExactPolynomial> p{kind.polynomial(size, 0x1p-120)};
  CHECK(code_of([&] { polynet::certify(net, p, {}); }) == ErrorCode::not_certified);
  // Its neurons make no such product.
  polynet::CertifyOptions by_neurons;
  by_neurons.way = Way::neurons;
  CHECK(polynet::certify(net, p, by_neurons).outputs.front().upper < 1e30);
}

TEST_CASE("a weight that overflows once it has its neuron's integer is refused") {
  ExactPolynomial p;
  p.add(polynet::Monomial{{0, 3}}, 1.413e34);
  polynet::CompileOptions o = options("tanh");
  o.dtype = Dtype::float32;
  o.hidden_layers = 1;
  const Network net = polynet::compile({p}, {{-1.0, 1.0}}, o);
  for (const Way way : {Way::gates, Way::neurons}) {
    polynet::CertifyOptions how;
    how.way = way;
    OutputBounds bounds;
    if (code_of([&] { bounds = polynet::certify(net, {p}, how).outputs.front(); }))
      continue;
    CHECK(bounds.lower <= bounds.upper);
    for (const polynet::Layer &layer : polynet::layers(net))
      for (const double w : layer.weight)
        CHECK(std::isfinite(static_cast<float>(w)));
  }
  // The same with a scale of the user's, where nothing can be chosen.
  o.scale = 0x1p-8;
  const Network fixed = polynet::compile({p}, {{-1.0, 1.0}}, o);
  CHECK(code_of([&] { polynet::layers(fixed); }) == ErrorCode::not_certified);
}

TEST_CASE("an argument that overflows is refused, whatever the activation makes of it") {
  Network net = OneGate{"copy", "sin", Dtype::float32, Form::factored, 1.0}.network(0x1p100, 1.0);
  net.hidden[0].gates[0].bias = 0.0;
  net.hidden[0].gates[0].scale = 0x1p100;
  ExactPolynomial p;
  p.add(polynet::Monomial{{0, 1}}, 0x1p100);
  for (const Way way : {Way::gates, Way::neurons}) {
    polynet::CertifyOptions o;
    o.way = way;
    CHECK(code_of([&] { polynet::certify(net, {p}, o); }) == ErrorCode::not_certified);
  }
}

TEST_CASE("logits that overflow have no certified probabilities") {
  const Network net =
      OneGate{"copy", "tanh", Dtype::float32, Form::factored, 0.05}.network(1.0, 1.0);
  ExactPolynomial x;
  x.add(polynet::Monomial{{0, 1}}, 1.0);
  const auto bounds = [&](double mu) {
    return code_of([&] {
      polynet::softmax_bounds(net, {x, x}, {1e-3, 1e-3}, {Interval(mu), Interval(-mu)}, 1.0);
    });
  };
  CHECK_FALSE(bounds(100.0));
  CHECK(bounds(3e38) == ErrorCode::not_certified);
  CHECK(code_of([&] { polynet::softmax_bounds(net, {x}, {-1.0}, {Interval(0.0)}, 1.0); }) ==
        ErrorCode::invalid_input);
}
