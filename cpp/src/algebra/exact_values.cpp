#include "exact_terms.hpp"

namespace polynet {

struct ExactValues::Common {
  std::vector<std::pair<Monomial, Dyadic>> numerators;
  Integer denominator;
  /// The largest power of every variable.
  std::vector<std::uint32_t> powers;
};

ExactValues::ExactValues(const ExactPolynomial &p) : common_(std::make_unique<Common>()) {
  CommonTerms given = common(p.terms_->of);
  for (auto &[m, numerator] : given.numerators) {
    for (const Factor &f : *m) {
      common_->powers.resize(std::max<std::size_t>(common_->powers.size(), f.variable + 1), 0);
      common_->powers[f.variable] = std::max(common_->powers[f.variable], f.power);
    }
    common_->numerators.emplace_back(*m, std::move(numerator));
  }
  common_->denominator = std::move(given.denominator);
}
ExactValues::ExactValues(ExactValues &&) noexcept = default;
ExactValues::~ExactValues() = default;

Interval ExactValues::difference(double value, const std::vector<double> &x) const {
  if (!(std::fabs(value) <= detail::largest))
    return {-detail::infinity, detail::infinity};
  std::vector<std::vector<Dyadic>> powers;
  for (std::size_t i = 0; i < common_->powers.size(); ++i) {
    powers.push_back({{1, 0}});
    const Dyadic base = Dyadic::of(x[i]);
    for (std::uint32_t k = 0; k < common_->powers[i]; ++k) {
      powers.back().push_back(powers.back().back());
      powers.back().back() *= base;
    }
  }
  Dyadic sum = Dyadic::of(value);
  sum.n *= common_->denominator;
  for (const auto &[m, numerator] : common_->numerators) {
    Dyadic term = numerator;
    for (const Factor &f : m)
      term *= powers[f.variable][f.power];
    term.n = -term.n;
    sum += term;
  }
  return enclosed(sum, common_->denominator);
}

} // namespace polynet
