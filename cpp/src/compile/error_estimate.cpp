#include "error_estimate.hpp"

#include "scales.hpp"

namespace polynet {

double ErrorEstimate::of(const Gate &gate, bool rides) {
  if (gate.stencil->bits > 0)
    return 0.0; // beside those of other gates
  const auto [known, is_new] =
      known_.emplace(std::make_tuple(gate.stencil, gate.bias, rides), detail::infinity);
  if (!is_new)
    return known->second;
  Network alone;
  alone.activation = options_.activation;
  alone.dtype = options_.dtype;
  alone.form = options_.form;
  HiddenLayer layer;
  for (int i = 0; i < gate.stencil->operands; ++i) {
    alone.box.emplace_back(-1.0, 1.0);
    layer.operands.push_back({{{i, 1.0}}, 0.0});
  }
  layer.gates.push_back(gate);
  for (int i = 0; i < gate.stencil->operands; ++i)
    layer.gates.front().operands[i] = i;
  // A copy that rides has the scale of the gate whose neurons it uses.
  if (rides) {
    layer.gates.push_back(layer.gates.front());
    layer.gates.back().stencil = &stencil(gate.stencil->operands == 1 ? "square" : "product");
  }
  for (std::size_t g = 0; g < layer.gates.size(); ++g)
    alone.outputs.push_back({{{static_cast<int>(g), 1.0}}, 0.0});
  alone.hidden.push_back(std::move(layer));
  known->second = settle_scales(alone, options_.scale).total;
  return known->second;
}

double ErrorEstimate::operator()(const Network &net) {
  double error = 0.0;
  const std::vector<Affine> *above = &net.outputs;
  std::vector<double> gain(above->size(), 1.0);
  for (std::size_t t = net.hidden.size(); t > 0; --t) {
    const HiddenLayer &layer = net.hidden[t - 1];
    const std::vector<int> group = scale_groups(layer);
    std::vector<double> gates(layer.gates.size(), 0.0), operands(layer.operands.size(), 0.0);
    for (std::size_t k = 0; k < above->size(); ++k)
      for (const auto &[gate, weight] : (*above)[k].terms)
        gates[static_cast<std::size_t>(gate)] += gain[k] * std::fabs(weight);
    for (std::size_t g = 0; g < gates.size(); ++g) {
      const Gate &gate = layer.gates[g];
      if (gates[g] > 0.0)
        error += gates[g] * of(gate, gate.stencil->order() == 1 && group[g] > 1);
      for (int i = 0; i < gate.stencil->operands; ++i)
        operands[static_cast<std::size_t>(gate.operands[i])] += gates[g] * gate.stencil->target[i];
    }
    above = &layer.operands;
    gain = std::move(operands);
  }
  return error;
}

} // namespace polynet
