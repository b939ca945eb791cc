// Rounding: how far an evaluation in floating point is from the network's real-number function.
#pragma once

#include "truncation.hpp"

#include <optional>
#include <vector>

namespace polynet {

/// What the error of the activation, computed by any runtime or by polynet, is assumed not to
/// exceed where a gate uses it, in units in the last place of the largest |s| there, or of its
/// runtime_magnitude where that is larger (docs/certificates.md, "Activations of runtimes").
double default_activation_ulp(const Network &net);
/// What the activation is within in polynet's own evaluation, by gates or by neurons, in units in
/// the last place of s: function_ulp, proved, for a built-in one; what is assumed of any runtime
/// for one of the user's own.
double own_activation_ulp(const Network &net);

/// For every output, a bound on |layers evaluated - real-number function| over the box's points of
/// the dtype, for every order of summation, with or without fused multiply-add, subnormals flushed
/// or not, and every activation within `activation_ulp`, the units those of
/// default_activation_ulp. Infinity where nothing is proved.
/// Standard model of rounding: a sum of n products is off by gamma_n times the sum of their
/// absolute values (Higham, "Accuracy and Stability of Numerical Algorithms", section 3.1).
std::vector<double> rounding_by_neurons(const Network &net, const Truncation &truncation,
                                        double activation_ulp);

/// What the evaluation of a gate promises: at operands within their ranges it is off from the
/// gate's real-number value at the same operands by at most relative_error |z^t| + absolute_error.
struct GateContract {
  double relative_error, absolute_error;
};
/// By hidden layer and gate; a gate without one is evaluated by its neurons.
using GateContracts = std::vector<std::vector<std::optional<GateContract>>>;

/// The same for an evaluation gate by gate under such contracts. The activation's error, in units
/// of own_activation_ulp, matters only where a gate has none.
std::vector<double> rounding_by_gates(const Network &net, const Truncation &truncation,
                                      const GateContracts &contracts, double activation_ulp);

} // namespace polynet
