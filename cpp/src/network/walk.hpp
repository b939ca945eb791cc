// The way of values through a network, whatever they are.
#pragma once

#include "polynet/network.hpp"

namespace polynet {

/// Works forward through a network: `combine(form, wires)` makes an operand or an output of the
/// wires that the form reads, inputs or the gates of the layer before; `gates(t, operands)` makes
/// the wires of hidden layer t. Returns the outputs.
template <typename Wires, typename Combine, typename Gates>
Wires walk(const Network &net, Wires wires, const Combine &combine, const Gates &gates) {
  const auto rows = [&](const std::vector<Affine> &forms) {
    Wires result;
    for (const Affine &form : forms)
      result.push_back(combine(form, wires));
    return result;
  };
  for (std::size_t t = 0; t < net.hidden.size(); ++t) {
    const Wires operands = rows(net.hidden[t].operands);
    wires = gates(t, operands);
  }
  return rows(net.outputs);
}

} // namespace polynet
