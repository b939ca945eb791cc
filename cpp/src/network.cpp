#include "polynet/network.hpp"

#include "polynet/error.hpp"

#include <map>
#include <set>
#include <string>

namespace polynet {

namespace {

[[noreturn]] void unknown(std::string_view what, std::string_view name, const char *known) {
  throw Error(ErrorCode::invalid_input,
              "unknown " + std::string(what) + " '" + std::string(name) + "'; known: " + known);
}

double finite(double x) {
  if (!(std::fabs(x) <= detail::largest))
    throw Error(ErrorCode::not_certified,
                "a weight of the neurons overflows the dtype; use a larger scale, a smaller box "
                "or dtype float64");
  return x;
}

// Turns rows over the previous layer's gates (over the inputs if there is none) into a Layer over
// its neurons. All neurons of a gate share one rounded unit weight, so that its cancellation
// survives the rounding of the weights; the constant of a stencil's central node follows the
// rounded weight for the same reason.
Layer over_neurons(const Network &net, const HiddenLayer *previous, const std::vector<Row> &rows) {
  Layer layer;
  std::vector<int> first_neuron;
  int neurons = 0;
  if (previous)
    for (const Gate &gate : previous->gates) {
      first_neuron.push_back(neurons);
      neurons += static_cast<int>(gate.stencil->neurons.size());
    }
  layer.columns = previous ? neurons : static_cast<int>(net.box.size());
  for (const Row &row : rows) {
    double constant = row.constant.mid();
    for (const auto &[source, coefficient] : row.terms) {
      if (!previous) {
        layer.column.push_back(source);
        layer.weight.push_back(finite(round_to(net.dtype, coefficient.mid())));
        continue;
      }
      const Gate &gate = previous->gates[static_cast<std::size_t>(source)];
      const double unit = finite(unit_weight(net, gate, coefficient));
      int column = first_neuron[static_cast<std::size_t>(source)];
      for (const StencilNode &node : gate.stencil->neurons) {
        layer.column.push_back(column++);
        layer.weight.push_back(finite(unit * node.weight));
      }
      if (gate.stencil->constant_weight != 0)
        constant +=
            unit * gate.stencil->constant_weight * net.activation->taylor(gate.bias, 0)[0].mid();
    }
    layer.bias.push_back(finite(round_to(net.dtype, constant)));
    layer.row_start.push_back(static_cast<int>(layer.column.size()));
  }
  return layer;
}

// operands -> neurons: scale * direction, and the bias.
Layer from_operands(const Network &net, const HiddenLayer &hidden) {
  Layer layer;
  layer.columns = static_cast<int>(hidden.operands.size());
  for (const Gate &gate : hidden.gates)
    for (const StencilNode &node : gate.stencil->neurons) {
      for (int i = 0; i < gate.stencil->operands; ++i)
        if (node.direction[i] != 0) {
          layer.column.push_back(gate.operands[i]);
          layer.weight.push_back(finite(round_to(net.dtype, gate.scale * node.direction[i])));
        }
      layer.bias.push_back(round_to(net.dtype, gate.bias));
      layer.row_start.push_back(static_cast<int>(layer.column.size()));
    }
  return layer;
}

Row exact(const Affine &form) {
  Row row{{}, form.constant};
  for (const auto &[source, coefficient] : form.terms)
    row.terms.emplace_back(source, coefficient);
  return row;
}

} // namespace

double round_to(Dtype d, double x) {
  return d == Dtype::float32 ? static_cast<double>(static_cast<float>(x)) : x;
}

Dtype dtype_from_name(std::string_view name) {
  if (name == "float64")
    return Dtype::float64;
  if (name == "float32")
    return Dtype::float32;
  unknown("dtype", name, "float32, float64");
}
std::string_view name_of(Dtype d) { return d == Dtype::float32 ? "float32" : "float64"; }

Form form_from_name(std::string_view name) {
  if (name == "factored")
    return Form::factored;
  if (name == "merged")
    return Form::merged;
  unknown("form", name, "factored, merged");
}
std::string_view name_of(Form f) { return f == Form::factored ? "factored" : "merged"; }

int HiddenLayer::neurons() const {
  std::size_t n = 0;
  for (const Gate &gate : gates)
    n += gate.stencil->neurons.size();
  return static_cast<int>(n);
}

int Network::neurons() const {
  int sum = 0;
  for (const HiddenLayer &layer : hidden)
    sum += layer.neurons();
  return sum;
}

double Network::nearest_input(std::size_t input, double x) const {
  const double value = is_bit(input) ? (x < 0.5 ? 0.0 : 1.0) : round_to(dtype, x);
  return std::clamp(value, box[input].lo(), box[input].hi());
}

std::vector<Row> rows_of(const HiddenLayer &layer, Form form) {
  std::vector<Row> rows;
  if (form == Form::factored) {
    for (const Affine &operand : layer.operands)
      rows.push_back(exact(operand));
    return rows;
  }
  for (const Gate &gate : layer.gates)
    for (const StencilNode &node : gate.stencil->neurons) {
      Row row{{}, gate.bias};
      std::map<int, Interval> sum;
      for (int i = 0; i < gate.stencil->operands; ++i) {
        const Affine &operand = layer.operands[static_cast<std::size_t>(gate.operands[i])];
        if (node.direction[i] == 0)
          continue;
        const Interval factor = Interval(gate.scale) * double(node.direction[i]);
        row.constant += factor * operand.constant;
        for (const auto &[source, coefficient] : operand.terms)
          sum[source] += factor * coefficient;
      }
      row.terms.assign(sum.begin(), sum.end());
      rows.push_back(std::move(row));
    }
  return rows;
}

std::vector<Row> output_rows(const Network &net) {
  std::vector<Row> rows;
  for (const Affine &output : net.outputs)
    rows.push_back(exact(output));
  return rows;
}

double unit_weight(const Network &net, const Gate &gate, const Interval &coefficient) {
  const Interval n = normalisation(*net.activation, *gate.stencil, gate.bias, gate.scale);
  // So many bits that the product with each neuron's integer weight is exact.
  int spare = 0;
  for (const StencilNode &node : gate.stencil->neurons) {
    int odd = std::abs(node.weight);
    while (odd % 2 == 0)
      odd /= 2;
    while (odd > 1 << spare)
      ++spare;
  }
  int exponent = 0;
  const double fraction = std::frexp(coefficient.mid() / n.mid(), &exponent);
  const int bits = float_format(net.dtype).precision - spare;
  return round_to(net.dtype,
                  std::ldexp(std::nearbyint(std::ldexp(fraction, bits)), exponent - bits));
}

void validate(const Network &net) {
  const auto require = [](bool condition, const std::string &message) {
    if (!condition)
      throw Error(ErrorCode::invalid_input, "not a valid network: " + message);
  };
  const auto representable = [&](double x) {
    return std::fabs(x) <= float_format(net.dtype).largest && round_to(net.dtype, x) == x;
  };
  const auto check_forms = [&](const std::vector<Affine> &forms, std::size_t sources) {
    for (const Affine &form : forms) {
      require(representable(form.constant), "a constant is not a finite number of the dtype");
      for (const auto &[source, weight] : form.terms) {
        require(source >= 0 && static_cast<std::size_t>(source) < sources,
                "a weight refers to gate " + std::to_string(source) + " of " +
                    std::to_string(sources));
        require(representable(weight), "a weight is not a finite number of the dtype");
      }
    }
  };
  require(!net.box.empty(), "it has no inputs");
  require(!net.outputs.empty(), "it has no outputs");
  for (const Interval &x : net.box)
    require(representable(x.lo()) && representable(x.hi()),
            "an endpoint of the box is not a finite number of the dtype");
  require(net.bits.empty() || net.bits.size() == net.box.size(),
          "it marks " + std::to_string(net.bits.size()) + " inputs as bits or not, but has " +
              std::to_string(net.box.size()));
  for (std::size_t i = 0; i < net.bits.size(); ++i)
    require(!net.bits[i] || (net.box[i].lo() == 0.0 && net.box[i].hi() == 1.0),
            "the range of a bit is not [0, 1]");
  // Where a gate of bits stands, its operand is the sum of so many bits less their number, plus
  // 1/2.
  const auto is_sum_of_bits = [&](const Affine &form, int count) {
    std::set<int> summed;
    for (const auto &[source, weight] : form.terms)
      if (weight == 1.0 && net.is_bit(static_cast<std::size_t>(source)))
        summed.insert(source);
    return form.terms.size() == summed.size() && static_cast<int>(summed.size()) == count &&
           form.constant == 0.5 - count;
  };
  std::size_t sources = net.box.size();
  for (const HiddenLayer &layer : net.hidden) {
    require(!layer.gates.empty(), "a hidden layer is empty");
    check_forms(layer.operands, sources);
    for (const Gate &gate : layer.gates) {
      require(representable(gate.bias), "a bias is not a finite number of the dtype");
      require(representable(gate.scale) && gate.scale > 0.0,
              "a scale is not a positive number of the dtype");
      for (int i = 0; i < gate.stencil->operands; ++i)
        require(gate.operands[i] >= 0 &&
                    static_cast<std::size_t>(gate.operands[i]) < layer.operands.size(),
                "a gate refers to operand " + std::to_string(gate.operands[i]) + " of " +
                    std::to_string(layer.operands.size()));
      if (const int bits = gate.stencil->bits; bits > 0)
        require(
            &layer == &net.hidden.front() &&
                is_sum_of_bits(layer.operands[static_cast<std::size_t>(gate.operands[0])], bits),
            "the operand of a " + gate.stencil->name + " gate is not a sum of bits");
    }
    sources = layer.gates.size();
  }
  check_forms(net.outputs, sources);
}

std::vector<Layer> layers(const Network &net) {
  std::vector<Layer> result;
  const HiddenLayer *previous = nullptr;
  for (const HiddenLayer &hidden : net.hidden) {
    result.push_back(over_neurons(net, previous, rows_of(hidden, net.form)));
    if (net.form == Form::factored)
      result.push_back(from_operands(net, hidden));
    result.back().activated = true;
    previous = &hidden;
  }
  result.push_back(over_neurons(net, previous, output_rows(net)));
  return result;
}

} // namespace polynet
