// A tape in a dtype, run on blocks of points.
#pragma once

#include "polynet/evaluate.hpp"

#include "neurons_of_gate.hpp"

namespace polynet {

/// Runs a tape; immutable. The plan and the tape must outlive it.
template <typename T> class Runner {
public:
  /// `trusted`: it is proved that operands of points in the box stay in their series' ranges.
  Runner(const Plan &plan, const Tape &tape, const Kernels &kernels, bool trusted);

  void operator()(const Matrix<const T> &x, std::size_t count, const Matrix<T> &y,
                  int threads) const;

private:
  TapeView<T> view() const;
  /// Up to block_ points, after which `ahead` more will be asked for; `slots` has room for them.
  void block(const Matrix<const T> &x, std::size_t count, std::size_t ahead, const Matrix<T> &y,
             T *slots) const;
  /// One point of the box, or not.
  void one(const Matrix<const T> &x, const Matrix<T> &y, T *slots) const;
  /// One point of which nothing is known, its inputs in their slots: every gate checks its range.
  void guarded(T *slots) const;
  bool inside(const T *slots, std::size_t stride, std::size_t point) const;

  const Plan &plan_;
  const Tape &tape_;
  const Operations<T> &operations_;
  const bool trusted_;
  const ActivationLoop<T> activation_;
  std::vector<T> constants_, lower_, upper_;
  std::size_t block_;
};

} // namespace polynet
