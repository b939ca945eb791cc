// Polynomials of degree 3 and more, taken apart.
#include "builder.hpp"

#include <algorithm>

namespace polynet {

Monomial CompactBuilder::commonest(const std::map<Monomial, int> &counts) const {
  const auto fewer = [](const auto &a, const auto &b) { return a.second < b.second; };
  if (!factoring_.last_of_ties)
    return std::max_element(counts.begin(), counts.end(), fewer)->first;
  return std::max_element(counts.rbegin(), counts.rend(), fewer)->first;
}

WirePolynomial CompactBuilder::build_high(WirePolynomial p) {
  const bool to_triples = factoring_.method == Factoring::Method::triples;
  const bool all_pairs = to_triples || factoring_.method == Factoring::Method::pairs;
  const int kept = to_triples ? 3 : 2;
  // How many monomials of a degree beyond that each square and each product of two wires divides.
  std::map<Monomial, int> squares, pairs;
  const auto tally = [](std::map<Monomial, int> &counts, const Monomial &factor, int change) {
    if ((counts[factor] += change) == 0)
      counts.erase(factor);
  };
  const auto count = [&](const Monomial &m, int change) {
    if (degree(m) <= kept)
      return;
    for (std::size_t i = 0; i < m.size(); ++i) {
      if (m[i].power > 1)
        tally(factoring_.squares ? squares : pairs, {{m[i].variable, 2}}, change);
      for (std::size_t j = i + 1; j < m.size(); ++j)
        tally(pairs, {{m[i].variable, 1}, {m[j].variable, 1}}, change);
    }
  };
  for (const auto &[m, c] : p)
    count(m, 1);
  while (!squares.empty() || (all_pairs && !pairs.empty())) {
    check(watch_);
    const Monomial factor = commonest(squares.empty() ? pairs : squares);
    const Index wire = monomial_wire(factor);
    WirePolynomial rewritten;
    for (auto i = p.begin(); i != p.end();) {
      Monomial rest = i->first;
      std::uint32_t power = 0;
      for (auto divided = quotient(rest, factor); divided; divided = quotient(rest, factor)) {
        rest = *divided;
        ++power;
      }
      if (power == 0) {
        ++i;
        continue;
      }
      rewritten[rest * Monomial{{wire, power}}] += i->second;
      count(i->first, -1);
      i = p.erase(i);
    }
    for (const auto &[m, c] : rewritten) {
      const bool was_there = p.count(m) != 0;
      add(p, m, c);
      // Terms may cancel or underflow; only what is there is counted.
      if (const bool is_there = p.count(m) != 0; is_there != was_there)
        count(m, is_there ? 1 : -1);
    }
  }
  return factor_out(std::move(p));
}

// Of the monomials of degree 3 and more the commonest wire, or product of two for products of
// three, times all that it goes with, until what is left is quadratic.
WirePolynomial CompactBuilder::factor_out(WirePolynomial p) {
  const bool pairs = factoring_.method == Factoring::Method::triples;
  WirePolynomial result;
  while (degree_of(p) > 2) {
    check(watch_);
    std::map<Monomial, int> counts;
    for (const auto &[m, c] : p)
      if (degree(m) > 2)
        for (std::size_t i = 0; i < m.size(); ++i) {
          const Monomial wire = wire_monomial(m[i].variable);
          if (!pairs)
            ++counts[wire];
          else
            for (std::size_t j = m[i].power > 1 ? i : i + 1; j < m.size(); ++j)
              ++counts[wire * wire_monomial(m[j].variable)];
        }
    const Monomial factor = commonest(counts);
    WirePolynomial cofactor, rest;
    for (const auto &[m, c] : p) {
      if (const auto divided = quotient(m, factor))
        add(cofactor, *divided, c);
      else
        rest.emplace(m, c);
    }
    p = std::move(rest);
    std::vector<WirePolynomial> forms{build(cofactor)};
    if (forms.front().empty())
      continue; // its terms underflow
    for (const Factor &f : factor)
      forms.insert(forms.end(), f.power, {{wire_monomial(f.variable), 1.0}});
    const auto [wire, weight] = product(std::move(forms));
    add(result, wire_monomial(wire), weight);
  }
  add(result, build(p), 1.0);
  return result;
}

} // namespace polynet
