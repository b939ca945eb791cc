// A circuit's network without its scales: layer by layer, backwards from the outputs.
#include "schedule.hpp"

#include "gates.hpp"
#include "layer.hpp"

#include <algorithm>

namespace polynet {

namespace {

bool has_only_bits(const Circuit &circuit) {
  return std::all_of(circuit.products.begin(), circuit.products.end(),
                     [](const Product &p) { return p.of_bits; });
}

} // namespace

// After layer t the network must provide some forms over wires of level <= t; the gates of layer t
// give its wires, copy gates carry what lower wires are needed for, and the operands of both are
// what layer t - 1 must provide.
Network schedule(const Circuit &circuit, const FormRanges &ranges, const std::vector<Interval> &box,
                 const CompileOptions &options, const Layout &layout) {
  const LayoutProblem problem{
      circuit,
      ranges,
      options,
      layout,
      circuit.levels(),
      !options.bits.empty() && options.activation->sigmoid && has_only_bits(circuit)};
  Network net;
  net.activation = options.activation;
  net.dtype = options.dtype;
  net.form = options.form;
  net.box = box;
  net.bits = options.bits;
  std::vector<Linear> needed;
  int depth = 0;
  for (const Combination &output : circuit.outputs) {
    needed.push_back(linear(output));
    for (const auto &[wire, weight] : needed.back().terms)
      depth = std::max(depth, problem.levels[static_cast<std::size_t>(wire)]);
  }
  if (depth > 0)
    depth = std::max(depth, options.hidden_layers.value_or(0));
  net.hidden.resize(static_cast<std::size_t>(depth));
  std::vector<Affine> *provided = &net.outputs;
  for (int t = depth; t > 0; --t) {
    check(options.watch);
    HiddenLayer &layer = net.hidden[static_cast<std::size_t>(t) - 1];
    needed = lay_out(problem, t, needed, *provided, layer);
    provided = &layer.operands;
  }
  for (const Linear &form : needed)
    provided->push_back(rounded(form, options.dtype));
  drop_constant_layers(net);
  if (options.watch)
    options.watch->laid_out(net.neurons());
  return net;
}

Network schedule(const Circuit &circuit, const std::vector<Interval> &box,
                 const CompileOptions &options, const Layout &layout) {
  return schedule(circuit, FormRanges(circuit, box, options.dtype), box, options, layout);
}

} // namespace polynet
