// Elementary functions of intervals beyond exp and tanh, from series with proved remainders.
#pragma once

#include "polynet/interval.hpp"

namespace polynet {

/// {sqrt x : x >= 0}; the whole line if x may be negative.
Interval sqrt(const Interval &x);
/// {ln x}; the whole line if x may be zero or negative.
Interval log(const Interval &x);
/// {ln(1 + x)}, relatively tight near 0; the whole line if x may be -1 or less.
Interval log1p(const Interval &x);
/// {sin x} and {cos x}; [-1, 1] for |x| > 2^20. Relatively tight near 0 (sin).
Interval sin(const Interval &x);
Interval cos(const Interval &x);
/// {arctan x}, relatively tight.
Interval atan(const Interval &x);
/// {erf x} = 2/sqrt(pi) int_0^x e^(-t^2) dt, relatively tight near 0.
Interval erf(const Interval &x);

/// Enclosures of pi and of 1/sqrt(2 pi).
Interval pi();
Interval inverse_sqrt_two_pi();

} // namespace polynet
