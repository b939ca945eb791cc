// A network with what its evaluation needs, each part made once.
#pragma once

#include "register.hpp"

#include <mutex>
#include <optional>

namespace polynet_python {

class EvaluableNetwork {
public:
  explicit EvaluableNetwork(polynet::Network net) : network(std::move(net)) {
    const polynet::IdealNetwork ideal = polynet::ideal_network(network);
    gates_.emplace(network, polynet::Truncation(network, ideal));
  }

  const polynet::GateEvaluator &gates() const { return *gates_; }
  const polynet::GateEvaluator &jacobian() {
    std::call_once(jacobian_once_, [this] {
      jacobian_.emplace(polynet::GateEvaluator::jacobian(network, *gates_));
    });
    return *jacobian_;
  }
  const polynet::NeuronEvaluator &neurons() {
    std::call_once(neurons_once_, [this] { neurons_.emplace(network); });
    return *neurons_;
  }

  polynet::Network network;

private:
  std::optional<polynet::GateEvaluator> gates_, jacobian_;
  std::optional<polynet::NeuronEvaluator> neurons_;
  std::once_flag jacobian_once_, neurons_once_;
};

} // namespace polynet_python
