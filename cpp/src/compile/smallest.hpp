// Which of all networks is taken: the smallest that is accurate enough.
#pragma once

#include "circuit/circuit.hpp"
#include "local.hpp"
#include "polynet/compile.hpp"

namespace polynet {

/// The network with the fewest neurons among the paper's circuit and compact ones, of those whose
/// certified error is not far above the paper's. With its scales.
Network smallest_as_accurate_as_paper(const Circuit &paper, const LocalProblem &problem,
                                      const CompileOptions &options);

/// The smallest network found whose certified error by neurons on the whole box of the inputs is at
/// most the options' tolerance: the compact circuits and the paper's with other gates (forward
/// differences, halves, Richardson combinations) and product trees with halved gates. Error
/// (not_certified) if there is none: what came nearest, and what would help. `inputs` and
/// `polynomials` are what the problem was before its variables were changed.
Network smallest_within_tolerance(const LocalProblem &problem, const std::vector<Interval> &inputs,
                                  const std::vector<ExactPolynomial> &polynomials,
                                  const CompileOptions &options);

} // namespace polynet
