// The built-in activations by number, and what polynet's own evaluation of them is within. No
// library: the kernels read it.
#pragma once

#include <cstdint>

namespace polynet {

/// The built-in activations, in alphabetical order, by the names they have in the table of
/// activations; what each is: docs/theory.md.
enum class Function : std::uint8_t {
  algebraic,
  arctan,
  cos,
  erf,
  exp,
  gaussian,
  gelu,
  gelu_tanh,
  logcosh,
  logistic,
  mish,
  requ,
  silu,
  sin,
  softplus,
  tanh,
};
constexpr int functions = 16;

/// What every Function is within, in units in the last place of the exact value (of the smallest
/// subnormal, where that is larger): with or without fused multiply-add. Proved for float64
/// (docs/kernels.md), checked for float32 by tests/cpp/exhaustive.cpp.
struct Accuracy {
  double float64, float32;
};
constexpr Accuracy function_ulp[functions] = {{2.5, 2.5},  {3.0, 2.0}, {1.5, 1.5},  {2.0, 2.0},
                                              {1.5, 1.5},  {1.5, 1.5}, {10.0, 6.0}, {4.0, 4.0},
                                              {10.0, 5.0}, {3.0, 3.0}, {6.0, 6.0},  {0.5, 0.5},
                                              {4.0, 4.0},  {1.5, 1.5}, {3.0, 3.0},  {3.5, 3.5}};

} // namespace polynet
