// The loops over the elementary functions, in the order of Function (polynet/kernels.hpp).
#pragma once

#include "elementary_erf.hpp"
#include "elementary_exp.hpp"
#include "elementary_trig.hpp"
#include "kernels.hpp"

namespace polynet {
namespace {

template <typename T, T (*f)(T)> void apply(T *values, std::size_t count) {
  POLYNET_SIMD
  for (std::size_t i = 0; i < count; ++i)
    values[i] = f(values[i]);
}

// Functions made of e^x: most arguments are near.
template <typename T, T (*near)(T), T (*any)(T)> void apply_exp(T *values, std::size_t count) {
  if (all_within(values, count, -Layout<T>::near, Layout<T>::near))
    apply<T, near>(values, count);
  else
    apply<T, any>(values, count);
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
  return {{&apply<T, algebraic<T>>, &apply<T, arctan<T>>, &apply_sin<T, 1>,
           &apply_exp<T, erf<T, Reach::near>, erf<T, Reach::any>>,
           &apply_exp<T, exp<T, Reach::near>, exp<T, Reach::any>>,
           &apply_exp<T, gaussian<T, Reach::near>, gaussian<T, Reach::any>>,
           &apply_exp<T, gelu<T, Reach::near>, gelu<T, Reach::any>>,
           &apply_exp<T, gelu_tanh<T, Reach::near>, gelu_tanh<T, Reach::any>>,
           &apply_exp<T, logcosh<T, Reach::near>, logcosh<T, Reach::any>>,
           &apply_exp<T, logistic<T, Reach::near>, logistic<T, Reach::any>>,
           &apply_exp<T, mish<T, Reach::near>, mish<T, Reach::any>>, &apply<T, requ<T>>,
           &apply_exp<T, silu<T, Reach::near>, silu<T, Reach::any>>, &apply_sin<T, 0>,
           &apply_exp<T, softplus<T, Reach::near>, softplus<T, Reach::any>>,
           &apply_exp<T, tanh<T, Reach::near>, tanh<T, Reach::any>>}};
}

} // namespace
} // namespace polynet
