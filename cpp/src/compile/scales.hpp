// Which gates of a layer have a scale in common.
#pragma once

#include "polynet/compile.hpp"

namespace polynet {

/// Per gate, the group of gates that have its scale: 1 for copies, 2 for products of two, 3 for
/// products of more. Gates that would share neurons have the higher of their groups: a copy in
/// group 2 rides on a product.
std::vector<int> scale_groups(const HiddenLayer &layer);

} // namespace polynet
