// Whether a gate's arithmetic stays within the range of its dtype.
#pragma once

#include "plan.hpp"

namespace polynet {

/// Whether no number that the instructions of a gate's series make can overflow the dtype, for
/// operands within their ranges: with or without fused multiply-add, sums and products of several
/// factors in any order (that of a C file is another), infinite constants included.
bool stays_finite(const PlannedGate &series, Dtype dtype);

} // namespace polynet
