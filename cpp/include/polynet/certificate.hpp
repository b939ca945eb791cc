// Certificates as data.
#pragma once

#include "polynet/network.hpp"

#include <vector>

namespace polynet {

/// How a network is evaluated.
enum class Way { gates, neurons };

/// What is proved of one output, for the box X of the network, the polynomial p and the way of
/// evaluation:
///     truncation_lower <= sup over X of |real-number function - p| <= truncation_upper
///     lower <= sup over the dtype's points of X of |evaluated network - p| <= upper
/// with upper = truncation_upper + rounding.
struct OutputBounds {
  double lower = 0.0;
  double upper = 0.0;
  double truncation_lower = 0.0;
  double truncation_upper = 0.0;
  double rounding = 0.0;
  /// A point of X, in the dtype, where |evaluated network - p| >= lower: our own evaluation there.
  std::vector<double> witness;
  /// A point of X where |real-number function - p| >= truncation_lower.
  std::vector<double> truncation_witness;
};

struct Certificate {
  Way way = Way::gates;
  /// The activation's assumed error in ulp; 0 where the proof needs no such assumption.
  double activation_ulp = 0.0;
  std::vector<OutputBounds> outputs;
  /// Boxes whose bound was computed.
  std::size_t boxes = 0;
};

} // namespace polynet
