// Truncation: how far the network's real-number function is from the ideal network.
#pragma once

#include "ideal.hpp"

#include <vector>

namespace polynet {

/// Bounds the gates' series errors and how they travel, over the whole box.
///
/// If the operands of a gate carry errors e, its own error is
/// (z + e)^t - z^t + (z + e)^t rho(z + e): docs/certificates.md, "Truncation".
class Truncation {
public:
  /// Chooses each gate's series for the operand ranges that the network really has on its box.
  /// The network must outlive this object.
  Truncation(const Network &net, const IdealNetwork &ideal);

  /// For every output, an enclosure of {network(x) - ideal(x) : x in the box}.
  const std::vector<Interval> &errors() const { return errors_; }

  const GateSeries &series(std::size_t layer, std::size_t gate) const {
    return series_[series_of_[layer][gate]];
  }
  /// Enclosures of the real network's operands and gate outputs over its box.
  const Interval &operand(std::size_t layer, int index) const {
    return operands_[layer][static_cast<std::size_t>(index)];
  }
  const Interval &output(std::size_t layer, std::size_t gate) const {
    return outputs_[layer][gate];
  }

private:
  void make_series(const Network &net, std::size_t t);
  std::vector<Interval> gate_errors(const HiddenLayer &layer, const std::vector<Interval> &values,
                                    const std::vector<Interval> &carried);

  std::vector<GateSeries> series_;
  std::vector<std::vector<std::size_t>> series_of_;
  std::vector<std::vector<Interval>> operands_, outputs_;
  std::vector<Interval> errors_;
};

} // namespace polynet
