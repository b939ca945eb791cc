#include "products.hpp"

#include "algebra/dense.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace polynet {

namespace {

// Completing a product is worth no larger system: with 20 unknowns or 200 the bounds of 46
// polynomials are the same. What is left over of its linear terms is the rounding of the weights;
// so are they with 1e-3 or 1e-7.
constexpr std::ptrdiff_t max_unknowns = 100;
constexpr double completed = 1e-5;

// A form over the wires.
struct WireForm {
  std::map<int, Interval> terms;
  Interval constant;

  void add(const WireForm &other, const Interval &factor) {
    for (const auto &[wire, weight] : other.terms)
      terms[wire] += weight * factor;
    constant += other.constant * factor;
  }
  double weight(int wire) const {
    const auto found = terms.find(wire);
    return found == terms.end() ? 0.0 : found->second.mid();
  }
  Row row() const { return {{terms.begin(), terms.end()}, constant}; }
};

WireForm wire(int index) { return {{{index, 1.0}}, 0.0}; }

// One gate's output while its layer is worked on.
struct GateOutput {
  ProductStep step;
  std::vector<WireForm> values, errors; // of the operands
  WireForm value, error;
  bool open; // a product that can still be completed
};

// The operands that a product of degree 2 has, each factor once.
std::vector<std::size_t> factors(const Stencil &st) {
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < static_cast<std::size_t>(st.operands); ++i)
    if (st.target[i] > 0)
      result.push_back(i);
  return result;
}

class Rewriting {
public:
  Rewriting(const Network &net, Products &products) : net_(net), products_(products) {}

  void run() {
    std::vector<WireForm> values, errors(net_.box.size());
    int wires = 0;
    for (std::size_t i = 0; i < net_.box.size(); ++i)
      values.push_back(wire(wires++));
    for (std::size_t t = 0; t < net_.hidden.size(); ++t) {
      const HiddenLayer &layer = net_.hidden[t];
      std::vector<GateOutput> outputs;
      for (std::size_t g = 0; g < layer.gates.size(); ++g)
        outputs.push_back(output(t, g, wires++, values, errors));
      complete(outputs, t + 1 < net_.hidden.size() ? net_.hidden[t + 1].operands : net_.outputs);
      values.clear();
      errors.clear();
      for (GateOutput &o : outputs) {
        values.push_back(std::move(o.value));
        errors.push_back(std::move(o.error));
        for (std::size_t i = 0; i < o.values.size(); ++i) {
          o.step.values.push_back(o.values[i].row());
          o.step.errors.push_back(o.errors[i].row());
        }
        products_.steps.push_back(std::move(o.step));
      }
    }
    for (const Affine &form : net_.outputs)
      products_.outputs.push_back(combination(form, errors, 0.0).row());
  }

private:
  static WireForm combination(const Affine &form, const std::vector<WireForm> &sources,
                              double constant) {
    WireForm sum{{}, constant};
    for (const auto &[source, weight] : form.terms)
      sum.add(sources[static_cast<std::size_t>(source)], weight);
    return sum;
  }

  GateOutput output(std::size_t t, std::size_t g, int index, const std::vector<WireForm> &values,
                    const std::vector<WireForm> &errors) const {
    const Gate &gate = net_.hidden[t].gates[g];
    const Stencil &st = *gate.stencil;
    GateOutput o{};
    for (int i = 0; i < st.operands; ++i) {
      const Affine &form = net_.hidden[t].operands[static_cast<std::size_t>(gate.operands[i])];
      o.values.push_back(combination(form, values, form.constant));
      o.errors.push_back(combination(form, errors, 0.0));
    }
    o.step.layer = t;
    o.step.gate = g;
    o.step.copy = st.bits == 0 && st.order() == 1;
    o.open = st.bits == 0 && st.order() == 2;
    o.value = o.error = wire(index);
    if (o.step.copy) {
      const std::size_t source = factors(st).front();
      o.value = o.values[source];
      o.error.add(o.errors[source], 1.0);
    }
    return o;
  }

  // The products that a form of the next layer reads are completed by its linear terms, forms of
  // few products first.
  void complete(std::vector<GateOutput> &outputs, const std::vector<Affine> &readers) const {
    const auto read = [&](const std::pair<int, double> &term) -> GateOutput & {
      return outputs[static_cast<std::size_t>(term.first)];
    };
    for (std::ptrdiff_t count = 1; 2 * count <= max_unknowns; ++count)
      for (const Affine &reader : readers) {
        const auto is_open = [&](const auto &term) { return read(term).open; };
        if (std::count_if(reader.terms.begin(), reader.terms.end(), is_open) != count)
          continue;
        std::vector<std::pair<GateOutput *, double>> open;
        WireForm rest;
        for (const auto &term : reader.terms)
          if (GateOutput &o = read(term); o.open)
            open.emplace_back(&o, term.second);
          else
            rest.add(o.value, term.second);
        complete(open, rest);
      }
  }

  void complete(const std::vector<std::pair<GateOutput *, double>> &open,
                const WireForm &rest) const {
    std::set<int> wires;
    Eigen::Index unknowns = 0;
    for (const auto &[o, weight] : open)
      for (const std::size_t i : factors(stencil(*o))) {
        ++unknowns;
        for (const auto &term : o->values[i].terms)
          wires.insert(term.first);
      }
    if (wires.empty())
      return;
    // sum of weight * linear * operand = rest: z^t + linear.z is what to take together.
    Eigen::MatrixXd matrix(static_cast<Eigen::Index>(wires.size()), unknowns);
    Eigen::VectorXd right(matrix.rows());
    Eigen::Index row = 0;
    for (const int w : wires) {
      Eigen::Index column = 0;
      for (const auto &[o, weight] : open)
        for (const std::size_t i : factors(stencil(*o)))
          matrix(row, column++) = weight * o->values[i].weight(w);
      right(row++) = rest.weight(w);
    }
    const Eigen::VectorXd linear = solve_least(matrix, right);
    if (!((matrix * linear - right).cwiseAbs().maxCoeff() <=
          completed * right.cwiseAbs().maxCoeff()))
      return;
    Eigen::Index column = 0;
    for (const auto &[o, weight] : open) {
      const std::vector<std::size_t> f = factors(stencil(*o));
      std::vector<double> l(f.size());
      for (double &x : l)
        x = linear(column++);
      shift(*o, f, l);
    }
  }

  const Stencil &stencil(const GateOutput &o) const {
    return *net_.hidden[o.step.layer].gates[o.step.gate].stencil;
  }

  // a b = (a + s)(b + t) - t a - s b - s t, a^2 = (a + s)^2 - 2 s a - s^2; so do their errors, in
  // which the constants do not show.
  void shift(GateOutput &o, const std::vector<std::size_t> &f,
             const std::vector<double> &linear) const {
    o.open = false;
    const bool square = f.size() == 1;
    double *s = o.step.shifts.data();
    s[f.front()] = square ? 0.5 * linear.front() : linear.back();
    s[f.back()] = square ? s[f.front()] : linear.front();
    for (std::size_t k = 0; k < f.size(); ++k) {
      const double factor = square ? 2.0 * s[f[k]] : linear[k]; // the half may be rounded
      o.value.add(o.values[f[k]], -factor);
      o.error.add(o.errors[f[k]], -factor);
    }
    o.value.constant -= Interval(s[f.front()]) * s[f.back()];
  }

  const Network &net_;
  Products &products_;
};

} // namespace

Products::Products(const Network &net) { Rewriting(net, *this).run(); }

} // namespace polynet
