// Circuits where the activation, a sigmoid, takes one neuron for a product of bits.
#include "polynet/compile.hpp"

namespace polynet {

namespace {

BitProducts reduced(const std::vector<Polynomial> &polynomials, const CompileOptions &options) {
  const bool one_neuron = options.activation->sigmoid.has_value();
  return bit_products(polynomials, one_neuron ? options.bits : std::vector<bool>(), max_bits);
}

} // namespace

Circuit paper_circuit(const std::vector<Polynomial> &polynomials, const std::vector<Interval> &box,
                      const CompileOptions &options) {
  const BitProducts problem = reduced(polynomials, options);
  return with_bit_products(
      monomial_circuit(problem.polynomials, static_cast<int>(box.size() + problem.products.size())),
      problem.products);
}

std::vector<Circuit> compact_circuits(const std::vector<Polynomial> &polynomials,
                                      const std::vector<Interval> &box,
                                      const CompileOptions &options) {
  const BitProducts problem = reduced(polynomials, options);
  std::vector<Interval> extended = box;
  extended.resize(box.size() + problem.products.size(), Interval(0.0, 1.0));
  std::vector<Circuit> circuits = compact_circuits(problem.polynomials, extended, options.watch);
  for (Circuit &circuit : circuits)
    circuit = with_bit_products(std::move(circuit), problem.products);
  return circuits;
}

} // namespace polynet
