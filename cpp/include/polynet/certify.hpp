// The certifier: network and polynomials -> certificate.
#pragma once

#include "polynet/certificate.hpp"
#include "polynet/evaluate.hpp"
#include "polynet/polynomial.hpp"

#include <vector>

namespace polynet {

struct CertifyOptions {
  Way way = Way::gates;
  /// Stop splitting the box when truncation_upper / truncation_lower is at most this.
  double ratio = 1.05;
  /// Stop after this many boxes, whatever the ratio.
  std::size_t max_boxes = 2000;
  /// Assumed error of the activation in ulp; 0 for the dtype's default.
  double activation_ulp = 0.0;
};

/// Proves two-sided bounds on the distance between the network and the polynomials, one per
/// output, over the network's box. Error (not_certified) if no finite upper bound is proved, with
/// the reason; (invalid_input) if the number of polynomials or variables does not fit.
Certificate certify(const Network &net, const std::vector<Polynomial> &polynomials,
                    const CertifyOptions &options);

} // namespace polynet
