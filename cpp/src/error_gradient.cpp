#include "polynet/error_gradient.hpp"

namespace polynet {

namespace {

// The value of the ideal network, or the error of the real one, and its slopes by the inputs.
struct Quantity {
  Interval range;
  std::vector<Interval> slopes;

  explicit Quantity(std::size_t inputs) : slopes(inputs, 0.0) {}
  // Slopes of 0 stay exactly that: most wires depend on few inputs.
  void add_slopes(const Quantity &other, const Interval &factor) {
    for (std::size_t j = 0; j < slopes.size(); ++j)
      if (other.slopes[j].mag() > 0.0)
        slopes[j] += other.slopes[j] * factor;
  }
};

struct Wire {
  Quantity value, error;

  explicit Wire(std::size_t inputs) : value(inputs), error(inputs) {}
  void add(const Wire &other, double weight) {
    value.range += other.value.range * weight;
    error.range += other.error.range * weight;
    value.add_slopes(other.value, weight);
    error.add_slopes(other.error, weight);
  }
};

class SlopePass {
public:
  SlopePass(const ErrorFunction &error, const std::vector<Interval> &part)
      : net_(error.network()), error_(error), inputs_(part.size()) {
    for (std::size_t i = 0; i < inputs_; ++i) {
      wires_.emplace_back(inputs_);
      wires_.back().value.range = part[i];
      if (part[i].lo() < part[i].hi())
        wires_.back().value.slopes[i] = 1.0;
    }
  }

  /// network - ideal, per output.
  Quantity operator()(std::size_t output) {
    for (std::size_t t = 0; t < net_.hidden.size(); ++t) {
      const HiddenLayer &layer = net_.hidden[t];
      std::vector<Wire> operands, gates;
      for (std::size_t k = 0; k < layer.operands.size(); ++k)
        operands.push_back(operand(t, k));
      for (std::size_t g = 0; g < layer.gates.size(); ++g)
        gates.push_back(layer.gates[g].stencil->bits > 0 ? bits_gate(t, g, operands)
                                                         : gate(t, g, operands));
      wires_ = std::move(gates);
    }
    return combination(net_.outputs[output]).error;
  }

private:
  Wire combination(const Affine &form) const {
    Wire sum(inputs_);
    sum.value.range = form.constant;
    for (const auto &[source, weight] : form.terms)
      sum.add(wires_[static_cast<std::size_t>(source)], weight);
    return sum;
  }

  Wire operand(std::size_t t, std::size_t k) const {
    Wire wire = combination(net_.hidden[t].operands[k]);
    wire.value.range = intersect(wire.value.range, error_.ideal().ranges[t][k]);
    return wire;
  }

  // E = (z + e)^t - z^t + (z + e)^t rho(z + e) is a smooth function of z and e. By the mean value
  // theorem its difference between two points is its gradient somewhere between them, where z, e and
  // z + e are in their ranges too, times the differences of z and e.
  Wire gate(std::size_t t, std::size_t g, const std::vector<Wire> &operands) const {
    const Gate &gate = net_.hidden[t].gates[g];
    const Stencil &st = *gate.stencil;
    const GateSeries &series = error_.truncation().series(t, g);
    std::array<Interval, max_operands> z, e, real;
    for (int i = 0; i < st.operands; ++i) {
      const Wire &wire = operands[static_cast<std::size_t>(gate.operands[i])];
      z[i] = wire.value.range;
      e[i] = wire.error.range;
      // Nowhere else is the series proved.
      real[i] = intersect(z[i] + e[i], error_.truncation().operand(t, gate.operands[i]));
    }
    Wire result(inputs_);
    result.value.range = target(st, z.data());
    result.error.range = target_difference(st, z.data(), e.data()) +
                         target(st, real.data()) * series.rho(real.data());
    for (int i = 0; i < st.operands; ++i) {
      const Wire &wire = operands[static_cast<std::size_t>(gate.operands[i])];
      const Interval own = series.error_derivative(i, real.data());
      result.value.add_slopes(wire.value, target_derivative(st, i, z.data()));
      result.error.add_slopes(wire.value,
                              own + target_derivative_difference(st, i, z.data(), e.data()));
      result.error.add_slopes(wire.error, own + target_derivative(st, i, real.data()));
    }
    return result;
  }

  // From 0 to 1 a bit raises the sign by 0 or 2. The error, that of the sigmoid, is somewhere in its
  // range before and after.
  Wire bits_gate(std::size_t t, std::size_t g, const std::vector<Wire> &operands) const {
    const Gate &gate = net_.hidden[t].gates[g];
    const Quantity &sum = operands[static_cast<std::size_t>(gate.operands[0])].value;
    Wire result(inputs_);
    result.value.range = target(*gate.stencil, &sum.range);
    result.error.range =
        result.value.range * error_.truncation().series(t, g).rho(&sum.range);
    const Interval rise(0.0, sum.range.contains(0.0) ? 2.0 : 0.0);
    result.value.add_slopes(sum, rise);
    result.error.add_slopes(sum, result.error.range - result.error.range);
    return result;
  }

  const Network &net_;
  const ErrorFunction &error_;
  const std::size_t inputs_;
  std::vector<Wire> wires_;
};

} // namespace

ErrorGradient::ErrorGradient(const ErrorFunction &error, const std::vector<double> &negligible)
    : error_(error), differences_(error.differences()) {
  for (std::size_t k = 0; k < differences_.size(); ++k)
    differences_[k].sweep(negligible[k] / static_cast<double>(differences_[k].terms() + 1));
}

ErrorSlopes ErrorGradient::operator()(std::size_t output, const std::vector<Interval> &part) const {
  const Quantity truncation = SlopePass(error_, part)(output);
  ErrorSlopes result{truncation.range, truncation.slopes};
  const Model &difference = differences_[output];
  const Frame &frame = error_.ideal().frame;
  const PowerTable powers(frame.coordinates(part), std::max(difference.max_power, 1));
  result.error += difference(powers);
  const std::vector<Interval> by_t = gradient(difference, powers);
  for (std::size_t i = 0; i < part.size(); ++i)
    if (part[i].lo() < part[i].hi() && by_t[i].mag() > 0.0)
      result.slopes[i] += by_t[i] / Interval(frame.radius[i]);
  return result;
}

} // namespace polynet
