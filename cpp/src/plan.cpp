#include "polynet/plan.hpp"

#include <map>

namespace polynet {

namespace {

// (1 + u)^n - 1 <= n u/(1 - n u): the effect of n roundings.
Interval gamma(double n, double unit) {
  return Interval(n) * unit / (Interval(1.0) - Interval(n) * unit);
}

// The error of the kernel in evaluate/gates.cpp. A term of r takes its rounded coefficient, the
// powers of the operands (max_power - 1 products at most each, counted with their use) and one sum
// for every term; t takes m - 1 products, then come one product and one sum. Contracting to fused
// operations only removes roundings. Each operation may also underflow, losing at most one smallest
// normal number (flush-to-zero included), which later factors of r multiply by at most `growth`.
void bound_errors(PlannedSeries &planned, const GateSeries &series, const FloatFormat &f) {
  const double u = f.unit_roundoff;
  const Interval magnitude = Interval(series.magnitude());
  Interval misfit = series.remainder(); // of the rounded, truncated series
  const int operands = planned.stencil->operands;
  int degree = 0;
  double largest = 1.0;
  Interval reach = 1.0;
  for (int i = 0; i < operands; ++i) {
    largest = std::max(largest, planned.range[i]);
    for (int k = 0; k < planned.stencil->target[i]; ++k)
      reach *= std::max(planned.range[i], 1.0);
  }
  for (const PlannedSeries::Term &term : planned.terms) {
    int sum = 0;
    for (const int power : term.powers)
      sum += power;
    degree = std::max(degree, sum);
  }
  const Interval growth = pow(Interval(largest), degree + 1);
  const double count = static_cast<double>(planned.terms.size());
  for (const GateSeries::Term &term : series.terms())
    misfit += Interval(term.coefficient.rad()) * growth;
  misfit += gamma(degree + 1.0 + count, u) * magnitude;
  const double m = planned.stencil->order();
  const Interval relative =
      gamma(m, u) * (magnitude + 1.0) + (gamma(m + 2, u) + 1.0) * (misfit + magnitude * u);
  planned.relative_error = relative.hi();
  const double operations = m + 4.0 + (degree + 2.0) * (count + operands);
  planned.absolute_error = (Interval(operations) * f.smallest_normal * growth * reach * 2.0).hi();
}

PlannedSeries plan_series(const Network &net, const GateSeries &proof) {
  const FloatFormat f = float_format(net.dtype);
  const SeriesAccuracy accuracy{f.unit_roundoff / 4, 0.0};
  const GateSeries series(*net.activation, proof.stencil(), proof.bias(), proof.scale(),
                          proof.range(), accuracy);
  PlannedSeries planned{};
  planned.stencil = &series.stencil();
  planned.bias = series.bias();
  planned.scale = series.scale();
  planned.inverse_normalisation = (Interval(1.0) / series.normalisation()).mid();
  planned.constant = (series.value_at_bias() * Interval(planned.stencil->constant_weight)).mid();
  std::vector<Interval> box;
  for (int i = 0; i < planned.stencil->operands; ++i) {
    planned.range[i] = series.range()[static_cast<std::size_t>(i)];
    box.push_back(symmetric(planned.range[i]));
  }
  // Terms too small to matter, such as what the widening of a derivative that vanishes leaves.
  double dropped = 0.0;
  for (auto term = series.terms().rbegin(); term != series.terms().rend(); ++term) {
    Interval bound = term->coefficient.mag();
    for (int i = 0; i < planned.stencil->operands; ++i)
      bound *= pow(Interval(planned.range[i]), term->powers[i]);
    if (bound.hi() <= 0x1p-12 * f.unit_roundoff) {
      dropped = up(dropped + bound.hi());
      continue;
    }
    planned.terms.push_back({term->powers, round_to(net.dtype, term->coefficient.mid())});
    for (const int power : term->powers)
      planned.max_power = std::max(planned.max_power, power);
  }
  planned.converges = series.remainder() <= accuracy.absolute && series.magnitude() <= 1.0;
  bound_errors(planned, series, f);
  planned.relative_error = up(planned.relative_error + 2.0 * dropped);
  return planned;
}

} // namespace

Plan make_plan(const Network &net, const Truncation &truncation) {
  Plan plan;
  plan.activation = net.activation;
  plan.dtype = net.dtype;
  plan.inputs = net.box.size();
  plan.outputs = net.outputs;
  plan.width = plan.inputs;
  std::map<const GateSeries *, std::size_t> index;
  for (std::size_t t = 0; t < net.hidden.size(); ++t) {
    const HiddenLayer &layer = net.hidden[t];
    PlannedLayer planned{layer.operands, {}};
    for (std::size_t g = 0; g < layer.gates.size(); ++g) {
      const GateSeries &series = truncation.series(t, g);
      const auto [known, is_new] = index.emplace(&series, plan.series.size());
      if (is_new)
        plan.series.push_back(plan_series(net, series));
      planned.gates.push_back({known->second, layer.gates[g].operands});
    }
    plan.width = std::max({plan.width, layer.operands.size(), layer.gates.size()});
    plan.layers.push_back(std::move(planned));
  }
  return plan;
}

} // namespace polynet
