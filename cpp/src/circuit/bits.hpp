// Products of bits as wires: monomials in bits need no tree of products.
#pragma once

#include "circuit.hpp"

namespace polynet {

/// Polynomials where every product of two or more bits is one variable more.
struct BitProducts {
  std::vector<Polynomial> polynomials;
  /// Variable bits.size() + k is the product of these.
  std::vector<Monomial> products;
};
/// Products of more bits than a gate can take are left alone.
BitProducts bit_products(const std::vector<Polynomial> &polynomials, const std::vector<bool> &bits);

/// The circuit of such polynomials with the products of bits as its first products: wires keep
/// their numbers.
Circuit with_bit_products(Circuit circuit, const std::vector<Monomial> &products);

} // namespace polynet
