#include "error_function.hpp"
#include "network/walk.hpp"

namespace polynet {

namespace {

// A part of the error below this fraction of the whole does not move its extremes: 2^-4 finds the
// same ones, 2^-20 takes longer.
constexpr double shows = 0x1p-10;

// A value of the ideal network, and by how much the real one is off.
template <typename T> struct Wire {
  T value, error;
};

// Forward through the layers, at a point.
template <typename T>
std::vector<Wire<T>> pass(const Network &net, const Truncation &truncation,
                          const std::vector<T> &x) {
  using Wires = std::vector<Wire<T>>;
  Wires inputs;
  for (std::size_t i = 0; i < x.size(); ++i)
    inputs.push_back({net.origin.empty() ? x[i] : x[i] - T(net.origin[i]), 0.0});
  const auto combine = [](const Affine &form, const Wires &wires) {
    Wire<T> sum{form.constant, 0.0};
    for (const auto &[source, weight] : form.terms) {
      const Wire<T> &wire = wires[static_cast<std::size_t>(source)];
      sum.value = sum.value + wire.value * T(weight);
      sum.error = sum.error + wire.error * T(weight);
    }
    return sum;
  };
  const auto gates = [&](std::size_t t, const Wires &operands) {
    Wires outputs;
    const HiddenLayer &layer = net.hidden[t];
    for (std::size_t g = 0; g < layer.gates.size(); ++g) {
      const GateSeries &series = truncation.series(t, g);
      std::array<T, max_operands> y, e, z;
      for (int i = 0; i < series.stencil().operands; ++i) {
        const Wire<T> &operand = operands[static_cast<std::size_t>(layer.gates[g].operands[i])];
        y[i] = operand.value;
        e[i] = operand.error;
        z[i] = y[i] + e[i];
      }
      const GateStep<T> gate = step(series, y.data(), e.data(), z.data());
      outputs.push_back({gate.value, gate.error});
    }
    return outputs;
  };
  return walk(net, inputs, combine, gates);
}

} // namespace

std::vector<Model> ideal_differences(const IdealNetwork &ideal,
                                     const std::vector<ExactPolynomial> &polynomials,
                                     const std::vector<bool> &bits) {
  const std::size_t n = ideal.frame.centre.size();
  std::vector<Model> differences;
  for (std::size_t k = 0; k < polynomials.size(); ++k) {
    const Model &network = ideal.outputs[k];
    // polynomial - network, exactly: the coefficients agree to their last bits.
    ExactPolynomial missing =
        polynomials[k].on_bits(bits).in({ideal.frame.centre, ideal.frame.radius});
    for (std::size_t term = 0; term < network.terms(); ++term)
      missing.add(network.monomial(term), -network.coefficients[term]);
    ModelSum sum(n);
    sum.add(model_of(missing.enclosed(), n), -1.0);
    differences.push_back(sum.take());
    differences.back().rest = up(differences.back().rest + network.rest);
  }
  return differences;
}

std::vector<Interval> ranges(const IdealNetwork &ideal, const std::vector<Model> &differences) {
  std::vector<Interval> result;
  for (const Model &m : differences)
    result.push_back(m.over(ideal.frame.range));
  return result;
}

ErrorFunction::ErrorFunction(const Network &net, const std::vector<ExactPolynomial> &polynomials)
    : net_(net), ideal_(ideal_network(net)), truncation_(net, ideal_),
      differences_(ideal_differences(ideal_, polynomials, net.bits)),
      on_box_(ranges(ideal_, differences_)), visible_(differences_) {
  for (std::size_t k = 0; k < on_box_.size(); ++k) {
    on_box_[k] += truncation_.errors()[k];
    visible_[k].sweep_sum(shows * on_box_[k].mag());
  }
}

std::vector<Interval> ErrorFunction::at(const std::vector<double> &x) const {
  const std::vector<Interval> point(x.begin(), x.end());
  const std::vector<Interval> t = ideal_.frame.coordinates(point);
  std::vector<Interval> errors;
  for (const Wire<Interval> &output : pass(net_, truncation_, point))
    errors.push_back(output.error + differences_[errors.size()].over(t));
  return errors;
}

std::vector<double> ErrorFunction::estimate(const std::vector<double> &x) const {
  std::vector<double> errors, t;
  for (const Wire<double> &output : pass(net_, truncation_, x)) {
    const Model &difference = visible_[errors.size()];
    if (difference.terms() > 0 && t.empty())
      for (std::size_t i = 0; i < x.size(); ++i)
        t.push_back(ideal_.frame.radius[i] > 0.0
                        ? (x[i] - ideal_.frame.centre[i]) / ideal_.frame.radius[i]
                        : 0.0);
    errors.push_back(output.error + difference.estimate(t));
  }
  return errors;
}

} // namespace polynet
