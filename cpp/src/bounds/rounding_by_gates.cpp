#include "left_sum.hpp"
#include "rounding_analysis.hpp"

namespace polynet {

namespace {

class ByGates {
public:
  explicit ByGates(const Analysis &analysis) : a_(analysis) {}

  std::vector<double> operator()(const GateContracts &contracts) const {
    std::vector<Computed> values;
    for (std::size_t j = 0; j < a_.net.box.size(); ++j)
      values.push_back(less_origin(a_.net, j));
    for (std::size_t t = 0; t < a_.net.hidden.size(); ++t) {
      const HiddenLayer &layer = a_.net.hidden[t];
      std::vector<double> operands;
      for (std::size_t k = 0; k < layer.operands.size(); ++k)
        operands.push_back(error_of(layer.operands[k], values,
                                    a_.truncation.operand(t, static_cast<int>(k)).mag()));
      values.clear();
      for (std::size_t g = 0; g < layer.gates.size(); ++g) {
        const std::optional<GateContract> &contract = contracts[t][g];
        const double local =
            contract ? series_rounding(t, g, *contract, operands) : neuron_rounding(t, g, operands);
        values.push_back({a_.truncation.output(t, g), up(local + a_.carried(t, g, operands)),
                          finest_grid(a_.format)});
      }
    }
    std::vector<double> errors;
    for (const Affine &output : a_.net.outputs)
      errors.push_back(error_of(output, values, detail::infinity));
    return errors;
  }

private:
  double error_of(const Affine &form, const std::vector<Computed> &sources, double size) const {
    return sum_from_left(a_.format, form, sources, size).error;
  }

  double target_magnitude(std::size_t t, const Gate &gate,
                          const std::vector<double> &errors) const {
    std::array<Interval, max_operands> z;
    for (int i = 0; i < gate.stencil->operands; ++i)
      z[i] = a_.truncation.operand(t, gate.operands[i]) +
             symmetric(errors[static_cast<std::size_t>(gate.operands[i])]);
    return target(*gate.stencil, z.data()).mag();
  }

  double series_rounding(std::size_t t, std::size_t g, const GateContract &contract,
                         const std::vector<double> &errors) const {
    const double t_max = target_magnitude(t, a_.net.hidden[t].gates[g], errors);
    return up(up(contract.relative_error * t_max) + contract.absolute_error);
  }

  // The gate's neurons summed with their integer weights, the constant, and 1/(c l^m), as in
  // evaluate/plan/emit_gate.cpp.
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
                                      const GateContracts &contracts, double activation_ulp) {
  return ByGates(Analysis(net, truncation, activation_ulp, 0.0))(contracts);
}

} // namespace polynet
