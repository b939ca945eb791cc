#include "polynet/compile.hpp"

#include "carriers.hpp"
#include "centring.hpp"
#include "gates.hpp"
#include "schedule.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace polynet {

namespace {

// Rounding leaves about this part of numbers that ought to cancel.
constexpr double dust = 16 * unit_roundoff;

// Works backwards from the outputs. After layer t the network must provide some forms over wires
// of level <= t. A product wire w = u v of level t, u and v forms with centres c, d and radii r, q,
// is
//     u v = c v + d u - c d + r q * gate((u - c)/r, (v - d)/q),
// (a product of bits is a gate that needs no centring), so a needed form splits into gates of layer
// t and a form over lower wires, which copy gates carry through layer t. The gates' operands and
// the copied forms are what layer t-1 must provide. A product of three is not centred:
// u v w = r q p * gate(u/r, v/q, w/p).
class Scheduler {
public:
  Scheduler(const Circuit &circuit, const FormRanges &ranges, const std::vector<Interval> &box,
            const CompileOptions &options, const Layout &layout)
      : circuit_(circuit), options_(options), layout_(layout), levels_(circuit.levels()),
        only_bits_(!options.bits.empty() && options.activation->sigmoid &&
                   std::all_of(circuit.products.begin(), circuit.products.end(),
                               [](const Product &p) { return p.of_bits; })),
        ranges_(ranges) {
    net_.activation = options.activation;
    net_.dtype = options.dtype;
    net_.form = options.form;
    net_.box = box;
    net_.bits = options.bits;
    for (const Product &p : circuit.products) {
      const Linear left = linear(p.left);
      factors_.push_back({left, p.square ? left : linear(p.right), p.square, std::nullopt});
      if (p.third)
        factors_.back().third = linear(*p.third);
    }
  }

  Network run() {
    std::vector<Linear> needed;
    int depth = 0;
    for (const Combination &output : circuit_.outputs) {
      needed.push_back(linear(output));
      for (const auto &[wire, weight] : needed.back().terms)
        depth = std::max(depth, levels_[static_cast<std::size_t>(wire)]);
    }
    net_.hidden.resize(static_cast<std::size_t>(depth));
    std::vector<Affine> *provided = &net_.outputs;
    for (int t = depth; t > 0; --t) {
      check(options_.watch);
      HiddenLayer &layer = net_.hidden[static_cast<std::size_t>(t) - 1];
      std::vector<Linear> operands = lay_out(t, needed, *provided, layer);
      provided = &layer.operands;
      needed = std::move(operands);
    }
    for (const Linear &form : needed)
      provided->push_back(rounded(form));
    drop_constant_layers(net_);
    return std::move(net_);
  }

private:
  const Factors &factors(int wire) const {
    return factors_[static_cast<std::size_t>(wire - circuit_.inputs)];
  }

  Affine rounded(const Linear &form) const {
    Affine affine;
    affine.constant = representable(net_.dtype, form.constant);
    for (const auto &[source, weight] : form.terms)
      if (const double w = representable(net_.dtype, weight); w != 0.0)
        affine.terms.emplace_back(source, w);
    return affine;
  }

  // Takes the wires of level t out of `form`; returns their weights.
  std::map<int, double> take_out(int t, Linear &form) const {
    std::map<int, double> taken;
    for (auto i = form.terms.begin(); i != form.terms.end();)
      if (levels_[static_cast<std::size_t>(i->first)] == t) {
        taken.insert(*i);
        i = form.terms.erase(i);
      } else {
        ++i;
      }
    return taken;
  }

  // Takes the products of bits out of a form and of its share of level t; in a network of nothing
  // else, also the bits of a form of bits alone: no copy would be as exact.
  std::map<int, double> take_bits(int t, std::map<int, double> &share, Linear &form) const {
    std::map<int, double> taken;
    for (auto i = share.begin(); i != share.end();)
      if (circuit_.products[static_cast<std::size_t>(i->first - circuit_.inputs)].of_bits) {
        taken.insert(*i);
        i = share.erase(i);
      } else {
        ++i;
      }
    const auto is_bit = [&](const auto &term) {
      return term.first < circuit_.inputs && options_.bits[static_cast<std::size_t>(term.first)];
    };
    if (t == 1 && only_bits_ && std::all_of(form.terms.begin(), form.terms.end(), is_bit)) {
      taken.insert(form.terms.begin(), form.terms.end());
      form.terms.clear();
    }
    return taken;
  }

  // The bits whose product, or the one which, a wire is.
  Linear bits_of(int wire) const {
    return wire < circuit_.inputs ? Linear{{{wire, 1.0}}, 0.0} : factors(wire).left;
  }

  // Adds the linear parts of the gates' products to a form. What cancels up to rounding is gone.
  static void add_linear_parts(const std::map<int, double> &share,
                               const std::map<int, CentredProduct> &gates, Linear &form) {
    std::map<int, double> mass;
    for (const auto &[wire, weight] : form.terms)
      mass[wire] = std::fabs(weight);
    const auto add = [&](const Linear &part, double factor) {
      form.constant += factor * part.constant;
      for (const auto &[wire, weight] : part.terms) {
        form.add(wire, factor * weight);
        mass[wire] += std::fabs(factor * weight);
      }
    };
    for (const auto &[wire, weight] : share) {
      const CentredProduct &p = gates.at(wire);
      add(p.factors->right, weight * p.left.centre);
      add(p.factors->left, weight * p.right.centre);
      form.constant -= weight * p.left.centre * p.right.centre;
    }
    for (auto i = form.terms.begin(); i != form.terms.end();)
      i = std::fabs(i->second) <= dust * mass[i->first] ? form.terms.erase(i) : std::next(i);
  }

  // Fills layer t so that it provides the needed forms, written to `provided` over its gates.
  // Returns the operands, as forms over lower wires.
  std::vector<Linear> lay_out(int t, std::vector<Linear> &needed, std::vector<Affine> &provided,
                              HiddenLayer &layer) {
    std::vector<std::map<int, double>> shares, triple_shares, bit_shares;
    std::map<int, CentredProduct> products;
    std::set<int> triples;
    for (Linear &form : needed) {
      std::map<int, double> taken = take_out(t, form);
      bit_shares.push_back(take_bits(t, taken, form));
      shares.emplace_back();
      triple_shares.emplace_back();
      for (const auto &[wire, weight] : taken) {
        check(options_.watch);
        const Factors &f = factors(wire);
        if (f.third) {
          triple_shares.back().emplace(wire, weight);
          triples.insert(wire);
        } else {
          shares.back().emplace(wire, weight);
          products.emplace(wire, CentredProduct{&f, ranges_.of(f.left), ranges_.of(f.right)});
        }
      }
    }
    if (layout_.max_shift > 0.0)
      shift_centres(needed, shares, products, ranges_, layout_.max_shift, options_.watch);
    for (std::size_t f = 0; f < needed.size(); ++f)
      add_linear_parts(shares[f], products, needed[f]);

    std::vector<Linear> operands;
    std::map<std::pair<std::map<int, double>, double>, int> known_operands;
    const auto operand = [&](const Linear &form, const Range &range) {
      Linear unit = normalised(form, range);
      const auto [known, is_new] = known_operands.emplace(std::make_pair(unit.terms, unit.constant),
                                                          static_cast<int>(operands.size()));
      if (is_new)
        operands.push_back(std::move(unit));
      return known->second;
    };
    // The layer's products, and per gate the operands of it that a copy can ride on.
    struct Rider {
      Range range;
      std::size_t gate;
      int operand;
    };
    std::map<int, int> gate_of_wire;
    std::vector<Linear> riding;
    std::vector<Rider> riders;
    std::set<int> of_products; // operands
    for (const auto &[wire, p] : products)
      if (!p.factors->square && p.left.radius != 0.0 && p.right.radius != 0.0) {
        of_products.insert(operand(p.factors->left, p.left));
        of_products.insert(operand(p.factors->right, p.right));
      }
    for (const auto &[wire, p] : products) {
      if (p.left.radius == 0.0 || p.right.radius == 0.0)
        continue; // linear
      gate_of_wire.emplace(wire, static_cast<int>(layer.gates.size()));
      const int left = operand(p.factors->left, p.left);
      const int right = p.factors->square ? left : operand(p.factors->right, p.right);
      if (layout_.riding) {
        riding.push_back(p.factors->left);
        riders.push_back({p.left, layer.gates.size(), left});
        if (right != left) {
          riding.push_back(p.factors->right);
          riders.push_back({p.right, layer.gates.size(), right});
        }
      }
      layer.gates.push_back(p.factors->square
                                ? square_gate(left, of_products.count(left) > 0)
                                : product_gate(options_, layout_, "product", {left, right}));
    }
    std::map<int, double> triple_size;
    for (const int wire : triples) {
      const Factors &f = factors(wire);
      std::array<int, 3> factors_of_gate;
      double size = 1.0;
      std::size_t k = 0;
      for (const Linear *factor : {&f.left, &f.right, &*f.third}) {
        const Range range = about_zero(*factor);
        size *= range.radius;
        if (size != 0.0)
          factors_of_gate[k++] = operand(*factor, range);
      }
      if (size == 0.0)
        continue;
      triple_size.emplace(wire, size);
      gate_of_wire.emplace(wire, static_cast<int>(layer.gates.size()));
      layer.gates.push_back(triple_gate(factors_of_gate));
    }

    for (const std::map<int, double> &share : bit_shares)
      for (const auto &[wire, weight] : share)
        if (gate_of_wire.emplace(wire, static_cast<int>(layer.gates.size())).second) {
          Linear sum = bits_of(wire);
          const int bits = static_cast<int>(sum.terms.size());
          sum.constant = 0.5 - bits;
          layer.gates.push_back(bits_gate(options_, bits, operand(sum, {0.0, 1.0})));
        }

    const Carriers carriers = carriers_for(needed, ranges_, riding);
    std::vector<Range> carried; // by the riding forms and the carriers
    std::map<std::size_t, int> gate_of_carried;
    for (const Rider &rider : riders)
      carried.push_back(rider.range);
    for (const auto &weights : carriers.weights)
      for (const auto &[c, weight] : weights)
        if (c < riders.size() && gate_of_carried.count(c) == 0) {
          gate_of_carried.emplace(c, static_cast<int>(layer.gates.size()));
          layer.gates.push_back(riding_copy(layer.gates[riders[c].gate], riders[c].operand));
        }
    for (const Linear &carrier : carriers.forms) {
      gate_of_carried.emplace(carried.size(), static_cast<int>(layer.gates.size()));
      carried.push_back(ranges_.of(carrier));
      layer.gates.push_back(copy_gate(options_, layout_, operand(carrier, carried.back())));
    }

    for (std::size_t f = 0; f < needed.size(); ++f) {
      Linear over_gates;
      over_gates.constant = carriers.constants[f];
      for (const auto &[wire, weight] : shares[f])
        if (const auto g = gate_of_wire.find(wire); g != gate_of_wire.end()) {
          const CentredProduct &p = products.at(wire);
          over_gates.add(g->second, weight * p.left.radius * p.right.radius);
        }
      for (const auto &[wire, weight] : triple_shares[f])
        if (const auto size = triple_size.find(wire); size != triple_size.end())
          over_gates.add(gate_of_wire.at(wire), weight * size->second);
      for (const auto &[wire, weight] : bit_shares[f]) { // the product is (1 + gate)/2
        over_gates.constant += 0.5 * weight;
        over_gates.add(gate_of_wire.at(wire), 0.5 * weight);
      }
      for (const auto &[c, weight] : carriers.weights[f]) {
        over_gates.constant += weight * carried[c].centre;
        over_gates.add(gate_of_carried.at(c), weight * carried[c].radius);
      }
      provided.push_back(rounded(over_gates));
    }
    return operands;
  }

  // A forward square has a neuron less than a central one if a forward product has its operand.
  Gate square_gate(int operand, bool shares) const {
    Layout layout = layout_;
    if (layout.products == Layout::Products::forward && !shares)
      layout.products = Layout::Products::central;
    return product_gate(options_, layout, "square", {operand});
  }

  // Centring a product of three would leave products of two.
  Range about_zero(const Linear &form) const {
    const Range range = ranges_.of(form);
    return {0.0, std::fabs(range.centre) + range.radius};
  }

  Gate triple_gate(std::array<int, 3> operands) const {
    std::sort(operands.begin(), operands.end());
    std::array<int, max_operands> distinct{};
    std::string name = "monomial";
    std::size_t count = 0;
    for (auto first = operands.begin(); first != operands.end();) {
      const auto last = std::upper_bound(first, operands.end(), *first);
      name += "_" + std::to_string(last - first);
      distinct[count++] = *first;
      first = last;
    }
    return product_gate(options_, layout_, name, distinct);
  }

  static Linear normalised(Linear form, const Range &r) {
    for (auto &[wire, weight] : form.terms)
      weight /= r.radius;
    form.constant = (form.constant - r.centre) / r.radius;
    return form;
  }

  const Circuit &circuit_;
  const CompileOptions &options_;
  const Layout &layout_;
  std::vector<int> levels_;
  bool only_bits_;
  const FormRanges &ranges_;
  std::vector<Factors> factors_;
  Network net_;
};

} // namespace

Network schedule(const Circuit &circuit, const FormRanges &ranges, const std::vector<Interval> &box,
                 const CompileOptions &options, const Layout &layout) {
  Network net = Scheduler(circuit, ranges, box, options, layout).run();
  if (options.watch)
    options.watch->laid_out(net.neurons());
  return net;
}

Network schedule(const Circuit &circuit, const std::vector<Interval> &box,
                 const CompileOptions &options, const Layout &layout) {
  return schedule(circuit, FormRanges(circuit, box, options.dtype), box, options, layout);
}

} // namespace polynet
