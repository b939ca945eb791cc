// The choice between circuits: what their networks cost.
#pragma once

#include "polynet/compile.hpp"

namespace polynet {

/// The network with the fewest neurons among the paper's circuit and compact ones, of
/// those whose estimated error is not far above the former's; equal ones by that estimate.
Network schedule_compact(const Circuit &paper, const std::vector<Polynomial> &polynomials,
                         const std::vector<Interval> &box, const CompileOptions &options);

} // namespace polynet
