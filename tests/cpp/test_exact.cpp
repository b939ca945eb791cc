#include "support.hpp"

#include <doctest/doctest.h>

using namespace polynet_test;
using polynet::ExactPolynomial;
using polynet::ExactValues;
using polynet::LocalVariables;
using polynet::Monomial;
using polynet::Polynomial;

namespace {

__extension__ using Wide = __int128;

constexpr double tiny = std::numeric_limits<double>::denorm_min();

// (x - centre)^n about 0, for a centre with few digits.
ExactPolynomial shifted_power(long centre, unsigned n) {
  ExactPolynomial p;
  // Repeated multiplication by (x - centre), in integers of 128 bits.
  std::vector<Wide> c{1};
  for (unsigned k = 0; k < n; ++k) {
    std::vector<Wide> next(c.size() + 1, 0);
    for (std::size_t i = 0; i < c.size(); ++i) {
      next[i + 1] += c[i];
      next[i] -= c[i] * centre;
    }
    c = std::move(next);
  }
  for (std::uint32_t i = 0; i < c.size(); ++i) {
    std::string digits;
    const bool negative = c[i] < 0;
    for (Wide rest = negative ? -c[i] : c[i]; rest > 0; rest /= 10)
      digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    if (digits.empty())
      continue;
    p.add(i == 0 ? Monomial{} : Monomial{{0, i}}, (negative ? "-" : "") + digits);
  }
  return p;
}

Interval coefficient(const ExactPolynomial &p) {
  const Polynomial enclosed = p.enclosed();
  return enclosed.terms().empty() ? Interval(0.0) : enclosed.terms().begin()->second;
}

Interval number(const char *text) {
  ExactPolynomial p;
  p.add(Monomial{}, text);
  return coefficient(p);
}

bool is(const Interval &x, double lo, double hi) { return x.lo() == lo && x.hi() == hi; }

} // namespace

TEST_CASE("a coefficient is what its text says, enclosed by neighbours") {
  CHECK(is(number("0.5"), 0.5, 0.5));
  CHECK(is(number("-3e2"), -300.0, -300.0));
  CHECK(is(number("+.125e+1"), 1.25, 1.25));
  CHECK(is(number("007"), 7.0, 7.0));
  CHECK(is(number("1/4"), 0.25, 0.25));
  CHECK(is(number("1.5/0.75"), 2.0, 2.0));
  CHECK(is(number("0.1"), std::nextafter(0.1, 0.0), 0.1));
  CHECK(is(number("1/3"), 1.0 / 3.0, std::nextafter(1.0 / 3.0, 1.0)));
  CHECK(is(number("-2/3"), -std::nextafter(2.0 / 3.0, 1.0), -2.0 / 3.0));
  CHECK(is(number("9007199254740993"), 0x1p53, 0x1p53 + 2.0));
  // 2^80 + 1/3: nothing of the third in the first 64 bits.
  CHECK(is(number("3626777458843887524118529/3"), 0x1p80, 0x1p80 + 0x1p28));
  CHECK(is(number("1e-400"), 0.0, tiny));
  CHECK(number("1e400").lo() == std::numeric_limits<double>::max());
  CHECK(std::isinf(number("1e400").hi()));
  CHECK(is(number("0e99999"), 0.0, 0.0));
  for (const char *text : {"", "-", "x", "1/", "/2", "1..2", "1e", "1e+", " 1", "1 ", "0x10",
                           "1/-2", "nan", "inf", "1e5e5", "--1"})
    CHECK(code_of([&] { number(text); }) == ErrorCode::invalid_input);
  CHECK(code_of([] { number("1/0.0"); }) == ErrorCode::invalid_input);
  CHECK(code_of([] { number("1e100001"); }) == ErrorCode::size_limit);
  CHECK(code_of([] { number("1e99999999999999999999"); }) == ErrorCode::size_limit);
  ExactPolynomial p;
  for (const double x : {std::numeric_limits<double>::infinity(), std::nan("")})
    CHECK(code_of([&] { p.add(Monomial{}, x); }) == ErrorCode::invalid_input);
}

TEST_CASE("every double is a coefficient, exactly") {
  Random random(71);
  for (int n = 0; n < 2000; ++n) {
    const double x = n == 0 ? tiny : random.any_finite();
    ExactPolynomial p;
    p.add(Monomial{{0, 1}}, x);
    CHECK(is(coefficient(p), x, x));
    p.add(Monomial{{0, 1}}, -x);
    CHECK(p.terms() == 0);
  }
}

TEST_CASE("about its own centre a power is one term") {
  for (const long centre : {3L, 100L, -1000L})
    for (unsigned n = 1; n <= 9; ++n) {
      const ExactPolynomial p = shifted_power(centre, n);
      CHECK(p.degree() == n);
      const ExactPolynomial moved = p.in({{static_cast<double>(centre)}, {0.25}});
      CHECK(moved.terms() == 1);
      const Polynomial enclosed = moved.enclosed();
      CHECK(is(enclosed.terms().at(Monomial{{0, n}}), std::ldexp(1.0, -2 * static_cast<int>(n)),
               std::ldexp(1.0, -2 * static_cast<int>(n))));
      const ExactValues values(p);
      for (const double offset : {1.0, -0.5, 0.125}) {
        const double power = std::pow(offset, n);
        CHECK(is(values.difference(power, {static_cast<double>(centre) + offset}), 0.0, 0.0));
        const double off = power + std::ldexp(power, -40);
        CHECK(is(values.difference(off, {static_cast<double>(centre) + offset}), off - power,
                 off - power));
      }
    }
}

TEST_CASE("variables change one by one, fixed ones and bits disappear") {
  ExactPolynomial p; // x^2 y/3 + y z
  p.add(Monomial{{0, 2}, {1, 1}}, "1/3");
  p.add(Monomial{{1, 1}, {2, 1}}, 1.0);
  const Polynomial fixed =
      p.in({{3.0, 0.0, -3.0}, {0.0, 2.0, 1.0}}).enclosed(); // 6 y + 2 y t - 6 y
  CHECK(fixed.terms().size() == 1);
  CHECK(is(fixed.terms().at(Monomial{{1, 1}, {2, 1}}), 2.0, 2.0));
  ExactPolynomial square;
  square.add(Monomial{{0, 2}}, 1.0);
  square.add(Monomial{{0, 1}}, -1.0);
  CHECK(square.on_bits({true}).terms() == 0);
  CHECK(square.on_bits({}).terms() == 2);
  CHECK(code_of([&] { p.in({{0.0}, {1.0}}); }) == ErrorCode::invalid_input);
}

TEST_CASE("a polynomial about a point in units of its own") {
  ExactPolynomial p; // ((x - 1/3)/(-2/5))^2 y = (25/4 x^2 - 25/6 x + 25/36) y
  p.add(Monomial{{0, 2}, {1, 1}}, 1.0);
  const ExactPolynomial q = p.unscaled(0, "1/3", "-2/5");
  CHECK(q.terms() == 3);
  ExactPolynomial rest = q;
  rest.add(Monomial{{0, 2}, {1, 1}}, "-25/4");
  rest.add(Monomial{{0, 1}, {1, 1}}, "25/6");
  rest.add(Monomial{{1, 1}}, "-25/36");
  CHECK(rest.terms() == 0);
  const ExactPolynomial same = p.unscaled(2, "7", "3");
  CHECK(same.terms() == 1);
  CHECK(is(coefficient(same), 1.0, 1.0));
  CHECK(code_of([&] { p.unscaled(0, "0", "0"); }) == ErrorCode::invalid_input);
  CHECK(code_of([&] { p.unscaled(0, "x", "1"); }) == ErrorCode::invalid_input);
}

TEST_CASE("extreme numbers neither overflow nor vanish") {
  ExactPolynomial p;
  p.add(Monomial{{0, 1}, {1, 1}}, "1e-390");
  const double unit = 0x1p665; // about 1.5e200
  const Interval c = coefficient(p.in({{0.0, 0.0}, {unit, unit}}));
  CHECK(c.lo() > 2e10);
  CHECK(c.hi() < 2.5e10);
  CHECK(c.hi() == std::nextafter(c.lo(), 1e11));
  const Interval difference = ExactValues(p).difference(0.0, {unit, unit});
  CHECK(is(difference, -c.hi(), -c.lo()));
  ExactPolynomial high;
  high.add(Monomial{{0, 512}}, tiny);
  CHECK(coefficient(high.in({{0.0}, {0x1p-1000}})).hi() == tiny);
}

TEST_CASE("what outgrows the limits is refused") {
  ExactPolynomial p;
  Monomial m;
  for (std::uint32_t i = 0; i < 40; ++i)
    m.push_back({i, 1});
  p.add(m, 1.0);
  const LocalVariables local{std::vector<double>(40, 2.0), std::vector<double>(40, 1.0)};
  CHECK(code_of([&] { p.in(local); }) == ErrorCode::size_limit);
  ExactPolynomial wide;
  wide.add(Monomial{{0, 100000}}, 1.0);
  CHECK(code_of([&] { wide.in({{1.0 / 3.0}, {1.0}}); }) == ErrorCode::size_limit);
  ExactPolynomial endless;
  endless.add(Monomial{{0, 0xffffffff}, {1, 0xffffffff}}, 1.0);
  CHECK(endless.degree() == 0x1fffffffe);
  ExactPolynomial fractions;
  for (long k = 0; k < 5000; ++k)
    fractions.add(Monomial{{0, static_cast<std::uint32_t>(k + 1)}},
                  "1/" + std::to_string(1000000007L + 2 * k));
  CHECK(code_of([&] { ExactValues values(fractions); }) == ErrorCode::size_limit);
}
