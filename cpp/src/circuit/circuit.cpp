// What is known of a circuit by its shape.
#include "circuit.hpp"

namespace polynet {

int Product::degree() const {
  int sum = 0;
  for (const Factor &f : factors)
    sum += f.exponent;
  return sum;
}

std::vector<int> Circuit::levels() const {
  std::vector<int> level(static_cast<std::size_t>(inputs), 0);
  for (const Product &p : products) {
    int below = 0;
    for (const Product::Factor &f : p.factors)
      for (const auto &[wire, coefficient] : f.form.terms)
        below = std::max(below, level[static_cast<std::size_t>(wire)]);
    level.push_back(1 + below);
  }
  return level;
}

} // namespace polynet
