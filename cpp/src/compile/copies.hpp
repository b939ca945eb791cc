// Which forms a layer's copy gates take through it: a basis of what is needed of lower wires.
#pragma once

#include "layer.hpp"

namespace polynet {

/// Forms without constants, and the rest of every needed form as a combination of them plus a
/// constant.
struct CopiedForms {
  std::vector<Linear> forms;
  /// Per needed form: its weights on the forms that ride and then on the copied ones, and what is
  /// left, a constant.
  std::vector<std::map<std::size_t, double>> weights;
  std::vector<double> constants;
};

/// As few copies as the rests' span has dimensions beyond that of the forms that ride on the
/// layer's products: of wires themselves, of the distinct rests, or of some of these.
CopiedForms copied_forms(const std::vector<NeededForm> &needed, const FormRanges &ranges,
                         const std::vector<Linear> &riding);

} // namespace polynet
