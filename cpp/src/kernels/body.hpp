// The loops of the kernels, compiled once for each instruction set: see polynet/kernels.hpp.
//
// Everything here has internal linkage, and every table is a constant: no unit shares code with
// another or runs any before it is chosen.
#pragma once

#include "polynet/kernels.hpp"

#if defined(_MSC_VER)
#define POLYNET_SIMD __pragma(loop(ivdep))
#else
#define POLYNET_SIMD _Pragma("omp simd")
#endif

namespace polynet {
namespace {

#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
constexpr bool fused = true;
inline double multiply_add(double a, double b, double c) { return __builtin_fma(a, b, c); }
inline float multiply_add(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#else
constexpr bool fused = false;
template <typename T> inline T multiply_add(T a, T b, T c) { return a * b + c; }
#endif

// c_0 + sum c_(k+1) s_k for n sources; with n and the count known, one loop without branches.
template <typename T, int n>
inline void combine(T *target, const T *const *s, const T *c, T start, bool from_target,
                    std::size_t count) {
  POLYNET_SIMD
  for (std::size_t i = 0; i < count; ++i) {
    T sum = from_target ? target[i] : start;
    for (int k = 0; k < n; ++k)
      sum = multiply_add(c[k], s[k][i], sum);
    target[i] = sum;
  }
}

template <typename T> bool all_within(const T *values, std::size_t count, T lower, T upper) {
  bool all = true;
  for (std::size_t i = 0; i < count; ++i)
    all = all && values[i] >= lower && values[i] <= upper;
  return all;
}

template <typename T>
void run(const Program<T> &, std::size_t, std::size_t, T *, std::size_t, std::size_t) {}
template <typename T> void run_one(const Program<T> &, std::size_t, std::size_t, T *) {}

template <typename T> constexpr Operations<T> operations_of() {
  return {&run<T>, &run_one<T>, &all_within<T>};
}

constexpr Kernels kernels_of(const char *name) {
  return {name, fused, operations_of<double>(), operations_of<float>()};
}

} // namespace
} // namespace polynet
