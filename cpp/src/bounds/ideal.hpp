// The ideal network: each gate replaced by its target monomial, worked out as polynomials.
#pragma once

#include "algebra/model.hpp"
#include "polynet/network.hpp"

#include <vector>

namespace polynet {

/// What the network would compute if every gate were exact, with the network's own (rounded)
/// coefficients, as polynomials in normalised inputs, bits as they are and to the power 1. Scales
/// and biases do not enter.
struct IdealNetwork {
  Frame frame;
  /// Per hidden layer, per operand: an enclosure of its values over the box.
  std::vector<std::vector<Interval>> ranges;
  std::vector<Model> outputs;
};

/// Works out the ideal network over its box, in centred variables or, where these take too many
/// terms, in variables centred at 0. Terms far below the dtype's rounding go into the rest. Error
/// (size_limit) if a polynomial outgrows 100,000 terms.
IdealNetwork ideal_network(const Network &net);

/// 2 x_1 ... x_n - 1 for a gate of bits, whose operand is x_1 + ... + x_n - n + 1/2: in the first
/// layer.
Polynomial sign_of_bits(const HiddenLayer &layer, const Gate &gate);

} // namespace polynet
