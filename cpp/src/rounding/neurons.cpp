#include "analysis.hpp"

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
    std::size_t next = 0;
    std::vector<Source> sources = inputs();
    const HiddenLayer *previous = nullptr;
    for (std::size_t t = 0; t < a_.net.hidden.size(); ++t) {
      const HiddenLayer &layer = a_.net.hidden[t];
      std::vector<double> operands = shared_errors(layer.operands, sources);
      const std::vector<double> rows =
          row_roundings(previous, sources, rows_of(layer, a_.net.form), derived[next++]);
      if (a_.net.form == Form::factored) {
        add(rows, operands);
        ++next;
      }
      sources = gates(t, operands, rows);
      previous = &layer;
    }
    std::vector<double> errors = shared_errors(a_.net.outputs, sources);
    add(row_roundings(previous, sources, output_rows(a_.net), derived[next]), errors);
    return errors;
  }

private:
  static void add(const std::vector<double> &more, std::vector<double> &errors) {
    for (std::size_t k = 0; k < errors.size(); ++k)
      errors[k] = up(errors[k] + more[k]);
  }

  std::vector<Source> inputs() const {
    std::vector<Source> sources;
    for (const Interval &x : a_.net.box) {
      Source source;
      source.value = x;
      source.neuron_magnitude = x.mag();
      source.neuron_sign = (x.lo() > 0.0) - (x.hi() < 0.0);
      sources.push_back(source);
    }
    return sources;
  }

  // What the sources' errors make of the exact forms.
  static std::vector<double> shared_errors(const std::vector<Affine> &forms,
                                           const std::vector<Source> &sources) {
    std::vector<double> errors;
    for (const Affine &form : forms) {
      double error = 0.0;
      for (const auto &[source, weight] : form.terms)
        error = up(error + up(std::fabs(weight) * sources[static_cast<std::size_t>(source)].error));
      errors.push_back(error);
    }
    return errors;
  }

  std::vector<Source> gates(std::size_t t, const std::vector<double> &operands,
                            const std::vector<double> &rows) const {
    const std::vector<Gate> &gates = a_.net.hidden[t].gates;
    std::vector<Source> sources;
    std::size_t neuron = 0;
    for (std::size_t g = 0; g < gates.size(); ++g) {
      double argument = 0.0;
      if (a_.net.form == Form::factored)
        argument = a_.argument_rounding(t, gates[g], operands);
      else
        for (std::size_t k = 0; k < gates[g].stencil->neurons.size(); ++k)
          argument = std::max(argument, rows[neuron++]);
      Source s = a_.gate_source(t, g, operands, argument);
      const double neurons = up(s.weight_sum * s.neuron_error);
      s.error = up((Interval(neurons) / s.normalisation).mag() + a_.carried(t, g, operands));
      sources.push_back(s);
    }
    return sources;
  }

  // For each row: sup |computed row - exact row of the gates that the computed neurons make|.
  // `layer` holds the rounded parameters.
  std::vector<double> row_roundings(const HiddenLayer *previous, const std::vector<Source> &sources,
                                    const std::vector<Row> &rows, const Layer &layer) const {
    std::vector<double> errors;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      Summands summands;
      summands.add(std::fabs(layer.bias[r]), layer.bias[r] < 0.0 ? -1 : 1);
      // The rounding of the weights, the products and flushing; the exact row.
      double error = 0.0, flushed = 2.0;
      Interval total = rows[r].constant, constant_misfit = Interval(layer.bias[r]) - total;
      for (const auto &[index, coefficient] : rows[r].terms) {
        const Source &s = sources[static_cast<std::size_t>(index)];
        const double unit =
            previous
                ? unit_weight(a_.net, previous->gates[static_cast<std::size_t>(index)], coefficient)
                : round_to(a_.net.dtype, coefficient.mid());
        // All neurons of the gate have integer multiples of unit: its misfit scales the whole gate.
        const Interval misfit = Interval(unit) * s.normalisation - coefficient;
        error = up(error + (misfit * s.computed()).mag());
        total += coefficient * s.computed();
        constant_misfit -= Interval(unit) * s.constant;
        const double neuron = up(s.neuron_magnitude + s.neuron_error);
        for (int k = 0; k < s.neurons; ++k) {
          const double weight = unit * (s.stencil ? s.stencil->neurons[k].weight : 1);
          const double product = up(std::fabs(weight) * neuron);
          const double rounding = half_ulp(a_.format, product);
          error = up(error + rounding);
          summands.add(up(product + rounding), s.neuron_sign * (weight < 0.0 ? -1 : 1));
          flushed = up(flushed + up(up(std::fabs(weight) + neuron) + 2.0));
        }
      }
      error = up(error + constant_misfit.mag());
      error = up(error + summands.rounding(a_.format, up(total.mag() + error)));
      if (!(summands.magnitude() <= a_.format.largest / 2))
        error = detail::infinity;
      // Flush to zero, of inputs or of results: at most one smallest normal number each.
      errors.push_back(up(error + up(flushed * a_.format.smallest_normal)));
    }
    return errors;
  }

  const Analysis &a_;
};

} // namespace

std::vector<double> rounding_by_neurons(const Network &net, const Truncation &truncation,
                                        double activation_ulp) {
  return ByNeurons(Analysis(net, truncation, activation_ulp))();
}

} // namespace polynet
