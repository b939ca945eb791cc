// Polynomials of degree 3 and more, taken apart.
#include "builder.hpp"

namespace polynet {

// One of the commonest factors, or any of them, if there are any.
std::optional<Monomial> CompactBuilder::choose(const std::map<Monomial, int> &counts) {
  const Monomial *best = nullptr;
  double best_score = 0.0;
  for (const auto &[m, count] : counts) {
    double score = count;
    if (factoring_.seed != 0)
      score *= 0.25 + static_cast<double>(random_() >> 11) * 0x1p-53;
    if (score > best_score) {
      best_score = score;
      best = &m;
    }
  }
  return best ? std::optional<Monomial>(*best) : std::nullopt;
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
    const Monomial factor = *choose(squares.empty() ? pairs : squares);
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
  if (degree_of(p) <= 2)
    return build(p);
  return to_triples ? triples(std::move(p)) : horner(std::move(p));
}

// The commonest product of two wires times all that it goes with, until what is left is quadratic.
WirePolynomial CompactBuilder::triples(WirePolynomial p) {
  WirePolynomial result;
  while (degree_of(p) > 2) {
    check(watch_);
    std::map<Monomial, int> counts;
    for (const auto &[m, c] : p) {
      if (degree(m) != 3)
        continue;
      const std::vector<Index> wires = wires_of(m);
      for (std::size_t i = 0; i < wires.size(); ++i) {
        if (m[i].power > 1)
          ++counts[{{wires[i], 2}}];
        for (std::size_t j = i + 1; j < wires.size(); ++j)
          ++counts[{{wires[i], 1}, {wires[j], 1}}];
      }
    }
    const Monomial factor = *choose(counts);
    WirePolynomial third, rest;
    for (const auto &[m, c] : p) {
      if (const auto divided = quotient(m, factor))
        add(third, *divided, c);
      else
        rest.emplace(m, c);
    }
    p = std::move(rest);
    const WirePolynomial left{{wire_monomial(factor.front().variable), 1.0}};
    const WirePolynomial right{{wire_monomial(factor.back().variable), 1.0}};
    const auto [wire, weight] = product({left, right, third});
    add(result, wire_monomial(wire), weight);
  }
  add(result, build(p), 1.0);
  return result;
}

WirePolynomial CompactBuilder::horner(WirePolynomial p) {
  WirePolynomial result;
  while (degree_of(p) > 2) {
    check(watch_);
    std::map<Monomial, int> counts;
    for (const auto &[m, c] : p)
      if (degree(m) > 2)
        for (const std::uint32_t wire : wires_of(m))
          ++counts[wire_monomial(wire)];
    const Monomial factor = *choose(counts);
    WirePolynomial cofactor, rest;
    for (const auto &[m, c] : p) {
      if (const auto divided = quotient(m, factor))
        add(cofactor, *divided, c);
      else
        rest.emplace(m, c);
    }
    p = std::move(rest);
    const auto [wire, weight] = product({{{factor, 1.0}}, build(cofactor)});
    add(result, wire_monomial(wire), weight);
  }
  add(result, build(p), 1.0);
  return result;
}

} // namespace polynet
