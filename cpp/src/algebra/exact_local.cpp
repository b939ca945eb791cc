// p(centre + unit t) as a polynomial in t, one variable after the other.
#include "exact_terms.hpp"

#include "polynet/error.hpp"

namespace polynet {

namespace {

constexpr std::size_t max_terms = 100'000;
// Of all coefficients of one polynomial, and of one line that is moved: 64 MiB.
constexpr long max_bits = 1L << 29;

using Numerators = std::map<Monomial, Dyadic>;

[[noreturn]] void refuse() {
  throw Error(ErrorCode::size_limit,
              "the polynomial about the centre of the box has more than 100000 terms or 64 MiB of "
              "digits; a box centred at 0 keeps it as it is");
}

// The coefficients, by power, of the terms that differ in one variable's power alone.
using Line = std::vector<Dyadic>;

// sum_k a_k (c + x)^k in powers of x: synthetic division by Horner's rule, again and again
// (Shaw and Traub 1974). The numbers are integers times one power of two. False if they need too
// many digits.
bool move(Line &line, const Dyadic &c) {
  const auto d = static_cast<long>(line.size()) - 1;
  // With c = n 2^e: a_k 2^(e k) are the coefficients in x/2^e, moved by the integer n.
  long least = line[0].exponent;
  for (long k = 0; k <= d; ++k)
    if (line[static_cast<std::size_t>(k)].n != 0)
      least = std::min(least, line[static_cast<std::size_t>(k)].exponent + c.exponent * k);
  std::vector<Integer> a;
  for (long k = 0; k <= d; ++k) {
    const Dyadic &term = line[static_cast<std::size_t>(k)];
    const long shift = term.n == 0 ? 0 : term.exponent + c.exponent * k - least;
    // All of the line may become as long as what this term gives to the constant.
    if ((d + 1) * (shift + bits(term.n) + d * (bits(c.n) + 1)) > max_bits)
      return false;
    a.emplace_back(term.n << static_cast<unsigned long>(shift));
  }
  for (long i = 0; i < d; ++i)
    for (long j = d - 1; j >= i; --j)
      a[static_cast<std::size_t>(j)] += c.n * a[static_cast<std::size_t>(j) + 1];
  for (long k = 0; k <= d; ++k)
    line[static_cast<std::size_t>(k)] = {std::move(a[static_cast<std::size_t>(k)]),
                                         least - c.exponent * k};
  return true;
}

// The part of a monomial without one variable, and that variable's power.
std::pair<Monomial, std::uint32_t> split(const Monomial &m, std::uint32_t variable) {
  Monomial rest;
  std::uint32_t power = 0;
  for (const Factor &f : m)
    if (f.variable == variable)
      power = f.power;
    else
      rest.push_back(f);
  return {std::move(rest), power};
}

Monomial joined(const Monomial &rest, std::uint32_t variable, std::uint32_t power) {
  return power == 0 ? rest : rest * Monomial{{variable, power}};
}

// With centre + unit t in place of a variable; none beyond the limits.
std::optional<Numerators> substituted(const Numerators &terms, std::uint32_t variable,
                                      const Dyadic &centre, const Dyadic &unit) {
  std::map<Monomial, Line> lines;
  for (const auto &[m, numerator] : terms) {
    auto [rest, power] = split(m, variable);
    Line &line = lines[std::move(rest)];
    line.resize(std::max<std::size_t>(line.size(), power + 1));
    line[power] = numerator;
  }
  Numerators result;
  long size = 0;
  for (auto &[rest, line] : lines) {
    if (centre.n != 0 && !move(line, centre))
      return std::nullopt;
    Dyadic scale{1, 0};
    for (std::uint32_t k = 0; k < line.size(); ++k, scale *= unit) {
      if (line[k].n == 0)
        continue;
      line[k] *= scale;
      if (line[k].n == 0) // a unit of 0
        break;
      if ((size += bits(line[k].n)) > max_bits)
        return std::nullopt;
      result.emplace(joined(rest, variable, k), std::move(line[k]));
    }
    if (result.size() > max_terms)
      return std::nullopt;
  }
  return result;
}

Numerators numerators_of(CommonTerms &given) {
  Numerators numerators;
  for (auto &[m, numerator] : given.numerators)
    numerators.emplace(*m, std::move(numerator));
  return numerators;
}

} // namespace

ExactPolynomial ExactPolynomial::in(const LocalVariables &local) const {
  if (auto result = in_if_short(local))
    return std::move(*result);
  refuse();
}

std::optional<ExactPolynomial> ExactPolynomial::in_if_short(const LocalVariables &local) const {
  require_variables(local.centre.size());
  CommonTerms given = common(terms_->of);
  std::vector<bool> used(local.centre.size(), false);
  for (const auto &[m, c] : terms_->of)
    for (const Factor &f : m)
      used[f.variable] = true;
  Numerators numerators = numerators_of(given);
  for (std::uint32_t i = 0; i < used.size(); ++i)
    if (used[i] && (local.centre[i] != 0.0 || local.unit[i] != 1.0)) {
      auto moved =
          substituted(numerators, i, Dyadic::of(local.centre[i]), Dyadic::of(local.unit[i]));
      if (!moved)
        return std::nullopt;
      numerators = std::move(*moved);
    }
  ExactPolynomial result;
  for (auto &[m, numerator] : numerators)
    result.terms_->of.emplace(m, Rational{std::move(numerator), given.denominator});
  return result;
}

// With origin a/b and unit c/d it is (x - a/b) d/c = (d b x - d a)/(b c): the integers d b and d a
// make the substitution, and a term of power k lacks the factor 1/(b c)^k.
ExactPolynomial ExactPolynomial::unscaled(std::uint32_t variable, std::string_view origin,
                                          std::string_view unit) const {
  const Rational a = rational_from(origin), c = rational_from(unit);
  if (c.numerator.n == 0)
    throw Error(ErrorCode::invalid_input, "a unit must not be 0");
  Dyadic shift = a.numerator, slope{a.denominator, 0}, divisor = c.numerator;
  shift.n *= -c.denominator;
  slope.n *= c.denominator;
  divisor.n *= a.denominator;
  CommonTerms given = common(terms_->of);
  std::uint32_t highest = 0;
  for (const auto &[m, value] : terms_->of)
    highest = std::max(highest, split(m, variable).second);
  if (static_cast<long>(highest) * bits(divisor.n) > max_bits)
    refuse();
  for (auto &[m, numerator] : given.numerators)
    numerator *= pow(divisor, highest - split(*m, variable).second);
  const Dyadic whole = pow(divisor, highest);
  auto moved = substituted(numerators_of(given), variable, shift, slope);
  if (!moved)
    refuse();
  ExactPolynomial result;
  for (auto &[m, numerator] : *moved) {
    numerator.exponent -= whole.exponent;
    Rational value{std::move(numerator), given.denominator * whole.n};
    value.reduce();
    result.terms_->of.emplace(m, std::move(value));
  }
  return result;
}

} // namespace polynet
