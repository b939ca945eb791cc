// Networks of a given depth: every monomial by products of several operands in each layer.
#include "gates.hpp"
#include "polynet/error.hpp"
#include "ranges.hpp"

#include <algorithm>
#include <map>

namespace polynet {

namespace {

constexpr int largest_group = max_operands;
constexpr std::size_t max_terms = 100'000;

// Neurons of gates by their number of operands: a product of b takes 2^b or half of it, a group of
// one is a copy.
using GateCosts = std::array<double, max_operands + 1>;

// Neurons of the gates that multiply n wires together into m, groups as equal as they can be.
double group_cost(int n, int m, const GateCosts &costs) {
  const int small = n / m, larger = n % m;
  if (small + (larger > 0) > largest_group)
    return detail::infinity;
  const auto cost = [&](int b) { return costs[static_cast<std::size_t>(b)]; };
  return (larger > 0 ? larger * cost(small + 1) : 0.0) + (m - larger) * cost(small);
}

// The numbers of wires after each of the layers that multiply n wires into one, with the fewest
// neurons (arXiv:1705.05502, theorem 5.1, by dynamic programming); empty if that takes more layers.
std::vector<int> best_groups(int n, int layers, const GateCosts &costs) {
  struct Step {
    double cost = detail::infinity;
    int next = 0;
  };
  // steps[k][w]: from w wires with k layers to go.
  std::vector<std::vector<Step>> steps(static_cast<std::size_t>(layers) + 1,
                                       std::vector<Step>(static_cast<std::size_t>(n) + 1));
  steps[0][1].cost = 0.0;
  for (std::size_t k = 1; k < steps.size(); ++k)
    for (int w = 1; w <= n; ++w)
      for (int m = 1; m <= w; ++m) {
        const double cost =
            group_cost(w, m, costs) + steps[k - 1][static_cast<std::size_t>(m)].cost;
        // Of equal costs the one with the smaller groups: it is more accurate.
        if (cost < detail::infinity && cost <= steps[k][static_cast<std::size_t>(w)].cost)
          steps[k][static_cast<std::size_t>(w)] = {cost, m};
      }
  std::vector<int> path;
  int wires = n;
  for (std::size_t k = steps.size() - 1; k > 0; --k) {
    const Step &step = steps[k][static_cast<std::size_t>(wires)];
    if (step.next == 0)
      return {};
    path.push_back(wires = step.next);
  }
  return path;
}

// Wires are monomials in the normalised inputs y_i = (x_i - c_i)/r_i, all within [-1, 1]; one more
// kind of wire is the linear part of an output over its sum of |coefficients|.
class Grouping {
public:
  Grouping(const std::vector<Polynomial> &polynomials, const std::vector<Interval> &box,
           const CompileOptions &options, int layers, const Layout &layout, bool centred)
      : options_(options), layout_(layout), layers_(static_cast<std::size_t>(layers)),
        wires_(static_cast<std::size_t>(layers)) {
    Circuit inputs;
    inputs.inputs = static_cast<int>(box.size());
    const FormRanges ranges(inputs, box, options.dtype);
    for (int i = 0; i < inputs.inputs; ++i) {
      const Range &r = ranges.of(i);
      ranges_.push_back(centred ? r : Range{0.0, std::fabs(r.centre) + r.radius});
    }
    for (const Polynomial &p : polynomials)
      outputs_.push_back(normalised(p));
    costs_[1] = double(copy_gate(options, layout, 0).stencil->neurons.size());
    for (int b = 2; b <= largest_group; ++b)
      costs_[static_cast<std::size_t>(b)] = std::ldexp(1.0, halved(b) ? b - 1 : b);
    net_.activation = options.activation;
    net_.dtype = options.dtype;
    net_.form = options.form;
    net_.box = box;
    net_.bits = options.bits;
  }

  Network run() {
    const bool linear = std::all_of(outputs_.begin(), outputs_.end(), [](const Polynomial &p) {
      return std::all_of(p.terms().begin(), p.terms().end(),
                         [](const auto &term) { return degree(term.first) < 2; });
    });
    if (linear) {
      for (const Polynomial &p : outputs_)
        net_.outputs.push_back(over_inputs(p));
      return std::move(net_);
    }
    net_.hidden = std::vector<HiddenLayer>(layers_);
    for (const Polynomial &p : outputs_)
      add_output(p);
    drop_constant_layers(net_);
    return std::move(net_);
  }

private:
  bool halved(int operands) const {
    return (layout_.products == Layout::Products::halves ||
            (layout_.products == Layout::Products::forward && operands > 2)) &&
           !half_suffix(*options_.activation, operands).empty();
  }

  // p in terms of y.
  Polynomial normalised(const Polynomial &p) const {
    Polynomial result;
    for (const auto &[m, c] : p.terms()) {
      Polynomial product(c);
      for (const Factor &f : m) {
        Polynomial x;
        x.add(Polynomial::variable(f.variable), ranges_[f.variable].radius);
        if (ranges_[f.variable].centre != 0.0)
          x.add(Monomial{}, ranges_[f.variable].centre);
        for (std::uint32_t k = 0; k < f.power; ++k) {
          check(options_.watch);
          product = product * x;
        }
        if (product.terms().size() > max_terms)
          throw Error(ErrorCode::size_limit,
                      "the polynomial has more than 100000 terms about the centre of the box; use "
                      "construction 'paper', or a box centred at 0");
      }
      result.add(product, 1.0);
    }
    return result;
  }

  Affine over_inputs(const Polynomial &p) const {
    double constant = 0.0;
    Affine form;
    for (const auto &[m, c] : p.terms()) {
      if (m.empty()) {
        constant += c.mid();
        continue;
      }
      const Range &r = ranges_[m[0].variable];
      form.terms.emplace_back(static_cast<int>(m[0].variable), rounded(c.mid() / r.radius));
      constant -= c.mid() / r.radius * r.centre;
    }
    form.constant = rounded(constant);
    return form;
  }

  double rounded(double x) const { return representable(options_.dtype, x); }

  void add_output(const Polynomial &p) {
    Affine output;
    double constant = 0.0, reach = 0.0;
    Polynomial linear;
    for (const auto &[m, c] : p.terms()) {
      check(options_.watch);
      if (m.empty())
        constant = c.mid();
      else if (degree(m) == 1) {
        linear.add(m, c);
        reach += std::fabs(c.mid());
      } else if (!c.contains(0.0)) {
        output.terms.emplace_back(gate_of(m), rounded(c.mid()));
      }
    }
    if (reach > 0.0)
      output.terms.emplace_back(carried(linear, reach), rounded(reach));
    output.constant = rounded(constant);
    net_.outputs.push_back(std::move(output));
  }

  // The last layer's gate that gives the monomial m.
  int gate_of(const Monomial &m) {
    std::vector<Monomial> wires;
    for (const Factor &f : m)
      wires.insert(wires.end(), f.power, Monomial{{f.variable, 1}});
    const std::vector<int> counts =
        best_groups(static_cast<int>(wires.size()), static_cast<int>(layers_), costs_);
    if (counts.empty())
      throw Error(ErrorCode::size_limit, "a monomial of degree " + std::to_string(wires.size()) +
                                             " takes more than " + std::to_string(layers_) +
                                             " hidden layers, as a gate multiplies at most " +
                                             std::to_string(largest_group) + " values");
    for (std::size_t t = 0; t < layers_; ++t) {
      const std::size_t groups = static_cast<std::size_t>(counts[t]);
      const std::size_t small = wires.size() / groups, larger = wires.size() % groups;
      std::vector<Monomial> next;
      auto first = wires.begin();
      for (std::size_t g = 0; g < groups; ++g) {
        const auto last = first + static_cast<std::ptrdiff_t>(small + (g < larger));
        next.push_back(multiply(t, {first, last}));
        first = last;
      }
      wires = std::move(next);
    }
    return wires_[layers_ - 1].at(m);
  }

  // Adds the gate of layer t that multiplies these wires of the layer before, once.
  Monomial multiply(std::size_t t, std::vector<Monomial> factors) {
    Monomial product;
    for (const Monomial &factor : factors)
      product = product * factor;
    const auto [known, is_new] =
        wires_[t].emplace(product, static_cast<int>(net_.hidden[t].gates.size()));
    if (!is_new)
      return product;
    std::sort(factors.begin(), factors.end());
    std::string name = "monomial";
    std::array<int, max_operands> operands{};
    int count = 0;
    for (auto f = factors.begin(); f != factors.end();) {
      const auto end = std::upper_bound(f, factors.end(), *f);
      name += "_" + std::to_string(end - f);
      operands[static_cast<std::size_t>(count++)] = operand(t, *f);
      f = end;
    }
    net_.hidden[t].gates.push_back(factors.size() == 1
                                       ? copy_gate(options_, layout_, operands[0])
                                       : product_gate(options_, layout_, name, operands));
    return product;
  }

  int operand(std::size_t t, const Monomial &wire) {
    std::vector<Affine> &forms = net_.hidden[t].operands;
    const auto [known, is_new] =
        operands_.emplace(std::pair(t, wire), static_cast<int>(forms.size()));
    if (is_new) {
      Polynomial y;
      y.add(wire, 1.0);
      forms.push_back(t == 0 ? over_inputs(y) : Affine{{{wires_[t - 1].at(wire), 1.0}}, 0.0});
    }
    return known->second;
  }

  // Carries a linear form of the inputs, over `reach`, through all layers; its last gate.
  int carried(const Polynomial &linear, double reach) {
    int gate = 0;
    for (std::size_t t = 0; t < layers_; ++t) {
      HiddenLayer &layer = net_.hidden[t];
      Polynomial form;
      form.add(linear, 1.0 / reach);
      layer.operands.push_back(t == 0 ? over_inputs(form) : Affine{{{gate, 1.0}}, 0.0});
      gate = static_cast<int>(layer.gates.size());
      layer.gates.push_back(
          copy_gate(options_, layout_, static_cast<int>(layer.operands.size()) - 1));
    }
    return gate;
  }

  const CompileOptions &options_;
  const Layout &layout_;
  GateCosts costs_{};
  std::size_t layers_;
  std::vector<Range> ranges_;
  std::vector<Polynomial> outputs_;
  std::vector<std::map<Monomial, int>> wires_;               // per layer, monomial to gate
  std::map<std::pair<std::size_t, Monomial>, int> operands_; // to its index
  Network net_;
};

} // namespace

Network grouped(const std::vector<Polynomial> &polynomials, const std::vector<Interval> &box,
                const CompileOptions &options, int layers, const Layout &layout, bool centred) {
  Network net = Grouping(polynomials, box, options, layers, layout, centred).run();
  if (options.watch)
    options.watch->laid_out(net.neurons());
  return net;
}

} // namespace polynet
