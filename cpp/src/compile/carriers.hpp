// What copy gates carry through a layer: a basis of the forms that are needed above it.
#pragma once

#include "ranges.hpp"

namespace polynet {

/// Forms without constants, and every needed form as a combination of them plus a constant.
struct Carriers {
  std::vector<Linear> forms;
  /// Per needed form: its weights on the forms that ride and then on the carriers, and what is
  /// left, a constant.
  std::vector<std::map<std::size_t, double>> weights;
  std::vector<double> constants;
};

/// As few carriers as the needed forms' span has dimensions beyond that of the forms that ride on
/// the layer's products: the wires themselves, the distinct forms, or some of the forms.
Carriers carriers_for(const std::vector<Linear> &needed, const FormRanges &ranges,
                      const std::vector<Linear> &riding);

} // namespace polynet
