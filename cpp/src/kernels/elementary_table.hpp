// The loops over the elementary functions, in the order of Function (polynet/kernels.hpp).
#pragma once

#include "elementary_erf.hpp"
#include "elementary_exp.hpp"
#include "elementary_trig.hpp"
#include "polynet/kernels.hpp"

namespace polynet {
namespace {

template <typename T, T (*f)(T)> void apply(T *values, std::size_t count) {
  POLYNET_SIMD
  for (std::size_t i = 0; i < count; ++i)
    values[i] = f(values[i]);
}

// sin and cos: far angles one by one. Both ways round alike.
template <typename T, int shift> void apply_sin(T *values, std::size_t count) {
  T farthest = 0;
  for (std::size_t i = 0; i < count; ++i)
    farthest = magnitude(values[i]) > farthest ? magnitude(values[i]) : farthest;
  if (farthest > HalfPi<T>::near)
    for (std::size_t i = 0; i < count; ++i)
      values[i] = any_sin<T, shift>(values[i]);
  else
    apply<T, near_sin<T, shift>>(values, count);
}

template <typename T> constexpr ElementaryFunctions<T> elementary_functions() {
  return {{&apply<T, algebraic<T>>, &apply<T, arctan<T>>, &apply_sin<T, 1>, &apply<T, erf<T>>,
           &apply<T, exp<T>>, &apply<T, gaussian<T>>, &apply<T, gelu<T>>, &apply<T, gelu_tanh<T>>,
           &apply<T, logcosh<T>>, &apply<T, logistic<T>>, &apply<T, mish<T>>, &apply<T, requ<T>>,
           &apply<T, silu<T>>, &apply_sin<T, 0>, &apply<T, softplus<T>>, &apply<T, tanh<T>>}};
}

} // namespace
} // namespace polynet
