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

#if defined(__GNUC__)
// Four numbers, and what picks some of eight.
template <typename T> struct Four;
template <> struct Four<double> {
  using Numbers = double __attribute__((vector_size(32)));
  using Indices = std::int64_t __attribute__((vector_size(32)));
};
template <> struct Four<float> {
  using Numbers = float __attribute__((vector_size(16)));
  using Indices = std::int32_t __attribute__((vector_size(16)));
};

/// Four numbers of each of four rows, as four columns.
template <typename T>
POLYNET_INLINE void transpose(const char *rows, std::ptrdiff_t row_step, T *const columns[4]) {
  using Numbers = typename Four<T>::Numbers;
  using Indices = typename Four<T>::Indices;
  Numbers row[4];
  for (int k = 0; k < 4; ++k)
    std::memcpy(&row[k], rows + k * row_step, sizeof row[k]);
  const Indices even{0, 4, 2, 6}, odd{1, 5, 3, 7}, first{0, 1, 4, 5}, last{2, 3, 6, 7};
  const Numbers a = __builtin_shuffle(row[0], row[1], even),
                b = __builtin_shuffle(row[0], row[1], odd);
  const Numbers c = __builtin_shuffle(row[2], row[3], even),
                d = __builtin_shuffle(row[2], row[3], odd);
  const Numbers result[4] = {__builtin_shuffle(a, c, first), __builtin_shuffle(b, d, first),
                             __builtin_shuffle(a, c, last), __builtin_shuffle(b, d, last)};
  for (int k = 0; k < 4; ++k)
    std::memcpy(columns[k], &result[k], sizeof result[k]);
}
#endif

/// Operations::load_columns.
template <typename T>
void load_columns(const void *data, std::ptrdiff_t row_step, std::ptrdiff_t column_step,
                  std::size_t count, const std::int32_t *targets, std::size_t columns, T *slots,
                  std::size_t stride) {
  const auto *rows = static_cast<const char *>(data);
  const auto slot = [&](std::size_t j) {
    return slots + static_cast<std::size_t>(targets[j]) * stride;
  };
  std::size_t j = 0;
#if defined(__GNUC__)
  for (; column_step == sizeof(T) && j + 4 <= columns; j += 4) {
    if (targets[j] < 0 || targets[j + 1] < 0 || targets[j + 2] < 0 || targets[j + 3] < 0)
      break;
    T *const to[4] = {slot(j), slot(j + 1), slot(j + 2), slot(j + 3)};
    const char *from = rows + j * sizeof(T);
    std::size_t i = 0;
    for (; i + 4 <= count; i += 4, from += 4 * row_step) {
      T *const here[4] = {to[0] + i, to[1] + i, to[2] + i, to[3] + i};
      transpose(from, row_step, here);
    }
    for (; i < count; ++i, from += row_step)
      for (int k = 0; k < 4; ++k)
        to[k][i] = load_from<T>(from + k * sizeof(T));
  }
#endif
  for (; j < columns; ++j) {
    if (targets[j] < 0)
      continue;
    const char *from = rows + static_cast<std::ptrdiff_t>(j) * column_step;
    T *to = slot(j);
    for (std::size_t i = 0; i < count; ++i, from += row_step)
      to[i] = load_from<T>(from);
  }
}

} // namespace
} // namespace polynet
