// Polynomials: ring operations and enclosures against exact integers.
#include "support.hpp"

#include <doctest/doctest.h>
#include <numeric>

using namespace polynet_test;
using polynet::Monomial;
using polynet::Polynomial;

namespace {

// A random polynomial with small integer coefficients, and its exact value at integers.
struct IntegerPolynomial {
  std::vector<std::pair<std::vector<unsigned>, std::int64_t>> terms;

  IntegerPolynomial(Random &random, unsigned variables) {
    for (int k = random.integer(1, 6); k > 0; --k) {
      std::vector<unsigned> powers(variables);
      for (unsigned &power : powers)
        power = static_cast<unsigned>(random.integer(0, 3));
      terms.emplace_back(powers, random.integer(-9, 9));
    }
  }

  Polynomial enclosed() const {
    Polynomial p;
    for (const auto &[powers, coefficient] : terms) {
      Monomial m;
      for (std::uint32_t i = 0; i < powers.size(); ++i)
        if (powers[i] > 0)
          m.push_back({i, powers[i]});
      p.add(m, double(coefficient));
    }
    return p;
  }

  std::int64_t operator()(const std::vector<int> &x) const {
    std::int64_t sum = 0;
    for (const auto &[powers, coefficient] : terms) {
      std::int64_t product = coefficient;
      for (std::size_t i = 0; i < x.size(); ++i)
        for (unsigned k = 0; k < powers[i]; ++k)
          product *= x[i];
      sum += product;
    }
    return sum;
  }

  // sup |terms| over |x_i| <= 4.
  double magnitude() const {
    double sum = 0.0;
    for (const auto &[powers, coefficient] : terms)
      sum += std::fabs(double(coefficient)) *
             std::pow(4.0, std::accumulate(powers.begin(), powers.end(), 0u));
    return sum;
  }
};

Interval at(const Polynomial &p, const std::vector<int> &x) {
  std::vector<Interval> point;
  for (const int xi : x)
    point.push_back(double(xi));
  return p(polynet::PowerTable(point, p.max_power()));
}

} // namespace

TEST_CASE("sums, multiples and products have the values of exact integers") {
  Random random(11);
  for (int n = 0; n < 300; ++n) {
    const IntegerPolynomial a(random, 3), b(random, 3);
    const Polynomial p = a.enclosed(), q = b.enclosed();
    Polynomial sum = p;
    sum.add(q, -2.0);
    const Polynomial product = p * q;
    CHECK(product.max_power() <= p.max_power() + q.max_power());
    for (int k = 0; k < 4; ++k) {
      const std::vector<int> x{random.integer(-4, 4), random.integer(-4, 4), random.integer(-4, 4)};
      CHECK(at(p, x).contains(double(a(x))));
      CHECK(at(sum, x).contains(double(a(x) - 2 * b(x))));
      CHECK(at(product, x).contains(double(a(x) * b(x))));
      CHECK(at(product, x).rad() <= 64 * 0x1p-53 * a.magnitude() * b.magnitude() + 1e-300);
    }
  }
}

TEST_CASE("the powers of x + y have the binomial coefficients") {
  Polynomial sum = Polynomial::variable(0);
  sum.add(Polynomial::variable(1), 1.0);
  Polynomial power(1.0);
  double binomial[21] = {1.0};
  for (unsigned n = 1; n <= 20; ++n) {
    power = power * sum;
    for (unsigned k = n; k > 0; --k)
      binomial[k] += binomial[k - 1];
    CHECK(power.max_power() == static_cast<int>(n));
    REQUIRE(power.terms().size() == n + 1);
    for (const auto &[m, c] : power.terms()) {
      const unsigned k = m[0].variable == 0 ? m[0].power : 0;
      CHECK(polynet::degree(m) == static_cast<int>(n));
      CHECK(c.contains(binomial[k]));
      CHECK(c.rad() <= 1e-13 * binomial[k]);
    }
  }
}

TEST_CASE("monomials multiply like sorted factor lists") {
  const Monomial a{{0, 2}, {3, 1}}, b{{1, 4}, {3, 2}}, one;
  const Monomial expected{{0, 2}, {1, 4}, {3, 3}};
  CHECK(polynet::operator*(a, b) == expected);
  CHECK(polynet::operator*(b, a) == expected);
  CHECK(polynet::operator*(a, one) == a);
  CHECK(polynet::degree(expected) == 9);
  CHECK(polynet::degree(one) == 0);
}

TEST_CASE("an enclosure over a box contains the values inside and is sharp for one term") {
  Random random(12);
  const std::vector<Interval> box{{-2.0, 1.0}, {0.5, 3.0}, {-1.0, 4.0}};
  for (int n = 0; n < 200; ++n) {
    const IntegerPolynomial a(random, 3);
    const Polynomial p = a.enclosed();
    const Interval range = p(polynet::PowerTable(box, p.max_power()));
    for (int x = -2; x <= 1; ++x)
      for (int y = 1; y <= 3; ++y)
        for (int z = -1; z <= 4; ++z)
          if (!range.contains(double(a({x, y, z}))))
            FAIL_CHECK("at " << x << " " << y << " " << z);
  }
  Polynomial square;
  square.add(Monomial{{0, 2}, {1, 1}}, -1.0);
  const Interval range = square(polynet::PowerTable(box, 3));
  CHECK(range.lo() == doctest::Approx(-12.0).epsilon(1e-14));
  CHECK(range.hi() == doctest::Approx(0.0).epsilon(1e-14));
}

TEST_CASE("a removed term is gone and an added one adds up") {
  Polynomial p(2.5);
  p.add(Monomial{{1, 1}}, 1.0);
  p.add(Monomial{{1, 1}}, 2.0);
  CHECK(p.terms().size() == 2);
  CHECK(p.terms().at(Monomial{{1, 1}}).contains(3.0));
  p.remove(Monomial{{1, 1}});
  CHECK(p.terms().size() == 1);
  CHECK(p.max_power() == 1);
}
