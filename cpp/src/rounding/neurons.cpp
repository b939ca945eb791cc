#include "analysis.hpp"

namespace polynet {

namespace {

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
      const std::vector<double> errors =
          row_errors(previous, sources, rows_of(layer, a_.net.form), derived[next++]);
      const bool factored = a_.net.form == Form::factored;
      next += factored;
      sources.clear();
      std::size_t neuron = 0;
      for (std::size_t g = 0; g < layer.gates.size(); ++g) {
        const Gate &gate = layer.gates[g];
        double argument_error = factored ? a_.argument_rounding(t, gate, errors) : 0.0;
        if (!factored)
          for (std::size_t k = 0; k < gate.stencil->neurons.size(); ++k)
            argument_error = std::max(argument_error, errors[neuron++]);
        sources.push_back(a_.gate_source(t, g, argument_error));
        if (factored)
          sources.back().carried_error = a_.carried(t, g, errors);
      }
      previous = &layer;
    }
    return row_errors(previous, sources, output_rows(a_.net), derived[next]);
  }

private:
  std::vector<Source> inputs() const {
    std::vector<Source> sources;
    for (const Interval &x : a_.net.box) {
      Source source;
      source.magnitude = source.neuron_magnitude = x.mag();
      sources.push_back(source);
    }
    return sources;
  }

  // For each row: sup |computed row - exact row| where the exact row is taken at the operands that
  // the sources' errors refer to. `layer` holds the rounded parameters.
  std::vector<double> row_errors(const HiddenLayer *previous, const std::vector<Source> &sources,
                                 const std::vector<Row> &rows, const Layer &layer) const {
    std::vector<double> errors;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      double sum_of_magnitudes = std::fabs(layer.bias[r]);
      double error = 0.0, flushed = 0.0, operations = 2.0;
      Interval constant_misfit = Interval(layer.bias[r]) - rows[r].constant;
      for (const auto &[index, coefficient] : rows[r].terms) {
        const Source &s = sources[static_cast<std::size_t>(index)];
        const double unit =
            previous
                ? unit_weight(a_.net, previous->gates[static_cast<std::size_t>(index)], coefficient)
                : round_to(a_.net.dtype, coefficient.mid());
        // All neurons of the gate have integer multiples of unit: its misfit scales the whole gate.
        const Interval misfit = Interval(unit) * s.normalisation - coefficient;
        const double weights = up(s.weight_sum * std::fabs(unit));
        const double neuron = up(s.neuron_magnitude + s.neuron_error);
        sum_of_magnitudes = up(sum_of_magnitudes + up(weights * neuron));
        error = up(error + up(weights * s.neuron_error));
        error = up(error + (misfit * up(s.magnitude + s.carried_error)).mag());
        error = up(error + (coefficient * s.carried_error).mag());
        constant_misfit -= Interval(unit) * s.constant;
        flushed = up(flushed + up(weights + up(s.neurons * neuron)));
        operations += 2.0 * s.neurons;
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
