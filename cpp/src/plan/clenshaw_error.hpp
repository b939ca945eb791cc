// What the recurrence of clenshaw.hpp loses.
#pragma once

#include "polynet/network.hpp"

#include <vector>

namespace polynet {

/// A bound of |computed - exact| for the coefficients c of a target of that order in so many
/// operands of |y_i| <= largest, sum t_i |y_i| <= 1.
double clenshaw_error(const std::vector<double> &c, int order, int operands, double largest,
                      const FloatFormat &format);

} // namespace polynet
