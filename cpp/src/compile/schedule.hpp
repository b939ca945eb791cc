// Layouts of one circuit, its ranges worked out once.
#pragma once

#include "forms.hpp"
#include "polynet/compile.hpp"

namespace polynet {

/// schedule(circuit, box, options, layout) with the circuit's ranges at hand.
Network schedule(const Circuit &circuit, const FormRanges &ranges, const std::vector<Interval> &box,
                 const CompileOptions &options, const Layout &layout);

} // namespace polynet
