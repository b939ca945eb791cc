#include "polynet/circuit.hpp"

#include <map>

namespace polynet {

namespace {

class Polariser {
public:
  explicit Polariser(const Circuit &circuit) {
    result_.inputs = circuit.inputs;
    for (int i = 0; i < circuit.inputs; ++i)
      values_.push_back({{{i, 1.0}}, 0.0});
    for (const Product &p : circuit.products) {
      if (p.of_bits) {
        values_.push_back(
            {{{result_.inputs + static_cast<int>(result_.products.size()), 1.0}}, 0.0});
        result_.products.push_back(p);
        continue;
      }
      const Combination u = over_new_wires(p.left);
      if (p.third) {
        const int next = result_.inputs + static_cast<int>(result_.products.size());
        result_.products.push_back(
            {u, over_new_wires(p.right), p.square, over_new_wires(*p.third)});
        values_.push_back({{{next, 1.0}}, 0.0});
        continue;
      }
      if (p.square) {
        values_.push_back({{{square(u), 1.0}}, 0.0});
        continue;
      }
      const Combination v = over_new_wires(p.right);
      values_.push_back({{{square(sum(u, v)), 0.5}, {square(u), -0.5}, {square(v), -0.5}}, 0.0});
    }
    for (const Combination &output : circuit.outputs)
      result_.outputs.push_back(over_new_wires(output));
  }

  Circuit take() { return std::move(result_); }

private:
  static Combination from(const std::map<int, Interval> &terms, const Interval &constant) {
    return {{terms.begin(), terms.end()}, constant};
  }

  Combination over_new_wires(const Combination &form) const {
    std::map<int, Interval> terms;
    Interval constant = form.constant;
    for (const auto &[wire, coefficient] : form.terms) {
      const Combination &value = values_[static_cast<std::size_t>(wire)];
      for (const auto &[w, c] : value.terms)
        terms[w] += coefficient * c;
      constant += coefficient * value.constant;
    }
    return from(terms, constant);
  }

  static Combination sum(const Combination &u, const Combination &v) {
    std::map<int, Interval> terms(u.terms.begin(), u.terms.end());
    for (const auto &[wire, coefficient] : v.terms)
      terms[wire] += coefficient;
    return from(terms, u.constant + v.constant);
  }

  // The wire of a form's square, each made once.
  int square(const Combination &form) {
    std::vector<double> key{form.constant.mid()};
    for (const auto &[wire, coefficient] : form.terms) {
      key.push_back(wire);
      key.push_back(coefficient.mid());
    }
    const int next = result_.inputs + static_cast<int>(result_.products.size());
    const auto [known, is_new] = squares_.emplace(std::move(key), next);
    if (is_new)
      result_.products.push_back({form, {}, true});
    return known->second;
  }

  Circuit result_;
  std::vector<Combination> values_; // of the old wires, over the new ones
  std::map<std::vector<double>, int> squares_;
};

} // namespace

Circuit polarised(const Circuit &circuit) { return Polariser(circuit).take(); }

} // namespace polynet
