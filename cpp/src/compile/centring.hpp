// Where to centre the operands of a layer's products.
#pragma once

#include "polynet/watch.hpp"
#include "ranges.hpp"

namespace polynet {

/// The factors of a product wire, two or three.
struct Factors {
  Linear left, right;
  bool square;
  std::optional<Linear> third;
};

/// A product with the centres and radii that its gate uses:
/// u v = c v + d u - c d + r q gate((u - c)/r, (v - d)/q).
struct CentredProduct {
  const Factors *factors;
  Range left, right;
};

/// Moves centres, by at most max_shift radii each, so that the linear parts c v + d u of as many of
/// the needed forms as possible cancel or fall into the span of what is carried anyway. A moved
/// operand's radius grows by the move. `rests` are the needed forms without this layer's products,
/// `shares` their weights on these.
void shift_centres(const std::vector<Linear> &rests,
                   const std::vector<std::map<int, double>> &shares,
                   std::map<int, CentredProduct> &products, const FormRanges &ranges,
                   double max_shift, Watch *watch);

} // namespace polynet
