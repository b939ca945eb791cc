// Rows of points into slots, one for each column.
#pragma once

#include "arithmetic.hpp"

#include <cstring>

namespace polynet {
namespace {

template <typename T> POLYNET_INLINE T load_from(const char *address) {
  T value;
  std::memcpy(&value, address, sizeof value);
  return value;
}

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector) // GCC from 12 on, Clang
#define POLYNET_SHUFFLE __builtin_shufflevector
#endif
#endif

#ifdef POLYNET_SHUFFLE
template <typename T> struct Four;
template <> struct Four<double> {
  using Numbers = double __attribute__((vector_size(32)));
};
template <> struct Four<float> {
  using Numbers = float __attribute__((vector_size(16)));
};

/// Four numbers of each of four rows as four columns. (Arrays of vectors would make the compiler
/// pass them through memory.)
template <typename T>
POLYNET_INLINE void transpose(const char *rows, std::ptrdiff_t row_step, T *const columns[4]) {
  using Numbers = typename Four<T>::Numbers;
  Numbers a, b, c, d;
  std::memcpy(&a, rows, sizeof a);
  std::memcpy(&b, rows + row_step, sizeof b);
  std::memcpy(&c, rows + 2 * row_step, sizeof c);
  std::memcpy(&d, rows + 3 * row_step, sizeof d);
  const Numbers ab0 = POLYNET_SHUFFLE(a, b, 0, 4, 2, 6), ab1 = POLYNET_SHUFFLE(a, b, 1, 5, 3, 7);
  const Numbers cd0 = POLYNET_SHUFFLE(c, d, 0, 4, 2, 6), cd1 = POLYNET_SHUFFLE(c, d, 1, 5, 3, 7);
  a = POLYNET_SHUFFLE(ab0, cd0, 0, 1, 4, 5);
  b = POLYNET_SHUFFLE(ab1, cd1, 0, 1, 4, 5);
  c = POLYNET_SHUFFLE(ab0, cd0, 2, 3, 6, 7);
  d = POLYNET_SHUFFLE(ab1, cd1, 2, 3, 6, 7);
  std::memcpy(columns[0], &a, sizeof a);
  std::memcpy(columns[1], &b, sizeof b);
  std::memcpy(columns[2], &c, sizeof c);
  std::memcpy(columns[3], &d, sizeof d);
}
#endif

/// Operations::load_columns. A few rows at a time, all their columns: what was read together is
/// used together.
template <typename T>
void load_columns(const void *data, std::ptrdiff_t row_step, std::ptrdiff_t column_step,
                  std::size_t count, const std::int32_t *targets, std::size_t columns, T *slots,
                  std::size_t stride) {
  for (std::size_t first = 0; first < count; first += lanes) {
    const std::size_t rows = count - first < lanes ? count - first : lanes;
    const char *from =
        static_cast<const char *>(data) + static_cast<std::ptrdiff_t>(first) * row_step;
    const auto element = [&](std::size_t i, std::size_t j) {
      return from + static_cast<std::ptrdiff_t>(i) * row_step +
             static_cast<std::ptrdiff_t>(j) * column_step;
    };
    const auto slot = [&](std::size_t j) {
      return slots + static_cast<std::size_t>(targets[j]) * stride + first;
    };
    std::size_t j = 0;
#ifdef POLYNET_SHUFFLE
    T idle[lanes]; // takes the columns that nobody wants
    for (; column_step == sizeof(T) && j + 4 <= columns; j += 4) {
      T *to[4];
      for (std::size_t k = 0; k < 4; ++k)
        to[k] = targets[j + k] < 0 ? idle : slot(j + k);
      std::size_t i = 0;
      for (; i + 4 <= rows; i += 4) {
        T *const here[4] = {to[0] + i, to[1] + i, to[2] + i, to[3] + i};
        transpose(element(i, j), row_step, here);
      }
      for (; i < rows; ++i)
        for (std::size_t k = 0; k < 4; ++k)
          to[k][i] = load_from<T>(element(i, j + k));
    }
#endif
    for (; j < columns; ++j)
      for (std::size_t i = 0; targets[j] >= 0 && i < rows; ++i)
        slot(j)[i] = load_from<T>(element(i, j));
  }
}

} // namespace
} // namespace polynet
