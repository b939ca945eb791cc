#include "neurons_of_gate.hpp"

namespace polynet {

template <typename T> void activate(const void *context, int order, T *values, std::size_t count) {
  const auto &activation = *static_cast<const Activation *>(context);
  for (std::size_t i = 0; i < count; ++i) {
    const auto x = static_cast<double>(values[i]);
    values[i] = static_cast<T>(order == 0 ? activation.value(x) : activation.taylor(x, 1)[1].mid());
  }
}

template <typename T>
void gate_by_neurons(const Activation &activation, const PlannedSeries &series,
                     const TapeGate &gate, T *slots) {
  const int count = series.stencil->operands;
  const bool derivatives = gate.partials[0] >= 0;
  T z[max_operands] = {}, slopes[max_operands] = {}, value = static_cast<T>(series.constant);
  bool finite = true;
  for (int i = 0; i < count; ++i) {
    z[i] = slots[gate.operands[i]];
    finite = finite && std::isfinite(z[i]);
  }
  if (!finite)
    value = std::numeric_limits<T>::quiet_NaN();
  for (const StencilNode &node : series.stencil->neurons) {
    if (!finite)
      break;
    T argument = static_cast<T>(series.bias);
    for (int i = 0; i < count; ++i)
      if (node.direction[i] != 0)
        argument += static_cast<T>(series.scale * node.direction[i]) * z[i];
    T neuron = argument;
    activate(&activation, 0, &neuron, 1);
    value += static_cast<T>(node.weight) * neuron;
    if (!derivatives)
      continue;
    activate(&activation, 1, &argument, 1);
    for (int i = 0; i < count; ++i)
      slopes[i] += static_cast<T>(node.weight * node.direction[i]) * argument;
  }
  const auto scale = static_cast<T>(series.inverse_normalisation);
  slots[gate.value] = scale * value;
  for (int i = 0; derivatives && i < count; ++i)
    slots[gate.partials[i]] =
        finite ? static_cast<T>(series.inverse_normalisation * series.scale) * slopes[i] : value;
}

template void activate(const void *, int, double *, std::size_t);
template void activate(const void *, int, float *, std::size_t);
template void gate_by_neurons(const Activation &, const PlannedSeries &, const TapeGate &,
                              double *);
template void gate_by_neurons(const Activation &, const PlannedSeries &, const TapeGate &, float *);

} // namespace polynet
