#include "polynet/truncation.hpp"

#include <map>
#include <tuple>

namespace polynet {

namespace {

constexpr SeriesAccuracy proof_accuracy{0x1p-64, 1e-3};
// The series is made valid a little beyond the range of the operands, for their rounding errors.
constexpr double range_slack = 0x1p-6;

// sum_j weight_j e_j: the constant of the form carries no error.
Interval carried_error(const Affine &form, const std::vector<Interval> &errors) {
  Interval sum = 0.0;
  for (const auto &[source, weight] : form.terms)
    sum += errors[static_cast<std::size_t>(source)] * weight;
  return sum;
}

struct GateArguments {
  std::array<Interval, max_operands> value, error, real;
};

GateArguments arguments(const Gate &gate, const std::vector<Interval> &values,
                        const std::vector<Interval> &errors) {
  GateArguments a;
  for (int i = 0; i < gate.stencil->operands; ++i) {
    const auto k = static_cast<std::size_t>(gate.operands[i]);
    a.value[i] = values[k];
    a.error[i] = errors[k];
    a.real[i] = values[k] + errors[k];
  }
  return a;
}

} // namespace

Truncation::Truncation(const Network &net, const IdealNetwork &ideal) {
  std::vector<Interval> errors(net.box.size(), 0.0);
  for (std::size_t t = 0; t < net.hidden.size(); ++t) {
    const HiddenLayer &layer = net.hidden[t];
    const std::vector<Interval> &values = ideal.ranges[t];
    std::vector<Interval> carried, reals;
    for (std::size_t k = 0; k < layer.operands.size(); ++k) {
      carried.push_back(carried_error(layer.operands[k], errors));
      reals.push_back(values[k] + carried.back());
    }
    // Gates that differ only in their operands share one series, valid for all of them.
    using Key = std::tuple<const Stencil *, double, double>;
    std::map<Key, std::vector<double>> ranges;
    for (const Gate &gate : layer.gates) {
      std::vector<double> &range = ranges[{gate.stencil, gate.bias, gate.scale}];
      range.resize(static_cast<std::size_t>(gate.stencil->operands), 0.0);
      for (std::size_t i = 0; i < range.size(); ++i) {
        const double reach = reals[static_cast<std::size_t>(gate.operands[i])].mag();
        range[i] = std::max(range[i], reach + range_slack * std::max(reach, 1.0));
      }
    }
    std::map<Key, std::size_t> index;
    for (const auto &[key, range] : ranges) {
      index[key] = series_.size();
      series_.emplace_back(*net.activation, *std::get<0>(key), std::get<1>(key), std::get<2>(key),
                           range, proof_accuracy);
    }
    errors.clear();
    series_of_.emplace_back();
    outputs_.emplace_back();
    own_errors_.emplace_back();
    for (const Gate &gate : layer.gates) {
      series_of_.back().push_back(index.at({gate.stencil, gate.bias, gate.scale}));
      const GateArguments a = arguments(gate, values, carried);
      const GateSeries &series = series_[series_of_.back().back()];
      const Interval z = target(*gate.stencil, a.real.data()), rho = series.rho(a.real.data());
      own_errors_.back().push_back(z * rho);
      errors.push_back(target_difference(*gate.stencil, a.value.data(), a.error.data()) +
                       own_errors_.back().back());
      outputs_.back().push_back(z * (rho + 1.0));
    }
    operands_.push_back(std::move(reals));
  }
  for (const Affine &output : net.outputs)
    errors_.push_back(carried_error(output, errors));
}

} // namespace polynet
