// One gate by its neurons, where its series cannot be used.
#pragma once

#include "evaluate/plan/plan.hpp"

namespace polynet {

/// The activation as a tape calls it: our own loop over values, or none for one of the user's.
template <typename T> struct ActivationLoop {
  const Activation *activation;
  void (*values)(T *, std::size_t);

  ActivationLoop(const Activation &s, const Operations<T> &operations)
      : activation(&s),
        values(s.function ? operations.elementary.of[static_cast<int>(*s.function)] : nullptr) {}

  /// The activation (order 0), or its derivative (order 1), at each value; a `context` is one of
  /// these.
  static void run(const void *context, int order, T *values, std::size_t count);
};

/// Computes a gate's value, and its partial derivatives where the tape has them, from its operands'
/// slots of one point; all are NaN if an operand is not finite.
template <typename T>
void gate_by_neurons(const ActivationLoop<T> &activation, const PlannedGate &series,
                     const TapeGate &gate, T *slots);

} // namespace polynet
