// Upper bounds of a function whose slopes and ranges can be enclosed.
#pragma once

#include "polynet/certify.hpp"

#include <functional>

namespace polynet {

/// A function of the inputs, by enclosures over parts of the box: of its values, and per input of
/// its slopes, the quotients of its differences between points that differ in that input alone.
struct EnclosedFunction {
  std::function<Interval(const std::vector<Interval> &)> range;
  std::function<std::vector<Interval>(const std::vector<Interval> &)> slopes;
};

/// An upper bound of f over a part, whose slopes these are. A variable in which f rises goes to its
/// upper end, one in which it falls to its lower end; so does one in which it does both, but one of
/// them by at most `slack`, which is paid for. For the others there is a mean-value form. Bits keep
/// their ranges.
PartBound upper_bound(const EnclosedFunction &f, std::vector<Interval> part,
                      std::vector<Interval> slopes, const std::vector<bool> &bits, double slack);

} // namespace polynet
