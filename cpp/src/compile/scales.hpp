// The scales of a network's gates.
#pragma once

#include "polynet/compile.hpp"

namespace polynet {

/// Per gate, the group of gates that have its scale: 1 for copies, 2 for products of two, 3 for
/// products of more. Gates that would share neurons have the higher of their groups: a copy in
/// group 2 rides on a product.
std::vector<int> scale_groups(const HiddenLayer &layer);

/// Certified errors on the whole box, worst output; infinite where nothing can be proved.
struct WholeBoxError {
  double truncation = detail::infinity;
  /// Truncation and the rounding of the evaluation by neurons.
  double total = detail::infinity;
};

/// Sets all scales to the given one; without it chooses one (1 + j/4) 2^k for the copies (but those
/// that share neurons with products) and one for the other gates of each layer, to the least
/// certified error of the evaluation by neurons found by coordinate descent; a watch may end that
/// early, with the best scales so far.
WholeBoxError settle_scales(Network &net, const std::optional<double> &scale = {},
                            Watch *watch = nullptr);

} // namespace polynet
