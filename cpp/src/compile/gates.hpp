// The gates that the compiler uses, with their biases.
#pragma once

#include "polynet/compile.hpp"

#include <string>

namespace polynet {

/// A coefficient rounded to the dtype; Error (invalid_input) if it overflows.
double representable(Dtype dtype, double x);

/// The usual copy gate, or the layout's copy of one neuron if the activation has one.
Gate copy_gate(const CompileOptions &options, const Layout &layout, int operand);

/// The copy of an operand of that product or square whose neurons are all the gate's own.
Gate riding_copy(const Gate &gate, int operand);

/// The gate of a product of so many bits, with its scale.
Gate bits_gate(const CompileOptions &options, int bits, int operand);

/// "_odd" or "_even" if the activation allows a product of so many operands with half of the
/// neurons, at bias 0; else "".
std::string half_suffix(const Activation &s, int order);

/// The gate of that target (stencil.hpp) as the layout wants it, at the bias that the options or
/// the activation's table give: for order 2 where s'''' vanishes (s''' for forward differences and
/// where values ride exactly), beyond where |s_m| is large.
Gate product_gate(const CompileOptions &options, const Layout &layout, const std::string &target,
                  const std::array<int, max_operands> &operands);

/// Removes the layers up to the last one without gates: it provides constants only, so that nothing
/// before it matters.
void drop_constant_layers(Network &net);

} // namespace polynet
