// A gate's series, cut where the dtype cannot see more of it, with a proof of what the kernels make
// of it.
#pragma once

#include "plan.hpp"

namespace polynet {

/// The series that the evaluator uses for the gates that share `proof`.
PlannedGate plan_gate(const Network &net, const GateSeries &proof);

} // namespace polynet
