#include "polynet/plan.hpp"

#include "assembler.hpp"
#include "series.hpp"

#include <map>

namespace polynet {

Plan make_plan(const Network &net, const Truncation &truncation) {
  Plan plan;
  plan.activation = net.activation;
  plan.dtype = net.dtype;
  plan.box = net.box;
  plan.outputs = net.outputs.size();
  std::map<const GateSeries *, std::size_t> index;
  for (std::size_t t = 0; t < net.hidden.size(); ++t) {
    plan.series_of.emplace_back();
    for (std::size_t g = 0; g < net.hidden[t].gates.size(); ++g) {
      const GateSeries &series = truncation.series(t, g);
      const auto [known, is_new] = index.emplace(&series, plan.series.size());
      if (is_new)
        plan.series.push_back(plan_series(net, series));
      plan.series_of.back().push_back(known->second);
    }
  }
  plan.tape = assemble(net, plan, false);
  return plan;
}

Tape jacobian_tape(const Network &net, const Plan &plan) { return assemble(net, plan, true); }

} // namespace polynet
