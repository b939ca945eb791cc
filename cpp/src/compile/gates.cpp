#include "gates.hpp"

#include "polynet/error.hpp"

namespace polynet {

namespace {

// A copy of one neuron is good where s(0) = 0, as its rounding shrinks with the scale then, or
// where s'' vanishes, but not where s is flat.
constexpr double negligible = 0x1p-40;
constexpr double least_slope = 0x1p-4;

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

Gate copy_gate(const CompileOptions &options, const Layout &layout, int operand) {
  const Activation &s = *options.activation;
  double bias = s.copy_bias;
  bool single = s.symmetry == Symmetry::odd;
  if (layout.single_copies && !single)
    for (const double b : {0.0, s.copy_bias}) {
      const std::vector<Interval> c = s.taylor(b, 2);
      const bool cancels = b != 0.0 || c[0].mag() > negligible;
      if (c[1].mig() > least_slope && (!cancels || c[2].mag() <= negligible)) {
        bias = b;
        single = true;
        break;
      }
    }
  return {
      &stencil(single ? "copy_forward" : "copy"), round_to(options.dtype, bias), 0.0, {operand}};
}

Gate bits_gate(const CompileOptions &options, int bits, int operand) {
  const double below = float_format(options.dtype).unit_roundoff / 8;
  double sharpness = 1.0;
  if (options.sharpness)
    sharpness = round_to(options.dtype, *options.sharpness);
  else
    while (!(options.activation->sigmoid->tail(0.5 * sharpness).hi() <= below))
      sharpness *= 2.0;
  return {&stencil("bits_" + std::to_string(bits)), 0.0, sharpness, {operand}};
}

Gate riding_copy(const Gate &gate, int operand) {
  if (gate.stencil->operands == 1)
    return {&stencil("copy"), gate.bias, gate.scale, {operand}};
  const int other = gate.operands[gate.operands[0] == operand ? 1 : 0];
  return {&stencil("monomial_1_0"), gate.bias, gate.scale, {operand, other}};
}

Gate product_gate(const CompileOptions &options, const Layout &layout, const std::string &target,
                  const std::array<int, max_operands> &operands) {
  using Kind = Layout::Products;
  const Activation &s = *options.activation;
  const int order = stencil(target).order();
  std::string suffix;
  if (layout.products == Kind::forward && order == 2)
    suffix = "_forward";
  else if (layout.products == Kind::forward || layout.products == Kind::halves)
    suffix = half_suffix(s, order);
  else if (layout.products == Kind::richardson && order == 2)
    suffix = "_richardson2";
  const Stencil &st = stencil(target + suffix);
  if (st.parity != Parity::none)
    return {&st, 0.0, 0.0, operands};
  double usual = order == 2 ? s.product_bias : bias_of_order(s, order);
  if (order == 2 && (layout.products == Kind::forward ||
                     (layout.riding && s.symmetry == Symmetry::even_plus_linear)))
    usual = s.curvature_bias;
  return {&st, round_to(options.dtype, options.bias.value_or(usual)), 0.0, operands};
}

void drop_constant_layers(Network &net) {
  for (std::size_t t = net.hidden.size(); t > 0; --t)
    if (net.hidden[t - 1].gates.empty()) {
      net.hidden.erase(net.hidden.begin(), net.hidden.begin() + static_cast<std::ptrdiff_t>(t));
      return;
    }
}

} // namespace polynet
