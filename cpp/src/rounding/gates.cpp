#include "analysis.hpp"

namespace polynet {

namespace {

class ByGates {
public:
  explicit ByGates(const Analysis &analysis) : a_(analysis) {}

  std::vector<double> operator()(const Plan &plan) const {
    std::vector<double> errors(a_.net.box.size(), 0.0), magnitudes;
    for (const Interval &x : a_.net.box)
      magnitudes.push_back(x.mag());
    for (std::size_t t = 0; t < a_.net.hidden.size(); ++t) {
      const HiddenLayer &layer = a_.net.hidden[t];
      const std::vector<double> operands = combination_errors(layer.operands, magnitudes, errors);
      errors.clear();
      magnitudes.clear();
      for (std::size_t g = 0; g < layer.gates.size(); ++g) {
        const PlannedSeries &planned = plan.series[plan.series_of[t][g]];
        const double local = planned.converges ? series_rounding(t, g, planned, operands)
                                               : neuron_rounding(t, g, operands);
        errors.push_back(up(local + a_.carried(t, g, operands)));
        magnitudes.push_back(up(a_.truncation.output(t, g).mag() + errors.back()));
      }
    }
    return combination_errors(a_.net.outputs, magnitudes, errors);
  }

private:
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
      const double rounding = up(up(a_.gamma(n) * sum) + up(flushed * a_.format.smallest_normal));
      result.push_back(sum <= a_.format.largest / 2 ? up(carried + rounding) : detail::infinity);
    }
    return result;
  }

  double target_magnitude(std::size_t t, const Gate &gate,
                          const std::vector<double> &errors) const {
    std::array<Interval, max_operands> z;
    for (int i = 0; i < gate.stencil->operands; ++i)
      z[i] = a_.truncation.operand(t, gate.operands[i]) +
             symmetric(errors[static_cast<std::size_t>(gate.operands[i])]);
    return target(*gate.stencil, z.data()).mag();
  }

  double series_rounding(std::size_t t, std::size_t g, const PlannedSeries &planned,
                         const std::vector<double> &errors) const {
    const double t_max = target_magnitude(t, a_.net.hidden[t].gates[g], errors);
    return up(up(planned.relative_error * t_max) + planned.absolute_error);
  }

  // The gate's neurons summed with their integer weights, the constant, and 1/(c l^m), as in
  // plan/gates.cpp.
  double neuron_rounding(std::size_t t, std::size_t g, const std::vector<double> &errors) const {
    const Gate &gate = a_.net.hidden[t].gates[g];
    const Source s = a_.gate_source(t, g, errors, a_.argument_rounding(t, gate, errors));
    const Interval exact_inverse = Interval(1.0) / s.normalisation;
    const double inverse = exact_inverse.mag();
    const double misfit = up(exact_inverse.rad() * s.normalisation.mag());
    const double sum =
        up(up(s.weight_sum * up(s.neuron_magnitude + s.neuron_error)) + s.constant.mag());
    // Neither the factor nor the sum nor their product may leave the dtype's range.
    if (!(inverse >= a_.format.smallest_normal && inverse <= a_.format.largest / 2 &&
          up(sum * std::max(inverse, 1.0)) <= a_.format.largest / 2))
      return detail::infinity;
    double error = up(up(s.weight_sum * s.neuron_error) + s.constant.rad());
    error = up(error + up(a_.gamma(s.neurons + 4.0) * sum));
    error = up(up(error * inverse) * (1.0 + 0x1p-20));
    error = up(error + up(up(a_.gamma(4.0) + misfit) * s.value.mag()));
    return up(error + up(up(8.0 * inverse + 8.0) * a_.format.smallest_normal));
  }

  const Analysis &a_;
};

} // namespace

std::vector<double> rounding_by_gates(const Network &net, const Truncation &truncation,
                                      const Plan &plan, double activation_ulp) {
  return ByGates(Analysis(net, truncation, activation_ulp))(plan);
}

bool uses_neurons(const Plan &plan) {
  for (const PlannedSeries &series : plan.series)
    if (!series.converges)
      return true;
  return false;
}

} // namespace polynet
