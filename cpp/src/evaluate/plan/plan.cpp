#include "plan.hpp"

#include "assembler.hpp"
#include "planned_gate.hpp"

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
    plan.planned_of.emplace_back();
    for (std::size_t g = 0; g < net.hidden[t].gates.size(); ++g) {
      const GateSeries &series = truncation.series(t, g);
      const auto [known, is_new] = index.emplace(&series, plan.planned.size());
      if (is_new)
        plan.planned.push_back(plan_gate(net, series));
      plan.planned_of.back().push_back(known->second);
    }
  }
  plan.tape = assemble(net, plan, false);
  return plan;
}

bool uses_neurons(const Plan &plan) {
  return std::any_of(plan.planned.begin(), plan.planned.end(),
                     [](const PlannedGate &gate) { return !gate.contract; });
}

std::vector<double> rounding_by_gates(const Network &net, const Truncation &truncation,
                                      const Plan &plan, double activation_ulp) {
  GateContracts contracts;
  for (const std::vector<std::size_t> &layer : plan.planned_of) {
    contracts.emplace_back();
    for (const std::size_t index : layer)
      contracts.back().push_back(plan.planned[index].contract);
  }
  return rounding_by_gates(net, truncation, contracts, activation_ulp);
}

Tape jacobian_tape(const Network &net, const Plan &plan) { return assemble(net, plan, true); }

} // namespace polynet
