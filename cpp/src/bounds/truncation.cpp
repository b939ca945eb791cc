#include "truncation.hpp"

#include "network/walk.hpp"

#include <map>
#include <tuple>

namespace polynet {

namespace {

using Intervals = std::vector<Interval>;

// Ten times as much doubles the boxes that certificates take, a tenth saves none.
constexpr SeriesAccuracy proof_accuracy{0x1p-64, 1e-3};
// The series is made valid a little beyond the range of the operands, for their rounding errors;
// from 2^-10 to 2^-3 bounds are the same to 0.01 per cent.
constexpr double range_slack = 0x1p-6;

// sum_j weight_j e_j: the constant of the form carries no error.
Interval carried_error(const Affine &form, const Intervals &errors) {
  Interval sum = 0.0;
  for (const auto &[source, weight] : form.terms)
    sum += errors[static_cast<std::size_t>(source)] * weight;
  return sum;
}

} // namespace

Truncation::Truncation(const Network &net, const IdealNetwork &ideal) {
  errors_ = walk(net, Intervals(net.box.size(), 0.0), carried_error,
                 [&](std::size_t t, const Intervals &carried) {
                   Intervals reals;
                   for (std::size_t k = 0; k < carried.size(); ++k)
                     reals.push_back(ideal.ranges[t][k] + carried[k]);
                   operands_.push_back(std::move(reals));
                   make_series(net, t);
                   return gate_errors(net.hidden[t], ideal.ranges[t], carried);
                 });
}

// Gates that differ only in their operands share one series, valid for all of them.
void Truncation::make_series(const Network &net, std::size_t t) {
  using Key = std::tuple<const Stencil *, double, double>;
  std::map<Key, std::vector<double>> ranges;
  for (const Gate &gate : net.hidden[t].gates) {
    std::vector<double> &range = ranges[{gate.stencil, gate.bias, gate.scale}];
    range.resize(static_cast<std::size_t>(gate.stencil->operands), 0.0);
    for (std::size_t i = 0; i < range.size(); ++i) {
      const double reach = operand(t, gate.operands[i]).mag();
      range[i] = std::max(range[i], reach + range_slack * std::max(reach, 1.0));
    }
  }
  std::map<Key, std::size_t> index;
  for (const auto &[key, range] : ranges) {
    index[key] = series_.size();
    series_.emplace_back(*net.activation, *std::get<0>(key), std::get<1>(key), std::get<2>(key),
                         range, proof_accuracy);
  }
  series_of_.emplace_back();
  for (const Gate &gate : net.hidden[t].gates)
    series_of_.back().push_back(index.at({gate.stencil, gate.bias, gate.scale}));
}

Intervals Truncation::gate_errors(const HiddenLayer &layer, const Intervals &values,
                                  const Intervals &carried) {
  const std::size_t t = outputs_.size();
  Intervals errors, outputs;
  for (std::size_t g = 0; g < layer.gates.size(); ++g) {
    const Gate &gate = layer.gates[g];
    std::array<Interval, max_operands> y, e, z;
    for (int i = 0; i < gate.stencil->operands; ++i) {
      const auto k = static_cast<std::size_t>(gate.operands[i]);
      y[i] = values[k];
      e[i] = carried[k];
      z[i] = operands_[t][k];
    }
    const GateStep<Interval> made = step(series(t, g), y.data(), e.data(), z.data());
    errors.push_back(made.error);
    outputs.push_back(made.output);
  }
  outputs_.push_back(std::move(outputs));
  return errors;
}

} // namespace polynet
