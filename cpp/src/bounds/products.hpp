// A network over its products alone.
//
// A network carries values past its layers in sums that its copies find small, and a product of
// centred operands is completed by linear terms, a + s and b + t for a and b. Intervals lose all of
// that. Here copies are put into the forms that read them and each product is taken as (a + s)(b +
// t) again, so that what the polynomial factors into stays factored.
#pragma once

#include "truncation.hpp"

namespace polynet {

/// One gate. Wires are the inputs and then the gates, layer by layer.
struct ProductStep {
  std::size_t layer, gate;
  /// The wire of a copy has no value, and of its errors just the copy's own.
  bool copy;
  /// The value of the wire is the target of the operands plus these, its error that of this.
  std::array<double, max_operands> shifts;
  /// Per operand its value, over the wires' values, and its error, over the wires' errors.
  std::vector<Row> values, errors;
};

struct Products {
  explicit Products(const Network &net);

  std::vector<ProductStep> steps;
  /// Per output, its error over the wires' errors.
  std::vector<Row> outputs;
};

} // namespace polynet
