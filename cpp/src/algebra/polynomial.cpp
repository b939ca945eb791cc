#include "polynet/polynomial.hpp"

namespace polynet {

int degree(const Monomial &m) {
  int d = 0;
  for (const Factor &f : m)
    d += static_cast<int>(f.power);
  return d;
}

Monomial operator*(const Monomial &a, const Monomial &b) {
  Monomial product;
  product.reserve(a.size() + b.size());
  auto i = a.begin(), j = b.begin();
  while (i != a.end() || j != b.end()) {
    if (j == b.end() || (i != a.end() && i->variable < j->variable))
      product.push_back(*i++);
    else if (i == a.end() || j->variable < i->variable)
      product.push_back(*j++);
    else {
      product.push_back({i->variable, i->power + j->power});
      ++i;
      ++j;
    }
  }
  return product;
}

PowerTable::PowerTable(const std::vector<Interval> &box, int max_power)
    : stride_(static_cast<std::size_t>(max_power) + 1) {
  powers_.reserve(box.size() * stride_);
  for (const Interval &x : box)
    for (int k = 0; k <= max_power; ++k)
      powers_.push_back(pow(x, k));
}

Polynomial Polynomial::variable(std::uint32_t index) {
  Polynomial p;
  p.add(Monomial{{index, 1}}, 1.0);
  return p;
}

int Polynomial::max_power() const {
  std::uint32_t power = 1;
  for (const auto &[m, c] : terms_)
    for (const Factor &f : m)
      power = std::max(power, f.power);
  return static_cast<int>(power);
}

void Polynomial::add(const Monomial &m, const Interval &coefficient) {
  const auto [term, inserted] = terms_.emplace(m, coefficient);
  if (!inserted)
    term->second += coefficient;
}

void Polynomial::add(const Polynomial &other, const Interval &factor) {
  for (const auto &[m, c] : other.terms_)
    add(m, factor * c);
}

Polynomial operator*(const Polynomial &a, const Polynomial &b) {
  Polynomial product;
  for (const auto &[ma, ca] : a.terms_)
    for (const auto &[mb, cb] : b.terms_)
      product.add(ma * mb, ca * cb);
  return product;
}

Interval Polynomial::operator()(const PowerTable &powers) const {
  Interval sum = 0.0;
  for (const auto &[m, c] : terms_)
    sum += c * powers(m);
  return sum;
}

Polynomial on_bits(const Polynomial &p, const std::vector<bool> &bits) {
  if (bits.empty())
    return p;
  Polynomial result;
  for (const auto &[m, c] : p.terms()) {
    Monomial reduced = m;
    for (Factor &f : reduced)
      if (bits[f.variable])
        f.power = 1;
    result.add(reduced, c);
  }
  return result;
}

} // namespace polynet
