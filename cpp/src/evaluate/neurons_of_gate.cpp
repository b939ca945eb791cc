#include "neurons_of_gate.hpp"

#include "polynet/evaluate.hpp"

namespace polynet {

template <typename T>
void ActivationLoop<T>::run(const void *context, int order, T *values, std::size_t count) {
  const auto &loop = *static_cast<const ActivationLoop *>(context);
  if (order == 0 && loop.values)
    return loop.values(values, count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto x = static_cast<double>(values[i]);
    values[i] = static_cast<T>(order == 0 ? loop.activation->value(x)
                                          : loop.activation->taylor(x, 1)[1].mid());
  }
}

template <typename T>
void gate_by_neurons(const ActivationLoop<T> &activation, const PlannedGate &series,
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
    ActivationLoop<T>::run(&activation, 0, &neuron, 1);
    value += static_cast<T>(node.weight) * neuron;
    if (!derivatives)
      continue;
    ActivationLoop<T>::run(&activation, 1, &argument, 1);
    for (int i = 0; i < count; ++i)
      slopes[i] += static_cast<T>(node.weight * node.direction[i]) * argument;
  }
  const auto scale = static_cast<T>(series.inverse_normalisation);
  slots[gate.value] = scale * value;
  for (int i = 0; derivatives && i < count; ++i)
    slots[gate.partials[i]] =
        finite ? static_cast<T>(series.inverse_normalisation * series.scale) * slopes[i] : value;
}

double value_at(const Activation &s, double x) {
  const ActivationLoop<double> loop(s, kernels().float64);
  ActivationLoop<double>::run(&loop, 0, &x, 1);
  return x;
}

template struct ActivationLoop<double>;
template struct ActivationLoop<float>;
template void gate_by_neurons(const ActivationLoop<double> &, const PlannedGate &, const TapeGate &,
                              double *);
template void gate_by_neurons(const ActivationLoop<float> &, const PlannedGate &, const TapeGate &,
                              float *);

} // namespace polynet
