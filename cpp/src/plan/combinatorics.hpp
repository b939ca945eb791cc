// Enclosures of n!/(k! (n - k)!) and n!.
#pragma once

#include "polynet/interval.hpp"

namespace polynet {

inline Interval binomial(int n, int k) {
  Interval product = 1.0;
  for (int i = 1; i <= k; ++i)
    product = product * Interval(n - k + i) / Interval(i);
  return product;
}

inline Interval factorial(int n) {
  Interval product = 1.0;
  for (int i = 2; i <= n; ++i)
    product *= Interval(i);
  return product;
}

} // namespace polynet
