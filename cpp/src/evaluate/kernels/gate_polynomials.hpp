// The series of the gates as straight-line arithmetic: see Opcode in polynet/kernels.hpp. Their
// rounding errors are bounded in plan/planned_gate.cpp.
#pragma once

#include "arithmetic.hpp"

namespace polynet {
namespace {

template <int orders, typename T> POLYNET_INLINE T copy_series(T z, const T *c) {
  const T q = z * z;
  return multiply_add(z, horner<orders>(q, c) * q, z);
}

template <int orders, typename T> POLYNET_INLINE T square_series(T z, const T *c) {
  const T q = z * z;
  return multiply_add(q, horner<orders>(q, c) * q, q);
}

// How many coefficients stand before those of A_j.
constexpr int product_offset(int orders, int j) {
  int count = 0;
  for (int i = orders / 2; i > j; --i)
    count += orders - 2 * i + 1;
  return count;
}

// A_j + P A_(j+1) + P^2 A_(j+2) + ..., j >= 1.
template <int orders, int j, typename T>
POLYNET_INLINE T product_tail(T sum, T square, const T *c) {
  const T a = horner<orders - 2 * j + 1>(sum, c + product_offset(orders, j));
  if constexpr (2 * (j + 1) <= orders)
    return multiply_add(product_tail<orders, j + 1>(sum, square, c), square, a);
  else
    return a;
}

template <int orders, typename T> POLYNET_INLINE T product_series(T u, T v, const T *c) {
  const T product = u * v;
  const T sum = multiply_add(v, v, u * u);
  T r = horner<orders>(sum, c + product_offset(orders, 0)) * sum;
  if constexpr (orders >= 2) {
    const T square = product * product;
    r = multiply_add(product_tail<orders, 1>(sum, square, c), square, r);
  }
  return multiply_add(product, r, product);
}

// The same for any number of orders, `width` points at a time.
template <typename T, std::size_t width, bool square>
inline void long_even_series(const T *z, const T *c, int orders, T *result) {
  T q[width], r[width];
  POLYNET_SIMD
  for (std::size_t i = 0; i < width; ++i) {
    q[i] = z[i] * z[i];
    r[i] = c[0];
  }
  for (int k = 1; k < orders; ++k) {
    const T next = c[k];
    POLYNET_SIMD
    for (std::size_t i = 0; i < width; ++i)
      r[i] = multiply_add(r[i], q[i], next);
  }
  POLYNET_SIMD
  for (std::size_t i = 0; i < width; ++i) {
    const T target = square ? q[i] : z[i];
    result[i] = multiply_add(target, r[i] * q[i], target);
  }
}

template <typename T, std::size_t width>
inline void long_product_series(const T *u, const T *v, const T *c, int orders, T *result) {
  T w1[width], w2[width], power[width], h[width], r[width];
  POLYNET_SIMD
  for (std::size_t i = 0; i < width; ++i) {
    w1[i] = (u[i] + v[i]) * (u[i] + v[i]);
    w2[i] = (u[i] - v[i]) * (u[i] - v[i]);
    power[i] = w2[i];
    h[i] = 1;
    r[i] = 0;
  }
  for (int k = 0; k < orders; ++k) {
    const T next = c[k];
    POLYNET_SIMD
    for (std::size_t i = 0; i < width; ++i) {
      h[i] = multiply_add(w1[i], h[i], power[i]);
      r[i] = multiply_add(next, h[i], r[i]);
      power[i] *= w2[i];
    }
  }
  POLYNET_SIMD
  for (std::size_t i = 0; i < width; ++i) {
    const T product = u[i] * v[i];
    result[i] = multiply_add(product, r[i], product);
  }
}

} // namespace
} // namespace polynet
