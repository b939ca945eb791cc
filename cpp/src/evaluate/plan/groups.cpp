#include "groups.hpp"

#include <algorithm>

namespace polynet {

namespace {

// Three sums take as long as four, and less than three by themselves.
constexpr std::size_t least_group = 3;

std::size_t shared_sources(const std::vector<int> &a, const std::vector<int> &b) {
  return static_cast<std::size_t>(std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend()).first -
                                  a.rbegin());
}

// All terms but the last `until`, when `left` are left; one portion at least.
void append_portions(std::vector<Portion> &portions, const std::vector<std::size_t> &sums,
                     const std::vector<int> &sources, std::size_t left, std::size_t until) {
  do {
    std::size_t count = combine_limit;
    while (sums.size() > 1 && count > left - until)
      count /= 2;
    count = std::min(count, left - until);
    const auto first = sources.end() - std::ptrdiff_t(left);
    portions.push_back({sums, {first, first + std::ptrdiff_t(count)}, left});
    left -= count;
  } while (left > until);
}

} // namespace

std::vector<Group> grouped(const std::vector<Sum> &sums) {
  std::vector<Group> groups;
  std::vector<std::size_t> order;
  for (std::size_t k = 0; k < sums.size(); ++k) {
    groups.push_back({{k}, 0});
    if (!sums[k].sources.empty())
      order.push_back(k);
  }
  // Sums with the same last sources stand side by side.
  const auto sources = [&](std::size_t i) -> const std::vector<int> & {
    return sums[order[i]].sources;
  };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const std::vector<int> &x = sums[a].sources, &y = sums[b].sources;
    return std::lexicographical_compare(x.rbegin(), x.rend(), y.rbegin(), y.rend());
  });
  std::size_t i = 0;
  while (i < order.size()) {
    Group group;
    std::size_t most = 0; // sources of one sum
    for (std::size_t k = i; k < order.size() && k < i + group_size; ++k) {
      const std::size_t size = sources(k).size();
      const std::size_t shared =
          k == i ? size : std::min(group.shared, shared_sources(sources(i), sources(k)));
      if (3 * shared < 2 * std::max(most, size))
        break;
      group.sums.push_back(order[k]);
      group.shared = shared;
      most = std::max(most, size);
    }
    if (group.sums.size() < least_group) {
      ++i;
      continue;
    }
    for (const std::size_t k : group.sums)
      groups[k] = group;
    i += group.sums.size();
  }
  return groups;
}

std::vector<Portion> portions(const std::vector<Sum> &sums, const Group &group) {
  std::vector<Portion> result;
  bool alike = group.sums.size() > 1;
  for (const std::size_t k : group.sums)
    alike = alike && sums[k].sources.size() == group.shared;
  if (!alike)
    for (const std::size_t k : group.sums)
      append_portions(result, {k}, sums[k].sources, sums[k].sources.size(), group.shared);
  if (group.shared > 0)
    append_portions(result, group.sums, sums[group.sums[0]].sources, group.shared, 0);
  return result;
}

} // namespace polynet
