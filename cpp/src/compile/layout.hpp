// The choices in laying out a circuit.
#pragma once

namespace polynet {

/// What stands for the products and the copies of a circuit.
struct Layout {
  enum class Products {
    central,    ///< at the product bias
    forward,    ///< of two: forward differences at the curvature bias, which share neurons
    halves,     ///< half of the neurons, where the activation's parity allows it
    richardson, ///< combinations of two scales
  };
  Products products = Products::central;
  /// Copies of one neuron, where the activation has such.
  bool single_copies = false;
  /// Values carried past a layer by the neurons of its products, where they can.
  bool riding = false;
  /// Where that saves copies, the centre of an operand may be off the middle of its range by so
  /// many times the range's radius.
  double max_shift = 0.0;
  /// Products of two are centred in their operands' ranges, which may take copies; else at 0.
  bool centred = true;
};

} // namespace polynet
