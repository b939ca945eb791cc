// The truncation's parts one by one at their exact edges: the step of a gate, the products of a
// network, ranges, the tree of parts, what is proved of a point, and how a certificate adds up.
#include "bounds/error_function.hpp"
#include "bounds/products.hpp"
#include "certify/attained.hpp"
#include "certify/bounder.hpp"
#include "certify/points.hpp"
#include "certify/tree.hpp"
#include "network/walk.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

using namespace polynet;
using polynet_test::gates_of;
using polynet_test::product_of;
using polynet_test::SamplePolynomial;

namespace {

using Numbers = std::vector<double>;
using Intervals = std::vector<Interval>;

bool same(const Interval &x, const Interval &y) { return x.lo() == y.lo() && x.hi() == y.hi(); }
bool meet(const Interval &x, const Interval &y) { return x.lo() <= y.hi() && y.lo() <= x.hi(); }

struct Sample {
  SamplePolynomial polynomial;
  Intervals box;

  std::vector<ExactPolynomial> exact() const {
    std::vector<ExactPolynomial> result;
    result.push_back(polynomial.exact());
    return result;
  }
  Network network(double scale, const char *name = "logistic") const {
    CompileOptions o = polynet_test::options(name);
    o.scale = scale;
    return compile(exact(), box, o);
  }
  Numbers point(polynet_test::Random &random) const {
    Numbers x;
    for (const Interval &range : box)
      x.push_back(range.lo() + random.unit() * (range.hi() - range.lo()));
    return x;
  }
  // Corner number c.
  Numbers corner(std::size_t c) const {
    Numbers x;
    for (std::size_t i = 0; i < box.size(); ++i)
      x.push_back((c >> i) & 1 ? box[i].hi() : box[i].lo());
    return x;
  }
};

const Sample samples[] = {
    {product_of(4), Intervals(4, {0.5, 2.0})},
    {{{{8.0, {1, 1, 1}}, {-0.5, {0, 0, 2}}, {0.25, {1}}}}, {{-1, 1}, {0, 2}, {1, 3}}},
    {{{{3.0, {4}}, {-2.0, {2, 1}}, {0.2, {0, 3}}}}, {{0, 2}, {-1, 3}}},
    {{{{1.0, {2}}, {1.0, {1}}}}, {{0, 2}}},
    {{{{1.0, {4}}, {0.75, {2}}, {0.5, {1}}}}, {{0, 2}}},
    {{{{1.0, {1, 1}}, {1.0, {0, 0, 1, 1}}}}, {{-1, 1}, {-1, 1}, {-8, 8}, {-8, 8}}},
    {{{{1.0, {1, 1}}, {1.0, {0, 0, 1, 1}}}}, {{-8, 8}, {-8, 8}, {-1, 1}, {-1, 1}}},
};

double form(const Row &row, const Numbers &wires) {
  double sum = row.constant.mid();
  for (const auto &[wire, weight] : row.terms)
    sum += weight.mid() * wires[static_cast<std::size_t>(wire)];
  return sum;
}

// The target of a gate whose operands are off by e, and by how much that is off.
struct TargetWith {
  double value, error;
};
TargetWith target_with(const Stencil &st, const Numbers &z, const Numbers &e) {
  TargetWith p{1.0, 1.0};
  for (std::size_t i = 0; i < z.size(); ++i)
    for (int k = 0; k < st.target[i]; ++k) {
      p.value *= z[i];
      p.error *= z[i] + e[i];
    }
  p.error -= p.value;
  return p;
}

// The real network's operands, layer by layer, and its outputs.
std::vector<Intervals> operands_at(const Network &net, const Truncation &truncation,
                                   const Numbers &x) {
  std::vector<Intervals> all;
  Intervals inputs;
  for (std::size_t i = 0; i < x.size(); ++i)
    inputs.push_back(net.from_origin(i, x[i]));
  const auto combine = [](const Affine &f, const Intervals &wires) {
    Interval sum = f.constant;
    for (const auto &[source, weight] : f.terms)
      sum += wires[static_cast<std::size_t>(source)] * weight;
    return sum;
  };
  all.push_back(walk(net, inputs, combine, [&](std::size_t t, const Intervals &operands) {
    all.push_back(operands);
    Intervals wires;
    for (std::size_t g = 0; g < net.hidden[t].gates.size(); ++g) {
      Intervals z;
      for (int i = 0; i < truncation.series(t, g).stencil().operands; ++i)
        z.push_back(operands[static_cast<std::size_t>(net.hidden[t].gates[g].operands[i])]);
      const Intervals none(z.size(), 0.0);
      wires.push_back(step(truncation.series(t, g), z.data(), none.data(), z.data()).output);
    }
    return wires;
  }));
  return all;
}

} // namespace

TEST_CASE("a sign is known where 0 is not in the argument's range, and while e is below 1/2") {
  const Stencil &st = stencil("bits_3");
  const Interval above(0.5, 1.0), below(-2.5, -0.5), across(-0.5, 0.5);
  CHECK(same(target(st, &above), 1.0));
  CHECK(same(target(st, &below), -1.0));
  CHECK(same(target(st, &across), {-1.0, 1.0}));
  const Interval small(-0.25, 0.25), large(-0.5, 0.25);
  CHECK(same(target_difference(st, &above, &small), 0.0));
  CHECK(same(target_difference(st, &above, &large), {-2.0, 2.0}));
}

TEST_CASE("the error of a gate is its output less what is wanted") {
  const GateSeries series(*activation("logistic"), stencil("product"), 1.5, 0.125, {4.0, 4.0},
                          {0x1p-60, 0x1p-30});
  const Interval y[2] = {2.0, 3.0}, e[2] = {0.5, -0.25}, z[2] = {2.5, 2.75};
  const GateStep<Interval> made = step(series, y, e, z);
  CHECK(made.value.contains(6.0));
  CHECK(made.value.rad() <= 1e-14);
  const Interval difference = made.output - made.value;
  CHECK(meet(made.error, difference));
  CHECK(made.error.rad() <= 1e-8);
  CHECK(std::fabs(series.rho(z).mid()) > 1e-3);
}

TEST_CASE("a network over its products alone carries the same values and the same errors") {
  polynet_test::Random random(111);
  bool product_is_completed = false, square_is_completed = false;
  for (const Sample &c : samples) {
    const Network net = c.network(0.25);
    const Products products(net);
    for (int n = 0; n < 20; ++n) {
      Numbers values = c.point(random);
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i] -= net.origin_of(i);
      Numbers errors(values.size(), 0.0), wires = values, wire_errors = errors;
      auto product = products.steps.begin();
      for (const HiddenLayer &layer : net.hidden) {
        Numbers z, e, next, next_errors;
        for (const Affine &f : layer.operands) {
          z.push_back(f.constant);
          e.push_back(0.0);
          for (const auto &[source, weight] : f.terms) {
            z.back() += weight * values[static_cast<std::size_t>(source)];
            e.back() += weight * errors[static_cast<std::size_t>(source)];
          }
        }
        for (const Gate &gate : layer.gates) {
          const Stencil &st = *gate.stencil;
          Numbers here, off, shifted;
          for (std::size_t i = 0; i < static_cast<std::size_t>(st.operands); ++i) {
            const auto operand = static_cast<std::size_t>(gate.operands[i]);
            here.push_back(z[operand]);
            off.push_back(e[operand]);
            CHECK(form(product->values[i], wires) == doctest::Approx(z[operand]).epsilon(1e-9));
            CHECK(form(product->errors[i], wire_errors) ==
                  doctest::Approx(e[operand]).epsilon(1e-9));
            const double shift = product->shifts[i];
            shifted.push_back(z[operand] + shift);
            product_is_completed = product_is_completed || (shift != 0.0 && st.operands == 2);
            square_is_completed = square_is_completed || (shift != 0.0 && st.operands == 1);
          }
          const double own = random.between(-0.5, 0.5);
          const TargetWith plain = target_with(st, here, off), made = target_with(st, shifted, off);
          next.push_back(plain.value);
          next_errors.push_back(plain.error + own);
          wires.push_back(product->copy ? 0.0 : made.value);
          wire_errors.push_back((product->copy ? 0.0 : made.error) + own);
          ++product;
        }
        values = std::move(next);
        errors = std::move(next_errors);
      }
      double error = 0.0;
      for (const auto &[source, weight] : net.outputs[0].terms)
        error += weight * errors[static_cast<std::size_t>(source)];
      CHECK(form(products.outputs[0], wire_errors) == doctest::Approx(error).epsilon(1e-9));
    }
  }
  CHECK(product_is_completed);
  CHECK(square_is_completed);
}

TEST_CASE("operands and errors of the real network are in their enclosures") {
  for (const Sample &c : samples)
    for (const char *name : {"logistic", "exp"}) // products come out too small, and too large
      for (const double scale : {0.25, 0.0625}) {
        const Network net = c.network(scale, name);
        const auto exact = c.exact();
        const ErrorFunction error(net, exact);
        const Truncation &truncation = error.truncation();
        const Evaluator neurons = Evaluator::by_neurons(net);
        for (std::size_t n = 0; n < std::size_t{1} << c.box.size(); ++n) {
          const Numbers x = c.corner(n);
          const std::vector<Intervals> operands = operands_at(net, truncation, x);
          for (std::size_t t = 0; t < net.hidden.size(); ++t)
            for (std::size_t k = 0; k < operands[t].size(); ++k)
              CHECK(meet(operands[t][k], truncation.operand(t, static_cast<int>(k))));
          const Interval at = error.at(x)[0];
          double y;
          neurons(x.data(), 1, &y);
          const double found = y - static_cast<double>(c.polynomial(x.data()));
          const double slack = 1e-7 * std::max(1.0, std::fabs(y));
          CHECK(at.lo() - slack <= found);
          CHECK(found <= at.hi() + slack);
          CHECK(meet(at, error.on_box()[0]));
        }
      }
}

TEST_CASE("a series that gates share is made for the largest of their operands") {
  for (const std::size_t shrunk : {0, 1}) {
    Network net = samples[5].network(0.25);
    const HiddenLayer &layer = net.hidden.front();
    REQUIRE(layer.gates.size() == 2);
    REQUIRE(layer.gates[0].stencil == layer.gates[1].stencil);
    for (int i = 0; i < 2; ++i) {
      const auto operand = static_cast<std::size_t>(layer.gates[shrunk].operands[i]);
      for (auto &[source, weight] : net.hidden.front().operands[operand].terms)
        weight *= 0x1p-4;
    }
    const IdealNetwork ideal = ideal_network(net);
    const Truncation truncation(net, ideal);
    for (std::size_t g = 0; g < 2; ++g)
      for (int i = 0; i < 2; ++i)
        CHECK(truncation.series(0, g).range()[static_cast<std::size_t>(i)] >=
              truncation.operand(0, layer.gates[g].operands[i]).mag());
  }
}

TEST_CASE("what the ideal network leaves out is left out of the difference too") {
  const Network net = samples[0].network(0.25);
  IdealNetwork ideal = ideal_network(net);
  const double before = ideal_differences(ideal, samples[0].exact(), {})[0].rest;
  ideal.outputs[0].rest += 0.5;
  CHECK(ideal_differences(ideal, samples[0].exact(), {})[0].rest >= before + 0.5);
}

TEST_CASE("no error at a point of a part exceeds the part's bound") {
  polynet_test::Random random(112);
  for (const Sample &c : samples) {
    const Network net = c.network(0.25);
    const auto exact = c.exact();
    const ErrorFunction error(net, exact);
    const Bounder bounder(error, {0.0});
    for (int n = 0; n < 40; ++n) {
      Part part;
      Sample on_part{c.polynomial, {}};
      for (const Interval &range : c.box) {
        const double width = range.hi() - range.lo(), size = 0.5 * random.unit() * width;
        const double lo = range.lo() + random.unit() * (width - size);
        part.emplace_back(lo, lo + size);
        on_part.box.emplace_back(lo, lo + size);
      }
      const double bound = bounder(0, part, nullptr).upper;
      double least = 0.0;
      for (std::size_t k = 0; k < std::size_t{1} << c.box.size(); ++k)
        least = std::max(least, error.at(on_part.corner(k))[0].mig());
      CHECK(least <= bound);
    }
  }
}

TEST_CASE("the parts of a box are cut worst first, and each counts until it is bounded") {
  PartTree tree({{0.0, 1.0}, {0.0, 1.0}}, 8.0, {});
  CHECK(tree.bound() == 8.0);
  tree.accept_root({9.0, {}, 0});
  CHECK(tree.bound() == 8.0);
  tree.accept_root({4.0, {}, 1});
  CHECK(tree.bound() == 4.0);
  CHECK(tree.cut(4.0, 8).empty());
  CHECK(tree.cut(3.0, 8) == std::vector<Part>{{{0.0, 1.0}, {0.0, 0.5}}, {{0.0, 1.0}, {0.5, 1.0}}});
  CHECK(tree.bound() == 4.0);
  tree.accept({{2.0, {}, 0}, {3.0, {}, 0}});
  CHECK(tree.bound() == 3.0);
  CHECK(tree.cut(1.0, 8) == std::vector<Part>{{{0.0, 0.5}, {0.5, 1.0}},
                                              {{0.5, 1.0}, {0.5, 1.0}},
                                              {{0.0, 0.5}, {0.0, 0.5}},
                                              {{0.5, 1.0}, {0.0, 0.5}}});
  // No half is worse than the whole.
  tree.accept({{1.0, {}, 0}, {0.5, {}, 0}, {0.25, {}, 0}, {5.0, {}, 0}});
  CHECK(tree.bound() == 2.0);
  CHECK(tree.cut(0.0, 1).size() == 2);
}

TEST_CASE("what cannot be cut stays, and a bit is cut into its ends") {
  PartTree point({{0.5, 0.5}}, 3.0, {});
  CHECK(point.cut(0.0, 8).empty());
  CHECK(point.bound() == 3.0);
  PartTree bit({{0.0, 1.0}}, 3.0, {true});
  CHECK(bit.cut(0.0, 8) == std::vector<Part>{{{0.0, 0.0}}, {{1.0, 1.0}}});
  bit.accept({{2.0, {}, 0}, {1.0, {}, 0}});
  CHECK(bit.cut(0.0, 8).empty());
  CHECK(bit.bound() == 2.0);
}

TEST_CASE("what is proved of points is the least of their enclosures, and what is not is no more") {
  for (const Sample &c : samples) {
    const Network net = c.network(0.25);
    auto exact = c.exact();
    const ErrorFunction error(net, exact);
    PointSearch search(error);
    search.sample();
    CHECK(search.lower(0) > 0.0);
    CHECK(search.lower(0) == error.at(search.witness(0))[0].mig());

    const Evaluator gates = gates_of(net);
    exact[0].add({}, "0.1"); // so that no error is a double
    AttainedErrors attained(net, gates, exact);
    const std::vector<Numbers> points = search.points();
    attained.try_points(points);
    const ExactValues polynomial(exact[0]);
    double lower = 0.0, largest = 0.0;
    for (const Numbers &x : points) {
      double y;
      gates(x.data(), 1, &y);
      const Interval difference = polynomial.difference(y, x);
      lower = std::max(lower, difference.mig());
      largest = std::max(largest, difference.mag());
      CHECK(difference.lo() < difference.hi());
    }
    CHECK(attained.lower(0) == lower);
    CHECK(attained.largest(0) == largest);
  }
}

TEST_CASE("a certificate starts from the whole box and adds truncation and rounding, upward") {
  for (const Sample &c : samples)
    for (const double scale : {0.25, 0.1, 0.0625}) {
      const Network net = c.network(scale);
      const auto exact = c.exact();
      const OutputBounds bounds = Certifier(net, exact, {}).so_far(0);
      const double on_box = ErrorFunction(net, exact).on_box()[0].mag();
      CHECK(bounds.truncation_upper == up(on_box * (1.0 + 0x1p-30)));
      CHECK(bounds.upper == up(bounds.truncation_upper + bounds.rounding));
    }
}
