#include "algebra/exact_sum.hpp"
#include "left_sum.hpp"
#include "rounding_analysis.hpp"

#include <algorithm>
#include <map>

namespace polynet {

namespace {

// Rounding errors are of two kinds. What a layer's neurons lose perturbs the gates that they make,
// and so the operands of the next layer: all neurons of a gate there see the same perturbed
// operands, and the perturbation passes with the gate's derivative. What the Linear map itself
// loses it loses row by row: in factored form a row is an operand, still seen alike by all neurons
// of a gate; in merged form it is one neuron's argument, and the gate's cancellation breaks.
class ByNeurons {
public:
  explicit ByNeurons(const Analysis &analysis) : a_(analysis) {}

  std::vector<double> operator()() const {
    const std::vector<Layer> derived = layers(a_.net);
    std::size_t next = subtracts_origin(a_.net) ? 1 : 0;
    Provider before = inputs();
    for (std::size_t t = 0; t < a_.net.hidden.size(); ++t) {
      const HiddenLayer &layer = a_.net.hidden[t];
      std::vector<double> operands = shared_errors(before, layer.operands);
      const std::vector<double> rows =
          row_roundings(before, rows_of(layer, a_.net.form), derived[next++]);
      if (a_.net.form == Form::factored) {
        add(rows, operands);
        ++next;
      }
      before = provider(t, operands, rows);
      if (!is_finite(before, rows))
        return std::vector<double>(a_.net.outputs.size(), detail::infinity);
    }
    std::vector<double> errors = shared_errors(before, a_.net.outputs);
    add(row_roundings(before, output_rows(a_.net), derived[next]), errors);
    return errors;
  }

private:
  struct NeuronBound {
    double magnitude = detail::infinity; // sup |neuron|, exact
    double error = detail::infinity;     // sup |computed - s(argument taken as exact)|
    int sign = 0;                        // of computed values; 0: either
  };
  // What a Linear map reads: gates (inputs, before the first layer) and their neurons.
  struct Provider {
    const HiddenLayer *layer = nullptr;
    Neurons map;
    std::vector<Source> sources;
    std::vector<NeuronBound> neurons;
  };

  // Whatever reads them: a runtime multiplies by zeros too, and an infinity would make that a NaN.
  static bool is_finite(const Provider &p, const std::vector<double> &rows) {
    return std::all_of(rows.begin(), rows.end(), [](double e) { return e < detail::infinity; }) &&
           std::all_of(p.neurons.begin(), p.neurons.end(),
                       [](const NeuronBound &n) { return n.error < detail::infinity; });
  }

  static void add(const std::vector<double> &more, std::vector<double> &errors) {
    for (std::size_t k = 0; k < errors.size(); ++k)
      errors[k] = up(errors[k] + more[k]);
  }

  Provider inputs() const {
    Provider p;
    for (std::size_t i = 0; i < a_.net.box.size(); ++i) {
      Source source;
      source.value = a_.net.from_origin(i, a_.net.box[i]);
      Interval read = a_.net.box[i];
      if (a_.net.form == Form::factored) { // two terms: in any order as from the left
        source.carried_error = less_origin(a_.net, i).error;
        read = source.value;
      } else {
        source.centre = -a_.net.origin_of(i);
      }
      p.sources.push_back(source);
      p.neurons.push_back(
          {read.mag(), source.carried_error, (read.lo() > 0.0) - (read.hi() < 0.0)});
    }
    return p;
  }

  // `operands`: their errors; `rows`: the roundings of the neurons' arguments (merged form).
  Provider provider(std::size_t t, const std::vector<double> &operands,
                    const std::vector<double> &rows) const {
    const HiddenLayer &layer = a_.net.hidden[t];
    const bool factored = a_.net.form == Form::factored;
    Provider p{&layer, neurons_of(layer), {}, {}};
    p.neurons.resize(p.map.distinct.size());
    for (std::size_t g = 0; g < layer.gates.size(); ++g) {
      double argument = factored ? a_.argument_rounding(t, layer.gates[g], operands) : 0.0;
      if (!factored)
        for (const int neuron : p.map.of_gate[g])
          argument = std::max(argument, rows[static_cast<std::size_t>(neuron)]);
      Source s = a_.gate_source(t, g, operands, argument);
      // All rows take the same number for c_0 s(b): what it is off by moves the gate.
      const Interval offset = (s.constant - s.centre) / s.normalisation;
      s.carried_error = up(a_.carried(t, g, operands) + offset.mag());
      // Each gate that shares a neuron bounds it.
      for (const int neuron : p.map.of_gate[g]) {
        NeuronBound &bound = p.neurons[static_cast<std::size_t>(neuron)];
        bound.magnitude = std::min(bound.magnitude, s.neuron_magnitude);
        bound.error = std::min(bound.error, s.neuron_error);
        bound.sign = s.neuron_sign != 0 ? s.neuron_sign : bound.sign;
      }
      p.sources.push_back(s);
    }
    return p;
  }

  // sup |exact form of the gates that the computed neurons make - exact form of the gates|.
  static std::vector<double> shared_errors(const Provider &before,
                                           const std::vector<Affine> &forms) {
    std::vector<double> errors;
    for (const Affine &form : forms) {
      double error = 0.0;
      std::map<int, Interval> weights; // of each neuron, in all gates that share it
      for (const auto &[index, coefficient] : form.terms) {
        const auto g = static_cast<std::size_t>(index);
        const Source &s = before.sources[g];
        error = up(error + up(std::fabs(coefficient) * s.carried_error));
        if (before.layer)
          for (std::size_t k = 0; k < before.map.of_gate[g].size(); ++k)
            weights[before.map.of_gate[g][k]] +=
                Interval(coefficient) * double(s.stencil->neurons[k].weight) / s.normalisation;
      }
      for (const auto &[neuron, weight] : weights)
        error = up(error + (weight * before.neurons[static_cast<std::size_t>(neuron)].error).mag());
      errors.push_back(error);
    }
    return errors;
  }

  // For each row: sup |computed row - exact row of the gates that the computed neurons make|.
  // `layer` holds the rounded parameters.
  std::vector<double> row_roundings(const Provider &before, const std::vector<Row> &rows,
                                    const Layer &layer) const {
    std::vector<double> errors;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      Interval total;
      double error = misfits(before, rows[r], layer, r, total), flushed = 2.0;
      Summands summands;
      summands.add(std::fabs(layer.bias[r]), layer.bias[r] < 0.0 ? -1 : 1);
      for (int k = layer.row_start[r]; k < layer.row_start[r + 1]; ++k) {
        const auto entry = static_cast<std::size_t>(k);
        const double weight = layer.weight[entry];
        const NeuronBound &bound = before.neurons[static_cast<std::size_t>(layer.column[entry])];
        const double neuron = up(bound.magnitude + bound.error);
        const double product = up(std::fabs(weight) * neuron);
        const double rounding = half_ulp(a_.format, product);
        error = up(error + rounding);
        summands.add(up(product + rounding), weight < 0.0 ? -bound.sign : bound.sign);
        flushed = up(flushed + up(up(std::fabs(weight) + neuron) + 2.0));
      }
      error = up(error + summands.rounding(a_.format, up(total.mag() + error)));
      if (!(summands.magnitude() <= a_.format.largest / 2))
        error = detail::infinity;
      // Flush to zero, of inputs or of results: at most one smallest normal number each.
      errors.push_back(up(error + up(flushed * a_.format.smallest_normal)));
    }
    return errors;
  }

  // What rounding the parameters does to a row, and the row itself. The weights add up exactly to
  // integer multiples of the units: a unit's misfit scales its whole gate.
  double misfits(const Provider &before, const Row &row, const Layer &layer, std::size_t r,
                 Interval &total) const {
    const std::vector<double> units =
        before.layer ? unit_weights(a_.net, *before.layer, before.map, row)
                     : std::vector<double>(layer.weight.begin() + layer.row_start[r],
                                           layer.weight.begin() + layer.row_start[r + 1]);
    total = row.constant;
    ExactSum constant(layer.bias[r]);
    double error = 0.0;
    for (std::size_t k = 0; k < units.size(); ++k) {
      const auto &[index, coefficient] = row.terms[k];
      const Source &s = before.sources[static_cast<std::size_t>(index)];
      const Interval computed = s.value + symmetric(s.error());
      total += coefficient * computed;
      error = up(error + ((Interval(units[k]) * s.normalisation - coefficient) * computed).mag());
      constant.add_product(-units[k], s.centre);
    }
    return up(error + constant.minus(row.constant).mag());
  }

  const Analysis &a_;
};

} // namespace

std::vector<double> rounding_by_neurons(const Network &net, const Truncation &truncation,
                                        double activation_ulp) {
  return ByNeurons(Analysis(net, truncation, activation_ulp, net.activation->runtime_magnitude))();
}

} // namespace polynet
