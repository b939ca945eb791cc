// Polynomials in the wires of a circuit, in plain double.
#pragma once

#include "polynet/polynomial.hpp"

#include <optional>

namespace polynet {

using WirePolynomial = std::map<Monomial, double>;

inline void add(WirePolynomial &p, const Monomial &m, double coefficient) {
  if (coefficient != 0.0 && (p[m] += coefficient) == 0.0)
    p.erase(m);
}

inline void add(WirePolynomial &p, const WirePolynomial &other, double factor) {
  for (const auto &[m, c] : other)
    add(p, m, factor * c);
}

inline int degree_of(const WirePolynomial &p) {
  int d = 0;
  for (const auto &[m, c] : p)
    d = std::max(d, degree(m));
  return d;
}

inline Monomial wire_monomial(std::uint32_t wire) { return {{wire, 1}}; }

// m / divisor, if it divides.
inline std::optional<Monomial> quotient(const Monomial &m, const Monomial &divisor) {
  Monomial result;
  auto d = divisor.begin();
  for (const Factor &f : m) {
    std::uint32_t power = f.power;
    if (d != divisor.end() && d->variable == f.variable) {
      if (d->power > power)
        return std::nullopt;
      power -= d->power;
      ++d;
    }
    if (power > 0)
      result.push_back({f.variable, power});
  }
  if (d != divisor.end())
    return std::nullopt;
  return result;
}

/// The coefficients' middles; and p(x + centres), none if that has more terms than allowed. What is
/// left of a coefficient that cancels is dropped.
WirePolynomial middle(const Polynomial &p);
std::optional<WirePolynomial> expanded(const WirePolynomial &p, const std::vector<double> &centres,
                                       std::size_t most_terms);

inline std::vector<std::uint32_t> wires_of(const Monomial &m) {
  std::vector<std::uint32_t> wires;
  for (const Factor &f : m)
    wires.push_back(f.variable);
  return wires;
}

} // namespace polynet
