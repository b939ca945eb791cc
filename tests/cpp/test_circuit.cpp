// Circuits: what they compute, how many products they take, how deep they are.
#include "support.hpp"

#include <doctest/doctest.h>

using namespace polynet_test;
using polynet::Circuit;
using polynet::monomial_circuit;

namespace {

// The value of every wire at integers, and of the outputs with coefficients taken at their middle.
std::vector<std::int64_t> wires(const Circuit &circuit, std::vector<std::int64_t> values) {
  const auto single = [&](const polynet::Combination &operand) {
    REQUIRE(operand.terms.size() == 1);
    const auto [wire, coefficient] = operand.terms[0];
    REQUIRE(wire >= 0);
    REQUIRE(wire < static_cast<int>(values.size()));
    CHECK(coefficient.mid() == 1.0);
    CHECK(operand.constant.mag() == 0.0);
    return values[static_cast<std::size_t>(wire)];
  };
  for (const polynet::Product &p : circuit.products) {
    std::int64_t product = 1;
    for (const polynet::Product::Factor &f : p.factors)
      for (int k = 0; k < f.exponent; ++k)
        product *= single(f.form);
    values.push_back(product);
  }
  return values;
}

double value(const polynet::Combination &output, const std::vector<std::int64_t> &wire_values) {
  double sum = output.constant.mid();
  for (const auto &[wire, coefficient] : output.terms)
    sum += coefficient.mid() * double(wire_values[static_cast<std::size_t>(wire)]);
  return sum;
}

int depth(const Circuit &circuit) {
  const std::vector<int> levels = circuit.levels();
  return *std::max_element(levels.begin(), levels.end());
}

int ceil_log2(unsigned n) {
  int d = 0;
  while ((1u << d) < n)
    ++d;
  return d;
}

SamplePolynomial power(unsigned n) { return {{{1.0, {n}}}}; }

} // namespace

TEST_CASE("a product of n variables takes n - 1 products of least depth") {
  for (std::size_t n = 2; n <= 64; ++n) {
    const Circuit c = monomial_circuit({product_of(n).enclosed()}, static_cast<int>(n));
    CHECK(c.products.size() == n - 1);
    CHECK(depth(c) == ceil_log2(static_cast<unsigned>(n)));
  }
}

TEST_CASE("a power of two is reached by squares alone") {
  for (unsigned k = 1; k <= 10; ++k) {
    const Circuit c = monomial_circuit({power(1u << k).enclosed()}, 1);
    CHECK(c.products.size() == k);
    for (const polynet::Product &p : c.products)
      CHECK(p.is_square());
  }
}

TEST_CASE("a square of a monomial is one square of its root") {
  const SamplePolynomial squares[] = {{{{1.0, {2, 2}}}}, {{{1.0, {4, 4, 4}}}}};
  const std::size_t products[] = {2, 4}; // x y; x y z takes two, and each root one square
  for (int n = 0; n < 2; ++n) {
    const Circuit c = monomial_circuit({squares[n].enclosed()}, 3);
    CHECK(c.products.size() == products[n]);
    CHECK(c.products.back().is_square());
  }
}

TEST_CASE("every power has the least depth and never more products than twice that") {
  for (unsigned n = 2; n <= 200; ++n) {
    const Circuit c = monomial_circuit({power(n).enclosed()}, 1);
    CHECK(depth(c) == ceil_log2(n));
    CHECK(c.products.size() <= static_cast<std::size_t>(2 * ceil_log2(n)));
  }
}

TEST_CASE("random polynomials: the circuit has their values, and their depth") {
  Random random(41);
  for (int n = 0; n < 200; ++n) {
    std::vector<SamplePolynomial> polynomials(static_cast<std::size_t>(random.integer(1, 3)));
    std::vector<polynet::Polynomial> enclosed;
    unsigned degree = 1;
    for (SamplePolynomial &p : polynomials) {
      for (int k = random.integer(1, 6); k > 0; --k) {
        std::vector<unsigned> powers(4);
        unsigned d = 0;
        for (unsigned &power : powers)
          d += power = static_cast<unsigned>(random.integer(0, 3));
        degree = std::max(degree, d);
        p.terms.push_back({double(random.integer(1, 9)), powers});
      }
      enclosed.push_back(p.enclosed());
    }
    const Circuit c = monomial_circuit(enclosed, 4);
    CHECK(c.inputs == 4);
    CHECK(depth(c) == ceil_log2(degree));
    REQUIRE(c.outputs.size() == polynomials.size());
    const std::vector<std::int64_t> x{random.integer(-3, 3), random.integer(-3, 3),
                                      random.integer(-3, 3), random.integer(-3, 3)};
    const std::vector<std::int64_t> wire_values = wires(c, x);
    for (std::size_t k = 0; k < polynomials.size(); ++k)
      CHECK(value(c.outputs[k], wire_values) ==
            doctest::Approx(double(polynomials[k](x.data()))).epsilon(1e-12));
  }
}

TEST_CASE("outputs share their products") {
  const polynet::Polynomial cube = power(3).enclosed(), sixth = power(6).enclosed();
  const std::size_t alone = monomial_circuit({sixth}, 1).products.size();
  CHECK(monomial_circuit({sixth, cube}, 1).products.size() == alone);
  CHECK(monomial_circuit({sixth, sixth}, 1).products.size() == alone);
}

TEST_CASE("constants and variables need no product") {
  SamplePolynomial affine{{{2.5, {0, 0}}, {-3.0, {0, 1}}}};
  const Circuit c = monomial_circuit({affine.enclosed()}, 2);
  CHECK(c.products.empty());
  CHECK(value(c.outputs[0], {7, 11}) == 2.5 - 33.0);
  CHECK(monomial_circuit({polynet::Polynomial()}, 1).outputs[0].terms.empty());
}

namespace {

double value(const polynet::Combination &form, const std::vector<double> &wire_values) {
  double sum = form.constant.mid();
  for (const auto &[wire, coefficient] : form.terms)
    sum += coefficient.mid() * wire_values.at(static_cast<std::size_t>(wire));
  return sum;
}

// The outputs at a point; every wire that a product uses must come before it.
std::vector<double> outputs(const Circuit &circuit, std::vector<double> values) {
  for (const polynet::Product &p : circuit.products) {
    double product = 1.0;
    for (const polynet::Product::Factor &f : p.factors)
      product *= std::pow(value(f.form, values), f.exponent);
    values.push_back(product);
  }
  std::vector<double> result;
  for (const polynet::Combination &output : circuit.outputs)
    result.push_back(value(output, values));
  return result;
}

} // namespace

TEST_CASE("every compact circuit has the polynomials' values") {
  Random random(43);
  for (int n = 0; n < 6; ++n) {
    std::vector<SamplePolynomial> polynomials(static_cast<std::size_t>(random.integer(1, 3)));
    std::vector<polynet::Polynomial> enclosed;
    for (SamplePolynomial &p : polynomials) {
      for (int k = random.integer(1, 10); k > 0; --k) {
        std::vector<unsigned> powers(4);
        for (unsigned &power : powers)
          power = static_cast<unsigned>(random.integer(0, 3));
        p.terms.push_back({double(random.integer(-9, 9)), powers});
      }
      enclosed.push_back(p.enclosed());
    }
    std::vector<Interval> box;
    std::vector<double> x;
    for (int i = 0; i < 4; ++i) {
      const double low = random.between(-2.0, 1.0);
      box.emplace_back(low, low + 1.0);
      x.push_back(random.between(low, low + 1.0));
    }
    std::vector<Circuit> circuits = polynet::compact_circuits(enclosed, box);
    const std::vector<Circuit> triples = polynet::triple_circuits(enclosed, box);
    circuits.insert(circuits.end(), triples.begin(), triples.end());
    for (const Circuit &circuit : circuits) {
      REQUIRE(circuit.inputs == 4);
      const std::vector<double> values = outputs(circuit, x);
      REQUIRE(values.size() == polynomials.size());
      for (std::size_t k = 0; k < values.size(); ++k)
        CHECK(std::fabs(values[k] - double(polynomials[k](x.data()))) <= 1e-7);
    }
  }
}

TEST_CASE("compact circuits are the polynomial symbolically, up to rounding of coefficients") {
  Random random(59);
  for (int n = 0; n < 40; ++n) {
    polynet::Polynomial p;
    double size = 0.0;
    for (int k = random.integer(1, 10); k > 0; --k) {
      polynet::Monomial m;
      for (std::uint32_t i = 0; i < 3; ++i)
        if (const int power = random.integer(0, 3); power > 0)
          m.push_back({i, static_cast<std::uint32_t>(power)});
      const double c = random.integer(1, 9);
      p.add(m, c);
      size += c;
    }
    std::vector<Circuit> circuits = polynet::compact_circuits({p}, cube(3));
    for (const Circuit &circuit : polynet::triple_circuits({p}, cube(3)))
      circuits.push_back(circuit);
    for (const Circuit &circuit : circuits) {
      std::vector<polynet::Polynomial> wires;
      for (std::uint32_t i = 0; i < 3; ++i)
        wires.push_back(polynet::Polynomial::variable(i));
      const auto expanded = [&](const polynet::Combination &form) {
        polynet::Polynomial sum(form.constant);
        for (const auto &[wire, coefficient] : form.terms)
          sum.add(wires.at(static_cast<std::size_t>(wire)), coefficient);
        return sum;
      };
      for (const polynet::Product &product : circuit.products) {
        polynet::Polynomial wire(1.0);
        for (const polynet::Product::Factor &f : product.factors)
          for (int k = 0; k < f.exponent; ++k)
            wire = wire * expanded(f.form);
        wires.push_back(std::move(wire));
      }
      polynet::Polynomial difference = expanded(circuit.outputs.at(0));
      difference.add(p, -1.0);
      for (const auto &[m, c] : difference.terms())
        CHECK(c.mag() <= 1e-10 * size);
    }
  }
}

TEST_CASE("products of three take three factors at a time") {
  const SamplePolynomial cubic{{{1.0, {1, 1, 1}}, {2.0, {2, 0, 1}}, {-1.0, {0, 3, 0}}}};
  const std::vector<Circuit> circuits = polynet::triple_circuits({cubic.enclosed()}, cube(3));
  std::size_t fewest = 9;
  for (const Circuit &circuit : circuits) {
    fewest = std::min(fewest, circuit.products.size());
    CHECK(depth(circuit) == 1);
  }
  CHECK(fewest == 2); // x z (y + 2 x) and y^3
  CHECK(polynet::triple_circuits({power(2).enclosed()}, cube(1)).empty());
}

TEST_CASE("a quadratic form takes as many squares as its rank") {
  Random random(47);
  for (int rank = 1; rank <= 6; ++rank) {
    polynet::Polynomial p; // sum of squares of forms with integer coefficients
    for (int k = 0; k < rank; ++k) {
      polynet::Polynomial form;
      for (std::uint32_t i = 0; i < 6; ++i)
        form.add(polynet::Monomial{{i, 1}}, random.integer(-9, 9));
      p.add(form * form, k % 2 == 0 ? 1.0 : -1.0);
    }
    int cost = 0;
    const std::vector<Circuit> circuits = polynet::compact_circuits({p}, cube(6));
    for (const polynet::Product &product : circuits.front().products)
      cost += product.is_square() ? 1 : 2;
    CHECK(cost == rank);
  }
}
