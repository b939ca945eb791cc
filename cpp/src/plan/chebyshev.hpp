// A gate from Chebyshev polynomials, for any scale at which they approximate.
#pragma once

#include "polynet/plan.hpp"

namespace polynet {

/// Bounds of a gate without its target: of the polynomial's distance from it, of what Clenshaw's
/// recurrence loses in the dtype, and of its value. Infinite where there is no such polynomial.
struct ChebyshevBounds {
  Interval misfit = detail::infinity, lost, size;
};

/// Fills in the recurrence's numbers: docs/theory.md, section 4.
ChebyshevBounds plan_chebyshev(const Activation &s, const GateSeries &proof, Dtype dtype,
                               PlannedSeries &planned);

} // namespace polynet
