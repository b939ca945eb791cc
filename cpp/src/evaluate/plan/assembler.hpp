// From a network and its planned series to a tape.
#pragma once

#include "plan.hpp"

namespace polynet {

/// The tape that computes the outputs and, with derivatives, their derivatives by every input.
Tape assemble(const Network &net, const Plan &plan, bool derivatives);

} // namespace polynet
