// Circuits: how to multiply. Polynomial -> wires and products.
#pragma once

#include "polynet/polynomial.hpp"
#include "polynet/watch.hpp"

#include <optional>
#include <vector>

namespace polynet {

/// A linear combination of wires plus a constant.
struct Combination {
  std::vector<std::pair<int, Interval>> terms;
  Interval constant;
};

/// A product of powers of distinct combinations of earlier wires, of degree 2 at least. Or that of
/// all bits among the inputs that its factors are, each alone.
struct Product {
  struct Factor {
    Combination form;
    int exponent = 1;
  };
  std::vector<Factor> factors;
  bool of_bits = false;

  int degree() const;
  bool is_square() const { return factors.size() == 1 && factors[0].exponent == 2; }
};

/// An arithmetic circuit. Wires 0..inputs-1 are the variables, wire inputs + k is product k;
/// scalar multiples and sums are free, they become weights.
struct Circuit {
  int inputs = 0;
  std::vector<Product> products;
  std::vector<Combination> outputs;

  /// Number of products on the longest path to each wire: 0 for the inputs.
  std::vector<int> levels() const;
};

/// The circuit of arXiv:1608.08225: every monomial by products of least depth,
/// ceil(log2(degree)), halves that are shared or equal (squares) preferred. What `bits` marks, if
/// it is not empty, is 0 or 1 (the polynomials are reduced already, see on_bits), and all bits of a
/// monomial are one product.
Circuit monomial_circuit(const std::vector<Polynomial> &polynomials, int inputs,
                         const std::vector<bool> &bits = {});

/// Circuits with few products, found in different ways: quadratic parts as sums of squares and
/// products of linear forms, higher degrees by factoring and by substituting powers. Each computes
/// the polynomials up to the rounding of its coefficients. The compiler lays them out and takes the
/// one with the fewest neurons.
std::vector<Circuit> compact_circuits(const std::vector<Polynomial> &polynomials,
                                      const std::vector<Interval> &box,
                                      const std::vector<bool> &bits = {}, Watch *watch = nullptr);

/// Circuits of products of two and of three values, for activations that multiply three as cheaply;
/// none for polynomials of degree 2.
std::vector<Circuit> triple_circuits(const std::vector<Polynomial> &polynomials,
                                     const std::vector<Interval> &box, Watch *watch = nullptr);

/// A circuit of at most so many levels: every monomial about these centres by products of several
/// values, in groups that cost the least (arXiv:1705.05502, theorem 5.1, by dynamic programming). A
/// product of b values costs costs[b], there is none of more than costs.size() - 1, and costs[1] is
/// for a value that waits for a level. None if a monomial takes more levels or there are more than
/// 100,000 terms.
std::optional<Circuit> grouped_circuit(const std::vector<Polynomial> &polynomials,
                                       const std::vector<double> &centres, int levels,
                                       const std::vector<double> &costs, Watch *watch = nullptr);

} // namespace polynet
