// Truncated power series in t with interval coefficients, by which activations are expressed.
//
// A series is a_0 + a_1 t + ...; coefficients beyond its length are exactly zero, so that short
// ones are polynomials. Each function returns `order` + 1 coefficients and encloses them for every
// choice of its arguments' coefficients in theirs (the recurrences are exact identities, evaluated
// in intervals; Griewank and Walther, "Evaluating Derivatives", section 13.2).
#pragma once

#include "polynet/interval.hpp"

#include <vector>

namespace polynet {

using PowerSeries = std::vector<Interval>;

/// x + t.
PowerSeries variable(const Interval &x);
PowerSeries sum(const PowerSeries &a, const PowerSeries &b);
PowerSeries product(const PowerSeries &a, const PowerSeries &b, int order);
/// a/b; the whole line if b_0 may be 0.
PowerSeries quotient(const PowerSeries &a, const PowerSeries &b, int order);
PowerSeries exp(const PowerSeries &a, int order);
/// 1/(1 + e^-a), relatively tight where a is far below 0.
PowerSeries logistic(const PowerSeries &a, int order);
/// The antiderivative with that constant term.
PowerSeries integral(const PowerSeries &a, const Interval &constant, int order);
/// a(-t).
PowerSeries reflected(PowerSeries a);

} // namespace polynet
