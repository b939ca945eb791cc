// The gates that the compiler uses, with their biases.
#pragma once

#include "layout.hpp"
#include "polynet/compile.hpp"

#include <map>
#include <string>

namespace polynet {

/// Whether all numbers of the rows are finite: coefficients may overflow the dtype.
bool is_finite(const Network &net);
/// Itself; Error (invalid_input) if it is not.
Network finite(Network net);

/// The usual copy gate, or the layout's copy of one neuron if the activation has one.
Gate copy_gate(const CompileOptions &options, const Layout &layout, int operand);

/// The copy of an operand of that product or square whose neurons are all the gate's own.
Gate riding_copy(const Gate &gate, int operand);

/// The gate of a product of so many bits, with its scale.
Gate bits_gate(const CompileOptions &options, int bits, int operand);

/// "_odd" or "_even" if the activation allows a product of so many operands with half of the
/// neurons, at bias 0; else "".
std::string half_suffix(const Activation &s, int order);

/// The gate of a product of operands to these powers as the layout wants it, at the bias that the
/// options or the activation's table give: for order 2 where s'''' vanishes (s''' for forward
/// differences and where values ride exactly), beyond where |s_m| is large.
Gate product_gate(const CompileOptions &options, const Layout &layout,
                  const std::map<int, int> &exponents);

/// Neurons of the product of b operands, by b; those of a copy for one.
std::vector<double> product_costs(const CompileOptions &options, const Layout &layout);

/// The bits whose products the activation gives by one neuron: all of them, or none.
std::vector<bool> one_neuron_bits(const CompileOptions &options);

/// Removes the layers up to the last one without gates: it provides constants only, so that nothing
/// before it matters.
void drop_constant_layers(Network &net);

} // namespace polynet
