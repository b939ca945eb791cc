#include "analysis.hpp"

namespace polynet {

namespace {

class ByNeurons {
public:
  explicit ByNeurons(const Analysis &analysis) : a_(analysis) {}

  std::vector<double> operator()() const {
    const std::vector<Layer> derived = layers(a_.net);
    std::size_t next = 0;
    Provider before = inputs();
    for (std::size_t t = 0; t < a_.net.hidden.size(); ++t) {
      const HiddenLayer &layer = a_.net.hidden[t];
      const std::vector<double> errors =
          row_errors(before, rows_of(layer, a_.net.form), derived[next++]);
      next += a_.net.form == Form::factored;
      before = provider(t, errors);
    }
    return row_errors(before, output_rows(a_.net), derived[next]);
  }

private:
  struct NeuronBound {
    double magnitude = detail::infinity; // sup |neuron|
    double error = detail::infinity;     // sup |computed - s(argument taken as exact)|
  };
  // What a Linear map reads: gates (inputs, before the first layer) and their neurons.
  struct Provider {
    const HiddenLayer *layer = nullptr;
    Neurons map;
    std::vector<Source> sources;
    std::vector<NeuronBound> neurons;
  };

  Provider inputs() const {
    Provider p;
    for (const Interval &x : a_.net.box) {
      Source source;
      source.magnitude = source.neuron_magnitude = x.mag();
      p.sources.push_back(source);
      p.neurons.push_back({x.mag(), 0.0});
    }
    return p;
  }

  // `errors`: of the operands (factored form) or of the neurons' arguments.
  Provider provider(std::size_t t, const std::vector<double> &errors) const {
    const HiddenLayer &layer = a_.net.hidden[t];
    const bool factored = a_.net.form == Form::factored;
    Provider p{&layer, neurons_of(layer), {}, {}};
    p.neurons.resize(p.map.distinct.size());
    for (std::size_t g = 0; g < layer.gates.size(); ++g) {
      double argument_error = factored ? a_.argument_rounding(t, layer.gates[g], errors) : 0.0;
      if (!factored)
        for (const int neuron : p.map.of_gate[g])
          argument_error = std::max(argument_error, errors[static_cast<std::size_t>(neuron)]);
      p.sources.push_back(a_.gate_source(t, g, argument_error));
      if (factored)
        p.sources.back().carried_error = a_.carried(t, g, errors);
      // Each gate that shares a neuron bounds it.
      for (const int neuron : p.map.of_gate[g]) {
        NeuronBound &bound = p.neurons[static_cast<std::size_t>(neuron)];
        bound.magnitude = std::min(bound.magnitude, p.sources.back().neuron_magnitude);
        bound.error = std::min(bound.error, p.sources.back().neuron_error);
      }
    }
    return p;
  }

  // For each row: sup |computed row - exact row| where the exact row is taken at the operands that
  // the sources' errors refer to. `layer` holds the rounded parameters.
  std::vector<double> row_errors(const Provider &before, const std::vector<Row> &rows,
                                 const Layer &layer) const {
    std::vector<double> errors;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      double sum_of_magnitudes = std::fabs(layer.bias[r]);
      double error = 0.0, flushed = 0.0, operations = 2.0;
      for (int k = layer.row_start[r]; k < layer.row_start[r + 1]; ++k) {
        const auto entry = static_cast<std::size_t>(k);
        const double weight = std::fabs(layer.weight[entry]);
        const NeuronBound &bound = before.neurons[static_cast<std::size_t>(layer.column[entry])];
        const double neuron = up(bound.magnitude + bound.error);
        sum_of_magnitudes = up(sum_of_magnitudes + up(weight * neuron));
        error = up(error + up(weight * bound.error));
        flushed = up(flushed + up(weight + neuron));
        operations += 2.0;
      }
      // The weights add up exactly to integer multiples of the units: a unit's misfit scales its
      // whole gate.
      const std::vector<double> units =
          before.layer ? unit_weights(a_.net, *before.layer, before.map, rows[r])
                       : std::vector<double>(layer.weight.begin() + layer.row_start[r],
                                             layer.weight.begin() + layer.row_start[r + 1]);
      Interval constant_misfit = Interval(layer.bias[r]) - rows[r].constant;
      for (std::size_t k = 0; k < units.size(); ++k) {
        const auto &[index, coefficient] = rows[r].terms[k];
        const Source &s = before.sources[static_cast<std::size_t>(index)];
        const Interval misfit = Interval(units[k]) * s.normalisation - coefficient;
        error = up(error + (misfit * up(s.magnitude + s.carried_error)).mag());
        error = up(error + (coefficient * s.carried_error).mag());
        constant_misfit -= Interval(units[k]) * s.constant;
      }
      if (!(sum_of_magnitudes <= a_.format.largest / 2))
        error = detail::infinity;
      error = up(error + up(a_.gamma(operations / 2.0) * sum_of_magnitudes));
      error = up(error + constant_misfit.mag());
      // Flush to zero, of inputs or of results: at most one smallest normal number each.
      error = up(error + up(up(flushed + operations) * a_.format.smallest_normal));
      errors.push_back(error);
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
