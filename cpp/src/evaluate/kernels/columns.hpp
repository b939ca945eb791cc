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
// Transposes four numbers of each of several rows: a vector holds those of one row (double) or of
// two, i and i + 4 (float), so that every step is one instruction. (Arrays of vectors would make
// the compiler pass them through memory.)
template <typename T> struct Transposed;
template <> struct Transposed<double> {
  using Numbers = double __attribute__((vector_size(32)));
  static constexpr std::size_t rows = 4;
  static POLYNET_INLINE Numbers load(const char *row, std::ptrdiff_t) {
    Numbers numbers;
    std::memcpy(&numbers, row, sizeof numbers);
    return numbers;
  }
  static POLYNET_INLINE void transpose(Numbers &a, Numbers &b, Numbers &c, Numbers &d) {
    const Numbers ab0 = POLYNET_SHUFFLE(a, b, 0, 4, 2, 6), ab1 = POLYNET_SHUFFLE(a, b, 1, 5, 3, 7);
    const Numbers cd0 = POLYNET_SHUFFLE(c, d, 0, 4, 2, 6), cd1 = POLYNET_SHUFFLE(c, d, 1, 5, 3, 7);
    a = POLYNET_SHUFFLE(ab0, cd0, 0, 1, 4, 5);
    b = POLYNET_SHUFFLE(ab1, cd1, 0, 1, 4, 5);
    c = POLYNET_SHUFFLE(ab0, cd0, 2, 3, 6, 7);
    d = POLYNET_SHUFFLE(ab1, cd1, 2, 3, 6, 7);
  }
};
template <> struct Transposed<float> {
  using Numbers = float __attribute__((vector_size(32)));
  using Half = float __attribute__((vector_size(16)));
  static constexpr std::size_t rows = 8;
  static POLYNET_INLINE Numbers load(const char *row, std::ptrdiff_t row_step) {
    Half low, high;
    std::memcpy(&low, row, sizeof low);
    std::memcpy(&high, row + 4 * row_step, sizeof high);
    return POLYNET_SHUFFLE(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
  }
  static POLYNET_INLINE void transpose(Numbers &a, Numbers &b, Numbers &c, Numbers &d) {
    const Numbers ab01 = POLYNET_SHUFFLE(a, b, 0, 8, 1, 9, 4, 12, 5, 13);
    const Numbers ab23 = POLYNET_SHUFFLE(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
    const Numbers cd01 = POLYNET_SHUFFLE(c, d, 0, 8, 1, 9, 4, 12, 5, 13);
    const Numbers cd23 = POLYNET_SHUFFLE(c, d, 2, 10, 3, 11, 6, 14, 7, 15);
    a = POLYNET_SHUFFLE(ab01, cd01, 0, 1, 8, 9, 4, 5, 12, 13);
    b = POLYNET_SHUFFLE(ab01, cd01, 2, 3, 10, 11, 6, 7, 14, 15);
    c = POLYNET_SHUFFLE(ab23, cd23, 0, 1, 8, 9, 4, 5, 12, 13);
    d = POLYNET_SHUFFLE(ab23, cd23, 2, 3, 10, 11, 6, 7, 14, 15);
  }
};

/// Four columns of Transposed<T>::rows rows.
template <typename T>
POLYNET_INLINE void transpose(const char *rows, std::ptrdiff_t row_step, T *const columns[4]) {
  using Rows = Transposed<T>;
  typename Rows::Numbers a = Rows::load(rows, row_step), b = Rows::load(rows + row_step, row_step);
  typename Rows::Numbers c = Rows::load(rows + 2 * row_step, row_step),
                         d = Rows::load(rows + 3 * row_step, row_step);
  Rows::transpose(a, b, c, d);
  std::memcpy(columns[0], &a, sizeof a);
  std::memcpy(columns[1], &b, sizeof b);
  std::memcpy(columns[2], &c, sizeof c);
  std::memcpy(columns[3], &d, sizeof d);
}
#endif

// Rows that are read together: their points and slots stay in the first-level cache.
constexpr std::size_t tile = 4 * lanes;

/// Operations::load_columns. A few rows at a time, all their columns: what was read together is
/// used together.
template <typename T>
void load_columns(const void *data, std::ptrdiff_t row_step, std::ptrdiff_t column_step,
                  std::size_t count, const std::int32_t *targets, std::size_t columns, T *slots,
                  std::size_t stride) {
  for (std::size_t first = 0; first < count; first += tile) {
    const std::size_t rows = count - first < tile ? count - first : tile;
    const char *from =
        static_cast<const char *>(data) + static_cast<std::ptrdiff_t>(first) * row_step;
    const auto element = [&](std::size_t i, std::size_t j) {
      return from + static_cast<std::ptrdiff_t>(i) * row_step +
             static_cast<std::ptrdiff_t>(j) * column_step;
    };
    const auto slot = [&](std::size_t j) {
      return slots + static_cast<std::size_t>(targets[j]) * stride + first;
    };
    std::size_t next = 0;
#ifdef POLYNET_SHUFFLE
    T idle[tile]; // takes the columns that nobody wants
    for (; column_step == sizeof(T) && columns >= 4 && next < columns; next += 4) {
      const std::size_t j = next + 4 <= columns ? next : columns - 4; // some of the last twice
      T *to[4];
      for (std::size_t k = 0; k < 4; ++k)
        to[k] = targets[j + k] < 0 ? idle : slot(j + k);
      std::size_t i = 0;
      for (; i + Transposed<T>::rows <= rows; i += Transposed<T>::rows) {
        T *const here[4] = {to[0] + i, to[1] + i, to[2] + i, to[3] + i};
        transpose(element(i, j), row_step, here);
      }
      for (; i < rows; ++i)
        for (std::size_t k = 0; k < 4; ++k)
          to[k][i] = load_from<T>(element(i, j + k));
    }
#endif
    for (std::size_t j = next; j < columns; ++j)
      for (std::size_t i = 0; targets[j] >= 0 && i < rows; ++i)
        slot(j)[i] = load_from<T>(element(i, j));
  }
}

} // namespace
} // namespace polynet
