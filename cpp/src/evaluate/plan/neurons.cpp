#include "plan.hpp"

#include "emitter.hpp"

namespace polynet {

namespace {

// Operands normalised to [-1, 1] do not exceed this, roundings and all.
constexpr double normalised = 1.0625;

// The layers as they are, entry by entry: a row is its bias plus its terms in their order, then the
// activation where it follows.
class Rows {
public:
  explicit Rows(const Network &net)
      : layers_(layers(net)), near_biases_(*net.activation, net.dtype),
        is_factored_(net.form == Form::factored) {
    values_.emplace_back(net.box.size());
    for (const Layer &layer : layers_)
      values_.emplace_back(layer.bias.size());
  }

  Tape operator()() {
    count_uses();
    for (std::size_t t = 0; t < layers_.size(); ++t)
      collect(t);
    for (Value &input : values_.front()) {
      input.slot = input.uses > 0 ? emitter_.acquire() : -1;
      emitter_.tape.inputs.push_back(input.slot);
    }
    for (std::size_t r = 0; r < values_.back().size(); ++r) {
      require(layers_.size() - 1, r);
      emitter_.tape.outputs.push_back(values_.back()[r].slot);
    }
    return std::move(emitter_.tape);
  }

private:
  // What an input or a row of a layer has on the tape; values_[t] are what layers_[t] reads.
  struct Value {
    std::size_t uses = 0; // still to come
    std::int32_t slot = -1;
  };

  template <typename F> static void for_each_term(const Layer &layer, std::size_t row, F f) {
    for (int k = layer.row_start[row]; k < layer.row_start[row + 1]; ++k)
      f(static_cast<std::size_t>(layer.column[static_cast<std::size_t>(k)]),
        layer.weight[static_cast<std::size_t>(k)]);
  }

  bool is_read(std::size_t t, std::size_t r) const {
    return t + 1 == layers_.size() || values_[t + 1][r].uses > 0;
  }

  void count_uses() {
    for (std::size_t t = layers_.size(); t-- > 0;)
      for (std::size_t r = 0; r < layers_[t].bias.size(); ++r)
        if (is_read(t, r))
          for_each_term(layers_[t], r,
                        [&](std::size_t source, double) { ++values_[t][source].uses; });
  }

  // The rows that are read, as sums, and which of them are made together: none that a polynomial
  // stands for.
  void collect(std::size_t t) {
    sums_.emplace_back(layers_[t].bias.size());
    for (std::size_t r = 0; r < sums_[t].size(); ++r) {
      sums_[t][r].constant = layers_[t].bias[r];
      if (is_read(t, r) && !near_bias(t, r))
        for_each_term(layers_[t], r, [&](std::size_t source, double weight) {
          sums_[t][r].sources.push_back(static_cast<int>(source));
          sums_[t][r].weights.push_back(weight);
        });
    }
    groups_.push_back(grouped(sums_[t]));
  }

  void require(std::size_t t, std::size_t r) {
    if (values_[t + 1][r].slot >= 0)
      return;
    if (const NearBias *near = near_bias(t, r))
      return emit(t, r, *near);
    for (const Portion &portion : portions(sums_[t], groups_[t][r]))
      add(t, portion);
    if (layers_[t].activated)
      for (const std::size_t row : groups_[t][r].sums)
        emitter_.activate(values_[t + 1][row].slot, 0);
  }

  // The slot of a row's source.
  std::int32_t slot_of(std::size_t t, std::size_t source) {
    if (t > 0)
      require(t - 1, source);
    return values_[t][source].slot;
  }

  void used(Value &value) {
    if (--value.uses == 0)
      emitter_.release(value.slot);
  }

  // As many sources as one instruction takes are made, then added.
  void add(std::size_t t, const Portion &portion) {
    std::vector<std::int32_t> slots;
    for (const int source : portion.sources)
      slots.push_back(slot_of(t, static_cast<std::size_t>(source)));
    std::vector<std::int32_t *> targets;
    for (const std::size_t r : portion.sums)
      targets.push_back(&values_[t + 1][r].slot);
    emitter_.add(sums_[t], portion, slots, targets);
    for (std::size_t use = 0; use < portion.sums.size(); ++use)
      for (const int source : portion.sources)
        used(values_[t][static_cast<std::size_t>(source)]);
  }

  void emit(std::size_t t, std::size_t r, const NearBias &near) {
    std::vector<Weighted> terms;
    for_each_term(layers_[t], r, [&](std::size_t source, double weight) {
      terms.push_back({slot_of(t, source), weight});
    });
    std::int32_t &target = values_[t + 1][r].slot;
    target = emitter_.acquire();
    emitter_.neuron(target, layers_[t].bias[r], terms, near);
    for_each_term(layers_[t], r, [&](std::size_t source, double) { used(values_[t][source]); });
  }

  // The polynomial for a neuron of one operand or two, which the compiler has normalised to [-1,
  // 1]; null if there is none.
  const NearBias *near_bias(std::size_t t, std::size_t row) {
    const Layer &layer = layers_[t];
    const int count = layer.row_start[row + 1] - layer.row_start[row];
    if (!layer.activated || !is_factored_ || count < 1 || count > 2)
      return nullptr;
    double reach = 0.0;
    for_each_term(layer, row, [&](std::size_t, double weight) { reach += std::fabs(weight); });
    const NearBias &near = near_biases_(layer.bias[row], normalised * reach);
    return near.coefficients.empty() ? nullptr : &near;
  }

  const std::vector<Layer> layers_;
  NearBiases near_biases_;
  const bool is_factored_;
  Emitter emitter_;
  std::vector<std::vector<Value>> values_;
  std::vector<std::vector<Sum>> sums_;
  std::vector<std::vector<Group>> groups_;
};

} // namespace

Plan plan_by_neurons(const Network &net) {
  Plan plan;
  plan.activation = net.activation;
  plan.dtype = net.dtype;
  plan.box.assign(net.box.size(), {-detail::infinity, detail::infinity});
  plan.outputs = net.outputs.size();
  plan.tape = Rows(net)();
  return plan;
}

} // namespace polynet
