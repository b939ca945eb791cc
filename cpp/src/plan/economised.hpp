// Power series brought down to polynomials of the least degree by Chebyshev's polynomials.
#pragma once

#include "polynet/interval.hpp"

#include <vector>

namespace polynet {

/// The polynomial sum_{k>=1} a_k w^k, a_0 = 0, and a bound of what it differs by from the one that
/// it stands for, roundings and open coefficients included.
struct Economised {
  std::vector<double> coefficients;
  Interval difference;
};

/// Of the least degree such that about `allowed` is left out for 0 <= w <= range.
Economised economise(const std::vector<Interval> &a, const Interval &range, double allowed);

} // namespace polynet
