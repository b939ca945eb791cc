#include "gates.hpp"

#include "polynet/error.hpp"

#include <string>

namespace polynet {

namespace {

// Where |s_m| is largest among biases 0, 1/16, ..., 3.
double bias_of_order(const Activation &s, int m) {
  double best = 0.0, largest = -1.0;
  for (double bias = 0.0; bias <= 3.0; bias += 0.0625) {
    const double size = std::fabs(s.taylor(bias, m)[static_cast<std::size_t>(m)].mid());
    if (size > largest) {
      largest = size;
      best = bias;
    }
  }
  return best;
}

} // namespace

double representable(Dtype dtype, double x) {
  const double rounded = round_to(dtype, x);
  if (!(std::fabs(rounded) <= float_format(dtype).largest))
    throw Error(ErrorCode::invalid_input,
                "a coefficient of the normalised polynomial overflows " +
                    std::string(name_of(dtype)) +
                    "; rescale the variables or the polynomial so that coefficients, values and "
                    "the width of the box stay within its range");
  return rounded;
}

std::string half_suffix(const Activation &s, int order) {
  if (s.symmetry == Symmetry::odd || s.symmetry == Symmetry::odd_plus_constant)
    return order % 2 != 0 ? "_odd" : "";
  if (s.symmetry == Symmetry::even || (s.symmetry == Symmetry::even_plus_linear && order >= 4))
    return order % 2 == 0 ? "_even" : "";
  return "";
}

Gate copy_gate(const CompileOptions &options, int operand) {
  const Stencil &st =
      stencil(options.activation->symmetry == Symmetry::odd ? "copy_forward" : "copy");
  return {&st, round_to(options.dtype, options.activation->copy_bias), 0.0, {operand}};
}

Gate bits_gate(const CompileOptions &options, int bits, int operand) {
  const double negligible = float_format(options.dtype).unit_roundoff / 8;
  double sharpness = 1.0;
  if (options.sharpness)
    sharpness = round_to(options.dtype, *options.sharpness);
  else
    while (!(options.activation->sigmoid->tail(0.5 * sharpness).hi() <= negligible))
      sharpness *= 2.0;
  return {&stencil("bits_" + std::to_string(bits)), 0.0, sharpness, {operand}};
}

Gate product_gate(const CompileOptions &options, const std::string &name,
                  const std::array<int, max_operands> &operands) {
  const Stencil &st = stencil(name);
  if (st.parity != Parity::none)
    return {&st, 0.0, 0.0, operands};
  const double usual = st.order() == 2 ? options.activation->product_bias
                                       : bias_of_order(*options.activation, st.order());
  return {&st, round_to(options.dtype, options.bias.value_or(usual)), 0.0, operands};
}

} // namespace polynet
