// Activation functions: values, Taylor coefficients at a point, derivative enclosures.
#pragma once

#include "polynet/interval.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace polynet {

/// One activation function s, as a row of the table in activation.cpp.
struct Activation {
  std::string_view name;
  /// s(-x) = -s(x).
  bool odd;
  /// s is increasing.
  bool increasing;
  /// Bias at which s'''' vanishes (rounded): a product gate is then O(l^4). docs/theory.md,
  /// section 2.
  double product_bias;
  /// Bias of a copy gate: s''' vanishes there (rounded), or 0 for odd activations.
  double copy_bias;
  /// s(x), for evaluation; within 4 ulp when the C library's exp and tanh are within 1 and 2 ulp.
  double (*value)(double x);
  /// Enclosures of s_k(x)/k! for k = 0..order and all x of the (narrow) interval.
  std::vector<Interval> (*taylor)(const Interval &x, int order);
  /// An upper bound of |s_k| on the whole real line, k >= 1.
  double (*derivative_bound)(int k);
  /// Above this radius an enclosure is computed piece by piece.
  double piece_radius;
};

/// The activation of that name; Error (invalid_input) lists the known ones.
const Activation &activation(std::string_view name);

/// All known names, in alphabetical order.
std::vector<std::string> activation_names();

/// {s_k(x)}: enclosures of the derivatives s_0..s_order at the point x.
std::vector<Interval> derivatives(const Activation &s, double x, int order);

/// An enclosure of {s_k(x) : x in X}: a Taylor step about the midpoint of each piece of X, its
/// remainder bounded by derivative_bound (docs/certificates.md, "Arithmetic").
Interval derivative_on(const Activation &s, int k, const Interval &x);

} // namespace polynet
