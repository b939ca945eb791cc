// What may be asked of the compiler.
#pragma once

#include "polynet/compile.hpp"

namespace polynet {

/// Error (invalid_input, size_limit) names what cannot be compiled.
void check_request(const std::vector<ExactPolynomial> &polynomials,
                   const std::vector<Interval> &box, const CompileOptions &options);

} // namespace polynet
