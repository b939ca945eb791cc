// Plans: a network as a flat immutable program of gates, so that evaluation has no state.
#pragma once

#include "polynet/truncation.hpp"

#include <vector>

namespace polynet {

/// A gate's series as the evaluator uses it, for all gates that share it:
///
///     value = t + t * r,  t = target monomial,  r = sum of coefficient * z^powers,
///
/// with coefficients rounded to the dtype, as many as bring the remainder below a quarter of the
/// unit roundoff. Where the series does not get there, or for operands outside its range (that
/// point alone), the gate is evaluated by its neurons.
struct PlannedSeries {
  const Stencil *stencil;
  double bias, scale;
  /// 1/(c l^m) rounded, and c_0 s(b): for the evaluation by neurons.
  double inverse_normalisation, constant;
  /// False: always by neurons.
  bool converges;
  std::array<double, max_operands> range;
  /// The terms of r, highest order first, and the largest power of an operand among them.
  struct Term {
    Powers powers;
    double coefficient;
  };
  std::vector<Term> terms;
  int max_power;
  /// The computed value differs from the gate's real-number value at the same operands by at most
  /// relative_error * |z^t| + absolute_error: proved in plan.cpp.
  double relative_error, absolute_error;
};

struct PlannedGate {
  std::size_t series;
  std::array<int, max_operands> operands;
};

struct PlannedLayer {
  std::vector<Affine> operands;
  std::vector<PlannedGate> gates;
};

struct Plan {
  std::shared_ptr<const Activation> activation;
  Dtype dtype = Dtype::float64;
  std::size_t inputs = 0;
  std::vector<PlannedSeries> series;
  std::vector<PlannedLayer> layers;
  std::vector<Affine> outputs;
  /// The largest number of operands or gates of a layer.
  std::size_t width = 0;
};

/// The plan of a network for the operand ranges that it has on its box.
Plan make_plan(const Network &net, const Truncation &truncation);

} // namespace polynet
