#include "polynet/error.hpp"
#include "polynet/error_model.hpp"

#include <optional>

namespace polynet {

namespace {

// Products of terms that one product of models and one gate may take.
constexpr std::size_t max_pairs = 400'000;
constexpr std::size_t max_work = 2'000'000;

double largest(const Model &m) {
  double size = 0.0;
  for (const double c : m.coefficients)
    size = std::max(size, std::fabs(c));
  return size;
}

class TaylorErrors {
public:
  TaylorErrors(const ErrorFunction &error, const Frame &part, double accuracy, std::size_t work,
               Watch *watch)
      : net_(error.network()), error_(error), part_(part), accuracy_(accuracy), left_(work),
        watch_(watch) {}

  std::vector<Model> build() {
    std::vector<Model> errors(net_.box.size(), zero());
    for (std::size_t t = 0; t < net_.hidden.size(); ++t) {
      const HiddenLayer &layer = net_.hidden[t];
      std::vector<Model> values, carried;
      for (std::size_t k = 0; k < layer.operands.size(); ++k) {
        Model value = error_.ideal().operands[t][k];
        swept(value);
        values.push_back(swept(value = substituted(value, part_)));
        carried.push_back(combination(layer.operands[k], errors));
      }
      errors.clear();
      for (std::size_t g = 0; g < layer.gates.size(); ++g)
        errors.push_back(gate_error(t, g, values, carried));
    }
    std::vector<Model> result;
    for (std::size_t k = 0; k < net_.outputs.size(); ++k) {
      ModelSum sum(net_.box.size());
      sum.add(combination(net_.outputs[k], errors), 1.0);
      sum.add(substituted(error_.differences()[k], part_), 1.0);
      Model total = sum.take();
      result.push_back(std::move(swept(total)));
    }
    return result;
  }

private:
  Model zero() const {
    Model m;
    m.variables = net_.box.size();
    return m;
  }

  Model &swept(Model &m) const {
    m.sweep(accuracy_ * largest(m));
    return m;
  }

  Model times(const Model &a, const Model &b) {
    if (a.terms() * b.terms() > max_pairs) {
      const auto side = static_cast<std::size_t>(std::sqrt(double(max_pairs)));
      Model shorter_a = a, shorter_b = b;
      shorter_a.shorten(std::max(side, max_pairs / std::max<std::size_t>(b.terms(), 1)));
      shorter_b.shorten(std::max(side, max_pairs / std::max<std::size_t>(a.terms(), 1)));
      return times_within(shorter_a, shorter_b);
    }
    return times_within(a, b);
  }
  Model times_within(const Model &a, const Model &b) {
    check(watch_);
    const std::size_t pairs = a.terms() * b.terms();
    work_ += pairs;
    left_ -= std::min(left_, pairs);
    if (work_ > max_work || left_ == 0)
      throw Error(ErrorCode::size_limit, "the Taylor model of the error takes too long");
    return on_bits(product(a, b, accuracy_ * largest(a) * largest(b)), net_.bits);
  }

  Model combination(const Affine &form, const std::vector<Model> &errors) const {
    ModelSum sum(net_.box.size());
    for (const auto &[source, weight] : form.terms)
      sum.add(errors[static_cast<std::size_t>(source)], weight);
    return sum.take();
  }

  Model plus(const Model &a, const Model &b) const {
    ModelSum sum(a.variables);
    sum.add(a, 1.0);
    sum.add(b, 1.0);
    return sum.take();
  }

  // z^k, made of the powers known so far.
  const Model &power(std::vector<Model> &powers, int k) {
    while (powers.size() < static_cast<std::size_t>(k)) {
      const std::size_t next = powers.size() + 1;
      powers.push_back(times(powers[next / 2 - 1], powers[next - next / 2 - 1]));
    }
    return powers[static_cast<std::size_t>(k) - 1];
  }

  // z^powers; nothing for 1.
  std::optional<Model> monomial(std::vector<std::vector<Model>> &z, const Powers &powers) {
    std::optional<Model> result;
    for (std::size_t i = 0; i < z.size(); ++i)
      if (powers[i] > 0) {
        const Model &factor = power(z[i], powers[i]);
        result = result ? times(*result, factor) : factor;
      }
    return result;
  }

  Model rho(const GateSeries &series, std::vector<std::vector<Model>> &z) {
    std::vector<double> bounds;
    for (const std::vector<Model> &operand : z)
      bounds.push_back(operand.front().bound());
    const auto size = [&](const GateSeries::Term &term) {
      Interval product = term.coefficient.mag();
      for (std::size_t i = 0; i < z.size(); ++i)
        product *= pow(Interval(bounds[i]), term.powers[i]);
      return product.hi();
    };
    double largest_size = 0.0;
    for (const auto *terms : {&series.terms(), &series.remainder_terms()})
      for (const GateSeries::Term &term : *terms)
        largest_size = std::max(largest_size, size(term));
    ModelSum sum(net_.box.size());
    double rest = 0.0;
    for (const auto *terms : {&series.terms(), &series.remainder_terms()})
      for (const GateSeries::Term &term : *terms) {
        if (const double s = size(term); s <= accuracy_ * largest_size)
          rest = up(rest + s);
        else if (const std::optional<Model> m = monomial(z, term.powers))
          sum.add(*m, term.coefficient);
        else
          sum.add(Monomial{}, term.coefficient);
      }
    Model result = sum.take();
    result.rest = up(result.rest + rest);
    return result;
  }

  // The gate's own error z^t rho(z); an interval where a polynomial takes too long.
  Model own_error(std::size_t t, std::size_t g, std::vector<std::vector<Model>> &z) {
    work_ = 0;
    try {
      const GateSeries &series = error_.truncation().series(t, g);
      return times(*monomial(z, series.stencil().target), rho(series, z));
    } catch (const Error &) {
      ModelSum sum(net_.box.size());
      sum.add(Monomial{}, error_.truncation().own_error(t, g));
      return sum.take();
    }
  }

  // sign(z) rho(z) of a gate of bits: |sign(z)| = 1, z lies in its range over the part.
  Model sign_error(std::size_t t, std::size_t g, const Model &operand) const {
    const HiddenLayer &layer = net_.hidden[t];
    const Interval z = operand(PowerTable(part_.range, std::max(operand.max_power, 1)));
    const Interval rho = error_.truncation().series(t, g).rho(&z);
    const Model sign = model_of(sign_of_bits(layer, layer.gates[g]), net_.box.size());
    ModelSum sum(net_.box.size());
    sum.add(substituted(sign, part_), rho.mid());
    sum.add(Monomial{}, symmetric(rho.rad()));
    return sum.take();
  }

  Model gate_error(std::size_t t, std::size_t g, const std::vector<Model> &values,
                   const std::vector<Model> &errors) {
    const Gate &gate = net_.hidden[t].gates[g];
    if (gate.stencil->bits > 0)
      return sign_error(t, g, values[static_cast<std::size_t>(gate.operands[0])]);
    // The powers of the real operands, the first so far.
    std::vector<std::vector<Model>> z;
    std::optional<Model> without;
    Model difference = zero();
    work_ = 0;
    for (int i = 0; i < gate.stencil->operands; ++i) {
      const Model &value = values[static_cast<std::size_t>(gate.operands[i])];
      const Model &error = errors[static_cast<std::size_t>(gate.operands[i])];
      Model real = plus(value, error);
      z.push_back({std::move(swept(real))});
      for (int k = 0; k < gate.stencil->target[i]; ++k) {
        difference =
            plus(times(difference, z.back().front()), without ? times(*without, error) : error);
        without = without ? times(*without, value) : value;
      }
    }
    Model result = plus(difference, own_error(t, g, z));
    return std::move(swept(result));
  }

  const Network &net_;
  const ErrorFunction &error_;
  const Frame &part_;
  const double accuracy_;
  std::size_t work_ = 0; // on this gate
  std::size_t left_;
  Watch *const watch_;
};

} // namespace

std::vector<Model> error_models(const ErrorFunction &error, const Frame &part, double accuracy,
                                std::size_t work, Watch *watch) {
  return TaylorErrors(error, part, accuracy, work, watch).build();
}

} // namespace polynet
