// Evaluation of a network at points, by gates and by neurons.
//
// Evaluators are immutable: one object may serve many threads.
#pragma once

#include "polynet/network.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>

namespace polynet {

class Truncation;
struct Kernels;
struct Plan;

/// Numbers in rows, wherever they are: element (row, column) is `row_step * row + column_step *
/// column` bytes after `data`.
template <typename T> struct Matrix {
  T *data;
  std::ptrdiff_t row_step, column_step;

  /// The same matrix from that row on.
  Matrix row(std::size_t index) const {
    using Byte = std::conditional_t<std::is_const_v<T>, const char, char>;
    return {reinterpret_cast<T *>(reinterpret_cast<Byte *>(data) +
                                  static_cast<std::ptrdiff_t>(index) * row_step),
            row_step, column_step};
  }
};
/// Rows that follow each other without gaps.
template <typename T> Matrix<T> contiguous(T *data, std::size_t columns) {
  return {data, static_cast<std::ptrdiff_t>(columns * sizeof(T)), sizeof(T)};
}

/// The first row, and its first column, that is outside the box; a NaN is.
template <typename T>
std::optional<std::pair<std::size_t, std::size_t>>
first_outside(const std::vector<Interval> &box, const Matrix<const T> &x, std::size_t count);

/// The activation at x, as its neurons are computed.
double value_at(const Activation &s, double x);

/// Evaluation in one of two ways. The result for a point does not depend on its place in the batch,
/// the number of threads or the layout in memory.
class Evaluator {
public:
  /// By gates. Accuracy: rounding_by_gates. A point whose operands leave the range that a gate's
  /// series was planned for has that gate evaluated by its neurons, whatever the other points of
  /// the batch. A NaN or infinite coordinate gives NaN in the outputs that depend on it through a
  /// gate.
  static Evaluator by_gates(const Network &net, const Truncation &truncation);
  /// By neurons: the network's layers, of which only the weights that are not 0 are looked at, with
  /// our own activations. Accuracy: rounding_by_neurons.
  static Evaluator by_neurons(const Network &net);
  /// The same with the loops for one instruction set; else they are the best for this machine.
  static Evaluator by_gates(const Network &net, const Truncation &truncation,
                            const Kernels &kernels);
  static Evaluator by_neurons(const Network &net, const Kernels &kernels);
  /// Of an evaluator by gates of that network: its outputs, then for each of them the derivative by
  /// every input, d y_k/d x_j in column m + k n + j for m outputs and n inputs.
  Evaluator jacobian(const Network &net) const;

  ~Evaluator();
  Evaluator(Evaluator &&) noexcept;

  const Plan &plan() const;
  std::size_t inputs() const;
  std::size_t outputs() const;

  /// Evaluates `count` points, the rows of x, into the rows of y; T is the network's dtype. Uses up
  /// to `threads` threads where there is enough work for each.
  template <typename T>
  void operator()(const Matrix<const T> &x, std::size_t count, const Matrix<T> &y,
                  int threads = 1) const;
  /// The same for contiguous rows.
  template <typename T> void operator()(const T *x, std::size_t count, T *y) const {
    (*this)(contiguous(x, inputs()), count, contiguous(y, outputs()));
  }

private:
  struct State;
  explicit Evaluator(std::unique_ptr<const State> state);
  std::unique_ptr<const State> state_;
};

/// A network and its evaluators, each but the first made when it is first asked for, by whatever
/// thread.
class Evaluators {
public:
  explicit Evaluators(Network net);

  const Network &network() const { return network_; }
  const Evaluator &gates() const { return gates_; }
  const Evaluator &neurons() const;
  const Evaluator &jacobian() const;

private:
  const Network network_;
  const Evaluator gates_;
  mutable std::optional<Evaluator> neurons_, jacobian_;
  mutable std::once_flag neurons_once_, jacobian_once_;
};

/// What the library was built with, for reports of faults.
std::string compiler_version();
std::string eigen_version();

} // namespace polynet
