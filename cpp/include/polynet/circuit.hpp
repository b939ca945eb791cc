// Circuits: how to multiply. Polynomial -> wires and products.
#pragma once

#include "polynet/polynomial.hpp"

#include <vector>

namespace polynet {

/// A product of two earlier wires (a square when they are the same).
struct Product {
  int left;
  int right;
};

/// A linear combination of wires plus a constant.
struct Combination {
  std::vector<std::pair<int, Interval>> terms;
  Interval constant;
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
/// ceil(log2(degree)), halves that are shared or equal (squares) preferred.
Circuit monomial_circuit(const std::vector<Polynomial> &polynomials, int inputs);

} // namespace polynet
