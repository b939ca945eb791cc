#include "tree.hpp"

namespace polynet {

namespace {

// The middle of a range, or nothing between neighbouring numbers.
std::optional<double> middle(const std::pair<double, double> &range) {
  const double m = Interval(range.first, range.second).mid();
  if (range.first < m && m < range.second)
    return m;
  return std::nullopt;
}

} // namespace

PartTree::PartTree(Part box, double bound, std::vector<bool> bits) : bits_(std::move(bits)) {
  nodes_.push_back({std::move(box), {}, 0});
  open_.push({bound, 0, 0});
}

std::pair<Part, Part> PartTree::halves(const Part &whole, std::size_t direction, double at) const {
  const bool bit = !bits_.empty() && bits_[direction];
  std::pair<Part, Part> two{whole, whole};
  two.first[direction].second = bit ? whole[direction].first : at;
  two.second[direction].first = bit ? whole[direction].second : at;
  return two;
}

void PartTree::accept_root(const PartBound &bound) {
  const Leaf before = open_.top();
  open_.pop();
  open_.push({std::min(before.bound, bound.upper), 0, bound.direction});
}

std::vector<Part> PartTree::cut(double enough, std::size_t count) {
  std::vector<Part> parts;
  cutting_.clear();
  while (cutting_.size() < count && !open_.empty() && open_.top().bound > enough) {
    Leaf leaf = open_.top();
    open_.pop();
    const Part &whole = nodes_[leaf.node].part;
    std::optional<double> at = middle(whole[leaf.direction]);
    for (std::size_t i = 0; i < whole.size() && !at; ++i)
      if ((at = middle(whole[i])))
        leaf.direction = i;
    if (!at) {
      settled_ = std::max(settled_, leaf.bound);
      continue;
    }
    auto [lower, upper] = halves(whole, leaf.direction, *at);
    parts.push_back(std::move(lower));
    parts.push_back(std::move(upper));
    cutting_.push_back(leaf);
  }
  // Until their bounds are known the leaves stand as they were.
  for (const Leaf &leaf : cutting_)
    open_.push(leaf);
  return parts;
}

void PartTree::accept(const std::vector<PartBound> &bounds) {
  for (std::size_t k = 0; k < cutting_.size(); ++k)
    open_.pop();
  for (std::size_t k = 0; k < cutting_.size(); ++k) {
    const Leaf &leaf = cutting_[k];
    const std::size_t first_child = nodes_.size();
    const Part whole = std::move(nodes_[leaf.node].part);
    const double at = *middle(whole[leaf.direction]);
    nodes_[leaf.node].split = Split{leaf.direction, at};
    nodes_[leaf.node].children = first_child;
    auto [lower, upper_part] = halves(whole, leaf.direction, at);
    for (const bool second : {false, true}) {
      const PartBound &bound = bounds[2 * k + (second ? 1 : 0)];
      Part &part = second ? upper_part : lower;
      // The whole part's bound holds for its halves, should rounding make theirs wider.
      const double upper = std::min(bound.upper, leaf.bound);
      open_.push({upper, nodes_.size(), bound.direction});
      nodes_.push_back({std::move(part), {}, 0});
    }
  }
  cutting_.clear();
}

std::vector<std::optional<Split>> PartTree::preorder() const {
  std::vector<std::optional<Split>> result;
  std::vector<std::size_t> stack{0};
  while (!stack.empty()) {
    const Node &node = nodes_[stack.back()];
    stack.pop_back();
    result.push_back(node.split);
    if (node.split) {
      stack.push_back(node.children + 1);
      stack.push_back(node.children);
    }
  }
  return result;
}

} // namespace polynet
