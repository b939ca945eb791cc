// A gate as instructions.
#pragma once

#include "emitter.hpp"

namespace polynet {

/// Appends what turns the operands' slots into the gate's value, which takes a slot acquired here;
/// with derivatives also the partial derivatives by the operands. Fills in the gate's record on the
/// tape except for `series`.
TapeGate emit_gate(Emitter &emitter, const PlannedGate &series, const std::int32_t *operands,
                   bool derivatives);

} // namespace polynet
