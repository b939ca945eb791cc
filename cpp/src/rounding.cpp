#include "polynet/rounding.hpp"

namespace polynet {

namespace {

// What a row's coefficient multiplies: one gate of the previous layer seen through its neurons, or
// an input of the network, which is one exact neuron.
struct Source {
  int neurons = 1;
  int weight_sum = 1;           // of the |integer weights| of the neurons
  Interval normalisation = 1.0; // c l^m
  double magnitude = 0.0;       // sup |gate's value|
  double neuron_magnitude = 0.0;
  double neuron_error = 0.0; // sup |computed neuron - s(argument that the analysis takes as exact)|
  double carried_error = 0.0; // sup |gate(computed operands) - gate(exact operands)|
  Interval constant = 0.0;    // c_0 s(b)
};

class Analysis {
public:
  Analysis(const Network &net, const Truncation &truncation, double activation_ulp)
      : net_(net), truncation_(truncation), format_(float_format(net.dtype)),
        activation_ulp_(activation_ulp) {}

  std::vector<double> by_neurons() {
    const std::vector<Layer> derived = layers(net_);
    std::size_t next = 0;
    std::vector<Source> sources = inputs();
    const HiddenLayer *previous = nullptr;
    for (std::size_t t = 0; t < net_.hidden.size(); ++t) {
      const HiddenLayer &layer = net_.hidden[t];
      const std::vector<double> errors =
          row_errors(previous, sources, rows_of(layer, net_.form), derived[next++]);
      const bool factored = net_.form == Form::factored;
      next += factored;
      sources.clear();
      std::size_t neuron = 0;
      for (std::size_t g = 0; g < layer.gates.size(); ++g) {
        const Gate &gate = layer.gates[g];
        double argument_error = factored ? argument_rounding(t, gate, errors) : 0.0;
        if (!factored)
          for (std::size_t k = 0; k < gate.stencil->neurons.size(); ++k)
            argument_error = std::max(argument_error, errors[neuron++]);
        sources.push_back(gate_source(t, g, argument_error));
        if (factored)
          sources.back().carried_error = carried(t, g, errors);
      }
      previous = &layer;
    }
    return row_errors(previous, sources, output_rows(net_), derived[next]);
  }

  std::vector<double> by_gates(const Plan &plan) {
    std::vector<double> errors(net_.box.size(), 0.0), magnitudes;
    for (const Interval &x : net_.box)
      magnitudes.push_back(x.mag());
    for (std::size_t t = 0; t < net_.hidden.size(); ++t) {
      const HiddenLayer &layer = net_.hidden[t];
      const std::vector<double> operands = combination_errors(layer.operands, magnitudes, errors);
      errors.clear();
      magnitudes.clear();
      for (std::size_t g = 0; g < layer.gates.size(); ++g) {
        const PlannedSeries &planned = plan.series[plan.layers[t].gates[g].series];
        const double local = planned.converges ? series_rounding(t, g, planned, operands)
                                               : neuron_rounding(t, g, operands);
        errors.push_back(up(local + carried(t, g, operands)));
        magnitudes.push_back(up(truncation_.output(t, g).mag() + errors.back()));
      }
    }
    return combination_errors(net_.outputs, magnitudes, errors);
  }

private:
  // (1 + u)^n - 1 <= gamma_n = n u/(1 - n u); infinite where that has no meaning.
  double gamma(double n) const {
    const Interval nu = Interval(n) * format_.unit_roundoff;
    return nu.hi() < 0.5 ? (nu / (Interval(1.0) - nu)).hi() : detail::infinity;
  }

  double ulp(double magnitude) const {
    if (!(magnitude <= format_.largest))
      return detail::infinity;
    const double normal = std::max(magnitude, format_.smallest_normal);
    return std::ldexp(1.0, std::ilogb(normal) - format_.precision + 1);
  }

  std::vector<Source> inputs() const {
    std::vector<Source> sources;
    for (const Interval &x : net_.box) {
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
                ? unit_weight(net_, previous->gates[static_cast<std::size_t>(index)], coefficient)
                : round_to(net_.dtype, coefficient.mid());
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
      if (!(sum_of_magnitudes <= format_.largest / 2))
        error = detail::infinity;
      error = up(error + up(gamma(operations / 2.0) * sum_of_magnitudes));
      error = up(error + constant_misfit.mag());
      // Flush to zero, of inputs or of results: at most one smallest normal number each.
      error = up(error + up(up(flushed + operations) * format_.smallest_normal));
      errors.push_back(error);
    }
    return errors;
  }

  // sup |l d_i z_i| over the neurons' directions d, for an operand that is off by `error`.
  double reach_of(std::size_t t, const Gate &gate, int i, double error) const {
    const double z = up(truncation_.operand(t, gate.operands[i]).mag() + error);
    return up(up(gate.scale * gate.stencil->largest_direction(i)) * z);
  }

  // Rounding of b + l d.z in the map operands -> neurons, its weights l d included.
  double argument_rounding(std::size_t t, const Gate &gate,
                           const std::vector<double> &operand_errors) const {
    double sum = std::fabs(gate.bias), flushed = 2.0;
    for (int i = 0; i < gate.stencil->operands; ++i) {
      const double error = operand_errors[static_cast<std::size_t>(gate.operands[i])];
      sum = up(sum + reach_of(t, gate, i, error));
      const double weight = up(gate.scale * gate.stencil->largest_direction(i));
      const double z = up(truncation_.operand(t, gate.operands[i]).mag() + error);
      flushed = up(flushed + up(weight + z) + 2.0);
    }
    return up(up(gamma(gate.stencil->operands + 2) * sum) + up(flushed * format_.smallest_normal));
  }

  // Checks that arguments off by argument_error stay where the series' enclosures of s and s' hold.
  Source gate_source(std::size_t t, std::size_t g, double argument_error) const {
    const Gate &gate = net_.hidden[t].gates[g];
    const GateSeries &series = truncation_.series(t, g);
    double reach = argument_error;
    for (int i = 0; i < gate.stencil->operands; ++i)
      reach = up(reach + reach_of(t, gate, i, 0.0));
    Source source;
    source.neurons = static_cast<int>(gate.stencil->neurons.size());
    source.weight_sum = gate.stencil->weight_sum();
    source.normalisation = series.normalisation();
    source.magnitude = truncation_.output(t, g).mag();
    source.neuron_magnitude = series.value().mag();
    source.neuron_error =
        reach <= series.radius() ? neuron_error(series, argument_error) : detail::infinity;
    source.constant = series.value_at_bias() * Interval(gate.stencil->constant_weight);
    return source;
  }

  double neuron_error(const GateSeries &series, double argument_error) const {
    const double activation = up(activation_ulp_ * ulp(series.value().mag()));
    return up(up(up(series.slope().mag() * argument_error) + activation) + format_.smallest_normal);
  }

  // sup |gate(z + e) - gate(z)| for |e_i| <= errors, by the mean value theorem.
  double carried(std::size_t t, std::size_t g, const std::vector<double> &errors) const {
    const Gate &gate = net_.hidden[t].gates[g];
    const GateSeries &series = truncation_.series(t, g);
    std::array<Interval, max_operands> z;
    for (int i = 0; i < gate.stencil->operands; ++i) {
      const double e = errors[static_cast<std::size_t>(gate.operands[i])];
      z[i] = truncation_.operand(t, gate.operands[i]) + symmetric(e);
      if (!(z[i].mag() <= series.range()[static_cast<std::size_t>(i)]))
        return detail::infinity;
    }
    double sum = 0.0;
    for (int i = 0; i < gate.stencil->operands; ++i) {
      const double e = errors[static_cast<std::size_t>(gate.operands[i])];
      sum = up(sum + up(series.derivative(i, z.data()).mag() * e));
    }
    return sum;
  }

  std::vector<double> combination_errors(const std::vector<Affine> &forms,
                                         const std::vector<double> &magnitudes,
                                         const std::vector<double> &errors) const {
    std::vector<double> result;
    for (const Affine &form : forms) {
      double sum = std::fabs(form.constant), carried = 0.0, flushed = 2.0;
      for (const auto &[source, weight] : form.terms) {
        const auto k = static_cast<std::size_t>(source);
        sum = up(sum + up(std::fabs(weight) * up(magnitudes[k] + errors[k])));
        carried = up(carried + up(std::fabs(weight) * errors[k]));
        flushed = up(flushed + up(up(std::fabs(weight) + magnitudes[k]) + 2.0));
      }
      const double n = static_cast<double>(form.terms.size()) + 1.0;
      const double rounding = up(up(gamma(n) * sum) + up(flushed * format_.smallest_normal));
      result.push_back(sum <= format_.largest / 2 ? up(carried + rounding) : detail::infinity);
    }
    return result;
  }

  double target_magnitude(std::size_t t, const Gate &gate,
                          const std::vector<double> &errors) const {
    std::array<Interval, max_operands> z;
    for (int i = 0; i < gate.stencil->operands; ++i)
      z[i] = truncation_.operand(t, gate.operands[i]) +
             symmetric(errors[static_cast<std::size_t>(gate.operands[i])]);
    return target(*gate.stencil, z.data()).mag();
  }

  double series_rounding(std::size_t t, std::size_t g, const PlannedSeries &planned,
                         const std::vector<double> &errors) const {
    const double t_max = target_magnitude(t, net_.hidden[t].gates[g], errors);
    return up(up(planned.relative_error * t_max) + planned.absolute_error);
  }

  // The gate's neurons summed with their integer weights, the constant, and 1/(c l^m), as in
  // evaluate/gates.cpp.
  double neuron_rounding(std::size_t t, std::size_t g, const std::vector<double> &errors) const {
    const Gate &gate = net_.hidden[t].gates[g];
    const Source s = gate_source(t, g, argument_rounding(t, gate, errors));
    const Interval exact_inverse = Interval(1.0) / s.normalisation;
    const double inverse = exact_inverse.mag();
    const double misfit = up(exact_inverse.rad() * s.normalisation.mag());
    const double sum =
        up(up(s.weight_sum * up(s.neuron_magnitude + s.neuron_error)) + s.constant.mag());
    // Neither the factor nor the sum nor their product may leave the dtype's range.
    if (!(inverse >= format_.smallest_normal && inverse <= format_.largest / 2 &&
          up(sum * std::max(inverse, 1.0)) <= format_.largest / 2))
      return detail::infinity;
    double error = up(up(s.weight_sum * s.neuron_error) + s.constant.rad());
    error = up(error + up(gamma(s.neurons + 4.0) * sum));
    error = up(up(error * inverse) * (1.0 + 0x1p-20));
    error = up(error + up(up(gamma(4.0) + misfit) * s.magnitude));
    return up(error + up(up(8.0 * inverse + 8.0) * format_.smallest_normal));
  }

  const Network &net_;
  const Truncation &truncation_;
  FloatFormat format_;
  double activation_ulp_;
};

} // namespace

double default_activation_ulp(Dtype d) { return d == Dtype::float32 ? 6.0 : 4.0; }

std::vector<double> rounding_by_neurons(const Network &net, const Truncation &truncation,
                                        double activation_ulp) {
  return Analysis(net, truncation, activation_ulp).by_neurons();
}

std::vector<double> rounding_by_gates(const Network &net, const Truncation &truncation,
                                      const Plan &plan, double activation_ulp) {
  return Analysis(net, truncation, activation_ulp).by_gates(plan);
}

bool uses_neurons(const Plan &plan) {
  for (const PlannedSeries &series : plan.series)
    if (!series.converges)
      return true;
  return false;
}

} // namespace polynet
