// Scales of a laid-out network, and what they make of its error.
#pragma once

#include "polynet/compile.hpp"

namespace polynet {

/// Certified errors on the whole box, worst output; infinite where nothing can be proved.
struct WholeBoxError {
  double truncation = detail::infinity;
  /// Truncation and the rounding of the evaluation by neurons.
  double total = detail::infinity;
};

/// Sets the scales that the options ask for, or chooses them.
WholeBoxError settle_scales(Network &net, const CompileOptions &options);

} // namespace polynet
