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

using Series = std::vector<Interval>;

/// x + t.
Series variable(const Interval &x);
Series sum(const Series &a, const Series &b);
Series product(const Series &a, const Series &b, int order);
/// a/b; the whole line if b_0 may be 0.
Series quotient(const Series &a, const Series &b, int order);
Series exp(const Series &a, int order);
/// 1/(1 + e^-a), relatively tight where a is far below 0.
Series logistic(const Series &a, int order);
/// The antiderivative with that constant term.
Series integral(const Series &a, const Interval &constant, int order);
/// a(-t).
Series reflected(Series a);

} // namespace polynet
