// A network with what its evaluation needs, each part made once.
#pragma once

#include "register.hpp"

#include "polynet/polynet.h"

#include <memory>
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

  // The network for the C functions; lives as long as this object.
  polynet_network *c_handle(const std::vector<Terms> &polynomials) {
    std::call_once(handle_once_, [&] {
      handle_.reset(polynet::c_handle(network, polynomials_from(polynomials)));
    });
    return handle_.get();
  }

  polynet::Network network;

private:
  std::optional<polynet::GateEvaluator> gates_, jacobian_;
  std::optional<polynet::NeuronEvaluator> neurons_;
  std::unique_ptr<polynet_network, void (*)(polynet_network *)> handle_{nullptr, &polynet_free};
  std::once_flag jacobian_once_, neurons_once_, handle_once_;
};

} // namespace polynet_python
