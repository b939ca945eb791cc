// Which gates of a layer have a scale in common.
#pragma once

#include "polynet/compile.hpp"

namespace polynet {

/// Per gate, whether it is a copy that shares neurons with a gate of higher order, if their scales
/// are the same.
std::vector<bool> riding_copies(const HiddenLayer &layer);

} // namespace polynet
