#include "polynet/evaluate.hpp"

#include "runner.hpp"

#include <variant>

namespace polynet {

struct NeuronEvaluator::State {
  Plan plan;
  std::variant<std::unique_ptr<Runner<double>>, std::unique_ptr<Runner<float>>> runner;
};

NeuronEvaluator::NeuronEvaluator(const Network &net, const Kernels &kernels) {
  auto state = std::make_unique<State>();
  state->plan = plan_by_neurons(net);
  if (net.dtype == Dtype::float32)
    state->runner = std::make_unique<Runner<float>>(state->plan, state->plan.tape, kernels, true);
  else
    state->runner = std::make_unique<Runner<double>>(state->plan, state->plan.tape, kernels, true);
  state_ = std::move(state);
}
NeuronEvaluator::~NeuronEvaluator() = default;
NeuronEvaluator::NeuronEvaluator(NeuronEvaluator &&) noexcept = default;

std::size_t NeuronEvaluator::inputs() const { return state_->plan.box.size(); }
std::size_t NeuronEvaluator::outputs() const { return state_->plan.outputs; }

template <typename T>
void NeuronEvaluator::operator()(const Matrix<const T> &x, std::size_t count, const Matrix<T> &y,
                                 int threads) const {
  (*std::get<std::unique_ptr<Runner<T>>>(state_->runner))(x, count, y, threads);
}

template void NeuronEvaluator::operator()(const Matrix<const double> &, std::size_t,
                                          const Matrix<double> &, int) const;
template void NeuronEvaluator::operator()(const Matrix<const float> &, std::size_t,
                                          const Matrix<float> &, int) const;

} // namespace polynet
