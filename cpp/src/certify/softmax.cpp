#include "polynet/softmax.hpp"

#include "algebra/model.hpp"
#include "polynet/error.hpp"
#include "polynet/float_environment.hpp"

namespace polynet {

template <typename T> void softmax(T *values, std::size_t count, const std::vector<double> &mu) {
  const SoundFloats floats;
  const std::size_t classes = mu.size();
  for (T *row = values; row != values + count * classes; row += classes) {
    T largest = -std::numeric_limits<T>::infinity();
    for (std::size_t y = 0; y < classes; ++y) {
      row[y] = -(row[y] + static_cast<T>(mu[y]));
      // Written so that a NaN is taken and kept.
      if (!(row[y] <= largest))
        largest = std::isnan(largest) ? largest : row[y];
    }
    T sum = 0;
    for (std::size_t y = 0; y < classes; ++y)
      sum += row[y] = std::exp(row[y] - largest);
    for (std::size_t y = 0; y < classes; ++y)
      row[y] /= sum;
  }
}

template void softmax(double *, std::size_t, const std::vector<double> &);
template void softmax(float *, std::size_t, const std::vector<double> &);

SoftmaxBounds softmax_bounds(const Network &net, const std::vector<ExactPolynomial> &hamiltonians,
                             const std::vector<double> &errors, const std::vector<Interval> &mu,
                             double exp_ulp) {
  const SoundFloats floats;
  validate(net);
  for (const ExactPolynomial &h : hamiltonians)
    h.require_variables(net.box.size());
  if (hamiltonians.size() != mu.size() || errors.size() != mu.size())
    throw Error(ErrorCode::invalid_input, std::to_string(hamiltonians.size()) +
                                              " Hamiltonians need as many errors and mu, not " +
                                              std::to_string(errors.size()) + " and " +
                                              std::to_string(mu.size()));
  for (const double error : errors)
    if (!(error >= 0.0 && error <= detail::largest))
      throw Error(ErrorCode::invalid_input, "an error of the Hamiltonians must be finite and not "
                                            "negative, not " +
                                                text(error));
  const FloatFormat f = float_format(net.dtype);
  const Interval u = f.unit_roundoff, tiny = f.smallest_normal;
  const double classes = static_cast<double>(mu.size());
  // gamma_n for the sums over the classes: Linear(-1, -mu) may add a zero for every other class.
  const Interval gamma =
      Interval(classes + 2.0) * u / (Interval(1.0) - Interval(classes + 2.0) * u);

  Frame frame = Frame::centred(net.box, [](double x) { return x; });
  frame.keep_bits(net.bits);
  SoftmaxBounds bounds;
  double largest = 0.0; // of the logits
  for (std::size_t y = 0; y < mu.size(); ++y) {
    const Model h = model_of(hamiltonians[y].on_bits(net.bits), frame);
    const PowerTable powers(frame.range, std::max(h.max_power, 1));
    const double reach = h(powers).mag();
    const Interval error = Interval(errors[y]) + (mu[y] - mu[y]).mag() +
                           gamma * (Interval(reach) + errors[y] + mu[y].mag()) +
                           tiny * (classes + 2.0);
    bounds.logit_error = std::max(bounds.logit_error, error.hi());
    largest = std::max(largest, (Interval(reach) + errors[y] + mu[y].mag()).hi());
  }
  // d = logit - largest is off by u |d|, which e^d <= 1 bounds by u/e; then exp's own error, and
  // one smallest normal number for underflow.
  const Interval term = u * (Interval(0.5) + Interval(2.0) * exp_ulp) + tiny;
  const Interval sum_error = Interval(classes) * term + gamma;
  const Interval rounding =
      (term + sum_error + u * 2.0 + tiny) / (Interval(1.0) - sum_error) * Interval(1.0 + 0x1p-20);
  bounds.probability_error = (tanh(Interval(bounds.logit_error) * 0.5) + rounding).hi();
  // Neither a logit nor the difference of two may overflow, with the roundings.
  if (!(largest <= f.largest / 4) || !(bounds.logit_error <= f.largest / 4) ||
      !(sum_error.hi() < 0.5))
    throw Error(ErrorCode::not_certified,
                "no finite bound on the probabilities could be proved; use fewer classes, smaller "
                "mu or dtype float64");
  return bounds;
}

} // namespace polynet
