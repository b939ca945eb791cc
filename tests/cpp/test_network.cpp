// Networks as data: names, validation, and the layers of neurons derived from the gates.
#include "support.hpp"

#include <doctest/doctest.h>

using namespace polynet_test;
using polynet::Dtype;
using polynet::Form;
using polynet::Layer;
using polynet::Network;

namespace {

// x y z - z^2/2; on a box off the origin it takes products, squares, copies, centred operands.
const SamplePolynomial polynomial{{{1.0, {1, 1, 1}}, {-0.5, {0, 0, 2}}}};

Network example(Dtype dtype, Form form, const char *activation) {
  polynet::CompileOptions o = options(activation);
  o.dtype = dtype;
  o.form = form;
  return polynet::compile({polynomial.exact()}, {{-1.0, 1.0}, {0.0, 2.0}, {1.0, 3.0}}, o);
}

template <typename Function> void for_every_kind(Function f) {
  for (const char *activation : {"logistic", "tanh"})
    for (const Dtype dtype : {Dtype::float32, Dtype::float64})
      for (const Form form : {Form::factored, Form::merged}) {
        CAPTURE(activation);
        CAPTURE(polynet::name_of(dtype));
        CAPTURE(polynet::name_of(form));
        f(example(dtype, form, activation));
      }
}

// The layers evaluated in long double.
std::vector<long double> evaluate(const Network &net, std::vector<long double> values) {
  for (const Layer &layer : polynet::layers(net)) {
    REQUIRE(values.size() == static_cast<std::size_t>(layer.columns));
    std::vector<long double> next;
    for (std::size_t r = 0; r < layer.bias.size(); ++r) {
      long double sum = layer.bias[r];
      for (int k = layer.row_start[r]; k < layer.row_start[r + 1]; ++k) {
        const auto entry = static_cast<std::size_t>(k);
        sum += layer.weight[entry] * values[static_cast<std::size_t>(layer.column[entry])];
      }
      if (layer.activated)
        sum = net.activation->symmetry == polynet::Symmetry::odd ? std::tanh(sum)
                                                                 : 1.0L / (1.0L + std::exp(-sum));
      next.push_back(sum);
    }
    values = next;
  }
  return values;
}

} // namespace

TEST_CASE("names of dtypes and forms go both ways, others are refused") {
  for (const Dtype d : {Dtype::float32, Dtype::float64})
    CHECK(polynet::dtype_from_name(polynet::name_of(d)) == d);
  for (const Form f : {Form::factored, Form::merged})
    CHECK(polynet::form_from_name(polynet::name_of(f)) == f);
  CHECK(code_of([] { polynet::dtype_from_name("float16"); }) == ErrorCode::invalid_input);
  CHECK(code_of([] { polynet::form_from_name("dense"); }) == ErrorCode::invalid_input);
  CHECK(polynet::round_to(Dtype::float32, 0.1) == double(0.1f));
  CHECK(polynet::round_to(Dtype::float64, 0.1) == 0.1);
}

TEST_CASE("layers are consistent, and every number is one of the dtype") {
  for_every_kind([](const Network &net) {
    const std::vector<Layer> layers = polynet::layers(net);
    const std::size_t maps = net.form == Form::factored ? 2 : 1;
    REQUIRE(layers.size() == maps * net.hidden.size() + 1);
    int columns = static_cast<int>(net.box.size());
    std::size_t hidden = 0;
    for (std::size_t n = 0; n < layers.size(); ++n) {
      const Layer &layer = layers[n];
      CHECK(layer.columns == columns);
      REQUIRE(layer.row_start.size() == layer.bias.size() + 1);
      REQUIRE(layer.row_start.front() == 0);
      REQUIRE(layer.row_start.back() == static_cast<int>(layer.column.size()));
      REQUIRE(layer.weight.size() == layer.column.size());
      for (std::size_t k = 0; k < layer.column.size(); ++k) {
        CHECK(layer.column[k] >= 0);
        CHECK(layer.column[k] < columns);
        CHECK(polynet::round_to(net.dtype, layer.weight[k]) == layer.weight[k]);
      }
      for (const double b : layer.bias)
        CHECK(polynet::round_to(net.dtype, b) == b);
      const bool last = n + 1 == layers.size();
      CHECK(layer.activated == (!last && (n + 1) % maps == 0));
      if (layer.activated)
        CHECK(layer.rows() == net.hidden[hidden++].neurons());
      columns = layer.rows();
    }
    CHECK(hidden == net.hidden.size());
    CHECK(columns == static_cast<int>(net.outputs.size()));
  });
}

TEST_CASE("both forms are the same function up to the rounding of their parameters") {
  Random random(51);
  for (const char *activation : {"logistic", "tanh"}) {
    Network net = example(Dtype::float64, Form::factored, activation);
    for (polynet::HiddenLayer &layer : net.hidden)
      for (polynet::Gate &gate : layer.gates)
        gate.scale = 0x1p-4;
    const double truncation =
        polynet::certify(net, {polynomial.exact()}, {}).outputs[0].truncation_upper;
    Network merged = net;
    merged.form = Form::merged;
    for (int n = 0; n < 50; ++n) {
      const std::vector<long double> x{random.between(-1, 1), random.between(0, 2),
                                       random.between(1, 3)};
      const long double a = evaluate(net, x)[0], b = evaluate(merged, x)[0];
      CHECK(static_cast<double>(std::fabs(a - b)) <= 1e-10);
      const long double p = x[0] * x[1] * x[2] - x[2] * x[2] / 2;
      CHECK(static_cast<double>(std::fabs(a - p)) <= truncation + 1e-10);
    }
  }
}

TEST_CASE("a compiled network is valid") {
  for_every_kind([](const Network &net) { CHECK_NOTHROW(polynet::validate(net)); });
}

TEST_CASE("a network that makes no sense is refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Network good = example(Dtype::float32, Form::factored, "logistic");
  const auto refused = [&](auto spoil) {
    Network net = good;
    spoil(net);
    return code_of([&] { polynet::validate(net); }) == ErrorCode::invalid_input;
  };
  CHECK_FALSE(refused([](Network &) {}));
  CHECK(refused([](Network &net) { net.box.clear(); }));
  CHECK(refused([](Network &net) { net.outputs.clear(); }));
  CHECK(refused([](Network &net) { net.hidden.front().gates.clear(); }));
  CHECK(refused([](Network &net) { net.box[0] = {-1.0, polynet::detail::infinity}; }));
  CHECK(refused([](Network &net) { net.box[0] = {-1.0, 0.1}; })); // no float32
  CHECK(refused([&](Network &net) { net.outputs[0].constant = nan; }));
  CHECK(refused([](Network &net) { net.outputs[0].terms[0].first = 1000; }));
  CHECK(refused([](Network &net) { net.outputs[0].terms[0].first = -1; }));
  CHECK(refused([](Network &net) { net.outputs[0].terms[0].second = 1e300; }));
  CHECK(refused([](Network &net) { net.hidden[0].operands[0].terms[0].first = 3; }));
  CHECK(refused([](Network &net) { net.hidden[0].operands[0].constant = 0.1; }));
  CHECK(refused([](Network &net) { net.hidden[0].gates[0].operands[0] = 99; }));
  CHECK(refused([](Network &net) { net.hidden[0].gates[0].operands[0] = -1; }));
  CHECK(refused([](Network &net) { net.hidden[0].gates[0].scale = 0.0; }));
  CHECK(refused([](Network &net) { net.hidden[0].gates[0].scale = -0.5; }));
  CHECK(refused([&](Network &net) { net.hidden[0].gates[0].scale = nan; }));
  CHECK(refused([&](Network &net) { net.hidden[0].gates[0].bias = nan; }));
}

TEST_CASE("a weight beyond the dtype's range is refused") {
  polynet::CompileOptions o = options();
  o.scale = 1e-200; // the output weight 1/(4 s'' l^2) is about 1e400
  const Network net = polynet::compile({product_of(2).exact()}, cube(2), o);
  CHECK(code_of([&] { polynet::layers(net); }) == ErrorCode::not_certified);
  o.dtype = Dtype::float32;
  o.scale = 1e-25;
  const Network single = polynet::compile({product_of(2).exact()}, cube(2), o);
  CHECK(code_of([&] { polynet::layers(single); }) == ErrorCode::not_certified);
}

TEST_CASE("gates share neurons, whose weights are the exact sums of the gates' units") {
  Random random(53);
  for (int n = 0; n < 100; ++n) {
    Network net;
    net.activation = polynet::activation(n % 2 == 0 ? "logistic" : "silu");
    net.dtype = n % 3 == 0 ? Dtype::float32 : Dtype::float64;
    net.form = n % 5 == 0 ? Form::merged : Form::factored;
    net.box = cube(4);
    polynet::HiddenLayer layer;
    for (int i = 0; i < 4; ++i)
      layer.operands.push_back({{{i, 1.0}}, 0.0});
    for (const char *name : {"product_forward", "square_forward", "square", "copy", "product"})
      for (int k = 0; k < 3; ++k)
        layer.gates.push_back(
            {&polynet::stencil(name), 1.25, 0x1p-8, {random.integer(0, 3), random.integer(0, 3)}});
    for (int r = 0; r < 3; ++r) {
      polynet::Affine row;
      for (int g = 0; g < static_cast<int>(layer.gates.size()); ++g)
        row.terms.emplace_back(g, polynet::round_to(net.dtype, std::ldexp(random.between(-1, 1),
                                                                          random.integer(-40, 0))));
      net.outputs.push_back(row);
    }
    net.hidden.push_back(layer);
    const polynet::Neurons neurons = polynet::neurons_of(layer);
    std::size_t nodes = 0;
    for (const polynet::Gate &gate : layer.gates)
      nodes += gate.stencil->neurons.size();
    CHECK(neurons.distinct.size() < nodes);
    CHECK(net.neurons() == static_cast<int>(neurons.distinct.size()));
    const Layer last = polynet::layers(net).back();
    const std::vector<polynet::Row> rows = polynet::output_rows(net);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const std::vector<double> units = polynet::unit_weights(net, layer, neurons, rows[r]);
      std::vector<long double> sums(neurons.distinct.size(), 0.0L);
      for (std::size_t g = 0; g < units.size(); ++g) {
        CHECK(polynet::round_to(net.dtype, units[g]) == units[g]);
        for (std::size_t k = 0; k < neurons.of_gate[g].size(); ++k)
          sums[static_cast<std::size_t>(neurons.of_gate[g][k])] +=
              static_cast<long double>(units[g]) * layer.gates[g].stencil->neurons[k].weight;
      }
      for (int k = last.row_start[r]; k < last.row_start[r + 1]; ++k) {
        const auto entry = static_cast<std::size_t>(k);
        CHECK(last.weight[entry] == sums[static_cast<std::size_t>(last.column[entry])]);
        CHECK(polynet::round_to(net.dtype, last.weight[entry]) == last.weight[entry]);
      }
    }
  }
}
