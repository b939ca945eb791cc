// Sparse multivariate polynomials whose coefficients are enclosures.
#pragma once

#include "polynet/interval.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace polynet {

/// A variable to a positive power.
struct Factor {
  std::uint32_t variable;
  std::uint32_t power;
  friend bool operator==(const Factor &a, const Factor &b) {
    return a.variable == b.variable && a.power == b.power;
  }
  friend bool operator<(const Factor &a, const Factor &b) {
    return a.variable != b.variable ? a.variable < b.variable : a.power < b.power;
  }
};

/// A monomial: its factors in ascending order of the variable; empty for 1.
using Monomial = std::vector<Factor>;

/// Total degree.
int degree(const Monomial &m);
/// The product of two monomials.
Monomial operator*(const Monomial &a, const Monomial &b);

/// Every power of every variable over one box, computed once and used by many polynomials.
class PowerTable {
public:
  /// Powers up to `max_power` of the intervals of `box`.
  PowerTable(const std::vector<Interval> &box, int max_power);
  const Interval &operator()(const Factor &f) const {
    return powers_[f.variable * stride_ + f.power];
  }
  Interval operator()(const Monomial &m) const {
    Interval product = 1.0;
    for (const Factor &f : m)
      product *= (*this)(f);
    return product;
  }

private:
  std::size_t stride_;
  std::vector<Interval> powers_;
};

/// A polynomial sum of coefficient * monomial; each coefficient is known to lie in its interval.
class Polynomial {
public:
  Polynomial() = default;
  /// The constant c.
  explicit Polynomial(const Interval &c) { add(Monomial{}, c); }
  /// The variable with that index.
  static Polynomial variable(std::uint32_t index);

  const std::map<Monomial, Interval> &terms() const { return terms_; }
  /// The largest power of any single variable, at least 1: what a PowerTable must reach.
  int max_power() const;
  /// Adds coefficient * m.
  void add(const Monomial &m, const Interval &coefficient);
  /// Adds factor * other.
  void add(const Polynomial &other, const Interval &factor);
  /// Takes the term with monomial m out.
  void remove(const Monomial &m) { terms_.erase(m); }
  friend Polynomial operator*(const Polynomial &a, const Polynomial &b);

  /// An enclosure of the values over the table's box (term by term).
  Interval operator()(const PowerTable &powers) const;

private:
  std::map<Monomial, Interval> terms_;
};

/// p where the variables marked as bits are 0 or 1: x^k = x for k >= 1. `bits` may be empty.
Polynomial on_bits(const Polynomial &p, const std::vector<bool> &bits);

} // namespace polynet
