#include "builder.hpp"

namespace polynet {

namespace {

// Beyond this many terms only the ways that pay on sparse polynomials are tried.
constexpr std::size_t many_terms = 200;
constexpr std::size_t max_expanded = 2000;
constexpr std::uint32_t max_seeds = 12;
constexpr double cancelled = 16 * unit_roundoff;

WirePolynomial middle(const Polynomial &p) {
  WirePolynomial result;
  for (const auto &[m, c] : p.terms())
    if (c.mid() != 0.0)
      result.emplace(m, c.mid());
  return result;
}

// p(x + centres); empty-handed if that has too many terms.
std::optional<WirePolynomial> expanded(const WirePolynomial &p,
                                       const std::vector<double> &centres) {
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
      if (terms.size() > max_expanded)
        return std::nullopt;
    }
    for (const auto &[m, c] : terms) {
      result[m] += c;
      mass[m] += std::fabs(c);
    }
    if (result.size() > max_expanded)
      return std::nullopt;
  }
  for (const auto &[m, size] : mass)
    if (!(std::fabs(result.at(m)) > cancelled * size))
      result.erase(m);
  return result;
}

} // namespace

std::vector<Circuit> compact_circuits(const std::vector<Polynomial> &polynomials,
                                      const std::vector<Interval> &box) {
  std::vector<WirePolynomial> plain, centred;
  std::size_t terms = 0;
  bool has_high = false;
  for (const Polynomial &p : polynomials) {
    plain.push_back(middle(p));
    terms += plain.back().size();
    for (const auto &[m, c] : plain.back())
      has_high = has_high || degree(m) > 2;
  }
  const std::vector<double> origin(box.size(), 0.0);
  std::vector<double> middles;
  for (const Interval &x : box)
    middles.push_back(x.mid());
  if (has_high && terms <= many_terms && middles != origin)
    for (const WirePolynomial &p : plain) {
      auto moved = expanded(p, middles);
      if (!moved) {
        centred.clear();
        break;
      }
      centred.push_back(std::move(*moved));
    }

  std::vector<Circuit> circuits;
  const auto add = [&](const std::vector<WirePolynomial> &targets,
                       const std::vector<double> &centres, const Factoring &factoring) {
    CompactBuilder builder(box, centres, factoring);
    for (const WirePolynomial &p : targets)
      builder.add_output(p);
    circuits.push_back(builder.take());
  };
  using Method = Factoring::Method;
  if (!has_high) {
    add(plain, origin, {Method::horner, false, 0});
    return circuits;
  }
  const std::uint32_t seeds = terms <= many_terms ? max_seeds : 1;
  for (std::uint32_t seed = 0; seed < seeds; ++seed)
    for (const Method method : {Method::horner, Method::pairs})
      for (const bool squares : {false, true}) {
        add(plain, origin, {method, squares, seed});
        if (!centred.empty())
          add(centred, middles, {method, squares, seed});
      }
  return circuits;
}

} // namespace polynet
