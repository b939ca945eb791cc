#include "polynet/error_terms.hpp"

#include "ideal.hpp"
#include "network/walk.hpp"
#include "polynet/error.hpp"

namespace polynet {

namespace {

constexpr std::size_t max_products = 4'000'000;

// A polynomial per power of a formal factor of all scales, 0 to the order asked for.
using Series = std::vector<Polynomial>;

class ErrorTerms {
public:
  ErrorTerms(const Network &net, int order) : net_(net), order_(static_cast<std::size_t>(order)) {}

  std::vector<Polynomial> operator()() const {
    using Wires = std::vector<Series>;
    Wires inputs;
    for (std::uint32_t i = 0; i < net_.box.size(); ++i)
      inputs.push_back(constant(Polynomial::variable(i))); // less its origin
    const Wires outputs = walk(
        net_, inputs,
        [this](const Affine &form, const Wires &wires) { return combination(form, wires); },
        [this](std::size_t t, const Wires &operands) {
          Wires values;
          for (const Gate &gate : net_.hidden[t].gates)
            values.push_back(gate.stencil->bits > 0 ? constant(sign_of_bits(net_.hidden[t], gate))
                                                    : gate_value(gate, operands));
          return values;
        });
    std::vector<Polynomial> result;
    for (const Series &output : outputs) {
      Polynomial sum;
      for (std::size_t j = 1; j <= order_; ++j)
        sum.add(output[j], 1.0);
      result.push_back(on_bits(sum, net_.bits));
    }
    return result;
  }

private:
  Series constant(Polynomial p) const {
    Series s(order_ + 1);
    s[0] = std::move(p);
    return s;
  }

  Series combination(const Affine &form, const std::vector<Series> &wires) const {
    Series sum = constant(Polynomial(form.constant));
    for (const auto &[source, weight] : form.terms)
      for (std::size_t j = 0; j <= order_; ++j)
        sum[j].add(wires[static_cast<std::size_t>(source)][j], weight);
    return sum;
  }

  Series times(const Series &a, const Series &b) const {
    Series product(order_ + 1);
    for (std::size_t i = 0; i <= order_; ++i)
      for (std::size_t j = 0; i + j <= order_; ++j) {
        if (a[i].terms().size() * b[j].terms().size() > max_products)
          throw Error(ErrorCode::size_limit,
                      "the error terms of this network are too many; ask for a lower order");
        product[i + j].add(a[i] * b[j], 1.0);
      }
    return product;
  }

  Series monomial(const Gate &gate, const Powers &powers,
                  const std::vector<Series> &operands) const {
    Series product = constant(Polynomial(1.0));
    for (int i = 0; i < gate.stencil->operands; ++i)
      for (int k = 0; k < powers[i]; ++k)
        product = times(product, operands[static_cast<std::size_t>(gate.operands[i])]);
    return product;
  }

  // z^t (1 + sum over j of (l^j s_(m+j)/s_m C_(m+j)(z)) times the factor to the power j).
  Series gate_value(const Gate &gate, const std::vector<Series> &operands) const {
    const Stencil &st = *gate.stencil;
    const int m = st.order(), order = static_cast<int>(order_);
    const std::vector<Interval> s = derivatives(*net_.activation, gate.bias, m + order);
    Series factor = constant(Polynomial(1.0));
    for (int j = 1; j <= order; ++j) {
      const Interval scale = pow(Interval(gate.scale), j) * s[static_cast<std::size_t>(m + j)] /
                             s[static_cast<std::size_t>(m)];
      for (const MomentTerm &term : moment(st, m + j)) {
        const Interval coefficient =
            scale * Interval(double(term.numerator)) / Interval(double(term.denominator));
        const Series powers = monomial(gate, term.powers, operands);
        for (std::size_t i = 0; i + static_cast<std::size_t>(j) <= order_; ++i)
          factor[i + static_cast<std::size_t>(j)].add(powers[i], coefficient);
      }
    }
    return times(monomial(gate, st.target, operands), factor);
  }

  const Network &net_;
  const std::size_t order_;
};

} // namespace

std::vector<Polynomial> error_terms(const Network &net, int order) {
  return ErrorTerms(net, order)();
}

} // namespace polynet
