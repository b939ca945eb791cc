#include "polynet/error_model.hpp"

namespace polynet {

namespace {

// A part of the error below this fraction of the whole does not move its extremes.
constexpr double shows = 0x1p-10;

Interval rho(const GateSeries &series, const Interval *z) { return series.rho(z); }

double rho(const GateSeries &series, const double *z) {
  if (series.stencil().bits > 0) {
    const Interval operand(*z);
    return series.rho(&operand).mid();
  }
  double sum = 0.0;
  for (const GateSeries::Term &term : series.terms()) {
    double product = term.coefficient.mid();
    for (int i = 0; i < series.stencil().operands; ++i)
      for (int k = term.powers[i]; k > 0; --k)
        product *= z[i];
    sum += product;
  }
  return sum;
}

Interval sign(const Stencil &bits, const Interval *z) { return target(bits, z); }
double sign(const Stencil &, const double *z) { return *z < 0.0 ? -1.0 : 1.0; }

// (z + e)^t (1 + rho(z + e)) - z^t, and z^t. Bits carry no errors.
template <typename T> struct Step {
  T error, value;
};
template <typename T> Step<T> step(const GateSeries &series, const T *z, const T *e) {
  const Stencil &st = series.stencil();
  if (st.bits > 0) {
    const T value = sign(st, z);
    return {value * rho(series, z), value};
  }
  std::array<T, max_operands> real;
  T without = 1.0, difference = 0.0, with = 1.0;
  for (int i = 0; i < st.operands; ++i) {
    real[i] = z[i] + e[i];
    for (int k = 0; k < st.target[i]; ++k) {
      difference = difference * real[i] + without * e[i];
      without = without * z[i];
      with = with * real[i];
    }
  }
  return {difference + with * rho(series, real.data()), without};
}

// Values of the ideal network and errors of the real one, forward through the layers.
template <typename T>
std::vector<T> pass(const Network &net, const Truncation &truncation, std::vector<T> values) {
  std::vector<T> errors(values.size(), T(0.0)), operand_values, operand_errors;
  for (std::size_t i = 0; i < net.origin.size(); ++i)
    values[i] = values[i] - T(net.origin[i]);
  const auto combine = [](const Affine &form, const std::vector<T> &terms, T sum) {
    for (const auto &[source, weight] : form.terms)
      sum = sum + terms[static_cast<std::size_t>(source)] * T(weight);
    return sum;
  };
  for (std::size_t t = 0; t < net.hidden.size(); ++t) {
    const HiddenLayer &layer = net.hidden[t];
    operand_values.clear();
    operand_errors.clear();
    for (const Affine &form : layer.operands) {
      operand_values.push_back(combine(form, values, T(form.constant)));
      operand_errors.push_back(combine(form, errors, T(0.0)));
    }
    values.clear();
    errors.clear();
    for (std::size_t g = 0; g < layer.gates.size(); ++g) {
      const GateSeries &series = truncation.series(t, g);
      std::array<T, max_operands> z, e;
      for (int i = 0; i < series.stencil().operands; ++i) {
        z[i] = operand_values[static_cast<std::size_t>(layer.gates[g].operands[i])];
        e[i] = operand_errors[static_cast<std::size_t>(layer.gates[g].operands[i])];
      }
      const Step<T> gate = step(series, z.data(), e.data());
      values.push_back(gate.value);
      errors.push_back(gate.error);
    }
  }
  std::vector<T> result;
  for (const Affine &output : net.outputs)
    result.push_back(combine(output, errors, T(0.0)));
  return result;
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
    result.push_back(m(PowerTable(ideal.frame.range, std::max(m.max_power, 1))));
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
  std::vector<Interval> errors = pass(net_, truncation_, point);
  const std::vector<Interval> t = ideal_.frame.coordinates(point);
  for (std::size_t k = 0; k < errors.size(); ++k)
    errors[k] += differences_[k](PowerTable(t, std::max(differences_[k].max_power, 1)));
  return errors;
}

std::vector<double> ErrorFunction::estimate(const std::vector<double> &x) const {
  std::vector<double> errors = pass(net_, truncation_, x), t;
  for (std::size_t k = 0; k < errors.size(); ++k) {
    if (visible_[k].terms() == 0)
      continue;
    if (t.empty())
      for (std::size_t i = 0; i < x.size(); ++i)
        t.push_back(ideal_.frame.radius[i] > 0.0
                        ? (x[i] - ideal_.frame.centre[i]) / ideal_.frame.radius[i]
                        : 0.0);
    errors[k] += visible_[k].estimate(t);
  }
  return errors;
}

} // namespace polynet
