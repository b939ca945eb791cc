// Activation functions: values, Taylor coefficients at a point, derivative enclosures.
#pragma once

#include "polynet/function.hpp"
#include "polynet/interval.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polynet {

/// What is known of s(-x).
enum class Symmetry {
  none,
  even,              ///< s(-x) = s(x)
  odd,               ///< s(-x) = -s(x)
  odd_plus_constant, ///< s - s(0) is odd (logistic)
  even_plus_linear,  ///< s(x) - s(-x) = x (softplus, SiLU, GELU): odd derivatives at 0 beyond the
                     ///< first vanish
};
std::string_view name_of(Symmetry symmetry);
Symmetry symmetry_from_name(std::string_view name);

/// An activation that rises (or falls) to a limit on either side, concave (convex) for x > 0, with
/// s(x) - s(0) odd: what makes one neuron tell whether its argument is positive.
struct Sigmoid {
  /// An enclosure of lim s(x) - s(0), x -> infinity.
  Interval limit;
  /// An enclosure of 1 - (s(x) - s(0))/limit at x > 0, decreasing in x.
  std::function<Interval(double)> tail;
};

/// One activation function s: a row of the library's table, or the user's own.
struct Activation {
  std::string name;
  Symmetry symmetry = Symmetry::none;
  /// Biases (docs/theory.md, section 2). Product gates: where s'''' vanishes (rounded), or where
  /// the certified error is least if it vanishes nowhere. Copies: where s''' vanishes, or 0 for odd
  /// activations. Curvature: where s''' vanishes and |s''| is large, for forward differences.
  double product_bias = 0.0, copy_bias = 0.0, curvature_bias = 0.0;
  /// The operator of ONNX (with its attributes) and the function of torch that compute it; empty
  /// where it has to be composed.
  std::string onnx, torch;
  /// Enclosures of s_k(x)/k! for k = 0..order and all x of the interval; good when it is narrow.
  std::function<std::vector<Interval>(const Interval &, int)> taylor;
  /// An upper bound of |s_k|/k! on the interval, k >= 1: empty, or infinite, where none is known.
  std::function<double(int, const Interval &)> taylor_bound;
  /// Above this radius an enclosure is computed piece by piece.
  double piece_radius = 0x1p-5;
  /// A lower bound d of the distance of x from where s is not analytic, such that |s_k(x)| <= k!
  /// d^-k for all k >= 1: empty where none is known.
  std::function<double(double)> pole_distance = {};
  /// s(x), for evaluation, of an activation of the user's own; a built-in one has a kernel.
  std::function<double(double)> value = {};
  std::optional<Function> function = {};
  /// What the error of a runtime's activation is assumed not to exceed, in ulp of the largest |s|
  /// in a gate: above what NumPy, onnxruntime and torch were found to do near the default biases
  /// (docs/certificates.md, "Activations of runtimes").
  double float64_ulp = 4.0, float32_ulp = 6.0;
  /// ... or in ulp of this, where it is larger: what runtimes add and subtract on the way to s(x).
  double runtime_magnitude = 0.0;
  /// Whether the enclosures are the library's own.
  bool built_in = false;
  std::optional<Sigmoid> sigmoid = std::nullopt;
};

/// The built-in activation of that name; Error (invalid_input) lists the known ones, or says why
/// the named one cannot make gates.
std::shared_ptr<const Activation> activation(std::string_view name);

/// All built-in names, in alphabetical order.
std::vector<std::string> activation_names();

/// {s_k(x)}: enclosures of the derivatives s_0..s_order at the point x.
std::vector<Interval> derivatives(const Activation &s, double x, int order);

/// An enclosure of {s_k(x) : x in X}: a Taylor step about the midpoint of each piece of X. Its last
/// term comes from taylor_bound or, where there is none, from the Taylor coefficients of the
/// piece itself (docs/certificates.md, "Arithmetic").
Interval derivative_on(const Activation &s, int k, const Interval &x);

/// An enclosure of a_k in s(centre + t) = sum_{i<k} s_i(centre)/i! t^i + a_k(t) t^k, |t| <= radius,
/// that holds of the first derivatives by t too: what follows the order k - 1 of s in the j-th is
/// k (k-1) ... (k-j+1) t^(k-j) times another such number, j <= derivatives. It is that of s_k/k!,
/// or comes from pole_distance where the radius is less and that bounds more.
Interval remainder_factor(const Activation &s, int k, double centre, double radius,
                          int derivatives);

/// A bound of its absolute value that costs little; infinite where none is known.
double remainder_bound(const Activation &s, int k, double centre, double radius, int derivatives);

} // namespace polynet
