#include "gates.hpp"

#include "polynet/error.hpp"

#include <algorithm>

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

const Stencil &product_stencil(const Activation &s, const Layout &layout,
                               const std::map<int, int> &exponents) {
  using Kind = Layout::Products;
  std::string name = "monomial";
  int order = 0;
  for (const auto &[operand, exponent] : exponents) {
    name += "_" + std::to_string(exponent);
    order += exponent;
  }
  if (order == 2)
    name = exponents.size() == 1 ? "square" : "product";
  if (layout.products == Kind::forward && order == 2)
    name += "_forward";
  else if (layout.products == Kind::forward || layout.products == Kind::halves)
    name += half_suffix(s, order);
  else if (layout.products == Kind::richardson && order == 2)
    name += "_richardson2";
  return stencil(name);
}

} // namespace

bool is_finite(const Network &net) {
  const auto all_finite = [](const std::vector<Affine> &rows) {
    return std::all_of(rows.begin(), rows.end(), [](const Affine &row) {
      return std::isfinite(row.constant) &&
             std::all_of(row.terms.begin(), row.terms.end(),
                         [](const auto &term) { return std::isfinite(term.second); });
    });
  };
  return all_finite(net.outputs) &&
         std::all_of(net.hidden.begin(), net.hidden.end(),
                     [&](const HiddenLayer &layer) { return all_finite(layer.operands); });
}

Network finite(Network net) {
  if (!is_finite(net))
    throw Error(ErrorCode::invalid_input,
                "a coefficient of the normalised polynomial overflows " +
                    std::string(name_of(net.dtype)) +
                    "; rescale the variables or the polynomial so that coefficients, values and "
                    "the width of the box stay within its range");
  return net;
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

Gate product_gate(const CompileOptions &options, const Layout &layout,
                  const std::map<int, int> &exponents) {
  using Kind = Layout::Products;
  const Activation &s = *options.activation;
  const Stencil &st = product_stencil(s, layout, exponents);
  std::array<int, max_operands> operands{};
  std::transform(exponents.begin(), exponents.end(), operands.begin(),
                 [](const auto &factor) { return factor.first; });
  if (st.parity != Parity::none)
    return {&st, 0.0, 0.0, operands};
  const int order = st.order();
  double usual = order == 2 ? s.product_bias : bias_of_order(s, order);
  if (order == 2 && (layout.products == Kind::forward ||
                     (layout.riding && s.symmetry == Symmetry::even_plus_linear)))
    usual = s.curvature_bias;
  return {&st, round_to(options.dtype, options.bias.value_or(usual)), 0.0, operands};
}

std::vector<double> product_costs(const CompileOptions &options, const Layout &layout) {
  std::vector<double> costs{0.0, double(copy_gate(options, layout, 0).stencil->neurons.size())};
  std::map<int, int> exponents{{0, 1}};
  for (int b = 2; b <= max_operands; ++b) {
    exponents[b - 1] = 1;
    costs.push_back(double(product_stencil(*options.activation, layout, exponents).neurons.size()));
  }
  return costs;
}

std::vector<bool> one_neuron_bits(const CompileOptions &options) {
  return options.activation->sigmoid ? options.bits : std::vector<bool>();
}

void drop_constant_layers(Network &net) {
  for (std::size_t t = net.hidden.size(); t > 0; --t)
    if (net.hidden[t - 1].gates.empty()) {
      net.hidden.erase(net.hidden.begin(), net.hidden.begin() + static_cast<std::ptrdiff_t>(t));
      return;
    }
}

} // namespace polynet
