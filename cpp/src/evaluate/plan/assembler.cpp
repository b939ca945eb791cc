#include "assembler.hpp"

#include "emit_gate.hpp"

#include <map>

namespace polynet {

namespace {

// A derivative by one input: a slot, or a constant where there is none.
struct Derivative {
  std::int32_t slot = -1;
  double constant = 0.0;
};

// What a node of the network has on the tape: an input, an operand or a gate.
struct Value {
  std::size_t uses = 0; // still to come
  std::int32_t slot = -1;
  std::map<std::size_t, Derivative> derivatives; // by input; absent: 0
};

class Assembler {
public:
  Assembler(const Network &net, const Plan &plan, bool derivatives)
      : net_(net), plan_(plan), derivatives_(derivatives), inputs_(net.box.size()) {
    for (const HiddenLayer &layer : net.hidden)
      gates_.emplace_back(layer.gates.size());
    for (std::size_t t = 0; t <= net.hidden.size(); ++t)
      forms_.emplace_back(forms(t).size());
  }

  Tape operator()() {
    count_uses();
    for (std::size_t t = 0; t < forms_.size(); ++t)
      collect(t);
    for (std::size_t j = 0; j < inputs_.size(); ++j)
      if (inputs_[j].uses > 0) {
        inputs_[j].slot = emitter_.acquire();
        if (derivatives_)
          inputs_[j].derivatives[j].constant = 1.0;
      }
    for (std::size_t j = 0; j < inputs_.size(); ++j) {
      const std::int32_t slot = inputs_[j].slot;
      emitter_.tape.inputs.push_back(slot);
      if (slot >= 0 && net_.origin_of(j) != 0.0)
        emitter_.sum(slot, -net_.origin_of(j), {{slot, 1.0}});
    }
    for (std::size_t k = 0; k < net_.outputs.size(); ++k) {
      require_form(net_.hidden.size(), k);
      emitter_.tape.outputs.push_back(forms_.back()[k].slot);
    }
    if (derivatives_)
      for (Value &output : forms_.back())
        for (std::size_t j = 0; j < inputs_.size(); ++j)
          emitter_.tape.outputs.push_back(slot_of(output.derivatives[j]));
    return std::move(emitter_.tape);
  }

private:
  // The operands of hidden layer t; the outputs, if it is the number of layers.
  const std::vector<Affine> &forms(std::size_t t) const {
    return t == net_.hidden.size() ? net_.outputs : net_.hidden[t].operands;
  }
  // What they are forms of.
  std::vector<Value> &sources(std::size_t t) { return t == 0 ? inputs_ : gates_[t - 1]; }

  static bool is_copy(const Affine &form) {
    return form.terms.size() == 1 && form.terms[0].second == 1.0 && form.constant == 0.0;
  }
  // The value that a gate reads: a form that only names its source needs no slot.
  Value &operand(std::size_t t, int k) {
    const Affine &form = net_.hidden[t].operands[static_cast<std::size_t>(k)];
    return is_copy(form) ? sources(t)[static_cast<std::size_t>(form.terms[0].first)]
                         : forms_[t][static_cast<std::size_t>(k)];
  }

  void count_uses() {
    const auto use = [&](std::size_t t, const Affine &form) {
      for (const auto &[source, weight] : form.terms)
        ++sources(t)[static_cast<std::size_t>(source)].uses;
    };
    for (const Affine &output : net_.outputs)
      use(net_.hidden.size(), output);
    for (std::size_t t = net_.hidden.size(); t-- > 0;) {
      for (std::size_t g = 0; g < gates_[t].size(); ++g)
        if (gates_[t][g].uses > 0)
          for (int i = 0; i < net_.hidden[t].gates[g].stencil->operands; ++i)
            ++operand(t, net_.hidden[t].gates[g].operands[i]).uses;
      for (std::size_t k = 0; k < forms_[t].size(); ++k)
        if (forms_[t][k].uses > 0)
          use(t, net_.hidden[t].operands[k]);
    }
  }

  void used(Value &value) {
    if (--value.uses > 0)
      return;
    emitter_.release(value.slot);
    for (const auto &[j, derivative] : value.derivatives)
      if (derivative.slot >= 0)
        emitter_.release(derivative.slot);
  }

  void require_gate(std::size_t t, std::size_t g) {
    if (gates_[t][g].slot < 0)
      emit(t, g);
  }

  // The forms that are read, as sums, and which of them are made together.
  void collect(std::size_t t) {
    sums_.emplace_back(forms(t).size());
    for (std::size_t k = 0; k < forms(t).size(); ++k) {
      if (t < net_.hidden.size() && forms_[t][k].uses == 0)
        continue;
      sums_[t][k].constant = forms(t)[k].constant;
      for (const auto &[source, weight] : forms(t)[k].terms) {
        sums_[t][k].sources.push_back(source);
        sums_[t][k].weights.push_back(weight);
      }
    }
    groups_.push_back(grouped(sums_[t]));
  }

  void require_form(std::size_t t, std::size_t k) {
    if (forms_[t][k].slot < 0)
      for (const Portion &portion : portions(sums_[t], groups_[t][k]))
        add(t, portion);
  }

  // As many sources as one instruction takes are made, then added.
  void add(std::size_t t, const Portion &portion) {
    std::vector<Value> &from = sources(t);
    std::vector<std::int32_t> slots;
    for (const int source : portion.sources) {
      if (t > 0)
        require_gate(t - 1, static_cast<std::size_t>(source));
      slots.push_back(from[static_cast<std::size_t>(source)].slot);
    }
    std::vector<std::int32_t *> targets;
    for (const std::size_t k : portion.sums)
      targets.push_back(&forms_[t][k].slot);
    emitter_.add(sums_[t], portion, slots, targets);
    for (const std::size_t k : portion.sums) {
      add_derivatives(from, portion, sums_[t][k], forms_[t][k]);
      for (const int source : portion.sources)
        used(from[static_cast<std::size_t>(source)]);
    }
  }

  void add_derivatives(const std::vector<Value> &from, const Portion &portion, const Sum &sum,
                       Value &value) {
    std::map<std::size_t, std::vector<Weighted>> slopes;
    const double *weight = sum.weights.data() + (sum.weights.size() - portion.left);
    for (const int source : portion.sources) {
      for (const auto &[j, derivative] : from[static_cast<std::size_t>(source)].derivatives)
        if (derivative.slot < 0)
          value.derivatives[j].constant += *weight * derivative.constant;
        else
          slopes[j].push_back({derivative.slot, *weight});
      ++weight;
    }
    for (const auto &[j, slope] : slopes)
      append(value.derivatives[j].slot, slope);
  }

  void append(std::int32_t &slot, const std::vector<Weighted> &terms) {
    if (slot >= 0)
      return emitter_.add(slot, terms);
    slot = emitter_.acquire();
    emitter_.sum(slot, 0.0, terms);
  }

  void emit(std::size_t t, std::size_t g) {
    const Gate &gate = net_.hidden[t].gates[g];
    const int count = gate.stencil->operands;
    std::array<std::int32_t, max_operands> slots{};
    std::array<Value *, max_operands> values{};
    for (int i = 0; i < count; ++i) {
      values[i] = &operand(t, gate.operands[i]);
      if (values[i]->slot < 0)
        require(t, gate.operands[i]);
      slots[i] = values[i]->slot;
    }
    const std::size_t planned = plan_.planned_of[t][g];
    TapeGate record = emit_gate(emitter_, plan_.planned[planned], slots.data(), derivatives_);
    record.planned = planned;
    emitter_.tape.gates.push_back(record);
    Value &value = gates_[t][g];
    value.slot = record.value;
    if (derivatives_)
      chain_rule(value, record, values, count);
    for (int i = 0; i < count; ++i)
      used(*values[i]);
  }

  void require(std::size_t t, int k) {
    const Affine &form = net_.hidden[t].operands[static_cast<std::size_t>(k)];
    if (is_copy(form))
      require_gate(t - 1, static_cast<std::size_t>(form.terms[0].first));
    else
      require_form(t, static_cast<std::size_t>(k));
  }

  // sum_i partial_i dz_i/dx_j for every input j.
  void chain_rule(Value &value, const TapeGate &gate,
                  const std::array<Value *, max_operands> &operands, int count) {
    std::map<std::size_t, std::vector<Weighted>> constant;
    for (int i = 0; i < count; ++i)
      for (const auto &[j, derivative] : operands[i]->derivatives)
        if (derivative.slot < 0)
          constant[j].push_back({gate.partials[i], derivative.constant});
    for (const auto &[j, terms] : constant)
      append(value.derivatives[j].slot, terms);
    for (int i = 0; i < count; ++i)
      for (const auto &[j, derivative] : operands[i]->derivatives) {
        if (derivative.slot < 0)
          continue;
        std::int32_t &slot = value.derivatives[j].slot;
        if (slot >= 0) {
          emitter_.multiply_add(slot, gate.partials[i], derivative.slot, slot);
        } else {
          slot = emitter_.acquire();
          emitter_.multiply(slot, gate.partials[i], derivative.slot);
        }
      }
    for (int i = 0; i < count; ++i)
      emitter_.release(gate.partials[i]);
  }

  std::int32_t slot_of(const Derivative &derivative) {
    if (derivative.slot >= 0)
      return derivative.slot;
    const auto [known, is_new] = constants_.try_emplace(derivative.constant, -1);
    if (is_new) {
      known->second = emitter_.acquire();
      emitter_.sum(known->second, derivative.constant, {});
    }
    return known->second;
  }

  const Network &net_;
  const Plan &plan_;
  const bool derivatives_;
  Emitter emitter_;
  std::vector<Value> inputs_;
  // By layer; the last forms are the outputs'.
  std::vector<std::vector<Value>> forms_, gates_;
  std::vector<std::vector<Sum>> sums_;
  std::vector<std::vector<Group>> groups_;
  std::map<double, std::int32_t> constants_;
};

} // namespace

Tape assemble(const Network &net, const Plan &plan, bool derivatives) {
  return Assembler(net, plan, derivatives)();
}

} // namespace polynet
