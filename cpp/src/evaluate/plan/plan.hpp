// Plans: networks made ready for evaluation, immutable, so that evaluation has no state.
#pragma once

#include "bounds/rounding.hpp"
#include "evaluate/kernels/kernels.hpp"

#include <vector>

namespace polynet {

/// How the evaluator computes a gate, and all others of the same stencil, bias, scale and ranges:
///
///     value = t + t * r,  t = target monomial,  r = sum_k weights[k-1] E_k(z),
///
/// with as many orders as bring what is left out below a quarter of a unit in the last place, those
/// of even series brought down to polynomials of the least degree. E_k collects the products of
/// order k of the operands' moments: sum_k E_k(z) x^k = prod_i (1 + sum_k moments[i][k-1] (q_i
/// x)^k), q_i = z_i^step. Where that cancels or does not converge, or for operands outside the
/// range (that point alone), the gate is evaluated by its neurons. A gate of bits is sign(z) if
/// what that leaves out is as small.
struct PlannedGate {
  const Stencil *stencil;
  double bias, scale;
  /// 1/(c l^m), and c_0 s(b), both rounded: for the evaluation by neurons.
  double inverse_normalisation, constant;
  std::array<double, max_operands> range;
  /// q_i is z_i^step.
  int step;
  int orders;
  std::vector<double> weights;
  std::array<std::vector<double>, max_operands> moments;
  /// The instruction that evaluates the gate, and its constants rounded to the dtype; without
  /// constants there is none.
  Opcode opcode;
  std::vector<double> constants;
  /// What that is off by, proved in plan/planned_gate.cpp; none: always by neurons.
  std::optional<GateContract> contract;
};

/// Where a tape evaluates a gate: instructions first ... last - 1 turn the operands' slots into the
/// value's and, in a tape with derivatives, the partial derivatives' (else -1).
struct TapeGate {
  std::size_t first, last;
  std::size_t planned; ///< index in Plan::planned
  std::array<std::int32_t, max_operands> operands, partials;
  std::int32_t value;
};

/// A straight-line program over slots, in double precision whatever the dtype (kernels read a
/// TapeView of it), depth first, each slot used again as soon as its value is dead.
struct Tape {
  std::vector<Instruction> instructions;
  std::vector<std::int32_t> sources;
  std::vector<double> constants;
  std::vector<TapeGate> gates;
  /// Where each input is expected (-1: nowhere, it is not used) and each output found.
  std::vector<std::int32_t> inputs, outputs;
  std::size_t slots = 0;
};

/// A network made ready for evaluation: its gates, and the tape that evaluates it.
struct Plan {
  std::shared_ptr<const Activation> activation;
  Dtype dtype = Dtype::float64;
  std::vector<Interval> box;
  std::size_t outputs = 0;
  std::vector<PlannedGate> planned;
  /// For each hidden layer and gate, which of them it is.
  std::vector<std::vector<std::size_t>> planned_of;
  Tape tape;
};

/// The plan of a network for the operand ranges that it has on its box.
Plan make_plan(const Network &net, const Truncation &truncation);

/// The plan of a network's layers of neurons, weight by weight, wherever the point: no gates.
Plan plan_by_neurons(const Network &net);

/// Whether some gate is always evaluated by its neurons.
bool uses_neurons(const Plan &plan);

/// rounding_by_gates with what the plan's gates promise.
std::vector<double> rounding_by_gates(const Network &net, const Truncation &truncation,
                                      const Plan &plan, double activation_ulp);

/// A tape whose outputs are those of the network, then for each of them its derivatives by all
/// inputs: forward mode, leaving out derivatives that are constant.
Tape jacobian_tape(const Network &net, const Plan &plan);

} // namespace polynet
