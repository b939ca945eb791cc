// The stencils by name: what a name means, and its nodes.
#include "algebra/combinatorics.hpp"
#include "polynet/error.hpp"
#include "polynet/stencil.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <mutex>
#include <optional>

namespace polynet {

namespace {

constexpr std::size_t max_nodes = 512;
constexpr int max_power = 9;

[[noreturn]] void refuse(std::string_view name, const std::string &reason) {
  throw Error(ErrorCode::invalid_input,
              "unknown gate '" + std::string(name) + "': " + reason +
                  "; known: copy, square, product and monomial_r1_r2_... for z1^r1 z2^r2 ..., "
                  "followed by nothing, _forward, _odd or _even, and by nothing, _richardson2 or "
                  "_richardson3; and bits_n");
}

// Takes `ending` off the name if it ends so.
bool take(std::string_view &name, std::string_view ending) {
  if (name.size() < ending.size() || name.substr(name.size() - ending.size()) != ending)
    return false;
  name.remove_suffix(ending.size());
  return true;
}

std::vector<int> powers_of(std::string_view name, std::string_view target) {
  if (target == "copy")
    return {1};
  if (target == "square")
    return {2};
  if (target == "product")
    return {1, 1};
  constexpr std::string_view prefix = "monomial";
  if (target.substr(0, prefix.size()) != prefix || target.size() == prefix.size())
    refuse(name, "its target is none");
  std::vector<int> powers;
  for (target.remove_prefix(prefix.size()); !target.empty(); target.remove_prefix(2)) {
    if (target.size() < 2 || target[0] != '_' || target[1] < '0' || target[1] > '0' + max_power)
      refuse(name, "powers are digits from 0 to 9 after underscores");
    powers.push_back(target[1] - '0');
  }
  if (powers.size() > max_operands)
    refuse(name, "a gate has at most 9 operands");
  if (*std::max_element(powers.begin(), powers.end()) == 0)
    refuse(name, "its target is constant");
  return powers;
}

// The difference of order r: sum_k (-1)^k C(r, k) f((r - 2k) t), or f((r - k) t) if forward; the
// one of order 0 is f(t) + f(-t).
std::vector<std::pair<int, int>> difference(int r, bool forward) {
  if (r == 0)
    return {{1, 1}, {1, -1}};
  std::vector<std::pair<int, int>> nodes;
  for (int k = 0; k <= r; ++k) {
    const int direction = forward ? r - k : r % 2 == 0 ? r / 2 - k : r - 2 * k;
    nodes.emplace_back((k % 2 == 0 ? 1 : -1) * static_cast<int>(integer_binomial(r, k)), direction);
  }
  return nodes;
}

// The weights that cancel the orders m + 2 (and m + 4): sum weight * multiple^j = 0 for these j.
std::vector<std::pair<int, int>> richardson(int m, int scales) {
  const int p = 1 << (m + 2);
  if (scales == 2)
    return {{p, 1}, {-1, 2}};
  return {{4 * p * p, 1}, {-5 * p, 2}, {1, 4}};
}

// The nodes of the iterated difference at all multiples, equal directions together.
std::map<std::array<std::int8_t, max_operands>, int> nodes_of(const Stencil &st) {
  std::vector<StencilNode> base{{1, {}}};
  for (int i = 0; i < st.operands; ++i) {
    std::vector<StencilNode> next;
    for (const StencilNode &node : base)
      for (const auto &[weight, direction] : st.differences[static_cast<std::size_t>(i)]) {
        next.push_back(node);
        next.back().weight *= weight;
        next.back().direction[i] = static_cast<std::int8_t>(direction);
      }
    base = std::move(next);
  }
  std::map<std::array<std::int8_t, max_operands>, int> nodes;
  for (const auto &[weight, multiple] : st.multiples)
    for (StencilNode node : base) {
      for (std::int8_t &d : node.direction)
        d = static_cast<std::int8_t>(d * multiple);
      nodes[node.direction] += weight * node.weight;
    }
  return nodes;
}

// One of d and -d: the one whose first nonzero entry is positive.
bool leads(const std::array<std::int8_t, max_operands> &direction) {
  const auto first = std::find_if(direction.begin(), direction.end(), [](int d) { return d != 0; });
  return first != direction.end() && *first > 0;
}

// With parity, w s(x) +- w s(-x) = 2 w s(x) + const: s(x) + s(-x) = 2 s(0) if s is odd about s(0).
void take_neurons(Stencil &st) {
  const auto nodes = nodes_of(st);
  st.constant_weight = 0;
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    const auto &[direction, weight] = *node;
    if (weight == 0)
      continue;
    if (direction == std::array<std::int8_t, max_operands>{})
      st.constant_weight += weight;
    else if (st.parity == Parity::none)
      st.neurons.push_back({weight, direction});
    else if (leads(direction)) {
      st.neurons.push_back({2 * weight, direction});
      if (st.parity == Parity::odd)
        st.constant_weight -= 2 * weight;
    }
  }
  // As the paper writes them: positive weights first.
  std::stable_partition(st.neurons.begin(), st.neurons.end(),
                        [](const StencilNode &node) { return node.weight > 0; });
}

// The gate of a product of bits, (s(l z) - s(0))/c.
Stencil make_bits(std::string_view name, std::string_view count) {
  int bits = 0;
  const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), bits);
  if (error != std::errc() || end != count.data() + count.size() || bits < 1 || bits > max_bits)
    refuse(name, "the number of bits must lie between 1 and 512");
  Stencil st{};
  st.name = name;
  st.operands = 1;
  st.multiples = {{1, 1}};
  st.bits = bits;
  st.neurons = {{1, {1}}};
  st.constant_weight = -1;
  return st;
}

Stencil make(std::string_view name) {
  constexpr std::string_view bits = "bits_";
  if (name.substr(0, bits.size()) == bits)
    return make_bits(name, name.substr(bits.size()));
  std::string_view target = name;
  const int scales = take(target, "_richardson2") ? 2 : take(target, "_richardson3") ? 3 : 1;
  const bool forward = take(target, "_forward"), odd = take(target, "_odd"),
             even = take(target, "_even");
  const std::vector<int> powers = powers_of(name, target);
  Stencil st{};
  st.name = name;
  st.operands = static_cast<int>(powers.size());
  std::size_t nodes = static_cast<std::size_t>(scales);
  for (std::size_t i = 0; i < powers.size(); ++i) {
    st.target[i] = static_cast<std::uint8_t>(powers[i]);
    st.differences.push_back(difference(powers[i], forward));
    nodes *= st.differences.back().size();
  }
  const int m = st.order();
  if (nodes > max_nodes || m > max_power)
    refuse(name, "a gate has at most 512 nodes and order 9");
  if (forward && *std::min_element(powers.begin(), powers.end()) == 0)
    refuse(name, "power 0 is for central differences");
  if (forward && scales > 1)
    refuse(name, "Richardson combinations are of central differences");
  if ((odd && m % 2 == 0) || (even && m % 2 != 0))
    refuse(name, "its target has the other parity");
  st.multiples = {{1, 1}};
  if (scales > 1)
    st.multiples = richardson(m, scales);
  st.parity = odd ? Parity::odd : even ? Parity::even : Parity::none;
  take_neurons(st);
  return st;
}

} // namespace

const Stencil &stencil(std::string_view name) {
  static std::mutex mutex;
  static std::map<std::string, Stencil, std::less<>> made;
  const std::lock_guard<std::mutex> lock(mutex);
  auto known = made.find(name);
  if (known == made.end())
    known = made.emplace(std::string(name), make(name)).first;
  return known->second;
}

} // namespace polynet
