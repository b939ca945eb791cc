#include "polynet/plan.hpp"

#include <map>

namespace polynet {

namespace {

// (1 + u)^n - 1 <= n u/(1 - n u): the effect of n roundings.
Interval gamma(double n, double unit) {
  return Interval(n) * unit / (Interval(1.0) - Interval(n) * unit);
}

// The error of the kernel in evaluate.cpp. Each term of r is built with at most 3 degree + 4
// roundings (squares, one multiplication and one addition per Horner step and operand, its rounded
// coefficient), t with m - 1, then one product and one sum; contracting to fused operations only
// removes some. Each operation may also underflow, losing at most one smallest normal number
// (flush-to-zero included), which later factors of r multiply by at most `growth`.
void bound_errors(PlannedSeries &planned, const GateSeries &series, const FloatFormat &f) {
  const double u = f.unit_roundoff;
  const Interval magnitude = Interval(series.magnitude());
  Interval misfit = series.remainder(); // of the rounded, truncated series
  double largest_square = 1.0;
  Interval reach = 1.0;
  for (int i = 0; i < planned.stencil->operands; ++i) {
    largest_square = std::max(largest_square, up(planned.range[i] * planned.range[i]));
    for (int k = 0; k < planned.stencil->target[i]; ++k)
      reach *= std::max(planned.range[i], 1.0);
  }
  const Interval growth = pow(Interval(largest_square), planned.degree + 1);
  const double steps = 3.0 * planned.degree + 4.0;
  for (const GateSeries::Term &term : series.terms())
    misfit += Interval(term.coefficient.rad()) * growth;
  misfit += gamma(steps, u) * magnitude;
  const double m = planned.stencil->order();
  const Interval relative =
      gamma(m, u) * (magnitude + 1.0) + (gamma(m + 2, u) + 1.0) * (misfit + magnitude * u);
  planned.relative_error = relative.hi();
  const double operations = 8.0 + 4.0 * static_cast<double>(planned.coefficients.size());
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
  for (int i = 0; i < planned.stencil->operands; ++i)
    planned.range[i] = series.range()[static_cast<std::size_t>(i)];

  // Only even powers may occur: the odd ones vanish, or are what an activation's parity leaves of
  // them (nothing but the widening of an exact zero), and then belong to the misfit.
  std::map<std::pair<int, int>, double> coefficient;
  double odd = 0.0;
  for (const GateSeries::Term &term : series.terms()) {
    const int p = term.powers[0], q = planned.stencil->operands > 1 ? term.powers[1] : 0;
    if (p % 2 == 0 && q % 2 == 0) {
      coefficient[{p / 2, q / 2}] = round_to(net.dtype, term.coefficient.mid());
      planned.degree = std::max(planned.degree, (p + q) / 2);
    } else {
      Interval bound = term.coefficient.mag();
      for (int i = 0; i < planned.stencil->operands; ++i)
        bound *= pow(Interval(planned.range[i]), term.powers[i]);
      odd = up(odd + bound.hi());
    }
  }
  planned.converges = series.remainder() <= accuracy.absolute && odd <= accuracy.absolute &&
                      series.magnitude() <= 1.0;
  const bool two = planned.stencil->operands > 1;
  for (int i = planned.degree; i >= 0; --i)
    for (int k = two ? planned.degree - i : 0; k >= 0; --k) {
      const auto term = coefficient.find({i, k});
      planned.coefficients.push_back(term == coefficient.end() ? 0.0 : term->second);
    }
  bound_errors(planned, series, f);
  planned.relative_error = up(planned.relative_error + 2.0 * odd);
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
