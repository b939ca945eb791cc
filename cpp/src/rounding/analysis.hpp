// What both ways of evaluating share: the standard model of rounding, the rounding of a neuron's
// argument, and how an operand's error passes a gate.
#pragma once

#include "polynet/rounding.hpp"

namespace polynet {

// What a row's coefficient multiplies: one gate of the previous layer seen through its neurons, or
// an input of the network, which is one exact neuron.
struct Source {
  int neurons = 1;
  int weight_sum = 1;           // of the |integer weights| of the neurons
  Interval normalisation = 1.0; // c l^m
  double magnitude = 0.0;       // sup |gate's value|
  double neuron_magnitude = 0.0;
  double neuron_error = 0.0; // sup |computed neuron - s(argument that the analysis takes as exact)|
  double carried_error = 0.0; // sup |gate(computed operands) - gate(exact operands)|
  Interval constant = 0.0;    // c_0 s(b)
};

/// Bounds for one network; infinity where nothing is proved.
class Analysis {
public:
  Analysis(const Network &network, const Truncation &bounds, double ulp_of_activation)
      : net(network), truncation(bounds), format(float_format(network.dtype)),
        activation_ulp(ulp_of_activation) {}

  /// (1 + u)^n - 1 <= gamma_n = n u/(1 - n u).
  double gamma(double n) const;
  /// Rounding of b + l d.z in the map operands -> neurons, its weights l d included.
  double argument_rounding(std::size_t t, const Gate &gate,
                           const std::vector<double> &operand_errors) const;
  /// Checks that arguments off by argument_error stay where the series' enclosures of s and s'
  /// hold.
  Source gate_source(std::size_t t, std::size_t g, double argument_error) const;
  /// sup |gate(z + e) - gate(z)| for |e_i| <= errors, by the mean value theorem.
  double carried(std::size_t t, std::size_t g, const std::vector<double> &errors) const;

  const Network &net;
  const Truncation &truncation;
  const FloatFormat format;
  const double activation_ulp;

private:
  double ulp(double magnitude) const;
  double reach_of(std::size_t t, const Gate &gate, int i, double error) const;
  double neuron_error(const GateSeries &series, double argument_error) const;
};

} // namespace polynet
