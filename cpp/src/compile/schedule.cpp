#include "polynet/compile.hpp"

#include "polynet/error.hpp"

#include <map>
#include <set>
#include <string>

namespace polynet {

namespace {

// An affine form over the circuit's wires, in plain double.
struct Linear {
  std::map<int, double> terms;
  double constant = 0.0;

  void add(int wire, double weight) {
    if (weight != 0.0 && (terms[wire] += weight) == 0.0)
      terms.erase(wire);
  }
};

// Centre and radius of a wire's or a form's values on the box.
struct Range {
  double centre, radius;
};

Range range_between(double lo, double hi) { return {0.5 * lo + 0.5 * hi, 0.5 * hi - 0.5 * lo}; }

// A range that is not a point is made at least as wide as its numbers' rounding errors times 8192:
// normalising blows these up by 1/radius, and the operands must stay near [-1, 1].
Range widened(const Range &r, Dtype dtype) {
  if (r.radius == 0.0)
    return r;
  const FloatFormat f = float_format(dtype);
  return {r.centre,
          std::max(r.radius, 8192.0 * (f.unit_roundoff * std::fabs(r.centre) + f.smallest_normal))};
}

Range product_range(const Range &a, const Range &b, bool square) {
  const double a0 = a.centre - a.radius, a1 = a.centre + a.radius;
  const double b0 = b.centre - b.radius, b1 = b.centre + b.radius;
  if (square && a0 < 0.0 && a1 > 0.0)
    return range_between(0.0, std::max(a0 * a0, a1 * a1));
  const auto [lo, hi] = std::minmax({a0 * b0, a0 * b1, a1 * b0, a1 * b1});
  return range_between(lo, hi);
}

// Works backwards from the outputs. After layer t the network must provide some forms over wires
// of level <= t. A product wire w = u v of level t, with centres c, d and radii r, q, is
//     u v = c v + d u - c d + r q * gate((u - c)/r, (v - d)/q),
// so a needed form splits into gates of layer t and a form over lower wires, which copy gates
// carry through layer t. The gates' operands and the copied forms are what layer t-1 must provide.
class Scheduler {
public:
  Scheduler(const Circuit &circuit, const std::vector<Interval> &box, const CompileOptions &options)
      : circuit_(circuit), options_(options), levels_(circuit.levels()) {
    net_.activation = options.activation;
    net_.dtype = options.dtype;
    net_.form = options.form;
    net_.box = box;
    for (const Interval &x : box)
      ranges_.push_back(widened(range_between(x.lo(), x.hi()), net_.dtype));
    for (const Product &p : circuit.products)
      ranges_.push_back(
          widened(product_range(range(p.left), range(p.right), p.left == p.right), net_.dtype));
  }

  Network run() {
    std::vector<Linear> needed;
    int depth = 0;
    for (const Combination &output : circuit_.outputs) {
      Linear form;
      form.constant = output.constant.mid();
      for (const auto &[wire, coefficient] : output.terms) {
        form.add(wire, coefficient.mid());
        depth = std::max(depth, levels_[static_cast<std::size_t>(wire)]);
      }
      needed.push_back(std::move(form));
    }
    net_.hidden.resize(static_cast<std::size_t>(depth));
    std::vector<Affine> *provided = &net_.outputs;
    for (int t = depth; t > 0; --t) {
      HiddenLayer &layer = net_.hidden[static_cast<std::size_t>(t) - 1];
      std::vector<Linear> operands = lay_out(t, needed, *provided, layer);
      provided = &layer.operands;
      needed = std::move(operands);
    }
    for (const Linear &form : needed)
      provided->push_back(rounded(form));
    drop_constant_layers();
    return std::move(net_);
  }

private:
  const Range &range(int wire) const { return ranges_[static_cast<std::size_t>(wire)]; }
  const Product &product(int wire) const {
    return circuit_.products[static_cast<std::size_t>(wire - circuit_.inputs)];
  }

  Affine rounded(const Linear &form) const {
    Affine affine;
    affine.constant = representable(form.constant);
    for (const auto &[source, weight] : form.terms)
      if (const double w = representable(weight); w != 0.0)
        affine.terms.emplace_back(source, w);
    return affine;
  }

  double representable(double x) const {
    const double rounded = round_to(net_.dtype, x);
    if (!(std::fabs(rounded) <= float_format(net_.dtype).largest))
      throw Error(ErrorCode::invalid_input,
                  "a coefficient of the normalised polynomial overflows " +
                      std::string(name_of(net_.dtype)) +
                      "; rescale the variables or the polynomial so that coefficients, values and "
                      "the width of the box stay within its range");
    return rounded;
  }

  // A layer without gates provides constants only, so nothing before it matters.
  void drop_constant_layers() {
    for (std::size_t t = net_.hidden.size(); t > 0; --t)
      if (net_.hidden[t - 1].gates.empty()) {
        net_.hidden.erase(net_.hidden.begin(),
                          net_.hidden.begin() + static_cast<std::ptrdiff_t>(t));
        return;
      }
  }

  Range range_of(const Linear &form) const {
    Range r{form.constant, 0.0};
    for (const auto &[wire, weight] : form.terms) {
      r.centre += weight * range(wire).centre;
      r.radius += std::fabs(weight) * range(wire).radius;
    }
    return r;
  }

  // Replaces the wires of level t in `form` by their linear parts; returns the gates' share.
  std::map<int, double> split(int t, Linear &form) const {
    std::map<int, double> gates;
    const std::map<int, double> terms = form.terms;
    for (const auto &[wire, weight] : terms) {
      if (levels_[static_cast<std::size_t>(wire)] != t)
        continue;
      form.terms.erase(wire);
      const auto [left, right] = product(wire);
      const Range u = range(left), v = range(right);
      form.add(right, weight * u.centre);
      form.add(left, weight * v.centre);
      form.constant -= weight * u.centre * v.centre;
      if (u.radius > 0.0 && v.radius > 0.0)
        gates[wire] = weight * u.radius * v.radius;
    }
    return gates;
  }

  // Fills layer t so that it provides the needed forms, written to `provided` over its gates.
  // Returns the operands, as forms over lower wires.
  std::vector<Linear> lay_out(int t, std::vector<Linear> &needed, std::vector<Affine> &provided,
                              HiddenLayer &layer) {
    std::vector<std::map<int, double>> shares;
    for (Linear &form : needed)
      shares.push_back(split(t, form));

    std::vector<Linear> operands;
    std::map<int, int> operand_of_wire, gate_of_wire;
    const auto operand = [&](int wire) {
      const auto [known, is_new] = operand_of_wire.emplace(wire, static_cast<int>(operands.size()));
      if (is_new)
        operands.push_back(normalised({{{wire, 1.0}}, 0.0}, range(wire)));
      return known->second;
    };
    for (const auto &share : shares)
      for (const auto &[wire, weight] : share)
        if (gate_of_wire.emplace(wire, static_cast<int>(layer.gates.size())).second) {
          const auto [left, right] = product(wire);
          layer.gates.push_back(left == right ? gate("square", {operand(left), 0})
                                              : gate("product", {operand(left), operand(right)}));
        }

    const std::vector<Linear> carriers = carriers_for(needed);
    std::vector<int> carrier_gate;
    for (const Linear &carrier : carriers) {
      // A form that is a single wire may share that wire's operand.
      int k;
      if (carrier.terms.size() == 1 && carrier.terms.begin()->second == 1.0) {
        k = operand(carrier.terms.begin()->first);
      } else {
        k = static_cast<int>(operands.size());
        operands.push_back(normalised(carrier, range_of(carrier)));
      }
      carrier_gate.push_back(static_cast<int>(layer.gates.size()));
      layer.gates.push_back(
          gate(net_.activation->symmetry == Symmetry::odd ? "copy_odd" : "copy", {k, 0}));
    }

    for (std::size_t f = 0; f < needed.size(); ++f) {
      Linear over_gates;
      over_gates.constant = needed[f].constant;
      for (const auto &[wire, weight] : shares[f])
        over_gates.add(gate_of_wire.at(wire), weight);
      add_carried(needed[f], carriers, carrier_gate, over_gates);
      provided.push_back(rounded(over_gates));
    }
    return operands;
  }

  // The forms that copy gates carry: the distinct needed ones up to a factor and a constant, or
  // their wires one by one where that takes fewer copies.
  std::vector<Linear> carriers_for(const std::vector<Linear> &needed) const {
    std::set<std::map<int, double>> forms;
    std::set<int> wires;
    for (const Linear &form : needed) {
      if (range_of(form).radius == 0.0)
        continue;
      forms.insert(direction(form));
      for (const auto &[wire, weight] : form.terms)
        wires.insert(wire);
    }
    std::vector<Linear> carriers;
    if (forms.size() <= wires.size()) {
      for (const auto &terms : forms)
        carriers.push_back({terms, 0.0});
    } else {
      for (const int wire : wires)
        if (range(wire).radius > 0.0)
          carriers.push_back({{{wire, 1.0}}, 0.0});
    }
    return carriers;
  }

  static std::map<int, double> direction(const Linear &form) {
    std::map<int, double> terms = form.terms;
    const double lead = terms.begin()->second;
    for (auto &[wire, weight] : terms)
      weight /= lead;
    return terms;
  }

  // Adds the copied part of a form: form = constant + sum of weight * (centre + radius * copy).
  void add_carried(const Linear &form, const std::vector<Linear> &carriers,
                   const std::vector<int> &carrier_gate, Linear &over_gates) const {
    if (form.terms.empty())
      return;
    const auto add = [&](std::size_t carrier, double weight) {
      const Range r = range_of(carriers[carrier]);
      over_gates.constant += weight * r.centre;
      over_gates.add(carrier_gate[carrier], weight * r.radius);
    };
    if (range_of(form).radius > 0.0) {
      const std::map<int, double> terms = direction(form);
      for (std::size_t c = 0; c < carriers.size(); ++c)
        if (carriers[c].terms == terms)
          return add(c, form.terms.begin()->second);
    }
    for (const auto &[wire, weight] : form.terms) {
      if (range(wire).radius == 0.0) {
        over_gates.constant += weight * range(wire).centre;
        continue;
      }
      for (std::size_t c = 0; c < carriers.size(); ++c)
        if (carriers[c].terms == std::map<int, double>{{wire, 1.0}})
          add(c, weight);
    }
  }

  static Linear normalised(Linear form, const Range &r) {
    for (auto &[wire, weight] : form.terms)
      weight /= r.radius;
    form.constant = (form.constant - r.centre) / r.radius;
    return form;
  }

  Gate gate(std::string_view name, std::array<int, max_operands> operands) const {
    const Stencil &st = stencil(name);
    const bool is_copy = st.order() == 1;
    const double bias = is_copy ? net_.activation->copy_bias
                                : options_.bias.value_or(net_.activation->product_bias);
    return {&st, round_to(net_.dtype, bias), 0.0, operands};
  }

  const Circuit &circuit_;
  const CompileOptions &options_;
  std::vector<int> levels_;
  std::vector<Range> ranges_;
  Network net_;
};

} // namespace

Network schedule(const Circuit &circuit, const std::vector<Interval> &box,
                 const CompileOptions &options) {
  return Scheduler(circuit, box, options).run();
}

} // namespace polynet
