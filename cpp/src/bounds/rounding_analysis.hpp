// What both ways of evaluating share: the standard model of rounding, the rounding of a neuron's
// argument, and how an operand's error passes a gate.
#pragma once

#include "rounding.hpp"
#include "sums.hpp"

namespace polynet {

// What a row's coefficient multiplies: one gate of the previous layer seen through its neurons, or
// an input of the network, which is one exact neuron.
struct Source {
  const Stencil *stencil = nullptr; // of an input: none
  int neurons = 1;
  int weight_sum = 1;           // of the |integer weights| of the neurons
  Interval normalisation = 1.0; // c l^m
  Interval constant = 0.0;      // c_0 s(b)
  double centre = 0.0;          // what the rows take for it
  Interval value;               // of the gate, exact
  double neuron_magnitude = 0.0;
  int neuron_sign = 0;       // of every neuron's value, computed or exact; 0: either
  double neuron_error = 0.0; // sup |computed neuron - s(argument that the analysis takes as exact)|
  double carried_error = 0.0; // sup |gate(computed operands) - gate(exact operands)|

  /// sup |gate made of the computed neurons - gate(exact operands)|.
  double error() const {
    return up((Interval(up(weight_sum * neuron_error)) / normalisation).mag() + carried_error);
  }
};

/// Bounds for one network; infinity where nothing is proved.
class Analysis {
public:
  /// The activation is within so many ulp of the largest |s| in a gate, or of `least_magnitude`.
  Analysis(const Network &network, const Truncation &bounds, double ulp_of_activation,
           double least_magnitude)
      : net(network), truncation(bounds), format(float_format(network.dtype)),
        activation_ulp_(ulp_of_activation), least_magnitude_(least_magnitude) {}

  double gamma(double n) const { return polynet::gamma(format, n); }
  /// Rounding of b + l d.z in the map operands -> neurons, its weights l d included.
  double argument_rounding(std::size_t t, const Gate &gate,
                           const std::vector<double> &operand_errors) const;
  /// The gate with operands off by operand_errors, its neurons' arguments b + l d.z off by
  /// argument_error more. Checks that they stay where the series' enclosures of s and s' hold.
  Source gate_source(std::size_t t, std::size_t g, const std::vector<double> &operand_errors,
                     double argument_error) const;
  /// sup |gate(z + e) - gate(z)| for |e_i| <= errors, by the mean value theorem.
  double carried(std::size_t t, std::size_t g, const std::vector<double> &errors) const;

  const Network &net;
  const Truncation &truncation;
  const FloatFormat format;

private:
  double reach_of(std::size_t t, const Gate &gate, int i, double error) const;
  double neuron_error(const GateSeries &series, double argument_error) const;

  const double activation_ulp_, least_magnitude_;
};

} // namespace polynet
