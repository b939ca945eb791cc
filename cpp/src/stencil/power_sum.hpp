// Sums over the nodes of a difference.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace polynet {

// sum_k w_k d_k^a over a difference.
inline std::int64_t power_sum(const std::vector<std::pair<int, int>> &difference, int a) {
  std::int64_t sum = 0;
  for (const auto &[weight, direction] : difference) {
    std::int64_t power = weight;
    for (int k = 0; k < a; ++k)
      power *= direction;
    sum += power;
  }
  return sum;
}

} // namespace polynet
