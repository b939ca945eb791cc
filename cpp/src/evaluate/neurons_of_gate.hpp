// One gate by its neurons, where its series cannot be used.
#pragma once

#include "polynet/plan.hpp"

namespace polynet {

/// The activation of the context (an Activation), or its derivative (order 1), at each value.
template <typename T> void activate(const void *context, int order, T *values, std::size_t count);

/// Computes a gate's value, and its partial derivatives where the tape has them, from its operands'
/// slots of one point; all are NaN if an operand is not finite.
template <typename T>
void gate_by_neurons(const Activation &activation, const PlannedSeries &series,
                     const TapeGate &gate, T *slots);

} // namespace polynet
