#include "bits.hpp"

#include "polynet/stencil.hpp"

namespace polynet {

BitProducts bit_products(const std::vector<Polynomial> &polynomials,
                         const std::vector<bool> &bits) {
  if (bits.empty())
    return {polynomials, {}};
  BitProducts result;
  std::map<Monomial, std::uint32_t> variable;
  const auto inputs = static_cast<std::uint32_t>(bits.size());
  for (const Polynomial &p : polynomials) {
    Polynomial shorter;
    for (const auto &[m, c] : p.terms()) {
      Monomial of_bits, rest;
      for (const Factor &f : m)
        (bits[f.variable] ? of_bits : rest).push_back(f);
      if (of_bits.size() < 2 || of_bits.size() > static_cast<std::size_t>(max_bits)) {
        shorter.add(m, c);
        continue;
      }
      const auto next = inputs + static_cast<std::uint32_t>(result.products.size());
      const auto [known, is_new] = variable.emplace(of_bits, next);
      if (is_new)
        result.products.push_back(of_bits);
      shorter.add(rest * Monomial{{known->second, 1}}, c);
    }
    result.polynomials.push_back(std::move(shorter));
  }
  return result;
}

Circuit with_bit_products(Circuit circuit, const std::vector<Monomial> &products) {
  std::vector<Product> all;
  for (const Monomial &m : products) {
    Product product;
    product.of_bits = true;
    for (const Factor &f : m)
      product.factors.push_back({{{{static_cast<int>(f.variable), 1.0}}, 0.0}, 1});
    all.push_back(std::move(product));
  }
  circuit.inputs -= static_cast<int>(products.size());
  all.insert(all.end(), circuit.products.begin(), circuit.products.end());
  circuit.products = std::move(all);
  return circuit;
}

} // namespace polynet
