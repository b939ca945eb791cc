// Elements of matrices in memory that need not be aligned.
#pragma once

#include "polynet/evaluate.hpp"

#include <cstring>

namespace polynet {

template <typename T> T load(const Matrix<const T> &x, std::size_t row, std::size_t column) {
  T value;
  std::memcpy(&value,
              reinterpret_cast<const char *>(x.data) +
                  static_cast<std::ptrdiff_t>(row) * x.row_step +
                  static_cast<std::ptrdiff_t>(column) * x.column_step,
              sizeof value);
  return value;
}

/// One value, or as many as follow each other in memory from there on.
template <typename T>
void store(const Matrix<T> &y, std::size_t row, std::size_t column, const T *values,
           std::size_t count = 1) {
  std::memcpy(reinterpret_cast<char *>(y.data) + static_cast<std::ptrdiff_t>(row) * y.row_step +
                  static_cast<std::ptrdiff_t>(column) * y.column_step,
              values, count * sizeof(T));
}

/// Asks for the first rows of a matrix to be brought near, where they follow each other without
/// gaps: processors see that memory is read in order, but not in time. Inline, or GCC would remove
/// the call as one without effects.
template <typename T>
#if defined(__GNUC__)
[[gnu::always_inline]]
#endif
inline void prefetch(const Matrix<const T> &x, std::size_t rows, std::size_t columns) {
  constexpr std::size_t line = 64;
  const std::size_t bytes = rows * columns * sizeof(T);
  if (x.column_step != sizeof(T) || x.row_step != static_cast<std::ptrdiff_t>(columns * sizeof(T)))
    return;
#if defined(__GNUC__)
  for (std::size_t k = 0; k < bytes; k += line)
    __builtin_prefetch(reinterpret_cast<const char *>(x.data) + k);
#endif
}

} // namespace polynet
