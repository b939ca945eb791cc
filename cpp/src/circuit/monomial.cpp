// The paper's circuit: every monomial by a tree of products of two, of least depth.
#include "bits.hpp"
#include "circuit.hpp"

#include <map>
#include <optional>

namespace polynet {

namespace {

// Largest power of two below n (n >= 2): the degree that the halves of a product of least depth
// may have at most.
int half_degree(int n) {
  int h = 1;
  while (2 * h < n)
    h *= 2;
  return h;
}

std::optional<Monomial> square_root(const Monomial &m) {
  Monomial root = m;
  for (Factor &f : root) {
    if (f.power % 2 != 0)
      return std::nullopt;
    f.power /= 2;
  }
  return root;
}

Combination wire_alone(int wire) { return {{{wire, 1.0}}, 0.0}; }

class Builder {
public:
  explicit Builder(int inputs) { circuit_.inputs = inputs; }

  int wire(const Monomial &m) {
    if (m.size() == 1 && m[0].power == 1)
      return static_cast<int>(m[0].variable);
    if (const auto known = products_.find(m); known != products_.end())
      return known->second;
    const auto [left, right] = split(m);
    const int l = wire(left), r = wire(right);
    circuit_.products.emplace_back();
    Product &p = circuit_.products.back();
    p.factors.push_back({wire_alone(l), l == r ? 2 : 1});
    if (l != r)
      p.factors.push_back({wire_alone(r), 1});
    const int index = circuit_.inputs + static_cast<int>(circuit_.products.size()) - 1;
    products_.emplace(m, index);
    return index;
  }

  Circuit take() { return std::move(circuit_); }
  Circuit &circuit() { return circuit_; }

private:
  bool exists(const Monomial &m) const {
    return (m.size() == 1 && m[0].power == 1) || products_.count(m) > 0;
  }

  // Two parts of m, both of degree <= half_degree: an exact square root if there is one, else
  // parts of which as many as possible exist already, the less balanced the better: a full binary
  // tree of products needs no copies, and the other part is copied once it is ready.
  std::pair<Monomial, Monomial> split(const Monomial &m) const {
    if (auto root = square_root(m))
      return {*root, *root};
    const int n = degree(m), limit = half_degree(n);
    std::pair<Monomial, Monomial> best;
    int best_score = -1;
    const auto consider = [&](const Monomial &left, const Monomial &right) {
      const int score =
          2 * n * (int(exists(left)) + int(exists(right))) + std::abs(degree(left) - degree(right));
      if (score > best_score) {
        best_score = score;
        best = {left, right};
      }
    };
    // The plain split, in order of the variables.
    Monomial left, right;
    int room = n - limit;
    for (const Factor &f : m) {
      const int taken = std::min<int>(room, static_cast<int>(f.power));
      room -= taken;
      if (taken > 0)
        left.push_back({f.variable, static_cast<std::uint32_t>(taken)});
      if (taken < static_cast<int>(f.power))
        right.push_back({f.variable, f.power - static_cast<std::uint32_t>(taken)});
    }
    consider(left, right);
    if (divisor_count(m) <= max_divisors)
      for_each_divisor(m, [&](const Monomial &d, const Monomial &cofactor) {
        if (degree(d) <= limit && degree(cofactor) <= limit)
          consider(d, cofactor);
      });
    return best;
  }

  static constexpr double max_divisors = 4096;

  static double divisor_count(const Monomial &m) {
    double count = 1;
    for (const Factor &f : m)
      count *= f.power + 1;
    return count;
  }

  template <typename Function> static void for_each_divisor(const Monomial &m, Function f) {
    std::vector<std::uint32_t> powers(m.size(), 0);
    while (true) {
      Monomial divisor, cofactor;
      for (std::size_t i = 0; i < m.size(); ++i) {
        if (powers[i] > 0)
          divisor.push_back({m[i].variable, powers[i]});
        if (powers[i] < m[i].power)
          cofactor.push_back({m[i].variable, m[i].power - powers[i]});
      }
      if (!divisor.empty() && !cofactor.empty())
        f(divisor, cofactor);
      std::size_t i = 0;
      while (i < m.size() && powers[i] == m[i].power)
        powers[i++] = 0;
      if (i == m.size())
        return;
      ++powers[i];
    }
  }

  Circuit circuit_;
  std::map<Monomial, int> products_;
};

} // namespace

Circuit monomial_circuit(const std::vector<Polynomial> &given, int inputs,
                         const std::vector<bool> &bits) {
  const auto [polynomials, products] = bit_products(given, bits);
  Builder builder(inputs + static_cast<int>(products.size()));
  // Lower degrees first, so that higher monomials can share them.
  std::multimap<int, Monomial> by_degree;
  for (const Polynomial &p : polynomials)
    for (const auto &[m, c] : p.terms())
      if (!m.empty())
        by_degree.emplace(degree(m), m);
  for (const auto &[d, m] : by_degree)
    builder.wire(m);
  for (const Polynomial &p : polynomials) {
    Combination output;
    for (const auto &[m, c] : p.terms()) {
      if (m.empty())
        output.constant = c;
      else
        output.terms.emplace_back(builder.wire(m), c);
    }
    builder.circuit().outputs.push_back(std::move(output));
  }
  return with_bit_products(builder.take(), products);
}

} // namespace polynet
