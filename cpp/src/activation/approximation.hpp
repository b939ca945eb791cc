// Polynomials in place of analytic functions of one variable, with proved errors.
//
// A function is given by enclosed values and bounds of its derivatives, and interpolated in
// Chebyshev's polynomials T_n, or by enclosed Taylor coefficients. Interpolation at the N zeros of
// T_N(t/r) is off by at most
//
//     2 (r/2)^N sup |f^(N)|/N!,    |t| <= r
//
// (Davis, "Interpolation and Approximation", section 3.3). With the nearest singularity d away from
// the *interval* that falls as (r/(2 d))^N, beyond the circle in which a Taylor series converges.
//
// The difference of f and any polynomial p is sum_n d_n T_n + e, where the d_n follow from the
// coefficients of f and p exactly (Horner's rule, with 2 x T_n = T_(n+1) + T_|n-1|) and e is what f
// was enclosed with. As |T_n| <= 1 on the interval,
//
//     |f - p| <= sum_n |d_n| + |e|.
//
// This is computed in intervals for the p that is given back, so that it holds whatever was rounded
// on the way to p's coefficients: p itself is found in ordinary arithmetic, as the first terms of
// f's Chebyshev series.
#pragma once

#include "polynet/interval.hpp"

#include <functional>
#include <vector>

namespace polynet {

/// sum_n coefficients[n] T_n(t/reach) + e with |e| <= rest, for |t| <= reach.
struct ChebyshevSeries {
  double reach;
  std::vector<Interval> coefficients;
  double rest;
};

/// sum_k coefficients[k] t^k, which is within `error` of what it stands for.
struct Approximation {
  std::vector<double> coefficients;
  double error;
};

/// The function with these values (asked for at intervals of no width to speak of) whose derivative
/// of the order `nodes` is at most nodes! derivative_bound for |t| <= reach.
ChebyshevSeries interpolate(const std::function<Interval(const Interval &)> &value,
                            double derivative_bound, double reach, int nodes);

/// The polynomial of the least degree that leaves at most `allowed` of f's terms out, its
/// coefficients rounded by `round`.
Approximation approximate(const ChebyshevSeries &f, double allowed, double (*round)(double));

/// The polynomial without a constant of the least degree that leaves out about `allowed` of
/// sum_{k>=1} taylor[k] t^k, 0 <= t <= reach. Where the orders cancel so much that conversions
/// would lose more, the series itself.
Approximation economise(const std::vector<Interval> &taylor, const Interval &reach, double allowed);

} // namespace polynet
