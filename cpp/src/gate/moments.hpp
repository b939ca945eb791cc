// The sums S_a over a stencil's nodes as exact integers.
#pragma once

#include "polynet/stencil.hpp"

#include <cstdint>

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

// sum over the multiples of weight * multiple^j.
inline std::int64_t multiple_sum(const Stencil &st, int j) { return power_sum(st.multiples, j); }

// S_t = sum_k w_k d_k^t.
inline std::int64_t leading_sum(const Stencil &st) {
  std::int64_t sum = multiple_sum(st, st.order());
  for (int i = 0; i < st.operands; ++i)
    sum *= power_sum(st.differences[static_cast<std::size_t>(i)], st.target[i]);
  return sum;
}

// Calls f(a, B_a) for every multi-index a >= t with |a| = j and B_a != 0, where B_a is the sum S_a
// of the iterated difference at a single scale.
template <typename Function> void for_each_power(const Stencil &st, int j, Function f) {
  Powers a{};
  const auto choose = [&](const auto &self, int i, int rest, std::int64_t product) -> void {
    const int last = st.operands - 1;
    int later = 0;
    for (int k = i + 1; k < st.operands; ++k)
      later += st.target[k];
    for (int power = i == last ? rest : st.target[i]; power <= rest - later; ++power) {
      const std::int64_t sum = power_sum(st.differences[static_cast<std::size_t>(i)], power);
      if (power < st.target[i] || sum == 0)
        continue;
      a[i] = static_cast<std::uint8_t>(power);
      if (i == last)
        f(a, product * sum);
      else
        self(self, i + 1, rest - power, product * sum);
    }
  };
  choose(choose, 0, j, 1);
}

// The largest order j <= limit whose sums S_a, times `factor`, fit in 64 bits.
int largest_order(const Stencil &st, int limit, double factor);

inline Powers without_target(const Stencil &st, Powers a) {
  for (int i = 0; i < st.operands; ++i)
    a[i] = static_cast<std::uint8_t>(a[i] - st.target[i]);
  return a;
}

inline Interval enclose(std::int64_t n) {
  const double x = static_cast<double>(n);
  return std::fabs(x) <= 0x1p53 ? Interval(x) : Interval(down(x), up(x));
}

// Whether the nodes that were left out would cancel that order.
inline bool wrong_parity(const Stencil &st, int j) {
  return st.parity != Parity::none && (j - st.order()) % 2 != 0;
}

} // namespace polynet
