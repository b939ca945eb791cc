// The gates that the compiler uses, with their biases.
#pragma once

#include "polynet/compile.hpp"

#include <string>

namespace polynet {

/// A coefficient rounded to the dtype; Error (invalid_input) if it overflows.
double representable(Dtype dtype, double x);

/// The copy gate with the fewest neurons that the activation allows.
Gate copy_gate(const CompileOptions &options, int operand);

/// The gate of a product of so many bits, with its scale.
Gate bits_gate(const CompileOptions &options, int bits, int operand);

/// "_odd" or "_even" if the activation allows a product of so many operands with half of the
/// neurons, at bias 0; else "".
std::string half_suffix(const Activation &s, int order);

/// The gate of that name (stencil.hpp) at the bias that the options or the activation's table give:
/// for order 2 where s'''' vanishes, beyond where |s_m| is large.
Gate product_gate(const CompileOptions &options, const std::string &name,
                  const std::array<int, max_operands> &operands);

} // namespace polynet
