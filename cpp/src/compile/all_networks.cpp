#include "all_networks.hpp"

#include "error_estimate.hpp"
#include "gates.hpp"
#include "schedule.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace polynet {

namespace {

// The moves of centres that are tried, in radii. Without any but 0, 148 networks take 3.3 % more
// neurons, FPBench's 2.8 %.
constexpr double shifts[] = {0.0, 0.5, 4.0};
// Circuits that are laid out in every way: so many of those with the fewest neurons, and of those
// with the fewest besides copies. The others only in the plain way: a guard of time.
constexpr std::size_t thorough = 8;
constexpr int most_hidden_layers = 8;

using Products = Layout::Products;

// What makes two circuits the same.
std::vector<double> key(const Circuit &circuit) {
  std::vector<double> numbers;
  const auto add = [&](const Combination &form, double what) {
    for (const auto &[wire, coefficient] : form.terms) {
      numbers.push_back(wire);
      numbers.push_back(coefficient.mid());
    }
    numbers.push_back(-1.0);
    numbers.push_back(form.constant.mid());
    numbers.push_back(what);
  };
  for (const Product &p : circuit.products)
    for (const Product::Factor &f : p.factors)
      add(f.form, &f == &p.factors.back() ? f.exponent : -f.exponent);
  for (const Combination &output : circuit.outputs)
    add(output, 0.0);
  return numbers;
}

class Collection {
public:
  Collection(const std::vector<Interval> &box, const CompileOptions &options,
             const std::function<bool(const LaidOut &)> &keep)
      : box_(box), options_(options), keep_(keep), estimate_(options) {}

  /// Adds the circuit laid out so, unless its numbers overflow the dtype; returns its number of
  /// neurons.
  std::optional<int> add(const Circuit &circuit, const FormRanges &ranges, const Layout &layout) {
    check(options_.watch);
    Network net = schedule(circuit, ranges, box_, options_, layout);
    if (!is_finite(net))
      return std::nullopt;
    const int neurons = net.neurons();
    const double estimate = estimate_(net);
    LaidOut c{std::move(net), neurons, estimate};
    if (keep_(c))
      found_.push_back(std::move(c));
    return neurons;
  }

  void add(std::vector<Circuit> circuits, bool any_accuracy) {
    std::set<std::vector<double>> seen;
    std::vector<Plain> plain;
    for (Circuit &circuit : circuits)
      if (seen.insert(key(circuit)).second)
        add_plain(std::move(circuit), plain);
    std::vector<Plain *> order;
    for (Plain &p : plain)
      order.push_back(&p);
    std::set<const Plain *> chosen;
    const auto choose = [&](const auto &cost) {
      std::stable_sort(order.begin(), order.end(),
                       [&](const Plain *a, const Plain *b) { return cost(*a) < cost(*b); });
      chosen.insert(order.begin(),
                    order.begin() + static_cast<std::ptrdiff_t>(std::min(thorough, order.size())));
    };
    choose([](const Plain &p) { return p.neurons; });
    choose([](const Plain &p) { return p.product_neurons; });
    for (const Plain &p : plain)
      if (chosen.count(&p) > 0 && is_small(p.circuit))
        add_layouts(p, any_accuracy);
  }

  void add_grouped(const std::vector<Polynomial> &polynomials, int layers, Products products,
                   bool about_middle) {
    Layout layout{products, true};
    layout.centred = false;
    std::vector<double> centres;
    for (const Interval &x : box_)
      centres.push_back(about_middle ? x.mid() : 0.0);
    if (const auto circuit = grouped_circuit(polynomials, centres, layers,
                                             product_costs(options_, layout), options_.watch))
      add(*circuit, FormRanges(*circuit, box_, options_.dtype), layout);
  }

  std::vector<LaidOut> take() {
    std::stable_sort(found_.begin(), found_.end(), [](const LaidOut &a, const LaidOut &b) {
      return a.neurons != b.neurons ? a.neurons < b.neurons : a.estimate < b.estimate;
    });
    return std::move(found_);
  }

private:
  // A circuit and what it takes laid out in the plain way.
  struct Plain {
    Circuit circuit;
    FormRanges ranges;
    int product_neurons;
    int neurons;
  };

  // Products of three are halved by parity, or would take 8 neurons.
  static bool has_triples(const Circuit &circuit) {
    return std::any_of(circuit.products.begin(), circuit.products.end(),
                       [](const Product &p) { return !p.of_bits && p.degree() > 2; });
  }

  // Every product takes a neuron at least.
  bool is_small(const Circuit &circuit) const {
    return circuit.products.size() <= static_cast<std::size_t>(fewest_);
  }

  void add_plain(Circuit circuit, std::vector<Plain> &plain) {
    if (!is_small(circuit))
      return;
    FormRanges ranges(circuit, box_, options_.dtype);
    Layout layout;
    layout.single_copies = true;
    if (has_triples(circuit))
      layout.products = Products::halves;
    std::optional<int> fewest;
    for (const double shift : shifts) {
      layout.max_shift = shift;
      if (const auto neurons = add(circuit, ranges, layout))
        fewest = std::min(fewest.value_or(*neurons), *neurons);
    }
    if (!fewest)
      return;
    fewest_ = std::min(fewest_, *fewest);
    int products = 0;
    for (const Product &p : circuit.products)
      products += p.of_bits ? 1 : p.is_square() ? 2 : 4;
    plain.push_back({std::move(circuit), std::move(ranges), products, *fewest});
  }

  void add_layouts(const Plain &p, bool any_accuracy) {
    std::vector<Layout> layouts;
    if (has_triples(p.circuit)) {
      layouts = {{Products::halves, true, true}, {Products::forward, true}};
      add(p, layouts);
      return;
    }
    const Layout single{Products::central, true};
    if (copy_gate(options_, single, 0).stencil != copy_gate(options_, {}, 0).stencil)
      layouts.push_back({Products::central, false});
    if (options_.activation->symmetry != Symmetry::even)
      layouts.push_back({Products::central, true, true});
    layouts.push_back({Products::forward, true});
    // Halves have their bias at 0, whatever the options say.
    if (!options_.bias && !half_suffix(*options_.activation, 2).empty())
      layouts.push_back({Products::halves, true});
    if (any_accuracy)
      layouts.push_back({Products::richardson, false});
    add(p, layouts);
  }

  void add(const Plain &p, std::vector<Layout> &layouts) {
    for (Layout &layout : layouts)
      for (const double shift : shifts) {
        layout.max_shift = shift;
        add(p.circuit, p.ranges, layout);
      }
  }

  const std::vector<Interval> &box_;
  const CompileOptions &options_;
  const std::function<bool(const LaidOut &)> &keep_;
  ErrorEstimate estimate_;
  int fewest_ = std::numeric_limits<int>::max(); // neurons of a network laid out so far
  std::vector<LaidOut> found_;
};

void collect(Collection &found, const Circuit &paper, const std::vector<Polynomial> &polynomials,
             const std::vector<Interval> &box, const CompileOptions &options, bool any_accuracy) {
  std::vector<Circuit> circuits =
      compact_circuits(polynomials, box, one_neuron_bits(options), options.watch);
  if (any_accuracy && !options.bits.empty()) // few squares may stand for many products of bits
    for (Circuit &circuit : compact_circuits(polynomials, box, {}, options.watch))
      circuits.push_back(std::move(circuit));
  circuits.push_back(paper);
  found.add(std::move(circuits), any_accuracy);
  if (!any_accuracy)
    return;
  if (!half_suffix(*options.activation, 3).empty())
    found.add(triple_circuits(polynomials, box, options.watch), any_accuracy);
  for (int layers = 1; layers <= most_hidden_layers; ++layers)
    for (const Products products : {Products::forward, Products::halves})
      for (const bool centred : {true, false})
        found.add_grouped(polynomials, layers, products, centred);
}

} // namespace

LaidOut laid_out(Network net, const CompileOptions &options) {
  const int neurons = net.neurons();
  const double estimate = ErrorEstimate(options)(net);
  return {std::move(net), neurons, estimate};
}

std::vector<LaidOut> all_networks(const Circuit &paper, const std::vector<Polynomial> &polynomials,
                                  const std::vector<Interval> &box, const CompileOptions &options,
                                  bool any_accuracy,
                                  const std::function<bool(const LaidOut &)> &keep) {
  Collection found(box, options, keep);
  try {
    collect(found, paper, polynomials, box, options, any_accuracy);
  } catch (const SearchOver &) {
    // Then it is these.
  }
  return found.take();
}

} // namespace polynet
