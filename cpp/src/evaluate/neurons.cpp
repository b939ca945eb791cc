#include "polynet/evaluate.hpp"

#include "polynet/error.hpp"

#include <Eigen/Dense>

namespace polynet {

namespace {

// Points per block: the activations of a block stay in cache, and the matrix products still pay.
constexpr Eigen::Index block = 128;
constexpr double max_entries = 1e9;

template <typename T> struct DenseLayer {
  Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> weight;
  Eigen::Matrix<T, Eigen::Dynamic, 1> bias;
  bool activated;
};

template <typename T> std::vector<DenseLayer<T>> dense(const std::vector<Layer> &layers) {
  std::vector<DenseLayer<T>> result;
  for (const Layer &layer : layers) {
    if (double(layer.rows()) * layer.columns > max_entries)
      throw Error(ErrorCode::size_limit, "a dense layer of " + std::to_string(layer.rows()) +
                                             " x " + std::to_string(layer.columns) +
                                             " weights is too large; evaluate by gates instead");
    DenseLayer<T> d;
    d.weight.setZero(layer.rows(), layer.columns);
    d.bias.resize(layer.rows());
    d.activated = layer.activated;
    for (int row = 0; row < layer.rows(); ++row) {
      const auto r = static_cast<std::size_t>(row);
      d.bias[row] = static_cast<T>(layer.bias[r]);
      for (int k = layer.row_start[r]; k < layer.row_start[r + 1]; ++k) {
        const auto entry = static_cast<std::size_t>(k);
        d.weight(row, layer.column[entry]) = static_cast<T>(layer.weight[entry]);
      }
    }
    result.push_back(std::move(d));
  }
  return result;
}

template <typename T>
void evaluate(const std::vector<DenseLayer<T>> &layers, const Activation &activation, const T *x,
              std::size_t count, T *y) {
  using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
  const Eigen::Index inputs = layers.front().weight.cols(), outputs = layers.back().weight.rows();
  const Eigen::Map<const Matrix> points(x, inputs, static_cast<Eigen::Index>(count));
  Eigen::Map<Matrix> values(y, outputs, static_cast<Eigen::Index>(count));
  Matrix current, next;
  for (Eigen::Index start = 0; start < points.cols(); start += block) {
    const Eigen::Index width = std::min(block, points.cols() - start);
    current = points.middleCols(start, width);
    for (const DenseLayer<T> &layer : layers) {
      next.noalias() = layer.weight * current;
      next.colwise() += layer.bias;
      if (layer.activated)
        next = next.unaryExpr(
            [&](T v) { return static_cast<T>(activation.value(static_cast<double>(v))); });
      current.swap(next);
    }
    values.middleCols(start, width) = current;
  }
}

} // namespace

struct NeuronEvaluator::Matrices {
  std::shared_ptr<const Activation> activation;
  std::vector<DenseLayer<double>> float64;
  std::vector<DenseLayer<float>> float32;
};

NeuronEvaluator::NeuronEvaluator(const Network &net) : matrices_(std::make_unique<Matrices>()) {
  matrices_->activation = net.activation;
  if (net.dtype == Dtype::float64)
    matrices_->float64 = dense<double>(layers(net));
  else
    matrices_->float32 = dense<float>(layers(net));
}
NeuronEvaluator::~NeuronEvaluator() = default;
NeuronEvaluator::NeuronEvaluator(NeuronEvaluator &&) noexcept = default;

template <> void NeuronEvaluator::operator()(const double *x, std::size_t count, double *y) const {
  evaluate(matrices_->float64, *matrices_->activation, x, count, y);
}
template <> void NeuronEvaluator::operator()(const float *x, std::size_t count, float *y) const {
  evaluate(matrices_->float32, *matrices_->activation, x, count, y);
}

} // namespace polynet
