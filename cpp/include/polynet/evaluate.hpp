// Evaluation of a network at points, by gates and by neurons.
//
// Both evaluators are immutable after construction: one object may serve many threads.
#pragma once

#include "polynet/plan.hpp"

#include <cstddef>
#include <memory>

namespace polynet {

/// Evaluates a plan at `count` points, x of shape (count, inputs), y of shape (count, outputs),
/// both contiguous and of the plan's dtype (T = double or float). Accuracy: rounding_by_gates.
/// A NaN or infinite coordinate gives NaN in the outputs that depend on it through a gate.
template <typename T> void evaluate_by_gates(const Plan &plan, const T *x, std::size_t count, T *y);

/// The layers of neurons as dense matrices: the reference of what any runtime computes.
class NeuronEvaluator {
public:
  explicit NeuronEvaluator(const Network &net);
  ~NeuronEvaluator();
  NeuronEvaluator(NeuronEvaluator &&) noexcept;

  /// As evaluate_by_gates; T must be the network's dtype. Accuracy: rounding_by_neurons.
  template <typename T> void operator()(const T *x, std::size_t count, T *y) const;

private:
  struct Matrices;
  std::unique_ptr<Matrices> matrices_;
};

} // namespace polynet
