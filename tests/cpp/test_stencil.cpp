// Stencils: moments as exact sums over the nodes, gate series against the neurons themselves.
#include "support.hpp"

#include <doctest/doctest.h>

using namespace polynet_test;
using polynet::GateSeries;
using polynet::Stencil;
using polynet::stencil;

namespace {

// sum_k w_k prod_i d_ki^a_i over the neurons and the node at the bias.
std::int64_t node_sum(const Stencil &st, const std::array<int, 2> &a) {
  std::int64_t sum = a[0] + a[1] == 0 ? st.constant_weight : 0;
  for (const polynet::StencilNode &node : st.neurons) {
    std::int64_t product = node.weight;
    for (int i = 0; i < st.operands; ++i)
      for (int k = 0; k < a[static_cast<std::size_t>(i)]; ++k)
        product *= node.direction[static_cast<std::size_t>(i)];
    sum += product;
  }
  return sum;
}

double factorial(int n) { return n < 2 ? 1.0 : n * factorial(n - 1); }

// The neurons summed and normalised, in long double: good to about 2^-60/scale^m.
long double by_neurons(const polynet::Activation &s, const GateSeries &g, const double *z) {
  const auto value = [&](long double x) {
    return s.name == "tanh" ? std::tanh(x) : 1.0L / (1.0L + std::exp(-x));
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
  for (const std::string &name : polynet::stencil_names()) {
    const Stencil &st = stencil(name);
    const int m = st.order();
    for (int j = 0; j < m; ++j) // low moments vanish
      for (int i = 0; i <= (st.operands > 1 ? j : 0); ++i)
        CHECK(node_sum(st, {j - i, i}) == 0);
    const std::array<int, 2> t{st.target[0], st.target[1]};
    const double lead = double(node_sum(st, t)) / (factorial(t[0]) * factorial(t[1]));
    for (int j = m; j <= 20; ++j) {
      int seen = 0;
      for (const polynet::MomentTerm &term : polynet::moment(st, j)) {
        const std::array<int, 2> a{term.powers[0] + t[0], term.powers[1] + t[1]};
        CHECK(a[0] + a[1] == j);
        CHECK(term.denominator > 0);
        const double expected =
            double(node_sum(st, a)) / (factorial(a[0]) * factorial(a[1])) / lead;
        CHECK(double(term.numerator) / double(term.denominator) ==
              doctest::Approx(expected).epsilon(1e-14));
        ++seen;
      }
      int expected_terms = 0;
      for (int i = 0; i <= (st.operands > 1 ? j : 0); ++i)
        expected_terms += node_sum(st, {j - i, i}) != 0;
      CHECK(seen == expected_terms);
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
  CHECK(polynet::stencil_names() ==
        std::vector<std::string>{"copy", "copy_odd", "square", "product"});
  CHECK(stencil("product").neurons.size() == 4);
  CHECK(stencil("square").neurons.size() == 2);
  CHECK(stencil("copy").neurons.size() == 2);
  CHECK(stencil("copy_odd").neurons.size() == 1);
  CHECK(stencil("product").order() == 2);
  CHECK(stencil("square").order() == 2);
  CHECK(stencil("copy").order() == 1);
  CHECK(code_of([] { stencil("cube"); }) == ErrorCode::invalid_input);
}

TEST_CASE("the series encloses the gate's neurons, its remainder what the terms leave out") {
  Random random(31);
  for (const char *name : {"logistic", "tanh"})
    for (const std::string &kind : polynet::stencil_names())
      for (const double bias : {-1.3, 0.6, 2.2924316695611777})
        for (const double scale : {0.5, 0.25, 0.0625}) {
          const polynet::Activation &s = *polynet::activation(name);
          const Stencil &st = stencil(kind);
          const std::vector<double> range(static_cast<std::size_t>(st.operands), 1.0);
          const GateSeries g(s, st, bias, scale, range, {0x1p-64, 1e-3});
          CAPTURE(name);
          CAPTURE(kind);
          CAPTURE(bias);
          CAPTURE(scale);
          CHECK(g.remainder() >= 0.0);
          CHECK(g.remainder() <= std::max(1e-3 * g.magnitude(), 0x1p-64));
          CHECK(g.radius() >= scale * st.operands);
          for (int n = 0; n < 20; ++n) {
            double z[2] = {random.between(-1.0, 1.0), random.between(-1.0, 1.0)};
            const Interval enclosed[2] = {z[0], z[1]};
            const Interval value =
                polynet::target(st, enclosed) * (g.rho(enclosed) + Interval(1.0));
            const double error =
                64 * double(std::numeric_limits<long double>::epsilon()) / g.normalisation().mig();
            const double measured = static_cast<double>(by_neurons(s, g, z));
            // `measured` is divided by the middle of the normalisation's enclosure.
            const double relative = g.normalisation().rad() / g.normalisation().mig() + 0x1p-52;
            const double slack = error + relative * std::fabs(measured);
            if (!(value.lo() - slack <= measured && measured <= value.hi() + slack))
              FAIL_CHECK(measured << " not in " << value.lo() << " to " << value.hi());
            // The derivative against a divided difference of the enclosures.
            const double h = 0x1p-10;
            for (int i = 0; i < st.operands; ++i) {
              Interval around[2] = {z[0], z[1]}, left[2] = {z[0], z[1]}, right[2] = {z[0], z[1]};
              around[i] = Interval(z[i] - h, z[i] + h);
              left[i] = z[i] - h;
              right[i] = z[i] + h;
              if (std::fabs(z[i]) + h > 1.0)
                continue;
              const Interval slope = g.derivative(i, around);
              const Interval rise = (polynet::target(st, right) * (g.rho(right) + Interval(1.0)) -
                                     polynet::target(st, left) * (g.rho(left) + Interval(1.0))) /
                                    Interval(2 * h);
              // By the mean value theorem some slope is the exact quotient.
              if (slope.lo() > rise.hi() || slope.hi() < rise.lo())
                FAIL_CHECK("derivative by operand " << i << " at " << z[0] << " " << z[1]);
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
