// Truncation: how far the network's real-number function is from the ideal network.
#pragma once

#include "polynet/ideal.hpp"

#include <vector>

namespace polynet {

/// Bounds the gates' series errors and how they travel, over the box and over any part of it.
///
/// If the operands of a gate carry errors e, its own error is
/// (z + e)^t - z^t + (z + e)^t rho(z + e): docs/certificates.md, "Truncation".
class Truncation {
public:
  /// Chooses each gate's series for the operand ranges that the network really has on its box.
  /// Both arguments must outlive this object.
  Truncation(const Network &net, const IdealNetwork &ideal);

  /// For every output, an enclosure of {network(x) - ideal(x) : x in box}; box is a part of the
  /// network's box.
  std::vector<Interval> operator()(const std::vector<Interval> &box) const;

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
  const Network *net_;
  const IdealNetwork *ideal_;
  std::vector<GateSeries> series_;
  std::vector<std::vector<std::size_t>> series_of_;
  std::vector<std::vector<Interval>> operands_, outputs_;
};

/// {network(x) - p(x)} over parts of the box, one enclosure per output: the gates' truncation plus
/// the difference between the ideal network and the polynomial.
class ErrorFunction {
public:
  ErrorFunction(const IdealNetwork &ideal, const Truncation &truncation,
                const std::vector<Polynomial> &polynomials);
  std::vector<Interval> operator()(const std::vector<Interval> &box) const;

private:
  const Truncation &truncation_;
  std::vector<Model> differences_;
  int max_power_ = 1;
};

} // namespace polynet
