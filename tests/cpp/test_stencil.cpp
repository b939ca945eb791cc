// Stencils: moments as exact sums over the nodes, gate series against the neurons themselves.
#include "support.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

using namespace polynet_test;
using polynet::GateSeries;
using polynet::Stencil;
using polynet::stencil;

namespace {

const std::vector<std::string> kinds{"copy",
                                     "copy_forward",
                                     "square",
                                     "product",
                                     "product_forward",
                                     "product_richardson2",
                                     "square_richardson3",
                                     "monomial_2_1",
                                     "monomial_3",
                                     "monomial_1_1_1",
                                     "monomial_1_1_1_1"};

// sum_k w_k prod_i d_ki^a_i over the neurons and the node at the bias.
double node_sum(const Stencil &st, const polynet::Powers &a) {
  bool constant = true;
  for (const int power : a)
    constant = constant && power == 0;
  double sum = constant ? st.constant_weight : 0;
  for (const polynet::StencilNode &node : st.neurons) {
    double product = node.weight;
    for (std::size_t i = 0; i < a.size(); ++i)
      for (int k = 0; k < a[i]; ++k)
        product *= node.direction[i];
    sum += product;
  }
  return sum;
}

// All multi-indices of order j.
std::vector<polynet::Powers> indices(const Stencil &st, int j) {
  std::vector<polynet::Powers> all{polynet::Powers{}};
  for (int n = 0; n < j; ++n) {
    std::set<polynet::Powers> next;
    for (polynet::Powers a : all)
      for (int i = 0; i < st.operands; ++i) {
        ++a[static_cast<std::size_t>(i)];
        next.insert(a);
        --a[static_cast<std::size_t>(i)];
      }
    all.assign(next.begin(), next.end());
  }
  return all;
}

double factorial(int n) { return n < 2 ? 1.0 : n * factorial(n - 1); }
double factorial(const polynet::Powers &a) {
  double f = 1.0;
  for (const int power : a)
    f *= factorial(power);
  return f;
}

// The neurons summed and normalised, in long double: good to about 2^-60/scale^m.
long double by_neurons(const polynet::Activation &s, const GateSeries &g, const double *z) {
  const auto value = [&](long double x) {
    return s.name == "tanh"        ? std::tanh(x)
           : s.name == "arctan"    ? std::atan(x)
           : s.name == "algebraic" ? x / std::sqrt(1.0L + x * x)
                                   : 1.0L / (1.0L + std::exp(-x));
  };
  long double sum = g.stencil().constant_weight * value(g.bias());
  for (const polynet::StencilNode &node : g.stencil().neurons) {
    long double argument = g.bias();
    for (int i = 0; i < g.stencil().operands; ++i)
      argument +=
          static_cast<long double>(g.scale()) * node.direction[static_cast<std::size_t>(i)] * z[i];
    sum += node.weight * value(argument);
  }
  return sum / static_cast<long double>(g.normalisation().mid());
}

} // namespace

TEST_CASE("moments are the sums over the nodes, exactly") {
  for (const std::string &name : kinds) {
    const Stencil &st = stencil(name);
    const int m = st.order();
    for (int j = 0; j < m; ++j) // low moments vanish
      for (const polynet::Powers &a : indices(st, j))
        CHECK(node_sum(st, a) == 0);
    const double lead = node_sum(st, st.target) / factorial(st.target);
    for (int j = m; j <= 12; ++j) {
      std::map<polynet::Powers, double> terms;
      for (const polynet::MomentTerm &term : polynet::moment(st, j)) {
        polynet::Powers a = term.powers;
        for (std::size_t i = 0; i < a.size(); ++i)
          a[i] = static_cast<std::uint8_t>(a[i] + st.target[i]);
        CHECK(term.denominator > 0);
        terms[a] = double(term.numerator) / double(term.denominator);
      }
      for (const polynet::Powers &a : indices(st, j)) {
        const double expected = node_sum(st, a) / factorial(a) / lead;
        CHECK(terms[a] == doctest::Approx(expected).epsilon(1e-14));
        CHECK((terms[a] == 0.0) == (expected == 0.0));
      }
    }
    CHECK(code_of([&] { polynet::moment(st, 21); }) == ErrorCode::size_limit);
    CHECK(code_of([&] { polynet::moment(st, m - 1); }) == ErrorCode::size_limit);
  }
}

TEST_CASE("the product's fourth moment is (u^2 + v^2)/6") {
  const auto terms = polynet::moment(stencil("product"), 4);
  REQUIRE(terms.size() == 2);
  for (const polynet::MomentTerm &term : terms) {
    CHECK(term.numerator == 1);
    CHECK(term.denominator == 6);
    CHECK(term.powers[0] + term.powers[1] == 2);
    CHECK(term.powers[0] % 2 == 0);
  }
}

TEST_CASE("numbers of neurons and orders") {
  CHECK(stencil("product").neurons.size() == 4);
  CHECK(stencil("product_forward").neurons.size() == 3);
  CHECK(stencil("product_even").neurons.size() == 2);
  CHECK(stencil("square_even").neurons.size() == 1);
  CHECK(stencil("product_richardson2").neurons.size() == 8);
  CHECK(stencil("product_richardson3").neurons.size() == 12);
  CHECK(stencil("monomial_1_1_1").neurons.size() == 8);
  CHECK(stencil("monomial_1_1_1_odd").neurons.size() == 4);
  CHECK(stencil("monomial_2_1_odd").neurons.size() == 3);
  CHECK(stencil("monomial_3_odd").neurons.size() == 2);
  CHECK(stencil("monomial_1_1_1_1_even").neurons.size() == 8);
  CHECK(stencil("square").neurons.size() == 2);
  CHECK(stencil("copy").neurons.size() == 2);
  CHECK(stencil("copy_forward").neurons.size() == 1);
  CHECK(stencil("product").order() == 2);
  CHECK(stencil("square").order() == 2);
  CHECK(stencil("copy").order() == 1);
  CHECK(code_of([] { stencil("cube"); }) == ErrorCode::invalid_input);
}

TEST_CASE("the series encloses the gate's neurons, its remainder what the terms leave out") {
  Random random(31);
  for (const char *name : {"logistic", "tanh", "arctan", "algebraic"})
    for (const std::string &kind : kinds)
      for (const double bias : {-1.3, 0.6, 2.2924316695611777})
        for (const double scale : {0.5, 0.25, 0.0625}) {
          const polynet::Activation &s = *polynet::activation(name);
          const Stencil &st = stencil(kind);
          const auto m = static_cast<std::size_t>(st.order());
          if (s.taylor(bias, st.order())[m].contains(0.0))
            continue;
          const std::vector<double> range(static_cast<std::size_t>(st.operands), 1.0);
          const GateSeries g(s, st, bias, scale, range, {0x1p-64, 1e-3});
          CAPTURE(name);
          CAPTURE(kind);
          CAPTURE(bias);
          CAPTURE(scale);
          CHECK(g.remainder() >= 0.0);
          if (g.radius() <= 1.0) // else the series may not converge
            CHECK(g.remainder() <= std::max(1e-3 * g.magnitude(), 0x1p-64));
          CHECK(g.radius() >= scale * st.operands);
          for (int n = 0; n < 20; ++n) {
            double z[polynet::max_operands];
            std::vector<Interval> point;
            for (double &coordinate : z)
              point.emplace_back(coordinate = random.between(-1.0, 1.0));
            const Interval *enclosed = point.data();
            const Interval value =
                polynet::target(st, enclosed) * (g.rho(enclosed) + Interval(1.0));
            const double error = 64 * double(std::numeric_limits<long double>::epsilon()) *
                                 st.weight_sum() / g.normalisation().mig();
            const double measured = static_cast<double>(by_neurons(s, g, z));
            // `measured` is divided by the middle of the normalisation's enclosure.
            const double relative = g.normalisation().rad() / g.normalisation().mig() + 0x1p-52;
            const double slack = error + relative * std::fabs(measured);
            if (!(value.lo() - slack <= measured && measured <= value.hi() + slack))
              FAIL(measured << " not in " << value.lo() << " to " << value.hi());
            // The derivative against a divided difference of the enclosures.
            const double h = 0x1p-10;
            for (int i = 0; i < st.operands; ++i) {
              std::vector<Interval> around = point, left = point, right = point;
              around[static_cast<std::size_t>(i)] = Interval(z[i] - h, z[i] + h);
              left[static_cast<std::size_t>(i)] = z[i] - h;
              right[static_cast<std::size_t>(i)] = z[i] + h;
              if (std::fabs(z[i]) + h > 1.0)
                continue;
              const Interval slope = g.derivative(i, around.data());
              const Interval rise =
                  (polynet::target(st, right.data()) * (g.rho(right.data()) + Interval(1.0)) -
                   polynet::target(st, left.data()) * (g.rho(left.data()) + Interval(1.0))) /
                  Interval(2 * h);
              // By the mean value theorem some slope is the exact quotient.
              if (slope.lo() > rise.hi() || slope.hi() < rise.lo())
                FAIL("derivative by operand " << i << " at " << z[0] << " " << z[1]);
            }
          }
        }
}

TEST_CASE("the change of the target is exact and does not cancel") {
  Random random(32);
  for (int n = 0; n < 500; ++n) {
    const double u = random.integer(-50, 50), v = random.integer(-50, 50);
    const double e = std::ldexp(random.integer(-9, 9), -20),
                 f = std::ldexp(random.integer(-9, 9), -20);
    const Interval z[2] = {u, v}, errors[2] = {e, f};
    // All these are exact doubles.
    CHECK(
        polynet::target_difference(stencil("product"), z, errors).contains(u * f + e * v + e * f));
    CHECK(polynet::target_difference(stencil("square"), z, errors).contains(2 * u * e + e * e));
    CHECK(polynet::target_difference(stencil("copy"), z, errors).contains(e));
    CHECK(polynet::target_difference(stencil("product"), z, errors).rad() <= 1e-15);
  }
}

TEST_CASE("a gate without its derivative is refused") {
  for (const char *kind : {"product", "square"}) {
    CHECK(code_of([&] {
            polynet::normalisation(*polynet::activation("tanh"), stencil(kind), 0.0, 0.1);
          }) == ErrorCode::invalid_input);
    CHECK(code_of([&] {
            GateSeries(*polynet::activation("logistic"), stencil(kind), 0.0, 0.1, {1.0, 1.0},
                       {0.0, 1e-3});
          }) == ErrorCode::invalid_input);
  }
  CHECK(code_of([] {
          polynet::normalisation(*polynet::activation("tanh"), stencil("copy"), 50.0, 0.1);
        }) == ErrorCode::invalid_input);
  // 4 s'' l^2 for the product: logistic s'' at its s'''' = 0 is -sqrt(6)/36.
  const Interval c = polynet::normalisation(*polynet::activation("logistic"), stencil("product"),
                                            2.2924316695611777, 0.5);
  CHECK(c.contains(c.mid()));
  CHECK(c.mid() == doctest::Approx(-std::sqrt(6.0) / 36.0).epsilon(1e-14));
}
