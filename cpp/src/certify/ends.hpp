// Where a function that is monotone in a variable has its extremes.
#pragma once

#include "polynet/interval.hpp"

#include <functional>
#include <vector>

namespace polynet {

/// Enclosures, over a box, of a function's slopes: of the quotients of its differences between
/// points that differ in one variable.
using Slopes = std::function<std::vector<Interval>(const std::vector<Interval> &)>;

/// Looks for the supremum of sign * f: a variable in which that rises belongs at its upper end. One
/// in which it falls a little, by at most `slack` from end to end, may be moved there too if that
/// is paid for. Returns how much sign * f may be larger on the box given than on the one left,
/// whose slopes are in `last`.
double move_to_ends(std::vector<Interval> &box, std::vector<Interval> &last, double sign,
                    double slack, const Slopes &slopes);

} // namespace polynet
