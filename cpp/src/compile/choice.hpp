// The choice between circuits: what their networks cost.
#pragma once

#include "polynet/compile.hpp"

namespace polynet {

/// The network with the fewest neurons among the paper's circuit and compact ones, of those whose
/// certified error is not far above the paper's. With its scales.
Network compile_compact(const Circuit &paper, const std::vector<Polynomial> &polynomials,
                        const std::vector<Interval> &box, const CompileOptions &options);

} // namespace polynet
