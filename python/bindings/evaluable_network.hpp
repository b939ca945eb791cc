// A network with what its evaluation needs.
#pragma once

#include "register.hpp"

#include "polynet/polynet.h"

#include <memory>
#include <mutex>

namespace polynet_python {

class EvaluableNetwork {
public:
  explicit EvaluableNetwork(polynet::Network net)
      : evaluators(std::make_shared<const polynet::Evaluators>(std::move(net))),
        network(evaluators->network()) {}

  // The network for the C functions; lives as long as this object.
  polynet_network *c_handle(const std::vector<Terms> &polynomials) {
    const polynet::SoundFloats floats;
    std::call_once(handle_once_, [&] {
      handle_.reset(polynet::c_handle(evaluators, polynomials_from(polynomials)));
    });
    return handle_.get();
  }

  const std::shared_ptr<const polynet::Evaluators> evaluators;
  const polynet::Network &network;

private:
  std::unique_ptr<polynet_network, void (*)(polynet_network *)> handle_{nullptr, &polynet_free};
  std::once_flag handle_once_;
};

} // namespace polynet_python
