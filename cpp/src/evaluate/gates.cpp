#include "polynet/evaluate.hpp"

#include "polynet/rounding.hpp"
#include "runner.hpp"

#include <variant>

namespace polynet {

struct GateEvaluator::State {
  std::shared_ptr<const Plan> plan;
  std::shared_ptr<const Tape> tape;
  const Kernels *kernels;
  bool trusted;
  std::variant<std::unique_ptr<Runner<double>>, std::unique_ptr<Runner<float>>> runner;

  void prepare() {
    if (plan->dtype == Dtype::float32)
      runner = std::make_unique<Runner<float>>(*plan, *tape, *kernels, trusted);
    else
      runner = std::make_unique<Runner<double>>(*plan, *tape, *kernels, trusted);
  }
};

GateEvaluator::GateEvaluator(const Network &net, const Truncation &truncation,
                             const Kernels &kernels) {
  auto state = std::make_unique<State>();
  state->plan = std::make_shared<const Plan>(make_plan(net, truncation));
  state->tape = {state->plan, &state->plan->tape};
  state->kernels = &kernels;
  // The bound is infinite if some operand, its rounding errors included, may leave its range.
  state->trusted = true;
  for (const double bound :
       rounding_by_gates(net, truncation, *state->plan, own_activation_ulp(net)))
    state->trusted = state->trusted && bound <= detail::largest;
  state->prepare();
  state_ = std::move(state);
}

GateEvaluator GateEvaluator::jacobian(const Network &net, const GateEvaluator &values) {
  auto state = std::make_unique<State>();
  state->plan = values.state_->plan;
  state->tape = std::make_shared<const Tape>(jacobian_tape(net, *state->plan));
  state->kernels = values.state_->kernels;
  state->trusted = values.state_->trusted;
  state->prepare();
  return GateEvaluator(std::move(state));
}

GateEvaluator::GateEvaluator(std::unique_ptr<State> state) : state_(std::move(state)) {}
GateEvaluator::~GateEvaluator() = default;
GateEvaluator::GateEvaluator(GateEvaluator &&) noexcept = default;

const Plan &GateEvaluator::plan() const { return *state_->plan; }
std::size_t GateEvaluator::inputs() const { return state_->plan->box.size(); }
std::size_t GateEvaluator::outputs() const { return state_->tape->outputs.size(); }

template <typename T>
void GateEvaluator::operator()(const Matrix<const T> &x, std::size_t count, const Matrix<T> &y,
                               int threads) const {
  (*std::get<std::unique_ptr<Runner<T>>>(state_->runner))(x, count, y, threads);
}

template void GateEvaluator::operator()(const Matrix<const double> &, std::size_t,
                                        const Matrix<double> &, int) const;
template void GateEvaluator::operator()(const Matrix<const float> &, std::size_t,
                                        const Matrix<float> &, int) const;

} // namespace polynet
