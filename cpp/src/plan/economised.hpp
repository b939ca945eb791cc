// Power series brought down to polynomials of the least degree by Chebyshev's polynomials.
#pragma once

#include "polynet/interval.hpp"

#include <vector>

namespace polynet {

/// The polynomial sum_{k>=1} a_k w^k, a_0 = 0, and a bound of what it differs by from the one that
/// it stands for.
struct Economised {
  std::vector<Interval> coefficients;
  Interval difference;
};

/// Of the least degree such that at most `allowed` is left out for 0 <= w <= range; what the
/// enclosures of the coefficients leave open comes on top.
Economised economise(const std::vector<Interval> &a, const Interval &range, double allowed);

} // namespace polynet
