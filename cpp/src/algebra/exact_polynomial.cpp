#include "exact_terms.hpp"

#include "polynet/error.hpp"

#include <string>

namespace polynet {

namespace {

constexpr long max_denominator_bits = 65'536;

void accumulate(std::map<Monomial, Rational> &terms, const Monomial &m, const Rational &c) {
  const auto [term, is_new] = terms.emplace(m, c);
  if (!is_new) {
    Rational &sum = term->second;
    if (sum.denominator != c.denominator) {
      const Integer scale = c.denominator / gcd(sum.denominator, c.denominator);
      Dyadic other = c.numerator;
      other.n *= sum.denominator * scale / c.denominator;
      sum.numerator.n *= scale;
      sum.denominator *= scale;
      sum.numerator += other;
    } else {
      sum.numerator += c.numerator;
    }
  }
  if (term->second.numerator.n == 0)
    terms.erase(term);
}

} // namespace

CommonTerms common(const std::map<Monomial, Rational> &terms) {
  CommonTerms result;
  for (const auto &[m, c] : terms)
    if (result.denominator % c.denominator != 0) {
      result.denominator = lcm(result.denominator, c.denominator);
      if (bits(result.denominator) > max_denominator_bits)
        throw Error(ErrorCode::size_limit,
                    "the coefficients have no common denominator of at most 65536 bits; write them "
                    "as decimals or as floats");
    }
  for (const auto &[m, c] : terms) {
    Dyadic numerator = c.numerator;
    if (c.denominator != result.denominator)
      numerator.n *= result.denominator / c.denominator;
    result.numerators.emplace_back(&m, std::move(numerator));
  }
  return result;
}

ExactPolynomial::ExactPolynomial() : terms_(std::make_unique<Terms>()) {}
ExactPolynomial::ExactPolynomial(const ExactPolynomial &other)
    : terms_(std::make_unique<Terms>(*other.terms_)) {}
ExactPolynomial::ExactPolynomial(ExactPolynomial &&other) noexcept = default;
ExactPolynomial &ExactPolynomial::operator=(ExactPolynomial other) noexcept {
  terms_.swap(other.terms_);
  return *this;
}
ExactPolynomial::~ExactPolynomial() = default;

void ExactPolynomial::add(const Monomial &m, double coefficient) {
  if (!(std::fabs(coefficient) <= detail::largest))
    throw Error(ErrorCode::invalid_input, "every coefficient must be finite");
  if (coefficient != 0.0)
    accumulate(terms_->of, m, {Dyadic::of(coefficient), 1});
}

void ExactPolynomial::add(const Monomial &m, std::string_view coefficient) {
  if (const Rational c = rational_from(coefficient); c.numerator.n != 0)
    accumulate(terms_->of, m, c);
}

std::size_t ExactPolynomial::terms() const { return terms_->of.size(); }

std::uint64_t ExactPolynomial::degree() const {
  std::uint64_t largest = 0;
  for (const auto &[m, c] : terms_->of) {
    std::uint64_t sum = 0;
    for (const Factor &f : m)
      sum += f.power;
    largest = std::max(largest, sum);
  }
  return largest;
}

void ExactPolynomial::require_variables(std::size_t count) const {
  for (const auto &[m, c] : terms_->of)
    if (!m.empty() && m.back().variable >= count)
      throw Error(ErrorCode::invalid_input, "a polynomial uses variable " +
                                                std::to_string(m.back().variable) +
                                                ", but the box has only " + std::to_string(count));
}

ExactPolynomial ExactPolynomial::on_bits(const std::vector<bool> &bits) const {
  if (bits.empty())
    return *this;
  ExactPolynomial result;
  for (const auto &[m, c] : terms_->of) {
    Monomial reduced = m;
    for (Factor &f : reduced)
      if (bits[f.variable])
        f.power = 1;
    accumulate(result.terms_->of, reduced, c);
  }
  return result;
}

Polynomial ExactPolynomial::enclosed() const {
  Polynomial result;
  for (const auto &[m, c] : terms_->of)
    result.add(m, polynet::enclosed(c.numerator, c.denominator));
  return result;
}

} // namespace polynet
