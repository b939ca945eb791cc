#include "ideal.hpp"

#include "algebra/exact_sum.hpp"
#include "network/walk.hpp"
#include "polynet/error.hpp"

namespace polynet {

namespace {

// Of the products of terms that one product of polynomials may take.
constexpr std::size_t max_pairs = 10'000'000;

class Builder {
public:
  Builder(const Network &net, Frame frame)
      : net_(net), relative_dust_(float_format(net.dtype).unit_roundoff / 128),
        frame_(std::move(frame)) {
    frame_.keep_bits(net.bits);
  }

  IdealNetwork build() {
    IdealNetwork ideal;
    using Models = std::vector<Model>;
    ideal.outputs = walk(
        net_, Models(),
        [this](const Affine &form, const Models &wires) { return combination(form, wires); },
        [&](std::size_t t, const Models &operands) {
          ideal.ranges.push_back(ranges(operands));
          Models targets;
          for (const Gate &gate : net_.hidden[t].gates)
            targets.push_back(gate.stencil->bits > 0
                                  ? model_of(sign_of_bits(net_.hidden[t], gate), net_.box.size())
                                  : gate_target(gate, operands));
          return targets;
        });
    ideal.frame = std::move(frame_);
    return ideal;
  }

private:
  std::vector<Interval> ranges(const std::vector<Model> &models) const {
    int max_power = 1;
    for (const Model &m : models)
      max_power = std::max(max_power, m.max_power);
    const PowerTable powers(frame_.range, max_power);
    std::vector<Interval> result;
    for (const Model &m : models)
      result.push_back(m(powers));
    return result;
  }

  // Over gates, or the inputs if there are none.
  Model combination(const Affine &form, const std::vector<Model> &wires) const {
    if (wires.empty())
      return over_inputs(form);
    ModelSum sum(net_.box.size());
    sum.add(Monomial{}, form.constant);
    for (const auto &[source, coefficient] : form.terms)
      sum.add(wires[static_cast<std::size_t>(source)], coefficient);
    return tidy(sum.take());
  }

  // Far from the origin the constant cancels what the centres give.
  Model over_inputs(const Affine &row) const {
    ModelSum sum(net_.box.size());
    ExactSum constant(row.constant);
    for (const auto &[input, weight] : row.terms) {
      const auto i = static_cast<std::uint32_t>(input);
      constant.add_product(weight, frame_.centre[i]);
      constant.add_product(-weight, net_.origin_of(i));
      Polynomial t;
      t.add(Monomial{{i, 1}}, frame_.radius[i]);
      sum.add(model_of(t, net_.box.size()), weight);
    }
    sum.add(Monomial{}, constant.value());
    return sum.take();
  }

  Model gate_target(const Gate &gate, const std::vector<Model> &operands) const {
    const Model *first = nullptr;
    Model power;
    for (int i = 0; i < gate.stencil->operands; ++i)
      for (int k = 0; k < gate.stencil->target[i]; ++k) {
        const Model &operand = operands[static_cast<std::size_t>(gate.operands[i])];
        if (!first) {
          first = &operand;
          continue;
        }
        const Model &left = power.variables == 0 ? *first : power;
        if (left.terms() * operand.terms() > max_pairs)
          throw Error(ErrorCode::size_limit,
                      "working out the network's polynomial takes more than 100000 terms; a box "
                      "centred at 0 keeps products of many variables short");
        power = tidy(on_bits(product(left, operand), net_.bits));
      }
    return power.variables == 0 ? *first : power;
  }

  // Sweeps a polynomial's dust into its rest.
  Model tidy(Model model) const {
    double largest = 0.0;
    for (const double c : model.coefficients)
      largest = std::max(largest, std::fabs(c));
    model.sweep(relative_dust_ * largest);
    return model;
  }

  const Network &net_;
  double relative_dust_;
  Frame frame_;
};

} // namespace

Polynomial sign_of_bits(const HiddenLayer &layer, const Gate &gate) {
  Monomial bits;
  const Affine &sum = layer.operands[static_cast<std::size_t>(gate.operands[0])];
  for (const auto &[source, weight] : sum.terms)
    bits = bits * Monomial{{static_cast<std::uint32_t>(source), 1}};
  Polynomial sign(-1.0);
  sign.add(bits, 2.0);
  return sign;
}

IdealNetwork ideal_network(const Network &net) {
  const auto round = net.dtype == Dtype::float32
                         ? [](double x) { return round_to(Dtype::float32, x); }
                         : [](double x) { return x; };
  try {
    return Builder(net, Frame::centred(net.box, round)).build();
  } catch (const Error &error) {
    if (error.code() != ErrorCode::size_limit)
      throw;
    return Builder(net, Frame::scaled(net.box)).build();
  }
}

} // namespace polynet
