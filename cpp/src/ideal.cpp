#include "polynet/ideal.hpp"

#include "polynet/error.hpp"

namespace polynet {

namespace {

constexpr std::size_t short_polynomial = 64;
constexpr std::size_t max_terms = 100'000;

class Builder {
public:
  explicit Builder(const Network &net)
      : net_(net), relative_dust_(64 * float_format(net.dtype).unit_roundoff) {}

  IdealNetwork build() {
    IdealNetwork ideal;
    std::vector<Model> sources;
    for (std::uint32_t i = 0; i < net_.box.size(); ++i)
      sources.push_back({Polynomial::variable(i), 0.0});
    for (const HiddenLayer &layer : net_.hidden) {
      std::vector<Model> operands = combine(layer.operands, sources);
      sources.clear();
      for (const Gate &gate : layer.gates)
        sources.push_back(gate.stencil->bits > 0 ? product_of_bits(layer, gate)
                                                 : gate_target(gate, operands));
      ideal.operands.push_back(std::move(operands));
    }
    ideal.outputs = combine(net_.outputs, sources);
    ideal.max_power = max_power_;
    return ideal;
  }

private:
  std::vector<Model> combine(const std::vector<Affine> &rows, const std::vector<Model> &sources) {
    std::vector<Model> models;
    for (const Affine &row : rows) {
      Model model{Polynomial(row.constant), 0.0};
      for (const auto &[source, coefficient] : row.terms) {
        model.polynomial.add(sources[static_cast<std::size_t>(source)].polynomial, coefficient);
        model.rest += sources[static_cast<std::size_t>(source)].rest * coefficient;
      }
      models.push_back(tidy(std::move(model)));
    }
    return models;
  }

  // 2 x_1 ... x_n - 1, for an operand x_1 + ... + x_n - n + 1/2.
  static Model product_of_bits(const HiddenLayer &layer, const Gate &gate) {
    Monomial bits;
    for (const auto &[source, weight] :
         layer.operands[static_cast<std::size_t>(gate.operands[0])].terms)
      bits = bits * Monomial{{static_cast<std::uint32_t>(source), 1}};
    Polynomial sign(-1.0);
    sign.add(bits, 2.0);
    return {std::move(sign), 0.0};
  }

  Model gate_target(const Gate &gate, const std::vector<Model> &operands) {
    Model product{Polynomial(1.0), 0.0};
    for (int i = 0; i < gate.stencil->operands; ++i)
      for (int k = 0; k < gate.stencil->target[i]; ++k)
        product = multiply(product, operands[static_cast<std::size_t>(gate.operands[i])]);
    return product;
  }

  Model multiply(const Model &a, const Model &b) {
    if (a.polynomial.terms().size() * b.polynomial.terms().size() > 100 * max_terms)
      refuse();
    Model product{on_bits(a.polynomial * b.polynomial, net_.bits), 0.0};
    product.rest = range(a.polynomial) * b.rest + range(b.polynomial) * a.rest + a.rest * b.rest;
    return tidy(std::move(product));
  }

  Interval range(const Polynomial &p) { return p(powers(p.max_power())); }

  const PowerTable &powers(int max_power) {
    max_power_ = std::max(max_power_, max_power);
    if (table_.empty() || max_power > table_power_) {
      table_power_ = max_power;
      table_.assign(1, PowerTable(net_.box, max_power));
    }
    return table_.front();
  }

  // Sweeps the dust of a long polynomial into its rest.
  Model tidy(Model model) {
    max_power_ = std::max(max_power_, model.polynomial.max_power());
    if (model.polynomial.terms().size() <= short_polynomial)
      return model;
    const PowerTable &table = powers(model.polynomial.max_power());
    double largest = 0.0;
    for (const auto &[m, c] : model.polynomial.terms())
      largest = std::max(largest, (c * table(m)).mag());
    std::vector<Monomial> dust;
    for (const auto &[m, c] : model.polynomial.terms()) {
      const Interval value = c * table(m);
      if (value.mag() <= relative_dust_ * largest) {
        model.rest += value;
        dust.push_back(m);
      }
    }
    for (const Monomial &m : dust)
      model.polynomial.remove(m);
    if (model.polynomial.terms().size() > max_terms)
      refuse();
    return model;
  }

  [[noreturn]] static void refuse() {
    throw Error(ErrorCode::size_limit,
                "working out the network's polynomial takes more than 100000 terms; a box centred "
                "at 0 keeps products of many variables short");
  }

  const Network &net_;
  double relative_dust_;
  int max_power_ = 1;
  int table_power_ = 0;
  std::vector<PowerTable> table_;
};

} // namespace

IdealNetwork ideal_network(const Network &net) { return Builder(net).build(); }

} // namespace polynet
