// Layouts of circuits.
#pragma once

#include "circuit/circuit.hpp"
#include "forms.hpp"
#include "layout.hpp"
#include "polynet/compile.hpp"

namespace polynet {

/// The circuit laid out in layers: operands centred and normalised to [-1, 1], values that outlive
/// a layer carried by copy gates, in as many layers as the circuit has levels or the options ask
/// for. Biases are set, scales are not; numbers that overflow the dtype are infinite.
Network schedule(const Circuit &circuit, const std::vector<Interval> &box,
                 const CompileOptions &options, const Layout &layout = {});
/// The same with the circuit's ranges at hand.
Network schedule(const Circuit &circuit, const FormRanges &ranges, const std::vector<Interval> &box,
                 const CompileOptions &options, const Layout &layout);

} // namespace polynet
