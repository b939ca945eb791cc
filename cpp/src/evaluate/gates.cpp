#include "polynet/evaluate.hpp"

namespace polynet {

namespace {

// r = sum c_ik y_0^i y_1^k; the order of the coefficients is PlannedSeries'.
template <typename T> T correction(const PlannedSeries &s, const T *y) {
  const double *c = s.coefficients.data();
  T outer = 0;
  for (int i = s.degree; i >= 0; --i) {
    T inner = 0;
    for (int k = s.stencil->operands > 1 ? s.degree - i : 0; k >= 0; --k)
      inner = inner * y[1] + static_cast<T>(*c++);
    outer = outer * y[0] + inner;
  }
  return outer;
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
T gate_value(const Activation &activation, const PlannedSeries &s, const T *z) {
  T product = 1, y[max_operands] = {};
  bool in_range = s.converges;
  for (int i = 0; i < s.stencil->operands; ++i) {
    // Written so that a NaN stays in the series, which returns it.
    if (std::fabs(z[i]) > static_cast<T>(s.range[i]))
      in_range = false;
    for (int k = 0; k < s.stencil->target[i]; ++k)
      product *= z[i];
    y[i] = z[i] * z[i];
  }
  if (in_range)
    return product + product * correction(s, y);
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
  std::vector<T> values(plan.width), operands(plan.width);
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
        values[g] = gate_value(*plan.activation, series, z);
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
