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

/// A product of two combinations of earlier wires, or a square of `left`, without `right`; times a
/// third one if there is one. Or the product of all bits among the inputs that `left` lists, each
/// with the weight 1.
struct Product {
  Combination left;
  Combination right;
  bool square = false;
  std::optional<Combination> third = {};
  bool of_bits = false;
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

/// Polynomials where every product of two or more bits is one variable more.
struct BitProducts {
  std::vector<Polynomial> polynomials;
  /// Variable inputs + k is the product of these.
  std::vector<Monomial> products;
};
/// The polynomials are reduced already, see on_bits. Products of more than max_bits are left alone.
BitProducts bit_products(const std::vector<Polynomial> &polynomials, const std::vector<bool> &bits,
                         int max_bits);
/// The circuit of such polynomials with the products of bits as its first products: wires keep
/// their numbers.
Circuit with_bit_products(Circuit circuit, const std::vector<Monomial> &products);

/// Circuits with few products, found in different ways: quadratic parts as sums of squares and
/// products of linear forms, higher degrees by factoring and by substituting powers. Each computes
/// the polynomials up to the rounding of its coefficients. The compiler lays them out and takes the
/// one with the fewest neurons.
std::vector<Circuit> compact_circuits(const std::vector<Polynomial> &polynomials,
                                      const std::vector<Interval> &box, Watch *watch = nullptr);

/// Circuits of products of two and of three values, for activations that multiply three as cheaply;
/// none for polynomials of degree 2.
std::vector<Circuit> triple_circuits(const std::vector<Polynomial> &polynomials,
                                     const std::vector<Interval> &box, Watch *watch = nullptr);

/// The circuit with every product of two as squares, u v = ((u + v)^2 - u^2 - v^2)/2, equal squares
/// once: all cross products of n values take n (n + 1)/2 squares.
Circuit polarised(const Circuit &circuit);

} // namespace polynet
