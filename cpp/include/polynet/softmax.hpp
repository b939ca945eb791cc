// The softmax head: Hamiltonians -> class probabilities, and what the network's error makes of
// them.
#pragma once

#include "polynet/exact.hpp"
#include "polynet/network.hpp"

#include <cstddef>
#include <vector>

namespace polynet {

/// The head of arXiv:1608.08225, eq. 7-8: rows of values H_y, one per class, become
///     p(y|x) = exp(-H_y - mu_y) / sum_k exp(-H_k - mu_k)
/// in place, with the largest exponent subtracted first. A row with a NaN or an infinity gives NaN.
template <typename T> void softmax(T *values, std::size_t count, const std::vector<double> &mu);

/// Bounds on the computed probabilities, see softmax_bounds.
struct SoftmaxBounds {
  /// |computed -H_y - mu_y  -  exact| <= logit_error for every class and point: log-odds
  /// ln p(y|x)/p(k|x) are off by at most twice that.
  double logit_error = 0.0;
  /// |computed p(y|x) - exact p(y|x)| <= probability_error.
  double probability_error = 0.0;
};

/// What errors[y] >= |computed H_y - H_y| on the network's box make of the probabilities, computed
/// by any IEEE runtime of the network's dtype whose exp is within `exp_ulp`, in any order of
/// summation. mu encloses the exact mu_y and the numbers used for them. Error (not_certified) if no
/// finite bound results.
///
/// Logits off by at most e shift every log-odds by at most 2 e, hence a probability by at most
/// max_t [s(t + 2 e) - s(t)] = tanh(e/2), s the logistic function. Each exponential is at most 1,
/// and at least one of them is 1, so that rounding errors are bounded absolutely.
SoftmaxBounds softmax_bounds(const Network &net, const std::vector<ExactPolynomial> &hamiltonians,
                             const std::vector<double> &errors, const std::vector<Interval> &mu,
                             double exp_ulp);

} // namespace polynet
