// Everything of polynet: polynomial -> circuit -> network -> evaluate | certify.
#pragma once

#include "polynet/certify.hpp"
#include "polynet/compile.hpp"
#include "polynet/error.hpp"
#include "polynet/error_terms.hpp"
#include "polynet/evaluate.hpp"
#include "polynet/softmax.hpp"

struct polynet_network;

namespace polynet {

/// The network as the C functions take it (polynet/polynet.h); to be given to polynet_free.
polynet_network *c_handle(std::shared_ptr<const Evaluators> evaluators,
                          std::vector<ExactPolynomial> polynomials);

} // namespace polynet
