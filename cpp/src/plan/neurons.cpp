#include "polynet/plan.hpp"

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
    for (Value &input : values_.front()) {
      input.slot = input.uses > 0 ? emitter_.acquire() : -1;
      emitter_.tape.inputs.push_back(input.slot);
    }
    for (std::size_t r = 0; r < values_.back().size(); ++r) {
      emit(layers_.size() - 1, r);
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

  void count_uses() {
    for (std::size_t t = layers_.size(); t-- > 0;)
      for (std::size_t r = 0; r < layers_[t].bias.size(); ++r)
        if (t + 1 == layers_.size() || values_[t + 1][r].uses > 0)
          for_each_term(layers_[t], r,
                        [&](std::size_t source, double) { ++values_[t][source].uses; });
  }

  // As many sources as one instruction takes are made, then added.
  void emit(std::size_t t, std::size_t r) {
    std::int32_t &target = values_[t + 1][r].slot;
    std::vector<std::size_t> sources;
    std::vector<Weighted> terms;
    const NearBias *near = near_bias(t, r);
    const auto append = [&] {
      if (target >= 0) {
        emitter_.accumulate(target, terms.data(), terms.size());
      } else {
        target = emitter_.acquire();
        if (near)
          emitter_.neuron(target, layers_[t].bias[r], terms, *near);
        else
          emitter_.combine(target, layers_[t].bias[r], terms.data(), terms.size());
      }
      for (const std::size_t source : sources)
        if (--values_[t][source].uses == 0)
          emitter_.release(values_[t][source].slot);
      sources.clear();
      terms.clear();
    };
    for_each_term(layers_[t], r, [&](std::size_t source, double weight) {
      if (values_[t][source].slot < 0)
        emit(t - 1, source);
      sources.push_back(source);
      terms.push_back({values_[t][source].slot, weight});
      if (terms.size() == combine_limit)
        append();
    });
    if (target < 0 || !terms.empty())
      append();
    if (layers_[t].activated && !near)
      emitter_.activate(target, 0);
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
