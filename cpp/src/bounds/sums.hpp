// Sums in floating point, whatever their order.
#pragma once

#include "polynet/network.hpp"

#include <vector>

namespace polynet {

/// Half a unit in the last place of numbers up to that magnitude: what rounding one of them loses,
/// unless it is subnormal; infinity where the dtype overflows.
double half_ulp(const FloatFormat &format, double magnitude);

/// gamma_n = n u/(1 - n u) >= (1 + u)^n - 1.
double gamma(const FloatFormat &format, double n);

/// The terms of a sum, as bounds on their magnitudes.
class Summands {
public:
  /// sign: of the term, 0 if unknown. A zero is no term: adding it is exact.
  void add(double magnitude, int sign);
  /// An upper bound of the sum of the magnitudes.
  double magnitude() const { return magnitude_; }

  /// A bound on the rounding errors of the additions, n - 1 for n terms, in any order and
  /// parenthesisation, if |exact sum| <= total; also where an addition is fused with the
  /// multiplication that made one of its terms.
  ///
  /// An addition whose result sums k of the terms loses at most half an ulp of
  /// T_k = max(the k largest positive terms, the k largest negative ones), and also of
  /// total + T_(n-k). In the tree of additions, follow the larger part from the root. Of what has
  /// more than h = floor(n/2) terms there is one addition for each number of terms at most, all of
  /// them on this path. What hangs off it is sums of at most h terms, and k of these cost at most
  /// T_2 + ... + T_k, which is convex in k. Hence all additions together cost at most those of two
  /// sums, of h and n - h terms, that each grow from the largest, with `total` added to every T,
  /// and the last.
  double rounding(const FloatFormat &format, double total) const;

private:
  std::vector<double> positive_, negative_;
  std::size_t count_ = 0;
  double magnitude_ = 0.0;
};

} // namespace polynet
