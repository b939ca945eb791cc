// The leading terms of a network's error.
#pragma once

#include "polynet/network.hpp"
#include "polynet/polynomial.hpp"

namespace polynet {

/// The Taylor polynomial of {network(x) - ideal(x)} in a common factor of all scales, up to that
/// order (at least 1) and at the factor 1, one per output: the leading error terms in the inputs,
/// each less its origin.
/// Gates of bits, whose scales are apart, are taken as exact.
/// Error (size_limit) if the polynomials grow too long or the order needs derivatives beyond 20.
std::vector<Polynomial> error_terms(const Network &net, int order);

} // namespace polynet
