// Affine forms as our kernels compute them: constant first, then term by term from the left.
#pragma once

#include "polynet/network.hpp"

#include <vector>

namespace polynet {

/// What is known of a number that our kernels compute.
struct Computed {
  Interval exact;     ///< encloses its value in real arithmetic
  double error = 0.0; ///< sup |computed - exact|
  int grid;           ///< computed values are multiples of 2^grid

  /// An upper bound of the computed value's magnitude.
  double magnitude() const { return up(exact.mag() + error); }
};

/// The exponent of the smallest subnormal number, of which every number is a multiple.
int finest_grid(const FloatFormat &format);
/// An input: a number of the dtype in that range, a whole number if it is a bit.
Computed computed_input(const FloatFormat &format, const Interval &range, bool bit);

/// constant + sum of weight * source, |its exact value| <= size, with or without fused
/// multiply-add. Every step loses half an ulp of the largest partial sum that is possible there,
/// and none if the partial sums are multiples of a power of two that the dtype has the bits for:
/// x - c is exact for x in [4, 6] and c = 5. The error is infinite if a step may overflow.
Computed sum_from_left(const FloatFormat &format, const Affine &form,
                       const std::vector<Computed> &sources, double size);

/// An input of the network less its origin.
Computed less_origin(const Network &net, std::size_t input);

} // namespace polynet
