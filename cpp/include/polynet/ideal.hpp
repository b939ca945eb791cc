// The ideal network: each gate replaced by its target monomial, worked out as polynomials.
#pragma once

#include "polynet/network.hpp"
#include "polynet/polynomial.hpp"

#include <vector>

namespace polynet {

/// A function on the box known to lie within polynomial + rest.
struct Model {
  Polynomial polynomial;
  Interval rest;
};

/// What the network would compute if every gate were exact, with the network's own (rounded)
/// coefficients, as polynomials in the inputs, bits to the power 1. Scales and biases do not enter.
struct IdealNetwork {
  /// Per hidden layer, per operand.
  std::vector<std::vector<Model>> operands;
  std::vector<Model> outputs;
  int max_power = 1;
};

/// Works out the ideal network over its box. Terms that are as small as the dtype's rounding go
/// into the rest once a polynomial grows long: centring leaves many that cancel up to rounding.
/// Error (size_limit) if a polynomial outgrows 100,000 terms.
IdealNetwork ideal_network(const Network &net);

} // namespace polynet
