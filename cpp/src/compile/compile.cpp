// The compiler in one page: the polynomials in the box's own variables, their circuit laid out,
// gates and scales chosen, and the network put over the inputs.
#include "polynet/compile.hpp"

#include "gates.hpp"
#include "local.hpp"
#include "options.hpp"
#include "polynet/error.hpp"
#include "polynet/float_environment.hpp"
#include "scales.hpp"
#include "schedule.hpp"
#include "smallest.hpp"

#include <algorithm>

namespace polynet {

namespace {

// A guard of memory: each takes four neurons and a gate, some hundred bytes.
constexpr std::size_t max_products = 1'000'000;

// Laid out as the options say, without a choice.
Network plain(const Circuit &circuit, const LocalProblem &problem, const CompileOptions &options,
              const Layout &layout = {}) {
  Network net = finite(schedule(circuit, problem.box, options, layout));
  settle_scales(net, options.scale, options.watch);
  return net;
}

// Products of several operands about the middle of the box, in so many layers.
Network in_layers(const LocalProblem &problem, CompileOptions options) {
  const int layers = options.hidden_layers.value_or(1);
  options.hidden_layers = layers;
  int degree_of_all = 0;
  for (const Polynomial &p : problem.polynomials)
    for (const auto &[m, c] : p.terms())
      degree_of_all = std::max(degree_of_all, degree(m));
  if (degree_of_all > std::pow(max_operands, layers))
    throw Error(ErrorCode::size_limit, "a monomial of degree " + std::to_string(degree_of_all) +
                                           " takes more than " + std::to_string(layers) +
                                           " hidden layers, as a gate multiplies at most " +
                                           std::to_string(max_operands) + " values");
  std::vector<double> centres;
  for (const Interval &x : problem.box)
    centres.push_back(x.mid());
  Layout layout;
  layout.centred = false;
  const auto circuit = grouped_circuit(problem.polynomials, centres, layers,
                                       product_costs(options, layout), options.watch);
  if (!circuit)
    throw Error(ErrorCode::size_limit,
                "the polynomial has more than 100000 terms about the centre of the box; use "
                "construction 'paper', or a box centred at 0");
  return plain(*circuit, problem, options, layout);
}

Network compile_local(const LocalProblem &problem, const CompileOptions &options) {
  if (options.hidden_layers || options.construction == Construction::shallow)
    return in_layers(problem, options);
  const Circuit circuit = monomial_circuit(
      problem.polynomials, static_cast<int>(problem.box.size()), one_neuron_bits(options));
  if (circuit.products.size() > max_products)
    throw Error(ErrorCode::size_limit, "the circuit has " +
                                           std::to_string(circuit.products.size()) +
                                           " products, more than a million");
  // There is nothing to save where every product takes one neuron.
  const bool is_of_bits = std::all_of(circuit.products.begin(), circuit.products.end(),
                                      [](const Product &p) { return p.of_bits; });
  if (options.construction == Construction::compact && !is_of_bits)
    return smallest_as_accurate_as_paper(circuit, problem, options);
  return plain(circuit, problem, options);
}

} // namespace

Network compile(const std::vector<ExactPolynomial> &polynomials, const std::vector<Interval> &box,
                const CompileOptions &options) {
  const SoundFloats floats;
  check_request(polynomials, box, options);
  try {
    const LocalProblem problem = localised(polynomials, box, options);
    return finite(over_inputs(options.tolerance
                                  ? smallest_within_tolerance(problem, box, polynomials, options)
                                  : compile_local(problem, options),
                              problem.variables, box));
  } catch (const SearchOver &) {
    throw Error(ErrorCode::time_limit,
                "the time was up before there was any network; allow more of it, or construction "
                "'paper', which takes the least");
  }
}

} // namespace polynet
