// Where to centre the factors of a layer's products of degree 2.
#pragma once

#include "layer.hpp"

namespace polynet {

/// Moves centres, by at most max_shift radii each, so that the linear parts c v + d u of as many of
/// the needed forms as possible cancel or fall into the span of what is carried anyway. A moved
/// factor's radius grows by the move.
void shift_centres(const std::vector<NeededForm> &needed, LayerProducts &products,
                   const FormRanges &ranges, double max_shift, Watch *watch);

} // namespace polynet
