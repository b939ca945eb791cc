// Ranges of the error by its gradient.
#pragma once

#include "polynet/error_gradient.hpp"
#include "polynet/watch.hpp"
#include "range.hpp"

namespace polynet {

/// Bounds one output's error over a part of the box, in the inputs themselves: variables in which
/// it is monotone, or nearly so (`slack` each), go to an end; for the others there is the
/// mean-value form about the centre.
ModelRange gradient_range(const ErrorGradient &gradient, std::size_t output,
                          const std::vector<Interval> &part, const std::vector<bool> &bits,
                          double slack, Watch *watch);

} // namespace polynet
