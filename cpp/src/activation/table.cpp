#include "algebra/elementary.hpp"
#include "polynet/error.hpp"
#include "polynet/float_environment.hpp"
#include "rows.hpp"

#include <algorithm>

namespace polynet {

namespace {

constexpr double half_pi = 0x1.921fb54442d18p+0;

// Activations that some runtime, or polynet itself (function_ulp), computes with larger errors than
// 4 ulp in float64 or 6 in float32 near the default biases, or with an absolute error
// (benchmarks/activation_ulp.py). Of 0.99, our own logistic function is within 1.5 ulp
// (docs/kernels.md).
struct Inaccurate {
  std::string_view name;
  double float64_ulp, float32_ulp, runtime_magnitude = 0.0;
};
constexpr Inaccurate inaccurate[] = {
    {"cos", 4.0, 6.0, 0.99},      {"gelu", 10.0, 16.0},         {"gelu_tanh", 12.0, 16.0},
    {"logcosh", 10.0, 6.0, 0.99}, {"logistic", 2.0, 2.0, 0.99}, {"mish", 6.0, 6.0},
    {"silu", 6.0, 8.0},
};

// Sorted by name.
const std::vector<std::shared_ptr<const Activation>> &table() {
  static const auto rows = [] {
    const SoundFloats floats;
    std::vector<std::shared_ptr<const Activation>> result;
    const auto add = [&](Activation row, std::optional<Sigmoid> sigmoid = std::nullopt) {
      row.built_in = true;
      row.sigmoid = std::move(sigmoid);
      for (const auto &[name, float64_ulp, float32_ulp, runtime_magnitude] : inaccurate)
        if (row.name == name) {
          row.float64_ulp = float64_ulp;
          row.float32_ulp = float32_ulp;
          row.runtime_magnitude = runtime_magnitude;
        }
      // Rows and functions have the same order.
      row.function = static_cast<Function>(result.size());
      result.push_back(std::make_shared<const Activation>(std::move(row)));
    };
    // Name, symmetry, biases (product, copy, curvature), names elsewhere, functions, piece radius;
    // the limit and tail of sigmoids.
    // Of several zeros of s'''' the product bias is the one with the least certified error for
    // u v on [-1, 1]^2 by neurons. s''' of ln cosh vanishes only where s' does; at 18 it is 2e-15.
    // requ at 17/16 leaves room for arguments beyond b - 2 l, l = 1/2.
    add({"algebraic", Symmetry::odd, 0.8660254037844386, 0.0, 0.5, "", "", algebraic_taylor,
         algebraic_bound, 0x1p-4, distance_of_i},
        Sigmoid{1.0, algebraic_tail});
    add({"arctan", Symmetry::odd, 1.0, 0.0, 0.5773502691896257, "Atan", "torch.atan", arctan_taylor,
         arctan_bound, 0.125, distance_of_i},
        Sigmoid{pi() * 0.5, arctan_tail});
    add({"cos", Symmetry::even, 0.0, half_pi, 0.0, "Cos", "torch.cos", cos_taylor, sin_bound,
         0.25});
    add({"erf", Symmetry::odd, 1.224744871391589, 0.0, 0.7071067811865476, "Erf", "torch.erf",
         erf_taylor, erf_bound, 0.125},
        Sigmoid{1.0, erf_tail});
    add({"exp", Symmetry::none, 0.0, 0.0, 0.0, "Exp", "torch.exp", exp_taylor, exp_bound, 0.25});
    add({"gaussian", Symmetry::even, 2.3344142183389773, 1.7320508075688772, 0.0, "", "",
         gaussian_taylor, gaussian_bound, 0.125});
    add({"gelu", Symmetry::even_plus_linear, -0.7922869913932613, 0.0, 0.0, "Gelu",
         "torch.nn.functional.gelu", gelu_taylor, gelu_bound, 0.125});
    add({"gelu_tanh",
         Symmetry::even_plus_linear,
         -0.787576186418894,
         0.0,
         0.0,
         "Gelu(approximate=tanh)",
         "torch.nn.functional.gelu(approximate='tanh')",
         gelu_tanh_taylor,
         {},
         0x1p-6});
    add({"logcosh", Symmetry::even, 0.6584789484624084, 18.0, 0.0, "", "", logcosh_taylor,
         logcosh_bound, 0.125});
    add({"logistic", Symmetry::odd_plus_constant, -2.2924316695611777, -1.3169578969248167,
         -1.3169578969248167, "Sigmoid", "torch.sigmoid", logistic_taylor, logistic_bound, 0.25},
        Sigmoid{0.5, logistic_tail});
    add({"mish", Symmetry::none, -0.8819460768319226, -0.08793443131491421, -0.08793443131491421,
         "Mish", "torch.nn.functional.mish", mish_taylor, mish_bound, 0.125});
    add({"requ", Symmetry::none, 1.0625, 1.0625, 1.0625, "", "", requ_taylor, {}});
    add({"silu", Symmetry::even_plus_linear, -1.0319582417807491, 0.0, 0.0, "",
         "torch.nn.functional.silu", silu_taylor, silu_bound, 0.25});
    add({"sin", Symmetry::odd, half_pi, 0.0, half_pi, "Sin", "torch.sin", sin_taylor, sin_bound,
         0.25});
    add({"softplus", Symmetry::even_plus_linear, -1.3169578969248168, 0.0, 0.0, "Softplus",
         "torch.nn.functional.softplus", softplus_taylor, softplus_bound, 0.25});
    add({"tanh", Symmetry::odd, 1.1462158347805888, 0.0, 0.6584789484624084, "Tanh", "torch.tanh",
         tanh_taylor, tanh_bound, 0.125},
        Sigmoid{1.0, tanh_tail});
    return result;
  }();
  return rows;
}

struct Refusal {
  std::string_view name;
  const char *reason;
};

constexpr const char *flat = "its second derivative vanishes wherever it exists, so that no "
                             "combination of its values makes a product";
constexpr const char *kinked = "it is not smooth: a derivative jumps, and no Taylor series holds "
                               "across the jump";
constexpr Refusal refusals[] = {
    {"relu", flat},         {"relu6", flat},       {"leaky_relu", flat}, {"prelu", flat},
    {"hard_sigmoid", flat}, {"hardsigmoid", flat}, {"hard_tanh", flat},  {"hardtanh", flat},
    {"identity", flat},     {"linear", flat},      {"abs", flat},        {"sign", flat},
    {"step", flat},         {"heaviside", flat},   {"threshold", flat},  {"elu", kinked},
    {"selu", kinked},       {"celu", kinked},      {"softsign", kinked}, {"hard_swish", kinked},
    {"hardswish", kinked},  {"hard_silu", kinked}, {"softshrink", flat}, {"hardshrink", flat},
};

} // namespace

std::string_view name_of(Symmetry symmetry) {
  switch (symmetry) {
  case Symmetry::even:
    return "even";
  case Symmetry::odd:
    return "odd";
  case Symmetry::odd_plus_constant:
    return "odd_plus_constant";
  case Symmetry::even_plus_linear:
    return "even_plus_linear";
  case Symmetry::none:
    break;
  }
  return "none";
}

Symmetry symmetry_from_name(std::string_view name) {
  for (const Symmetry symmetry : {Symmetry::none, Symmetry::even, Symmetry::odd,
                                  Symmetry::odd_plus_constant, Symmetry::even_plus_linear})
    if (name_of(symmetry) == name)
      return symmetry;
  throw Error(ErrorCode::invalid_input,
              "unknown symmetry '" + std::string(name) +
                  "'; known: none, even, odd, odd_plus_constant, even_plus_linear");
}

std::shared_ptr<const Activation> activation(std::string_view name) {
  for (const auto &s : table())
    if (s->name == name)
      return s;
  for (const Refusal &refusal : refusals)
    if (refusal.name == name)
      throw Error(ErrorCode::invalid_input, "activation '" + std::string(name) +
                                                "' cannot make gates: " + refusal.reason +
                                                "; use requ, softplus, silu or gelu instead");
  std::string known;
  for (const auto &s : table())
    known += (known.empty() ? "" : ", ") + s->name;
  throw Error(ErrorCode::invalid_input,
              "unknown activation '" + std::string(name) + "'; known: " + known);
}

std::vector<std::string> activation_names() {
  std::vector<std::string> names;
  for (const auto &s : table())
    names.push_back(s->name);
  return names;
}

} // namespace polynet
