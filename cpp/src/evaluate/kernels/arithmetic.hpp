// What every kernel is written with: the fused multiply-add where there is one, and the mark of a
// loop that the compiler may vectorise.
#pragma once

#include "kernels.hpp"

#if defined(_MSC_VER)
#define POLYNET_SIMD __pragma(loop(ivdep))
#define POLYNET_INLINE __forceinline
#else
#define POLYNET_SIMD _Pragma("omp simd")
#define POLYNET_INLINE inline __attribute__((always_inline))
#endif

namespace polynet {
namespace {

#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
constexpr bool fused = true;
POLYNET_INLINE double multiply_add(double a, double b, double c) { return __builtin_fma(a, b, c); }
POLYNET_INLINE float multiply_add(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
#else
constexpr bool fused = false;
template <typename T> POLYNET_INLINE T multiply_add(T a, T b, T c) { return a * b + c; }
#endif

// c_0 x^(n-1) + ... + c_(n-1).
template <int n, typename T> POLYNET_INLINE T horner(T x, const T *c) {
  if constexpr (n == 1)
    return c[0];
  else
    return multiply_add(horner<n - 1>(x, c), x, c[n - 1]);
}

// The integer as wide as T, in which a comparison can be accumulated without narrowing.
template <typename T> struct Mask;
template <> struct Mask<double> {
  using type = std::int64_t;
};
template <> struct Mask<float> {
  using type = std::int32_t;
};

template <typename T> bool all_within(const T *values, std::size_t count, T lower, T upper) {
  using M = typename Mask<T>::type;
  M outside = 0;
#pragma omp simd reduction(| : outside)
  for (std::size_t i = 0; i < count; ++i)
    outside |= ((values[i] >= lower) & (values[i] <= upper)) ? M(0) : M(-1);
  return outside == 0;
}

} // namespace
} // namespace polynet
