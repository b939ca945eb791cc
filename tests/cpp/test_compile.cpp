// The compiler: sizes that the papers count, options that hold, requests that are refused.
#include "network/walk.hpp"
#include "support.hpp"

#include <doctest/doctest.h>
#include <numeric>

using namespace polynet_test;
using polynet::Dtype;
using polynet::Network;

namespace {

std::vector<int> hidden_layers(const Network &net) {
  std::vector<int> neurons;
  for (const polynet::HiddenLayer &layer : net.hidden)
    neurons.push_back(layer.neurons());
  return neurons;
}

int neurons(const Network &net) {
  const std::vector<int> layers = hidden_layers(net);
  return std::accumulate(layers.begin(), layers.end(), 0);
}

Network product_network(std::size_t n, const polynet::CompileOptions &o) {
  return polynet::compile({product_of(n).exact()}, cube(n), o);
}

} // namespace

TEST_CASE("a product of 2, 4, 8, 16 inputs takes 4, 12, 28, 60 neurons") {
  // arXiv:1608.08225: a binary tree of n - 1 gates of 4 neurons.
  for (const char *activation : {"logistic", "tanh"}) {
    CHECK(hidden_layers(product_network(2, options(activation))) == std::vector<int>{4});
    CHECK(hidden_layers(product_network(4, options(activation))) == std::vector<int>{8, 4});
    CHECK(hidden_layers(product_network(8, options(activation))) == std::vector<int>{16, 8, 4});
    const Network net = product_network(16, options(activation));
    CHECK(hidden_layers(net) == std::vector<int>{32, 16, 8, 4});
    CHECK(neurons(net) == 60);
  }
}

TEST_CASE("a square takes two neurons, a power of two two per layer") {
  const SamplePolynomial square{{{1.0, {2}}}}, eighth{{{1.0, {8}}}};
  CHECK(hidden_layers(polynet::compile({square.exact()}, cube(1), options())) ==
        std::vector<int>{2});
  // On [-1, 1] the square's range [0, 1] is centred, so its linear part is carried: a copy gate.
  const Network net = polynet::compile({eighth.exact()}, cube(1), options("tanh"));
  CHECK(net.hidden.size() == 3);
  int squares = 0;
  for (const polynet::HiddenLayer &layer : net.hidden)
    for (const polynet::Gate &gate : layer.gates) {
      CHECK((gate.stencil->name == "square" || gate.stencil->name == "copy_forward"));
      squares += gate.stencil->name == "square";
    }
  CHECK(squares == 3);
}

TEST_CASE("the number of neurons of a tree of products does not depend on the scale") {
  polynet::CompileOptions o = options();
  o.construction = polynet::Construction::paper;
  for (const double scale : {0.25, 0x1p-6, 1e-8}) {
    o.scale = scale;
    CHECK(neurons(product_network(4, o)) == 12);
  }
}

TEST_CASE("given bias and scale are used, rounded to the dtype") {
  polynet::CompileOptions o = options();
  o.bias = -1.1;
  o.scale = 0.1;
  for (const Dtype dtype : {Dtype::float32, Dtype::float64}) {
    o.dtype = dtype;
    for (const polynet::HiddenLayer &layer : product_network(4, o).hidden)
      for (const polynet::Gate &gate : layer.gates) {
        CHECK(gate.bias == polynet::round_to(dtype, -1.1));
        CHECK(gate.scale == polynet::round_to(dtype, 0.1));
      }
  }
}

TEST_CASE("chosen scales are quarters of an octave, biases the special ones") {
  const SamplePolynomial p{{{1.0, {1, 1, 1}}, {-0.5, {0, 0, 2}}}};
  for (const char *activation : {"logistic", "tanh"}) {
    const polynet::Activation &s = *polynet::activation(activation);
    const Network net = polynet::compile({p.exact()}, cube(3), options(activation));
    for (const polynet::HiddenLayer &layer : net.hidden)
      for (const polynet::Gate &gate : layer.gates) {
        const double quarters = 4.0 * gate.scale / std::exp2(std::ilogb(gate.scale));
        CHECK(std::nearbyint(quarters) == quarters);
        // Copies of one neuron stand at 0, where s'' of an odd function (and a constant) vanishes.
        const bool one_neuron = gate.stencil->name == "copy_forward";
        const bool is_copy = gate.stencil->order() == 1;
        CHECK(gate.bias == (one_neuron ? 0.0 : is_copy ? s.copy_bias : s.product_bias));
        CHECK(one_neuron <= (s.symmetry == polynet::Symmetry::odd ||
                             s.symmetry == polynet::Symmetry::odd_plus_constant));
      }
  }
}

TEST_CASE("normalised operands stay within [-1, 1] on the box") {
  const SamplePolynomial p{{{3.0, {2, 1}}, {1.0, {0, 3}}, {5.0, {1, 0}}}};
  const std::vector<Interval> box{{4.0, 6.5}, {-100.0, 20.0}};
  const Network net = polynet::compile({p.exact()}, box, options());
  double largest = 0.0;
  const auto combine = [](const polynet::Affine &form, const std::vector<double> &wires) {
    double sum = form.constant;
    for (const auto &[source, weight] : form.terms)
      sum += weight * wires[static_cast<std::size_t>(source)];
    return sum;
  };
  const auto gates = [&](std::size_t t, const std::vector<double> &operands) {
    for (const double operand : operands)
      largest = std::max(largest, std::fabs(operand));
    std::vector<double> values;
    for (const polynet::Gate &gate : net.hidden[t].gates) {
      std::array<double, polynet::max_operands> z{};
      for (int i = 0; i < gate.stencil->operands; ++i)
        z[static_cast<std::size_t>(i)] =
            operands[static_cast<std::size_t>(gate.operands[static_cast<std::size_t>(i)])];
      values.push_back(polynet::target(*gate.stencil, z.data()));
    }
    return values;
  };
  for (double s = 0.0; s <= 1.0; s += 0x1p-5)
    for (double t = 0.0; t <= 1.0; t += 0x1p-5)
      polynet::walk(net, std::vector<double>{4.0 + 2.5 * s, -100.0 + 120.0 * t}, combine, gates);
  CHECK(largest <= 1.01);
  CHECK(largest >= 0.99);
}

TEST_CASE("affine polynomials and points need no neurons") {
  const SamplePolynomial affine{{{2.0, {1, 0}}, {-1.0, {0, 1}}, {0.5, {0, 0}}}};
  CHECK(polynet::compile({affine.exact()}, cube(2), options()).hidden.empty());
  const Network constant =
      polynet::compile({product_of(2).exact()}, {{3.0, 3.0}, {0.5, 0.5}}, options());
  CHECK(constant.hidden.empty());
  const double x[2] = {3.0, 0.5};
  double y;
  gates_of(constant)(x, 1, &y);
  CHECK(y == 1.5);
  // One fixed factor makes a product linear.
  CHECK(polynet::compile({product_of(2).exact()}, {{3.0, 3.0}, {-1.0, 1.0}}, options())
            .hidden.empty());
}

TEST_CASE("unusable options are refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto refused = [](auto change) {
    polynet::CompileOptions o = options();
    change(o);
    return code_of([&] { product_network(2, o); }) == ErrorCode::invalid_input;
  };
  CHECK_FALSE(refused([](polynet::CompileOptions &) {}));
  CHECK(refused([&](polynet::CompileOptions &o) { o.bias = nan; }));
  CHECK(refused([&](polynet::CompileOptions &o) { o.scale = nan; }));
  CHECK(refused([](polynet::CompileOptions &o) { o.scale = 0.0; }));
  CHECK(refused([](polynet::CompileOptions &o) { o.scale = -0.1; }));
  CHECK(refused([](polynet::CompileOptions &o) { o.scale = polynet::detail::infinity; }));
  CHECK(refused([](polynet::CompileOptions &o) {
    o.dtype = Dtype::float32;
    o.scale = 1e-50; // rounds to 0
  }));
}

TEST_CASE("coefficients that leave the dtype's range are refused") {
  const SamplePolynomial huge{{{1e300, {1, 1}}}};
  polynet::CompileOptions o = options();
  o.dtype = Dtype::float32;
  CHECK(code_of([&] { polynet::compile({huge.exact()}, cube(2), o); }) == ErrorCode::invalid_input);
}

TEST_CASE("options have an activation, and none is refused") {
  const polynet::CompileOptions plain{};
  const Network net = polynet::compile({product_of(2).exact()}, cube(2), plain);
  CHECK(net.activation->name == "logistic");
  polynet::CompileOptions none;
  none.activation = nullptr;
  CHECK(code_of([&] { polynet::compile({product_of(2).exact()}, cube(2), none); }) ==
        ErrorCode::invalid_input);
}

TEST_CASE("numbers that are none, and boxes of none, are refused by name") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = polynet::detail::infinity;
  const polynet::ExactPolynomial good = product_of(2).exact();
  const Network net = polynet::compile({good}, cube(2), {});
  const auto message = [](auto f) -> std::string {
    try {
      f();
    } catch (const polynet::Error &error) {
      return error.code() == ErrorCode::invalid_input ? error.what() : "another code";
    }
    return "nothing";
  };
  for (const Interval &range : {Interval(1.0, -1.0), Interval(nan), Interval(nan, 1.0),
                                Interval(0.0, inf), Interval(-inf, inf)})
    CHECK(message([&] { polynet::compile({good}, {{-1.0, 1.0}, range}, {}); }).find("input 1") !=
          std::string::npos);
  for (const double c : {nan, inf, -inf}) {
    polynet::ExactPolynomial bad = good;
    CHECK(message([&] { bad.add(polynet::Monomial{{0, 3}}, c); }).find("coefficient") !=
          std::string::npos);
  }
  polynet::ExactPolynomial stranger;
  stranger.add(polynet::Monomial{{7, 1}}, 1.0);
  CHECK(message([&] { polynet::compile({stranger}, cube(2), {}); }).find("variable 7") !=
        std::string::npos);
  CHECK(message([&] { polynet::certify(net, {stranger}, {}); }).find("variable 7") !=
        std::string::npos);
  CHECK(message([&] { polynet::compile({}, cube(2), {}); }).find("at least one") !=
        std::string::npos);
  CHECK(message([&] { polynet::compile({good}, {}, {}); }).find("at least one") !=
        std::string::npos);
  Network broken = net;
  broken.activation = nullptr;
  CHECK(message([&] { polynet::certify(broken, {good}, {}); }).find("activation") !=
        std::string::npos);
  broken = net;
  broken.hidden[0].gates[0].stencil = nullptr;
  CHECK(message([&] { polynet::certify(broken, {good}, {}); }).find("stencil") !=
        std::string::npos);
  broken = net;
  broken.box[1] = Interval(2.0, 1.0);
  CHECK(message([&] { polynet::certify(broken, {good}, {}); }).find("box") != std::string::npos);
  CHECK(message([&] { const polynet::Evaluators evaluators(broken); }).find("box") !=
        std::string::npos);
}

TEST_CASE("a factor that underflows to nothing is compiled, and certified") {
  polynet::ExactPolynomial p;
  p.add({{0, 1}, {1, 1}, {2, 1}}, "222131/25000");
  p.add({{0, 2}}, "577361000000000000000000000000000");
  const std::vector<Interval> box{{-0.525939307129355, 1.1901880073470967},
                                  {0.0, 5e-324},
                                  {0.00026645253817005846, 0.0002664525381700585}};
  for (const polynet::Construction construction :
       {polynet::Construction::compact, polynet::Construction::paper}) {
    polynet::CompileOptions o = options("exp");
    o.construction = construction;
    o.scale = 0x1p-8;
    const Network net = polynet::compile({p}, box, o);
    CHECK(polynet::certify(net, {p}, {}).outputs[0].upper < 1e33);
  }
}
