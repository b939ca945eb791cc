#include "gates.hpp"

#include <map>

namespace polynet {

namespace {

// Monomials of a gate's operands, each computed once.
class Monomials {
public:
  Monomials(Emitter &emitter, const std::int32_t *operands, int count)
      : emitter_(emitter), operands_(operands), count_(count) {}

  // The slot of a monomial that is not 1.
  std::int32_t operator()(const Powers &powers) {
    int degree = 0, first = 0;
    for (int i = count_ - 1; i >= 0; --i) {
      degree += powers[i];
      if (powers[i] > 0)
        first = i;
    }
    if (degree == 1)
      return operands_[first];
    if (const auto known = slots_.find(powers); known != slots_.end())
      return known->second;
    // One square off, where there is one beside other factors; the square itself is a product.
    Powers rest = powers, factor{};
    factor[first] = static_cast<std::uint8_t>(powers[first] >= 2 && degree > 2 ? 2 : 1);
    rest[first] = static_cast<std::uint8_t>(rest[first] - factor[first]);
    const std::int32_t a = (*this)(rest), b = (*this)(factor);
    const std::int32_t slot = emitter_.acquire();
    emitter_.multiply(slot, a, b);
    slots_[powers] = slot;
    return slot;
  }

  // The same in a slot of the caller's own.
  std::int32_t take(const Powers &powers) {
    const std::int32_t slot = (*this)(powers);
    if (slots_.erase(powers) > 0)
      return slot;
    const std::int32_t copy = emitter_.acquire();
    const Weighted operand{slot, 1.0};
    emitter_.combine(copy, 0.0, &operand, 1);
    return copy;
  }

  void release() {
    for (const auto &[powers, slot] : slots_)
      emitter_.release(slot);
  }

private:
  Emitter &emitter_;
  const std::int32_t *operands_;
  int count_;
  std::map<Powers, std::int32_t> slots_;
};

bool is_one(const Powers &powers) { return powers == Powers{}; }

// z^t (1 + sum of coefficient * z^powers), t possibly 0, into a new slot.
std::int32_t sum_of_terms(Emitter &emitter, Monomials &monomials, const Powers &target,
                          const std::vector<PlannedSeries::Term> &terms) {
  if (terms.empty() && !is_one(target))
    return monomials.take(target);
  const std::int32_t value = emitter.acquire();
  std::vector<Weighted> weighted;
  for (const PlannedSeries::Term &term : terms)
    weighted.push_back({monomials(term.powers), term.coefficient});
  emitter.sum(value, 0.0, weighted);
  if (is_one(target)) {
    const Weighted r{value, 1.0};
    emitter.combine(value, 1.0, &r, 1);
  } else {
    const std::int32_t t = monomials(target);
    emitter.multiply_add(value, t, value, t);
  }
  return value;
}

// z^t (sum of a_i coefficient z^(a - e_i)): the derivative by an operand that the target lacks.
std::int32_t error_partial(Emitter &emitter, Monomials &monomials, const PlannedSeries &series,
                           int i) {
  const std::int32_t value = emitter.acquire();
  std::vector<Weighted> weighted;
  double constant = 0.0;
  for (PlannedSeries::Term term : series.terms) {
    if (term.powers[i] == 0)
      continue;
    term.coefficient *= term.powers[i]--;
    if (is_one(term.powers))
      constant += term.coefficient;
    else
      weighted.push_back({monomials(term.powers), term.coefficient});
  }
  emitter.sum(value, constant, weighted);
  emitter.multiply(value, value, monomials(series.stencil->target));
  return value;
}

// t_i z^(t - e_i) (1 + sum of (t_i + a_i)/t_i coefficient z^a), all a: the derivative by operand i.
std::int32_t partial(Emitter &emitter, Monomials &monomials, const PlannedSeries &series, int i) {
  const int power = series.stencil->target[i];
  if (power == 0)
    return error_partial(emitter, monomials, series, i);
  Powers rest = series.stencil->target;
  rest[i] = static_cast<std::uint8_t>(power - 1);
  std::vector<PlannedSeries::Term> terms = series.terms;
  for (PlannedSeries::Term &term : terms)
    term.coefficient *= double(power + term.powers[i]) / power;
  const std::int32_t value = sum_of_terms(emitter, monomials, rest, terms);
  const Weighted scaled{value, double(power)};
  if (power > 1)
    emitter.combine(value, 0.0, &scaled, 1);
  return value;
}

// The neurons one after the other: b + l d.z, the activation, and their sums.
void by_neurons(Emitter &emitter, const PlannedSeries &series, bool derivatives, TapeGate &gate) {
  const int count = series.stencil->operands;
  std::array<double, max_operands> factor{};
  gate.value = emitter.acquire();
  emitter.combine(gate.value, series.constant, nullptr, 0);
  if (derivatives)
    for (int i = 0; i < count; ++i) {
      gate.partials[i] = emitter.acquire();
      emitter.combine(gate.partials[i], 0.0, nullptr, 0);
      factor[i] = series.inverse_normalisation * series.scale;
    }
  const std::int32_t argument = emitter.acquire();
  for (const StencilNode &node : series.stencil->neurons) {
    std::vector<Weighted> terms;
    for (int i = 0; i < count; ++i)
      if (node.direction[i] != 0)
        terms.push_back({gate.operands[i], series.scale * node.direction[i]});
    for (int order = 0; order <= (derivatives ? 1 : 0); ++order) {
      emitter.sum(argument, series.bias, terms);
      emitter.activate(argument, order);
      if (order == 0) {
        const Weighted neuron{argument, double(node.weight)};
        emitter.accumulate(gate.value, &neuron, 1);
        continue;
      }
      for (int i = 0; i < count; ++i) {
        const Weighted slope{argument, double(node.weight * node.direction[i])};
        if (node.direction[i] != 0)
          emitter.accumulate(gate.partials[i], &slope, 1);
      }
    }
  }
  emitter.release(argument);
  const auto scale = [&](std::int32_t slot, double by) {
    const Weighted scaled{slot, by};
    emitter.combine(slot, 0.0, &scaled, 1);
  };
  scale(gate.value, series.inverse_normalisation);
  if (derivatives)
    for (int i = 0; i < count; ++i)
      scale(gate.partials[i], factor[i]);
}

} // namespace

TapeGate emit_gate(Emitter &emitter, const PlannedSeries &series, const std::int32_t *operands,
                   bool derivatives) {
  const int count = series.stencil->operands;
  TapeGate gate{};
  gate.partials.fill(-1);
  gate.first = emitter.tape.instructions.size();
  std::copy(operands, operands + count, gate.operands.begin());
  if (!series.converges) {
    by_neurons(emitter, series, derivatives, gate);
  } else if (series.stencil->bits > 0) {
    gate.value = emitter.acquire();
    emitter.sign(gate.value, operands[0]);
    if (derivatives) { // on either side of 0
      gate.partials[0] = emitter.acquire();
      emitter.combine(gate.partials[0], 0.0, nullptr, 0);
    }
  } else {
    Monomials monomials(emitter, operands, count);
    if (series.orders > 0) {
      gate.value = emitter.acquire();
      emitter.series(gate.value, series, operands);
    } else {
      gate.value = sum_of_terms(emitter, monomials, series.stencil->target, series.terms);
    }
    if (derivatives)
      for (int i = 0; i < count; ++i)
        gate.partials[i] = partial(emitter, monomials, series, i);
    monomials.release();
  }
  gate.last = emitter.tape.instructions.size();
  return gate;
}

} // namespace polynet
