#include "emit_gate.hpp"

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
    emitter_.sum(copy, 0.0, {{slot, 1.0}});
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

using Moments = std::array<std::vector<double>, max_operands>;

// The orders of a product of power series, one in each operand's q: see PlannedGate.
class OrderSums {
public:
  OrderSums(Emitter &emitter, Monomials &monomials, const PlannedGate &series)
      : emitter_(emitter), monomials_(monomials), series_(series) {}

  // sum_k weights[k-1] E_k into a new slot, of moments that need not be the series' own.
  std::int32_t operator()(const std::vector<double> &weights, const Moments &moments) {
    std::vector<Part> sums = powers(0, moments[0], weights.size());
    for (int i = 1; i < series_.stencil->operands; ++i) {
      std::vector<Part> factors = powers(i, moments[i], weights.size());
      for (std::size_t k = weights.size(); k-- > 0;)
        multiply_into(sums, factors, k);
      release(factors);
    }
    const std::int32_t value = emitter_.acquire();
    std::vector<Weighted> terms;
    for (std::size_t k = weights.size(); k-- > 0;)
      terms.push_back({sums[k].slot, sums[k].weight * weights[k]});
    emitter_.sum(value, 0.0, terms);
    release(sums);
    return value;
  }

private:
  // A weight times a slot, which is ours or a power of an operand.
  struct Part : Weighted {
    bool ours;
  };

  // moments[k-1] q^k.
  std::vector<Part> powers(int operand, const std::vector<double> &moments, std::size_t count) {
    std::vector<Part> parts;
    for (std::size_t k = 1; k <= count; ++k) {
      Powers power{};
      power[operand] = static_cast<std::uint8_t>(k * static_cast<std::size_t>(series_.step));
      parts.push_back({{monomials_(power), moments[k - 1]}, false});
    }
    return parts;
  }

  // sums_k + factors_k + sum_a factors_a sums_(k-a), orders counted from 1.
  void multiply_into(std::vector<Part> &sums, std::vector<Part> &factors, std::size_t k) {
    const std::vector<Weighted> both{sums[k], factors[k]};
    if (!sums[k].ours)
      sums[k].slot = emitter_.acquire();
    emitter_.sum(sums[k].slot, 0.0, both);
    sums[k] = {{sums[k].slot, 1.0}, true};
    for (std::size_t a = 0; a < k; ++a)
      emitter_.multiply_add(sums[k].slot, multiplied_out(factors[a]),
                            multiplied_out(sums[k - 1 - a]), sums[k].slot);
  }

  std::int32_t multiplied_out(Part &part) {
    if (part.weight != 1.0) {
      const Weighted product = part;
      if (!part.ours)
        part.slot = emitter_.acquire();
      emitter_.sum(part.slot, 0.0, {product});
      part = {{part.slot, 1.0}, true};
    }
    return part.slot;
  }

  void release(const std::vector<Part> &parts) {
    for (const Part &part : parts)
      if (part.ours)
        emitter_.release(part.slot);
  }

  Emitter &emitter_;
  Monomials &monomials_;
  const PlannedGate &series_;
};

bool is_one(const Powers &powers) { return powers == Powers{}; }

// z^t (1 + r), t possibly 0, r of the orders and moments given, into a new slot.
std::int32_t sum_of_orders(Emitter &emitter, Monomials &monomials, const PlannedGate &series,
                           const Powers &target, const Moments &moments) {
  if (series.orders == 0 && !is_one(target))
    return monomials.take(target);
  const std::int32_t value = OrderSums(emitter, monomials, series)(series.weights, moments);
  if (is_one(target)) {
    emitter.sum(value, 1.0, {{value, 1.0}});
  } else {
    const std::int32_t t = monomials(target);
    emitter.multiply_add(value, t, value, t);
  }
  return value;
}

// The derivative by an operand that the target lacks: of a power series in q_i, with z_i^(step - 1)
// beside it and a constant term of its own.
std::int32_t error_partial(Emitter &emitter, Monomials &monomials, const PlannedGate &series,
                           int i) {
  if (series.orders == 0) {
    const std::int32_t zero = emitter.acquire();
    emitter.sum(zero, 0.0, {});
    return zero;
  }
  const double constant = series.step * series.moments[i][0];
  Moments moments = series.moments;
  for (std::size_t k = 1; k < moments[i].size(); ++k)
    moments[i][k - 1] = series.step * double(k + 1) * series.moments[i][k] / constant;
  const std::vector<double> weights(series.weights.begin() + 1, series.weights.end());
  const std::int32_t value = OrderSums(emitter, monomials, series)(weights, moments);
  emitter.sum(value, constant * series.weights[0], {{value, constant}});
  Powers beside = series.stencil->target;
  beside[i] = static_cast<std::uint8_t>(series.step - 1);
  emitter.multiply(value, value, monomials(beside));
  return value;
}

// The derivative by an operand: t_i z^(t - e_i) (1 + r), with moments of r times (t_i + step
// k)/t_i.
std::int32_t partial(Emitter &emitter, Monomials &monomials, const PlannedGate &series, int i) {
  const int power = series.stencil->target[i];
  if (power == 0)
    return error_partial(emitter, monomials, series, i);
  Powers rest = series.stencil->target;
  rest[i] = static_cast<std::uint8_t>(power - 1);
  Moments moments = series.moments;
  for (std::size_t k = 0; k < moments[i].size(); ++k)
    moments[i][k] *= (power + series.step * double(k + 1)) / power;
  const std::int32_t value = sum_of_orders(emitter, monomials, series, rest, moments);
  if (power > 1)
    emitter.sum(value, 0.0, {{value, double(power)}});
  return value;
}

// The neurons one after the other: b + l d.z, the activation, and their sums.
void by_neurons(Emitter &emitter, const PlannedGate &series, bool derivatives, TapeGate &gate) {
  const int count = series.stencil->operands;
  std::array<double, max_operands> factor{};
  gate.value = emitter.acquire();
  emitter.sum(gate.value, series.constant, {});
  if (derivatives)
    for (int i = 0; i < count; ++i) {
      gate.partials[i] = emitter.acquire();
      emitter.sum(gate.partials[i], 0.0, {});
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
        emitter.add(gate.value, {{argument, double(node.weight)}});
        continue;
      }
      for (int i = 0; i < count; ++i)
        if (node.direction[i] != 0)
          emitter.add(gate.partials[i], {{argument, double(node.weight * node.direction[i])}});
    }
  }
  emitter.release(argument);
  emitter.sum(gate.value, 0.0, {{gate.value, series.inverse_normalisation}});
  for (int i = 0; derivatives && i < count; ++i)
    emitter.sum(gate.partials[i], 0.0, {{gate.partials[i], factor[i]}});
}

} // namespace

TapeGate emit_gate(Emitter &emitter, const PlannedGate &series, const std::int32_t *operands,
                   bool derivatives) {
  const int count = series.stencil->operands;
  TapeGate gate{};
  gate.partials.fill(-1);
  gate.first = emitter.tape.instructions.size();
  std::copy(operands, operands + count, gate.operands.begin());
  if (!series.contract) {
    by_neurons(emitter, series, derivatives, gate);
  } else if (series.stencil->bits > 0) {
    gate.value = emitter.acquire();
    emitter.sign(gate.value, operands[0]);
    if (derivatives) { // on either side of 0
      gate.partials[0] = emitter.acquire();
      emitter.sum(gate.partials[0], 0.0, {});
    }
  } else {
    Monomials monomials(emitter, operands, count);
    if (series.constants.empty()) {
      gate.value =
          sum_of_orders(emitter, monomials, series, series.stencil->target, series.moments);
    } else {
      gate.value = emitter.acquire();
      emitter.series(gate.value, series, operands);
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
