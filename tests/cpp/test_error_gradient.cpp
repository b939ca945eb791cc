// The error's gradient: slopes of the error, its neurons summed in long double, lie in the
// enclosures.
#include "certify/bounder.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace polynet_test;
using polynet::Bounder;
using polynet::ErrorGradient;
using polynet::Layout;
using polynet::Network;

namespace {

using Real = long double;
using Intervals = std::vector<Interval>;

Real logistic(Real x) { return 1 / (1 + std::exp(-x)); }
Real gelu_tanh(Real x) {
  return x * logistic(1.59576912160573071175978423973752747L * (x + 0.044715L * x * x * x));
}

const std::map<std::string, Real (*)(Real)> activations{
    {"algebraic", [](Real x) { return x / std::sqrt(1 + x * x); }},
    {"arctan", [](Real x) { return std::atan(x); }},
    {"cos", [](Real x) { return std::cos(x); }},
    {"erf", [](Real x) { return std::erf(x); }},
    {"exp", [](Real x) { return std::exp(x); }},
    {"gaussian", [](Real x) { return std::exp(-x * x / 2); }},
    {"gelu", [](Real x) { return x * (1 + std::erf(x / std::sqrt(2.0L))) / 2; }},
    {"gelu_tanh", gelu_tanh},
    {"logcosh", [](Real x) { return std::log(std::cosh(x)); }},
    {"logistic", logistic},
    {"mish", [](Real x) { return x * std::tanh(std::log1p(std::exp(x))); }},
    {"requ", [](Real x) { return x > 0 ? x * x : 0; }},
    {"silu", [](Real x) { return x * logistic(x); }},
    {"sin", [](Real x) { return std::sin(x); }},
    {"softplus", [](Real x) { return std::log1p(std::exp(x)); }},
    {"tanh", [](Real x) { return std::tanh(x); }},
};

struct Case {
  std::vector<SamplePolynomial> polynomials;
  Intervals box;
  std::vector<bool> bits;

  std::vector<polynet::ExactPolynomial> exact() const {
    std::vector<polynet::ExactPolynomial> result;
    for (const SamplePolynomial &p : polynomials)
      result.push_back(p.exact());
    return result;
  }
  std::vector<polynet::Polynomial> enclosed() const {
    std::vector<polynet::Polynomial> result;
    for (const polynet::ExactPolynomial &p : exact())
      result.push_back(p.on_bits(bits).enclosed());
    return result;
  }
};

const Case cases[] = {
    {{product_of(2)}, Intervals(2, {0.5, 2.0}), {}},
    {{product_of(4)}, Intervals(4, {0.5, 2.0}), {}},
    {{{{{1.0, {1, 1, 1}}, {-0.5, {0, 0, 2}}, {0.25, {1}}}}}, {{-1, 1}, {0, 2}, {1, 3}}, {}},
    {{{{{0.7, {4}}, {-0.3, {2, 1}}, {0.2, {0, 3}}, {-1.0, {0, 1}}}}}, cube(2), {}},
    {{{{{1.0, {2, 1}}}}, {{{-3.0, {1, 1}}, {2.0, {0, 0}}}}}, {{1, 2.5}, {-0.5, 0.25}}, {}},
    {{{{{1.0, {1, 1, 1, 1}}, {0.5, {1, 0, 0, 2}}}}},
     {{0, 1}, {0, 1}, {0, 1}, {-1, 1}},
     {true, true, true, false}},
    {{{{{0.1, {1, 0}}, {-0.3, {0, 1}}}}}, {{-1, 1}, {3, 5}}, {}},
};

// The network's neurons and normalisations as they are, outputs less the polynomials.
std::vector<Real> errors(const Case &c, const Network &net, const polynet::Truncation &truncation,
                         const std::vector<double> &x) {
  const auto s = activations.at(net.activation->name);
  const auto form = [](const polynet::Affine &f, const std::vector<Real> &wires) {
    Real sum = f.constant;
    for (const auto &[source, weight] : f.terms)
      sum += weight * wires[static_cast<std::size_t>(source)];
    return sum;
  };
  std::vector<Real> wires(x.begin(), x.end());
  for (std::size_t t = 0; t < net.hidden.size(); ++t) {
    std::vector<Real> z, outputs;
    for (const polynet::Affine &f : net.hidden[t].operands)
      z.push_back(form(f, wires));
    for (std::size_t g = 0; g < net.hidden[t].gates.size(); ++g) {
      const polynet::Gate &gate = net.hidden[t].gates[g];
      Real sum = gate.stencil->constant_weight * s(gate.bias);
      for (const polynet::StencilNode &node : gate.stencil->neurons) {
        Real argument = 0;
        for (int i = 0; i < gate.stencil->operands; ++i)
          argument += node.direction[static_cast<std::size_t>(i)] *
                      z[static_cast<std::size_t>(gate.operands[static_cast<std::size_t>(i)])];
        sum += node.weight * s(gate.bias + gate.scale * argument);
      }
      outputs.push_back(sum / truncation.series(t, g).normalisation().mid());
    }
    wires = std::move(outputs);
  }
  std::vector<Real> result;
  for (std::size_t k = 0; k < net.outputs.size(); ++k)
    result.push_back(form(net.outputs[k], wires) - c.polynomials[k](x.data()));
  return result;
}

// A part of the box, of any size; some of its variables are points.
Intervals random_part(Random &random, const Case &c) {
  Intervals part;
  const double size = std::exp2(-random.between(0.0, 16.0));
  for (std::size_t i = 0; i < c.box.size(); ++i) {
    const Interval &x = c.box[i];
    const bool bit = !c.bits.empty() && c.bits[i], point = random.integer(0, 2) == 0;
    if (bit) {
      const double end = random.integer(0, 3) > 0;
      part.push_back(point ? Interval(end) : Interval(0.0, 1.0));
      continue;
    }
    const double width = point ? 0.0 : size * (x.hi() - x.lo());
    // At an end of the box as often as not.
    const double share = std::clamp(random.between(-0.5, 1.5), 0.0, 1.0);
    const double lo = x.lo() + share * (x.hi() - x.lo() - width);
    part.push_back({lo, std::min(lo + width, x.hi())});
  }
  return part;
}

std::vector<double> random_point(Random &random, const Case &c, const Intervals &part) {
  std::vector<double> x;
  for (std::size_t i = 0; i < part.size(); ++i) {
    const bool bit = !c.bits.empty() && c.bits[i];
    const double share =
        bit ? random.integer(0, 1) : std::clamp(random.between(-0.5, 1.5), 0.0, 1.0);
    x.push_back(std::clamp(part[i].lo() + share * (part[i].hi() - part[i].lo()), part[i].lo(),
                           part[i].hi()));
  }
  return x;
}

void check_slopes(Random &random, const Case &c, const Network &net) {
  const polynet::ErrorFunction error(net, c.exact());
  const ErrorGradient gradient(error, std::vector<double>(c.polynomials.size(), 0.0));
  const ErrorGradient coarse(error, std::vector<double>(c.polynomials.size(), 1.0));
  constexpr double slack = 1e-13;
  for (int n = 0; n < 12; ++n) {
    const Intervals part = random_part(random, c);
    std::vector<Intervals> slopes;
    Intervals ranges, loose;
    for (std::size_t k = 0; k < c.polynomials.size(); ++k) {
      slopes.push_back(gradient.slopes(k, part, gradient.difference_slopes(k, part)));
      ranges.push_back(gradient.error(k, part));
      loose.push_back(coarse.error(k, part));
    }
    for (int pair = 0; pair < 12; ++pair) {
      const std::vector<double> x = random_point(random, c, part);
      const auto i = static_cast<std::size_t>(random.integer(0, int(part.size()) - 1));
      std::vector<double> y = x;
      y[i] = random_point(random, c, part)[i];
      const std::vector<Real> at_x = errors(c, net, error.truncation(), x),
                              at_y = errors(c, net, error.truncation(), y);
      for (std::size_t k = 0; k < at_x.size(); ++k) {
        for (const Interval &range : {ranges[k], loose[k]})
          if (!(range.lo() - slack <= at_x[k] && at_x[k] <= range.hi() + slack))
            FAIL("error " << double(at_x[k]) << " not in " << range.lo() << " to " << range.hi());
        if (part[i].lo() == part[i].hi()) {
          CHECK(slopes[k][i].mag() == 0.0);
          continue;
        }
        // A step of the error, which is a slope times the distance.
        const Interval step = slopes[k][i] * (Interval(y[i]) - Interval(x[i]));
        const Real change = at_y[k] - at_x[k];
        if (!(step.lo() - slack <= change && change <= step.hi() + slack))
          FAIL("step " << double(change) << " of input " << i << " not in " << step.lo() << " to "
                       << step.hi());
      }
    }
  }
}

} // namespace

TEST_CASE("all slopes of the error are in its gradient, whatever the activation and dtype") {
  Random random(101);
  for (const std::string &name : polynet::activation_names())
    for (const polynet::Dtype dtype : {polynet::Dtype::float64, polynet::Dtype::float32})
      for (const double scale : {0.25, 0.0625})
        for (const Case &c : cases) {
          CAPTURE(name);
          CAPTURE(polynet::name_of(dtype));
          CAPTURE(scale);
          CAPTURE(&c - cases);
          polynet::CompileOptions o = options(name.c_str());
          o.dtype = dtype;
          o.scale = scale;
          o.bits = c.bits;
          o.sharpness = 32.0 * scale; // tails that show
          check_slopes(random, c, polynet::compile(c.exact(), c.box, o));
        }
}

TEST_CASE("all slopes of the error are in its gradient, whatever the gates") {
  Random random(102);
  for (const char *name : {"logistic", "tanh", "silu"})
    for (const Case &c : cases) {
      if (!c.bits.empty())
        continue;
      polynet::CompileOptions o = options(name);
      const int inputs = static_cast<int>(c.box.size());
      std::vector<Network> networks;
      for (const auto products : {Layout::Products::central, Layout::Products::forward,
                                  Layout::Products::halves, Layout::Products::richardson}) {
        Layout layout;
        layout.products = products;
        layout.single_copies = layout.riding = products == Layout::Products::central;
        layout.max_shift = 1.0;
        networks.push_back(
            polynet::schedule(polynet::monomial_circuit(c.enclosed(), inputs), c.box, o, layout));
      }
      for (const int layers : {1, 2})
        if (inputs < 4) {
          o.hidden_layers = layers;
          networks.push_back(polynet::compile(c.exact(), c.box, o));
        }
      for (Network &net : networks) {
        polynet::settle_scales(net, 0.25);
        CAPTURE(name);
        CAPTURE(&c - cases);
        CAPTURE(&net - networks.data());
        check_slopes(random, c, net);
      }
    }
}

TEST_CASE("no error on a part exceeds what the gradient says, nor does what is paid for") {
  Random random(103);
  for (const Case &c : cases) {
    CAPTURE(&c - cases);
    polynet::CompileOptions o = options();
    o.scale = 0.25;
    o.bits = c.bits;
    o.sharpness = 4.0;
    const Network net = polynet::compile(c.exact(), c.box, o);
    const polynet::ErrorFunction error(net, c.exact());
    for (int n = 0; n < 300; ++n) {
      const Intervals part = random_part(random, c);
      double size = 0.0;
      for (std::size_t i = 0; i < part.size(); ++i)
        size = std::max(size, (part[i].hi() - part[i].lo()) / (c.box[i].hi() - c.box[i].lo()));
      for (const double slack : {0.0, 1e-2 * size}) {
        const Bounder bounder(error, std::vector<double>(c.polynomials.size(), slack));
        polynet::Part ends;
        for (const Interval &x : part)
          ends.emplace_back(x.lo(), x.hi());
        const double bound = bounder(0, ends, nullptr).upper;
        for (int k = 0; k < 16; ++k) {
          const std::vector<double> x = random_point(random, c, part);
          const Real found = errors(c, net, error.truncation(), x)[0];
          if (!(std::fabs(found) <= bound + 1e-13))
            FAIL("error " << double(found) << " above " << bound);
        }
      }
    }
  }
}
