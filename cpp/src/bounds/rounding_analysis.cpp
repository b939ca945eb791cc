#include "rounding_analysis.hpp"

namespace polynet {

// sup |l d_i z_i| over the neurons' directions d, for an operand that is off by `error`.
double Analysis::reach_of(std::size_t t, const Gate &gate, int i, double error) const {
  const double z = up(truncation.operand(t, gate.operands[i]).mag() + error);
  return up(up(gate.scale * gate.stencil->largest_direction(i)) * z);
}

double Analysis::argument_rounding(std::size_t t, const Gate &gate,
                                   const std::vector<double> &operand_errors) const {
  Summands summands;
  summands.add(std::fabs(gate.bias), 0);
  double rounded = 0.0, flushed = 2.0;
  bool finite = true;
  for (int i = 0; i < gate.stencil->operands; ++i) {
    const double error = operand_errors[static_cast<std::size_t>(gate.operands[i])];
    const double reach = reach_of(t, gate, i, error);
    // l d is rounded to a weight, and its product with z is rounded.
    const double product = up(gamma(2.0) * reach);
    rounded = up(rounded + product);
    summands.add(up(reach + product), 0);
    const double weight = up(gate.scale * gate.stencil->largest_direction(i));
    finite = finite && weight <= format.largest;
    const double z = up(truncation.operand(t, gate.operands[i]).mag() + error);
    flushed = up(flushed + up(weight + z) + 2.0);
  }
  if (!finite || !(summands.magnitude() <= format.largest / 2))
    return detail::infinity;
  const double sum = summands.rounding(format, summands.magnitude());
  return up(up(rounded + sum) + up(flushed * format.smallest_normal));
}

Source Analysis::gate_source(std::size_t t, std::size_t g,
                             const std::vector<double> &operand_errors,
                             double argument_error) const {
  const Gate &gate = net.hidden[t].gates[g];
  const GateSeries &series = truncation.series(t, g);
  double reach = argument_error;
  for (int i = 0; i < gate.stencil->operands; ++i)
    reach = up(reach +
               reach_of(t, gate, i, operand_errors[static_cast<std::size_t>(gate.operands[i])]));
  Source source;
  source.stencil = gate.stencil;
  source.neurons = static_cast<int>(gate.stencil->neurons.size());
  source.weight_sum = gate.stencil->weight_sum();
  source.normalisation = series.normalisation();
  source.constant = series.value_at_bias() * Interval(gate.stencil->constant_weight);
  source.centre = centre_of(gate, series.value_at_bias());
  source.value = truncation.output(t, g);
  source.neuron_magnitude = series.value().mag();
  source.neuron_error =
      reach <= series.radius() ? neuron_error(series, argument_error) : detail::infinity;
  if (series.value().mig() > source.neuron_error)
    source.neuron_sign = series.value().lo() > 0.0 ? 1 : -1;
  return source;
}

double Analysis::neuron_error(const GateSeries &series, double argument_error) const {
  const double magnitude = std::max(series.value().mag(), least_magnitude_);
  const double activation = up(activation_ulp_ * 2.0 * half_ulp(format, magnitude));
  return up(up(up(series.slope().mag() * argument_error) + activation) + format.smallest_normal);
}

double Analysis::carried(std::size_t t, std::size_t g, const std::vector<double> &errors) const {
  const Gate &gate = net.hidden[t].gates[g];
  const GateSeries &series = truncation.series(t, g);
  std::array<Interval, max_operands> z;
  for (int i = 0; i < gate.stencil->operands; ++i) {
    const double e = errors[static_cast<std::size_t>(gate.operands[i])];
    z[i] = truncation.operand(t, gate.operands[i]) + symmetric(e);
    if (!(z[i].mag() <= series.range()[static_cast<std::size_t>(i)]))
      return detail::infinity;
  }
  double sum = 0.0;
  for (int i = 0; i < gate.stencil->operands; ++i) {
    const double e = errors[static_cast<std::size_t>(gate.operands[i])];
    sum = up(sum + up(series.derivative(i, z.data()).mag() * e));
  }
  return sum;
}

double default_activation_ulp(const Network &net) {
  return net.dtype == Dtype::float32 ? net.activation->float32_ulp : net.activation->float64_ulp;
}

double own_activation_ulp(const Network &net) {
  if (!net.activation->function)
    return default_activation_ulp(net);
  const Accuracy &proved = function_ulp[static_cast<int>(*net.activation->function)];
  return net.dtype == Dtype::float32 ? proved.float32 : proved.float64;
}

} // namespace polynet
