// Circuits of a given number of levels: every monomial by products of several values.
#include "wire_polynomial.hpp"

#include "circuit.hpp"

#include <algorithm>

namespace polynet {

namespace {

// As many as a polynomial about the centre of its box may have at all (ExactPolynomial::in).
constexpr std::size_t max_terms = 100'000;

using Costs = std::vector<double>;

// What it costs to multiply n wires together into m, groups as equal as they can be.
double group_cost(int n, int m, const Costs &costs) {
  const auto small = static_cast<std::size_t>(n / m);
  const int larger = n % m;
  if (small + (larger > 0) >= costs.size())
    return detail::infinity;
  return (larger > 0 ? larger * costs[small + 1] : 0.0) + (m - larger) * costs[small];
}

// The numbers of wires after each of the levels that multiply n wires into one at the least cost;
// empty if that takes more levels.
std::vector<int> best_groups(int n, int levels, const Costs &costs) {
  struct Step {
    double cost = detail::infinity;
    int next = 0;
  };
  // steps[k][w]: from w wires with k levels to go.
  std::vector<std::vector<Step>> steps(static_cast<std::size_t>(levels) + 1,
                                       std::vector<Step>(static_cast<std::size_t>(n) + 1));
  steps[0][1].cost = 0.0;
  for (std::size_t k = 1; k < steps.size(); ++k)
    for (int w = 1; w <= n; ++w)
      for (int m = 1; m <= w; ++m) {
        const double cost =
            group_cost(w, m, costs) + steps[k - 1][static_cast<std::size_t>(m)].cost;
        // Of equal costs the one with the smaller groups: it is more accurate.
        if (cost < detail::infinity && cost <= steps[k][static_cast<std::size_t>(w)].cost)
          steps[k][static_cast<std::size_t>(w)] = {cost, m};
      }
  std::vector<int> path;
  int wires = n;
  for (std::size_t k = steps.size() - 1; k > 0; --k) {
    const Step &step = steps[k][static_cast<std::size_t>(wires)];
    if (step.next == 0)
      return {};
    path.push_back(wires = step.next);
  }
  return path;
}

// Wires are monomials in the inputs less their centres.
class Grouping {
public:
  Grouping(const std::vector<double> &centres, int levels, const Costs &costs)
      : centres_(centres), levels_(levels), costs_(costs) {
    circuit_.inputs = static_cast<int>(centres.size());
  }

  // Adds an output, unless that takes more levels.
  bool add(const WirePolynomial &p, Watch *watch) {
    Combination sum;
    for (const auto &[m, c] : p) {
      check(watch);
      if (degree(m) > 1 && !multiply_out(m))
        return false;
      const Combination form = form_of(m);
      for (const auto &[wire, coefficient] : form.terms)
        sum.terms.emplace_back(wire, coefficient * c);
      sum.constant += form.constant * c;
    }
    circuit_.outputs.push_back(std::move(sum));
    return true;
  }

  Circuit take() { return std::move(circuit_); }

private:
  bool multiply_out(const Monomial &m) {
    std::vector<Monomial> wires;
    for (const Factor &f : m)
      wires.insert(wires.end(), f.power, Monomial{{f.variable, 1}});
    const std::vector<int> path = best_groups(static_cast<int>(wires.size()), levels_, costs_);
    for (const int groups : path) {
      std::vector<Monomial> next;
      auto first = wires.begin();
      for (int g = groups; g > 0; --g) {
        const auto last = first + (wires.end() - first + g - 1) / g; // the larger groups first
        next.push_back(multiply({first, last}));
        first = last;
      }
      wires = std::move(next);
    }
    return !path.empty();
  }

  // Their product, which has a wire then.
  Monomial multiply(std::vector<Monomial> factors) {
    std::sort(factors.begin(), factors.end());
    Product p;
    Monomial product;
    for (auto first = factors.begin(); first != factors.end();) {
      const auto last = std::upper_bound(first, factors.end(), *first);
      p.factors.push_back({form_of(*first), static_cast<int>(last - first)});
      for (; first != last; ++first)
        product = product * *first;
    }
    const int next = circuit_.inputs + static_cast<int>(circuit_.products.size());
    if (factors.size() > 1 && wires_.emplace(product, next).second)
      circuit_.products.push_back(std::move(p));
    return product;
  }

  Combination form_of(const Monomial &m) const {
    if (m.empty())
      return {{}, 1.0};
    if (degree(m) > 1)
      return {{{wires_.at(m), 1.0}}, 0.0};
    return {{{static_cast<int>(m[0].variable), 1.0}}, -centres_[m[0].variable]};
  }

  const std::vector<double> &centres_;
  int levels_;
  const Costs &costs_;
  Circuit circuit_;
  std::map<Monomial, int> wires_;
};

} // namespace

std::optional<Circuit> grouped_circuit(const std::vector<Polynomial> &polynomials,
                                       const std::vector<double> &centres, int levels,
                                       const std::vector<double> &costs, Watch *watch) {
  Grouping grouping(centres, levels, costs);
  for (const Polynomial &p : polynomials)
    if (const auto moved = expanded(middle(p), centres, max_terms);
        !moved || !grouping.add(*moved, watch))
      return std::nullopt;
  return grouping.take();
}

} // namespace polynet
