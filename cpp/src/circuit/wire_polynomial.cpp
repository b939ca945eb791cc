#include "wire_polynomial.hpp"

namespace polynet {

namespace {

// A sum this small a part of its terms' absolute values is what their rounding has left.
constexpr double rounded_away = 16 * unit_roundoff;

} // namespace

WirePolynomial middle(const Polynomial &p) {
  WirePolynomial result;
  for (const auto &[m, c] : p.terms())
    if (c.mid() != 0.0)
      result.emplace(m, c.mid());
  return result;
}

std::optional<WirePolynomial> expanded(const WirePolynomial &p, const std::vector<double> &centres,
                                       std::size_t most_terms) {
  WirePolynomial result, mass;
  for (const auto &[monomial, coefficient] : p) {
    std::vector<std::pair<Monomial, double>> terms{{{}, coefficient}};
    for (const Factor &f : monomial) {
      std::vector<std::pair<Monomial, double>> next;
      double binomial = 1.0;
      for (std::uint32_t k = 0; k <= f.power; ++k) { // x^(power - k) centre^k
        const double c = binomial * std::pow(centres[f.variable], static_cast<double>(k));
        if (c != 0.0)
          for (const auto &[m, value] : terms)
            next.emplace_back(k == f.power ? m : m * Monomial{{f.variable, f.power - k}},
                              value * c);
        binomial *= static_cast<double>(f.power - k) / static_cast<double>(k + 1);
      }
      terms = std::move(next);
      if (terms.size() > most_terms)
        return std::nullopt;
    }
    for (const auto &[m, c] : terms) {
      result[m] += c;
      mass[m] += std::fabs(c);
    }
    if (result.size() > most_terms)
      return std::nullopt;
  }
  for (const auto &[m, size] : mass)
    if (!(std::fabs(result.at(m)) > rounded_away * size))
      result.erase(m);
  return result;
}

} // namespace polynet
