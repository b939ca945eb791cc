// Factorials and binomial coefficients: enclosures, and integers as far as these go.
#pragma once

#include "polynet/interval.hpp"

#include <cstdint>

namespace polynet {

/// n!/(k! (n - k)!).
inline Interval binomial(int n, int k) {
  Interval product = 1.0;
  for (int i = 1; i <= k; ++i)
    product = product * Interval(n - k + i) / Interval(i);
  return product;
}

/// (n + m)!/n!.
inline Interval rising_factorial(int n, int m) {
  Interval product = 1.0;
  for (int i = n + 1; i <= n + m; ++i)
    product *= Interval(i);
  return product;
}

inline Interval factorial(int n) { return rising_factorial(0, n); }

/// 1/n!, on whose way nothing overflows.
inline Interval inverse_factorial(int n) {
  Interval product = 1.0;
  for (int i = 2; i <= n; ++i)
    product = product / Interval(i);
  return product;
}

/// n! for n <= 20.
constexpr std::int64_t integer_factorial(int n) {
  std::int64_t product = 1;
  for (int i = 2; i <= n; ++i)
    product *= i;
  return product;
}

/// n!/(k! (n - k)!) for n <= 60.
constexpr std::int64_t integer_binomial(int n, int k) {
  std::int64_t product = 1;
  for (int i = 1; i <= k; ++i)
    product = product * (n - k + i) / i;
  return product;
}

} // namespace polynet
