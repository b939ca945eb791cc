// The neurons of a network, and its layers of them.
#include "algebra/exact_sum.hpp"
#include "polynet/error.hpp"
#include "polynet/float_environment.hpp"
#include "polynet/network.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace polynet {

namespace {

// x as a number of the dtype.
double in_dtype(Dtype dtype, double x) {
  x = round_to(dtype, x);
  if (!(std::fabs(x) <= float_format(dtype).largest))
    throw Error(ErrorCode::not_certified,
                "a weight of the neurons overflows the dtype; use a larger scale, a smaller box "
                "or dtype float64");
  return x;
}

// coefficient/(c l^m) in the dtype.
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
  return in_dtype(net.dtype,
                  std::ldexp(std::nearbyint(std::ldexp(fraction, bits)), exponent - bits));
}

// Turns rows over the previous layer's gates into a Layer over its neurons. All neurons of a gate
// share one rounded unit weight, so that its cancellation survives the rounding of the weights; the
// constant of a stencil's central node follows the rounded weight for the same reason.
Layer over_neurons(const Network &net, const HiddenLayer &previous, const Neurons &neurons,
                   const std::vector<Row> &rows) {
  Layer layer;
  layer.columns = static_cast<int>(neurons.distinct.size());
  std::vector<double> weights(neurons.distinct.size(), 0.0);
  std::vector<bool> used(neurons.distinct.size(), false);
  for (const Row &row : rows) {
    const std::vector<double> units = unit_weights(net, previous, neurons, row);
    ExactSum constant(row.constant.mid());
    const std::size_t start = layer.column.size();
    for (std::size_t k = 0; k < units.size(); ++k) {
      const auto source = static_cast<std::size_t>(row.terms[k].first);
      const Gate &gate = previous.gates[source];
      for (std::size_t n = 0; n < gate.stencil->neurons.size(); ++n) {
        const int neuron = neurons.of_gate[source][n];
        const auto column = static_cast<std::size_t>(neuron);
        if (!used[column])
          layer.column.push_back(neuron);
        used[column] = true;
        weights[column] += units[k] * gate.stencil->neurons[n].weight;
      }
      if (gate.stencil->constant_weight != 0)
        constant.add_product(units[k], centre_of(gate, net.activation->taylor(gate.bias, 0)[0]));
    }
    for (std::size_t k = start; k < layer.column.size(); ++k) {
      const auto column = static_cast<std::size_t>(layer.column[k]);
      layer.weight.push_back(in_dtype(net.dtype, weights[column]));
      weights[column] = 0.0;
      used[column] = false;
    }
    layer.bias.push_back(in_dtype(net.dtype, constant.value().mid()));
    layer.row_start.push_back(static_cast<int>(layer.column.size()));
  }
  return layer;
}

// x - origin, an input a row.
Layer less_origin(const Network &net) {
  Layer layer;
  layer.columns = static_cast<int>(net.box.size());
  for (int i = 0; i < layer.columns; ++i) {
    layer.column.push_back(i);
    layer.weight.push_back(1.0);
    layer.bias.push_back(-net.origin_of(static_cast<std::size_t>(i)));
    layer.row_start.push_back(i + 1);
  }
  return layer;
}

// In merged form the constant takes up the origins, as the rounded weights see them.
Layer over_inputs(const Network &net, const std::vector<Row> &rows) {
  Layer layer;
  layer.columns = static_cast<int>(net.box.size());
  for (const Row &row : rows) {
    ExactSum constant(row.constant.mid());
    for (const auto &[source, coefficient] : row.terms) {
      const double weight = in_dtype(net.dtype, coefficient.mid());
      layer.column.push_back(source);
      layer.weight.push_back(weight);
      if (net.form == Form::merged)
        constant.add_product(-weight, net.origin_of(static_cast<std::size_t>(source)));
    }
    layer.bias.push_back(in_dtype(net.dtype, constant.value().mid()));
    layer.row_start.push_back(static_cast<int>(layer.column.size()));
  }
  return layer;
}

// operands -> neurons: scale * direction, and the bias.
Layer from_operands(const Network &net, const HiddenLayer &hidden, const Neurons &neurons) {
  Layer layer;
  layer.columns = static_cast<int>(hidden.operands.size());
  for (const Neurons::Neuron &neuron : neurons.distinct) {
    for (const auto &[operand, direction] : neuron.terms) {
      layer.column.push_back(operand);
      layer.weight.push_back(in_dtype(net.dtype, neuron.scale * direction));
    }
    layer.bias.push_back(in_dtype(net.dtype, neuron.bias));
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

Row argument(const HiddenLayer &layer, const Neurons::Neuron &neuron) {
  Row row{{}, neuron.bias};
  std::map<int, Interval> sum;
  for (const auto &[index, direction] : neuron.terms) {
    const Affine &operand = layer.operands[static_cast<std::size_t>(index)];
    const Interval factor = Interval(neuron.scale) * double(direction);
    row.constant += factor * operand.constant;
    for (const auto &[source, coefficient] : operand.terms)
      sum[source] += factor * coefficient;
  }
  row.terms.assign(sum.begin(), sum.end());
  return row;
}

std::vector<Row> rows_of(const HiddenLayer &layer, const Neurons &neurons, Form form) {
  std::vector<Row> rows;
  if (form == Form::factored)
    for (const Affine &operand : layer.operands)
      rows.push_back(exact(operand));
  else
    for (const Neurons::Neuron &neuron : neurons.distinct)
      rows.push_back(argument(layer, neuron));
  return rows;
}

} // namespace

double centre_of(const Gate &gate, const Interval &value_at_bias) {
  return gate.stencil->constant_weight * value_at_bias.mid();
}

Neurons neurons_of(const HiddenLayer &layer) {
  using Terms = std::vector<std::pair<int, int>>;
  std::map<std::tuple<double, double, Terms>, int> known;
  Neurons neurons;
  for (const Gate &gate : layer.gates) {
    neurons.of_gate.emplace_back();
    for (const StencilNode &node : gate.stencil->neurons) {
      std::map<int, int> direction; // of an operand that the gate may have twice
      for (int i = 0; i < gate.stencil->operands; ++i)
        direction[gate.operands[i]] += node.direction[i];
      Terms terms;
      for (const auto &[operand, d] : direction)
        if (d != 0)
          terms.emplace_back(operand, d);
      const auto [place, is_new] = known.emplace(std::make_tuple(gate.bias, gate.scale, terms),
                                                 static_cast<int>(neurons.distinct.size()));
      if (is_new)
        neurons.distinct.push_back({gate.bias, gate.scale, std::move(terms)});
      else
        neurons.shared = true;
      neurons.of_gate.back().push_back(place->second);
    }
  }
  return neurons;
}

std::vector<Row> rows_of(const HiddenLayer &layer, Form form) {
  return rows_of(layer, form == Form::merged ? neurons_of(layer) : Neurons{}, form);
}

std::vector<Row> output_rows(const Network &net) {
  std::vector<Row> rows;
  for (const Affine &output : net.outputs)
    rows.push_back(exact(output));
  return rows;
}

// Gates that share neurons have units on a common grid, so coarse that no sum of |unit * weight|
// over a shared neuron exceeds 2^precision steps of it: then all partial sums are exact.
std::vector<double> unit_weights(const Network &net, const HiddenLayer &layer,
                                 const Neurons &neurons, const Row &row) {
  std::vector<double> units;
  for (const auto &[source, coefficient] : row.terms)
    units.push_back(unit_weight(net, layer.gates[static_cast<std::size_t>(source)], coefficient));
  if (!neurons.shared)
    return units;
  struct Load {
    int nodes = 0;
    double sum = 0.0;
  };
  std::map<int, Load> loads;
  const auto for_each_load = [&](std::size_t k, const auto &f) {
    const auto source = static_cast<std::size_t>(row.terms[k].first);
    for (std::size_t n = 0; n < neurons.of_gate[source].size(); ++n)
      f(loads[neurons.of_gate[source][n]], layer.gates[source].stencil->neurons[n].weight);
  };
  for (std::size_t k = 0; k < units.size(); ++k)
    for_each_load(k, [&](Load &load, int weight) {
      ++load.nodes;
      load.sum += std::fabs(units[k] * weight);
    });
  double largest = 0.0;
  for (const auto &[neuron, load] : loads)
    if (load.nodes > 1)
      largest = std::max(largest, in_dtype(net.dtype, load.sum));
  if (largest == 0.0)
    return units;
  const FloatFormat format = float_format(net.dtype);
  // Two bits of room: for ilogb, and for the units that are rounded up.
  const double step = std::max(std::ldexp(1.0, std::ilogb(largest) + 2 - format.precision),
                               2.0 * format.unit_roundoff * format.smallest_normal);
  for (std::size_t k = 0; k < units.size(); ++k) {
    bool shares = false;
    for_each_load(k, [&](const Load &load, int) { shares = shares || load.nodes > 1; });
    if (shares)
      units[k] = std::nearbyint(units[k] / step) * step;
  }
  return units;
}

bool subtracts_origin(const Network &net) {
  return net.form == Form::factored &&
         std::any_of(net.origin.begin(), net.origin.end(), [](double o) { return o != 0.0; });
}

std::vector<Layer> layers(const Network &net) {
  const SoundFloats floats;
  std::vector<Layer> result;
  if (subtracts_origin(net))
    result.push_back(less_origin(net));
  const HiddenLayer *previous = nullptr;
  Neurons before;
  const auto add = [&](const std::vector<Row> &rows) {
    result.push_back(previous ? over_neurons(net, *previous, before, rows)
                              : over_inputs(net, rows));
  };
  for (const HiddenLayer &hidden : net.hidden) {
    Neurons neurons = neurons_of(hidden);
    add(rows_of(hidden, neurons, net.form));
    if (net.form == Form::factored)
      result.push_back(from_operands(net, hidden, neurons));
    result.back().activated = true;
    previous = &hidden;
    before = std::move(neurons);
  }
  add(output_rows(net));
  return result;
}

} // namespace polynet
