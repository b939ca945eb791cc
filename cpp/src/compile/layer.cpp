#include "layer.hpp"

#include "centring.hpp"
#include "copies.hpp"
#include "gates.hpp"

#include <algorithm>
#include <set>

namespace polynet {

namespace {

// Rounding leaves about this part of numbers that ought to cancel.
constexpr double dust = 16 * unit_roundoff;

Linear normalised(Linear form, const Range &r) {
  for (auto &[wire, weight] : form.terms)
    weight /= r.radius;
  form.constant = (form.constant - r.centre) / r.radius;
  return form;
}

class LayerBuilder {
public:
  LayerBuilder(const LayoutProblem &problem, int level, HiddenLayer &layer)
      : p_(problem), level_(level), layer_(layer) {}

  std::vector<Linear> run(const std::vector<Linear> &needed, std::vector<Affine> &provided) {
    for (const Linear &form : needed)
      take_products(form);
    if (p_.layout.max_shift > 0.0)
      shift_centres(needed_, products_, p_.ranges, p_.layout.max_shift, p_.options.watch);
    for (NeededForm &form : needed_)
      add_linear_parts(form);
    for (const auto &[wire, product] : products_)
      if (product.centred && !product.is_square() && product.size() != 0.0)
        of_products_.insert({operand(product.left()), operand(product.right())});
    for (const auto &[wire, product] : products_)
      if (product.size() != 0.0)
        add_gate(wire, product);
    add_copies();
    for (std::size_t f = 0; f < needed_.size(); ++f)
      provided.push_back(rounded(over_gates(f), p_.options.dtype));
    return std::move(operands_);
  }

private:
  // The weights of this layer's wires in a form that is needed, and what these wires are.
  void take_products(const Linear &form) {
    NeededForm result{{{}, form.constant}, {}};
    for (const auto &[wire, weight] : form.terms) {
      check(p_.options.watch);
      const bool is_own = p_.levels[static_cast<std::size_t>(wire)] == level_;
      (is_own ? result.share : result.rest.terms).emplace(wire, weight);
    }
    // In a network of nothing but bits no copy of a form of bits would be as exact as their gates.
    const auto is_bit = [&](const auto &term) {
      return term.first < p_.circuit.inputs &&
             p_.options.bits[static_cast<std::size_t>(term.first)];
    };
    Linear &rest = result.rest;
    if (level_ == 1 && p_.only_bits && std::all_of(rest.terms.begin(), rest.terms.end(), is_bit))
      result.share.merge(rest.terms);
    for (const auto &[wire, weight] : result.share)
      if (products_.count(wire) == 0)
        products_.emplace(wire, product_of(wire));
    needed_.push_back(std::move(result));
  }

  LayerProduct product_of(int wire) const {
    if (wire < p_.circuit.inputs)
      return {{{{{{wire, 1.0}}, 0.0}, 1, {}}}, true, false};
    const Product &product =
        p_.circuit.products[static_cast<std::size_t>(wire - p_.circuit.inputs)];
    LayerProduct result{{}, product.of_bits, !product.of_bits && product.degree() == 2};
    for (const Product::Factor &f : product.factors) {
      const Linear form = linear(f.form);
      Range range = p_.ranges.of(form);
      if (!result.centred || !p_.layout.centred)
        range = {0.0, std::fabs(range.centre) + range.radius};
      result.factors.push_back({form, f.exponent, range});
    }
    return result;
  }

  // What cancels up to rounding is gone.
  void add_linear_parts(NeededForm &needed) const {
    Linear &form = needed.rest;
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
    for (const auto &[wire, weight] : needed.share)
      if (const LayerProduct &p = products_.at(wire); p.centred) {
        add(p.right().form, weight * p.left().range.centre);
        add(p.left().form, weight * p.right().range.centre);
        form.constant -= weight * p.left().range.centre * p.right().range.centre;
      }
    for (auto i = form.terms.begin(); i != form.terms.end();)
      i = std::fabs(i->second) <= dust * mass[i->first] ? form.terms.erase(i) : std::next(i);
  }

  int operand(const Linear &form, const Range &range) {
    Linear unit = normalised(form, range);
    const auto [known, is_new] = known_operands_.emplace(std::pair(unit.terms, unit.constant),
                                                         static_cast<int>(operands_.size()));
    if (is_new)
      operands_.push_back(std::move(unit));
    return known->second;
  }
  int operand(const LayerProduct::Factor &f) { return operand(f.form, f.range); }

  int add(const Gate &gate) {
    layer_.gates.push_back(gate);
    return static_cast<int>(layer_.gates.size()) - 1;
  }

  void add_gate(int wire, const LayerProduct &p) {
    if (p.of_bits) {
      const int bits = static_cast<int>(p.factors.size());
      Linear sum{{}, 0.5 - bits};
      for (const LayerProduct::Factor &f : p.factors)
        sum.add(f.form.terms.begin()->first, 1.0);
      gate_of_wire_[wire] = add(bits_gate(p_.options, bits, operand(sum, {0.0, 1.0})));
      return;
    }
    std::map<int, int> exponents; // by operand
    for (const LayerProduct::Factor &f : p.factors)
      exponents[operand(f)] += f.exponent;
    Layout layout = p_.layout;
    // A forward square has a neuron less than a central one if a forward product has its operand.
    if (layout.products == Layout::Products::forward && p.is_square() &&
        of_products_.count(exponents.begin()->first) == 0)
      layout.products = Layout::Products::central;
    const int gate = add(product_gate(p_.options, layout, exponents));
    gate_of_wire_[wire] = gate;
    if (p_.layout.riding && p.centred)
      for (const LayerProduct::Factor &f : p.factors) {
        riding_.push_back(f.form);
        riders_.push_back({f.range, gate, operand(f)});
      }
  }

  // Gates for what the rests of the needed forms take of lower wires.
  void add_copies() {
    copied_ = copied_forms(needed_, p_.ranges, riding_);
    for (const auto &weights : copied_.weights)
      for (const auto &[c, weight] : weights)
        if (c < riders_.size() && gate_of_copied_.count(c) == 0) {
          const Rider &r = riders_[c];
          gate_of_copied_[c] =
              add(riding_copy(layer_.gates[static_cast<std::size_t>(r.gate)], r.operand));
        }
    for (const Linear &form : copied_.forms) {
      const Range range = p_.ranges.of(form);
      const int gate = add(copy_gate(p_.options, p_.layout, operand(form, range)));
      gate_of_copied_[riders_.size()] = gate;
      riders_.push_back({range, gate, 0});
    }
  }

  Linear over_gates(std::size_t f) const {
    Linear form{{}, copied_.constants[f]};
    for (const auto &[wire, weight] : needed_[f].share)
      if (const auto gate = gate_of_wire_.find(wire); gate != gate_of_wire_.end()) {
        const LayerProduct &p = products_.at(wire);
        form.constant += weight * p.offset();
        form.add(gate->second, weight * p.size());
      }
    for (const auto &[c, weight] : copied_.weights[f]) {
      form.constant += weight * riders_[c].range.centre;
      form.add(gate_of_copied_.at(c), weight * riders_[c].range.radius);
    }
    return form;
  }

  // What a copy can ride on: an operand of a gate; after these the copies' own.
  struct Rider {
    Range range;
    int gate;
    int operand;
  };

  const LayoutProblem &p_;
  int level_;
  HiddenLayer &layer_;
  std::vector<NeededForm> needed_;
  LayerProducts products_;
  std::vector<Linear> operands_;
  std::map<std::pair<std::map<int, double>, double>, int> known_operands_;
  std::set<int> of_products_; // the operands of products that are no squares
  std::map<int, int> gate_of_wire_;
  std::vector<Linear> riding_;
  std::vector<Rider> riders_;
  CopiedForms copied_;
  std::map<std::size_t, int> gate_of_copied_;
};

} // namespace

double LayerProduct::size() const {
  if (of_bits)
    return 0.5;
  double product = 1.0;
  for (const Factor &f : factors)
    product *= std::pow(f.range.radius, f.exponent);
  return product;
}

Affine rounded(const Linear &form, Dtype dtype) {
  Affine affine;
  affine.constant = round_to(dtype, form.constant);
  for (const auto &[source, weight] : form.terms)
    if (const double w = round_to(dtype, weight); w != 0.0)
      affine.terms.emplace_back(source, w);
  return affine;
}

std::vector<Linear> lay_out(const LayoutProblem &problem, int level,
                            const std::vector<Linear> &needed, std::vector<Affine> &provided,
                            HiddenLayer &layer) {
  return LayerBuilder(problem, level, layer).run(needed, provided);
}

} // namespace polynet
