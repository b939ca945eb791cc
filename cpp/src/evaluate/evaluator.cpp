#include "polynet/evaluate.hpp"

#include "plan/plan.hpp"
#include "polynet/float_environment.hpp"
#include "runner.hpp"

#include <variant>

namespace polynet {

struct Evaluator::State {
  std::shared_ptr<const Plan> plan;
  std::shared_ptr<const Tape> tape;
  const Kernels &kernels;
  const bool trusted;
  std::variant<std::unique_ptr<const Runner<double>>, std::unique_ptr<const Runner<float>>> runner;

  State(std::shared_ptr<const Plan> plan_, std::shared_ptr<const Tape> tape_,
        const Kernels &kernels_, bool trusted_)
      : plan(std::move(plan_)), tape(std::move(tape_)), kernels(kernels_), trusted(trusted_) {
    if (plan->dtype == Dtype::float32)
      runner = std::make_unique<const Runner<float>>(*plan, *tape, kernels, trusted);
    else
      runner = std::make_unique<const Runner<double>>(*plan, *tape, kernels, trusted);
  }
};

namespace {

// The bound is infinite if some operand, its rounding errors included, may leave its range.
bool stays_in_range(const Network &net, const Truncation &truncation, const Plan &plan) {
  for (const double bound : rounding_by_gates(net, truncation, plan, own_activation_ulp(net)))
    if (!(bound <= detail::largest))
      return false;
  return true;
}

Evaluator gates_of(const Network &net) {
  const SoundFloats floats;
  return Evaluator::by_gates(net, Truncation(net, ideal_network(net)));
}

std::shared_ptr<const Tape> tape_of(const std::shared_ptr<const Plan> &plan) {
  return {plan, &plan->tape};
}

} // namespace

Evaluator Evaluator::by_gates(const Network &net, const Truncation &truncation) {
  return by_gates(net, truncation, polynet::kernels());
}
Evaluator Evaluator::by_neurons(const Network &net) { return by_neurons(net, polynet::kernels()); }

Evaluator Evaluator::by_gates(const Network &net, const Truncation &truncation,
                              const Kernels &kernels) {
  const SoundFloats floats;
  const auto plan = std::make_shared<const Plan>(make_plan(net, truncation));
  return Evaluator(std::make_unique<const State>(plan, tape_of(plan), kernels,
                                                 stays_in_range(net, truncation, *plan)));
}

Evaluator Evaluator::by_neurons(const Network &net, const Kernels &kernels) {
  const SoundFloats floats;
  const auto plan = std::make_shared<const Plan>(plan_by_neurons(net));
  return Evaluator(std::make_unique<const State>(plan, tape_of(plan), kernels, true));
}

Evaluator Evaluator::jacobian(const Network &net) const {
  const SoundFloats floats;
  return Evaluator(std::make_unique<const State>(
      state_->plan, std::make_shared<const Tape>(jacobian_tape(net, *state_->plan)),
      state_->kernels, state_->trusted));
}

Evaluator::Evaluator(std::unique_ptr<const State> state) : state_(std::move(state)) {}
Evaluator::~Evaluator() = default;
Evaluator::Evaluator(Evaluator &&) noexcept = default;

const Plan &Evaluator::plan() const { return *state_->plan; }
std::size_t Evaluator::inputs() const { return state_->plan->box.size(); }
std::size_t Evaluator::outputs() const { return state_->tape->outputs.size(); }

template <typename T>
void Evaluator::operator()(const Matrix<const T> &x, std::size_t count, const Matrix<T> &y,
                           int threads) const {
  const SoundFloats floats;
  (*std::get<std::unique_ptr<const Runner<T>>>(state_->runner))(x, count, y, threads);
}

template void Evaluator::operator()(const Matrix<const double> &, std::size_t,
                                    const Matrix<double> &, int) const;
template void Evaluator::operator()(const Matrix<const float> &, std::size_t, const Matrix<float> &,
                                    int) const;

Evaluators::Evaluators(Network net)
    : network_((validate(net), std::move(net))), gates_(gates_of(network_)) {}

const Evaluator &Evaluators::neurons() const {
  std::call_once(neurons_once_, [this] { neurons_.emplace(Evaluator::by_neurons(network_)); });
  return *neurons_;
}

const Evaluator &Evaluators::jacobian() const {
  std::call_once(jacobian_once_, [this] { jacobian_.emplace(gates_.jacobian(network_)); });
  return *jacobian_;
}

} // namespace polynet
