#include "error_gradient.hpp"

#include "products.hpp"

namespace polynet {

namespace {

using Intervals = std::vector<Interval>;

Interval combination(const Row &row, const Intervals &wires) {
  Interval sum = row.constant;
  for (const auto &[wire, weight] : row.terms)
    sum += weight * wires[static_cast<std::size_t>(wire)];
  return sum;
}

// Adds what a form with that factor makes of the wires' weights.
void distribute(const Row &row, const Interval &factor, Intervals &weights) {
  if (factor.mag() > 0.0)
    for (const auto &[wire, weight] : row.terms)
      weights[static_cast<std::size_t>(wire)] += factor * weight;
}

// Values of the ideal network and errors of the real one over a part, forward, and the slopes of
// one output's error, backward.
class SlopePass {
public:
  SlopePass(const ErrorFunction &error, const Products &products, const Intervals &part)
      : net_(error.network()), error_(error), products_(products), errors_(part.size(), 0.0) {
    for (std::size_t i = 0; i < part.size(); ++i)
      values_.push_back(net_.from_origin(i, part[i]));
    arguments_.reserve(products.steps.size());
    for (const ProductStep &step : products.steps)
      forward(step);
  }

  Interval error(std::size_t output) const {
    return combination(products_.outputs[output], errors_);
  }

  Intervals slopes(std::size_t output) const {
    Intervals by_value(values_.size(), 0.0), by_error(values_.size(), 0.0);
    distribute(products_.outputs[output], 1.0, by_error);
    for (std::size_t s = products_.steps.size(); s-- > 0;) {
      const std::size_t wire = net_.box.size() + s;
      backward(products_.steps[s], arguments_[s], by_value[wire], by_error[wire], by_value,
               by_error);
    }
    by_value.resize(net_.box.size());
    return by_value;
  }

private:
  struct Arguments {
    std::array<Interval, max_operands> z, e, shifted, real;
  };

  const Gate &gate(const ProductStep &step) const {
    return net_.hidden[step.layer].gates[step.gate];
  }
  const GateSeries &series(const ProductStep &step) const {
    return error_.truncation().series(step.layer, step.gate);
  }

  void forward(const ProductStep &product) {
    const Gate &g = gate(product);
    Arguments a;
    std::array<Interval, max_operands> e; // none of a copy, whose operand is put in its place
    for (int i = 0; i < g.stencil->operands; ++i) {
      const auto k = static_cast<std::size_t>(i);
      const auto operand = static_cast<std::size_t>(g.operands[k]);
      a.z[k] = intersect(combination(product.values[k], values_),
                         error_.ideal().ranges[product.layer][operand]);
      a.e[k] = combination(product.errors[k], errors_);
      // Nowhere else is the series proved.
      a.real[k] =
          intersect(a.z[k] + a.e[k], error_.truncation().operand(product.layer, g.operands[k]));
      a.shifted[k] = product.copy ? Interval(0.0) : a.z[k] + product.shifts[k];
      e[k] = product.copy ? Interval(0.0) : a.e[k];
    }
    const GateStep<Interval> made =
        step(series(product), a.shifted.data(), e.data(), a.real.data());
    values_.push_back(made.value);
    errors_.push_back(made.error);
    arguments_.push_back(a);
  }

  // With y = z + shift, a wire's error (y + e)^t - y^t + (z + e)^t rho(z + e) is a smooth function
  // of z and e. By the mean value theorem its difference between two points is its gradient
  // somewhere between them, where z, e and z + e are in their ranges too, times the differences of
  // z and e.
  void backward(const ProductStep &step, const Arguments &a, const Interval &value,
                const Interval &error, Intervals &by_value, Intervals &by_error) const {
    if (value.mag() == 0.0 && error.mag() == 0.0)
      return;
    const Stencil &st = *gate(step).stencil;
    if (st.bits > 0) {
      // From 0 to 1 a bit raises the sign by 0 or 2. The error is in its range before and after.
      const Interval sign = target(st, a.z.data()), own = sign * series(step).rho(a.z.data());
      const Interval rise(0.0, sign.lo() < sign.hi() ? 2.0 : 0.0);
      distribute(step.values[0], value * rise + error * (own - own), by_value);
      return;
    }
    for (int i = 0; i < st.operands; ++i) {
      const auto k = static_cast<std::size_t>(i);
      const Interval own = series(step).error_derivative(i, a.real.data());
      Interval by_z = own, by_e = own;
      Interval passed = 0.0;
      if (!step.copy) {
        std::array<Interval, max_operands> shifted_real;
        for (std::size_t j = 0; j < static_cast<std::size_t>(st.operands); ++j)
          shifted_real[j] = a.shifted[j] + a.e[j];
        by_z += target_derivative_difference(st, i, a.shifted.data(), a.e.data());
        by_e += target_derivative(st, i, shifted_real.data());
        passed = value * target_derivative(st, i, a.shifted.data());
      }
      distribute(step.values[k], passed + error * by_z, by_value);
      distribute(step.errors[k], error * by_e, by_error);
    }
  }

  const Network &net_;
  const ErrorFunction &error_;
  const Products &products_;
  Intervals values_, errors_;
  std::vector<Arguments> arguments_;
};

} // namespace

ErrorGradient::ErrorGradient(const ErrorFunction &error, const std::vector<double> &negligible)
    : error_(error), products_(std::make_shared<const Products>(error.network())),
      differences_(error.differences()) {
  for (std::size_t k = 0; k < differences_.size(); ++k)
    differences_[k].sweep_sum(negligible[k]);
}

Interval ErrorGradient::error(std::size_t output, const std::vector<Interval> &part) const {
  const Interval difference = differences_[output].over(error_.ideal().frame.coordinates(part));
  return SlopePass(error_, *products_, part).error(output) + difference;
}

std::vector<Interval> ErrorGradient::slopes(std::size_t output, const std::vector<Interval> &part,
                                            const std::vector<Interval> &of_difference) const {
  Intervals slopes = SlopePass(error_, *products_, part).slopes(output);
  for (std::size_t i = 0; i < part.size(); ++i)
    slopes[i] = part[i].lo() < part[i].hi() ? slopes[i] + of_difference[i] : Interval(0.0);
  return slopes;
}

std::vector<Interval> ErrorGradient::difference_slopes(std::size_t output,
                                                       const std::vector<Interval> &part) const {
  const Model &difference = differences_[output];
  const Frame &frame = error_.ideal().frame;
  Intervals slopes =
      gradient(difference, PowerTable(frame.coordinates(part), std::max(difference.max_power, 1)));
  for (std::size_t i = 0; i < part.size(); ++i)
    slopes[i] = frame.radius[i] > 0.0 ? slopes[i] / Interval(frame.radius[i]) : Interval(0.0);
  return slopes;
}

} // namespace polynet
