#include "polynet/evaluate.hpp"

namespace polynet {

namespace {

// r, from the powers of the operands: power[i * (max_power + 1) + k] is z_i^k.
template <typename T> T correction(const PlannedSeries &s, const T *z, std::vector<T> &power) {
  const std::size_t stride = static_cast<std::size_t>(s.max_power) + 1;
  power.resize(stride * max_operands);
  for (int i = 0; i < s.stencil->operands; ++i) {
    T *row = power.data() + static_cast<std::size_t>(i) * stride;
    row[0] = 1;
    for (std::size_t k = 1; k < stride; ++k)
      row[k] = row[k - 1] * z[i];
  }
  T sum = 0;
  for (const PlannedSeries::Term &term : s.terms) {
    T product = static_cast<T>(term.coefficient);
    for (int i = 0; i < s.stencil->operands; ++i)
      if (term.powers[i] > 0)
        product *= power[static_cast<std::size_t>(i) * stride + term.powers[i]];
    sum += product;
  }
  return sum;
}

template <typename T>
T by_neurons(const Activation &activation, const PlannedSeries &s, const T *z) {
  T sum = static_cast<T>(s.constant);
  for (const StencilNode &node : s.stencil->neurons) {
    T argument = static_cast<T>(s.bias);
    for (int i = 0; i < s.stencil->operands; ++i)
      argument += static_cast<T>(s.scale) * static_cast<T>(node.direction[i]) * z[i];
    sum += static_cast<T>(node.weight) * static_cast<T>(activation.value(double(argument)));
  }
  return static_cast<T>(s.inverse_normalisation) * sum;
}

// The kernel whose error plan.cpp bounds.
template <typename T>
T gate_value(const Activation &activation, const PlannedSeries &s, const T *z,
             std::vector<T> &power) {
  if (s.stencil->bits > 0 && s.converges)
    return std::isnan(z[0]) ? z[0] : z[0] < 0 ? T(-1) : T(1);
  T product = 1;
  bool in_range = s.converges;
  for (int i = 0; i < s.stencil->operands; ++i) {
    // Written so that a NaN stays in the series, which returns it.
    if (std::fabs(z[i]) > static_cast<T>(s.range[i]))
      in_range = false;
    for (int k = 0; k < s.stencil->target[i]; ++k)
      product *= z[i];
  }
  if (in_range)
    return product + product * correction(s, z, power);
  for (int i = 0; i < s.stencil->operands; ++i)
    if (!std::isfinite(z[i]))
      return std::numeric_limits<T>::quiet_NaN();
  return by_neurons(activation, s, z);
}

template <typename T> T combination(const Affine &form, const T *values) {
  T sum = static_cast<T>(form.constant);
  for (const auto &[source, weight] : form.terms)
    sum += static_cast<T>(weight) * values[source];
  return sum;
}

} // namespace

template <typename T>
void evaluate_by_gates(const Plan &plan, const T *x, std::size_t count, T *y) {
  std::vector<T> values(plan.width), operands(plan.width), power;
  for (std::size_t n = 0; n < count; ++n) {
    std::copy(x, x + plan.inputs, values.begin());
    for (const PlannedLayer &layer : plan.layers) {
      for (std::size_t k = 0; k < layer.operands.size(); ++k)
        operands[k] = combination(layer.operands[k], values.data());
      for (std::size_t g = 0; g < layer.gates.size(); ++g) {
        const PlannedSeries &series = plan.series[layer.gates[g].series];
        T z[max_operands] = {};
        for (int i = 0; i < series.stencil->operands; ++i)
          z[i] = operands[static_cast<std::size_t>(layer.gates[g].operands[i])];
        values[g] = gate_value(*plan.activation, series, z, power);
      }
    }
    for (const Affine &output : plan.outputs)
      *y++ = combination(output, values.data());
    x += plan.inputs;
  }
}

template void evaluate_by_gates(const Plan &, const double *, std::size_t, double *);
template void evaluate_by_gates(const Plan &, const float *, std::size_t, float *);

} // namespace polynet
