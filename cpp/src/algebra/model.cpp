#include "model.hpp"

#include "error_free.hpp"
#include "polynet/error.hpp"

#include <string>

namespace polynet {

namespace {

struct Halves {
  double high, low;
};
Halves split(double a) { // Veltkamp
  const double c = 0x8000001p0 * a, high = c - (c - a);
  return {high, a - high};
}

// At least |exact a b - product|: exact by Dekker's product, away from over- and underflow.
double product_error(double a, double b, double product) {
  const auto tame = [](double x) { return x > 1e-140 && x < 1e140; };
  if (!tame(std::fabs(a)) || !tame(std::fabs(b)))
    return product == 0.0 && (a == 0.0 || b == 0.0) ? 0.0 : up(product) - down(product);
  const Halves x = split(a), y = split(b);
  return std::fabs(((x.high * y.high - product) + x.high * y.low + x.low * y.high) + x.low * y.low);
}

std::uint64_t unit_key(std::size_t variable, std::uint64_t power) {
  return power << (16 * (variable % Model::per_word));
}

// One or two words as a rule, for which a call of memcmp takes longer.
bool same(const std::uint64_t *a, const std::uint64_t *b, std::size_t words) {
  std::uint64_t difference = 0;
  for (std::size_t j = 0; j < words; ++j)
    difference |= a[j] ^ b[j];
  return difference == 0;
}

[[noreturn]] void refuse_length() {
  throw Error(ErrorCode::size_limit,
              "working out the network's polynomial takes more than " +
                  std::to_string(ModelSum::max_terms) +
                  " terms or powers beyond 65535; a box centred at 0 keeps products of many "
                  "variables short");
}

} // namespace

Monomial Model::monomial(std::size_t term) const {
  Monomial m;
  for (std::uint32_t i = 0; i < variables; ++i)
    if (const int p = power(term, i); p > 0)
      m.push_back({i, static_cast<std::uint32_t>(p)});
  return m;
}

double Model::norm() const {
  double sum = 0.0;
  for (const double c : coefficients)
    sum += std::fabs(c);
  // n additions, each off by at most one part in 2^53 of the sum.
  return up(up(sum) * (1.0 + 0x1p-52 * static_cast<double>(terms() + 1)));
}

Interval Model::operator()(const PowerTable &powers) const {
  Interval sum = symmetric(rest);
  const std::size_t w = words();
  for (std::size_t k = 0; k < terms(); ++k) {
    Interval term = coefficients[k];
    for (std::size_t j = 0; j < w; ++j) {
      std::uint64_t word = keys[k * w + j];
      for (auto i = static_cast<std::uint32_t>(j * per_word); word != 0; ++i, word >>= 16)
        if (const std::uint32_t p = word & 0xffff; p != 0)
          term *= powers(Factor{i, p});
    }
    sum += term;
  }
  return sum;
}

double Model::estimate(const std::vector<double> &t) const {
  double sum = 0.0;
  for (std::size_t k = 0; k < terms(); ++k) {
    double term = coefficients[k];
    for (std::size_t i = 0; i < variables; ++i)
      for (int p = power(k, i); p > 0; --p)
        term *= t[i];
    sum += term;
  }
  return sum;
}

void Model::sweep(double negligible) {
  const std::size_t w = words();
  std::size_t kept = 0;
  for (std::size_t k = 0; k < terms(); ++k) {
    if (std::fabs(coefficients[k]) <= negligible) {
      if (coefficients[k] != 0.0)
        rest = up(rest + std::fabs(coefficients[k]));
      continue;
    }
    coefficients[kept] = coefficients[k];
    std::copy_n(&keys[k * w], w, &keys[kept * w]);
    ++kept;
  }
  coefficients.resize(kept);
  keys.resize(kept * w);
}

void Model::sweep_sum(double sum) {
  std::vector<double> sizes;
  for (const double c : coefficients)
    sizes.push_back(std::fabs(c));
  std::sort(sizes.begin(), sizes.end());
  std::size_t k = 0;
  for (double swept = 0.0; k < sizes.size() && (swept += sizes[k]) <= sum;)
    ++k;
  sweep(k < sizes.size() ? down(sizes[k]) : detail::infinity);
}

ModelSum::ModelSum(std::size_t variables) {
  sum_.variables = variables;
  key_.resize(sum_.words());
}

void ModelSum::grow() {
  const std::size_t size = std::max<std::size_t>(16, table_.size() * 4), w = sum_.words();
  std::vector<std::uint64_t> keys = std::move(sum_.keys);
  std::vector<double> coefficients = std::move(sum_.coefficients);
  table_.assign(size, 0);
  sum_.keys.clear();
  sum_.coefficients.clear();
  for (std::size_t k = 0; k < coefficients.size(); ++k)
    add_term(&keys[k * w], coefficients[k]);
}

// Open addressing; the table holds indices of terms plus 1, which keep the order of arrival.
void ModelSum::add_term(const std::uint64_t *key, double coefficient) {
  const std::size_t w = sum_.words();
  if (2 * sum_.terms() >= table_.size())
    grow();
  std::uint64_t hash = 0;
  for (std::size_t j = 0; j < w; ++j)
    hash = ((hash ^ key[j]) * 0x9e3779b97f4a7c15u) ^ (hash >> 29);
  const std::size_t mask = table_.size() - 1;
  for (std::size_t slot = (hash >> 20) & mask;; slot = (slot + 1) & mask) {
    if (table_[slot] == 0) {
      if (sum_.terms() >= max_terms)
        refuse_length();
      sum_.coefficients.push_back(coefficient);
      sum_.keys.insert(sum_.keys.end(), key, key + w);
      table_[slot] = static_cast<std::uint32_t>(sum_.terms());
      return;
    }
    const std::size_t k = table_[slot] - 1;
    if (same(key, &sum_.keys[k * w], w)) {
      const double before = sum_.coefficients[k], after = before + coefficient;
      if (const double error = sum_error(before, coefficient, after); error != 0.0)
        sum_.rest = up(sum_.rest + std::fabs(error));
      sum_.coefficients[k] = after;
      return;
    }
  }
}

void ModelSum::add_term(const std::uint64_t *a, const std::uint64_t *b, double coefficient) {
  for (std::size_t k = 0; k < key_.size(); ++k)
    key_[k] = a[k] + b[k];
  add_term(key_.data(), coefficient);
}

void ModelSum::add(const Monomial &m, const Interval &coefficient) {
  std::fill(key_.begin(), key_.end(), 0);
  for (const Factor &f : m) {
    if (f.power > static_cast<std::uint32_t>(Model::largest_power))
      refuse_length();
    key_[f.variable / Model::per_word] += unit_key(f.variable, f.power);
    sum_.max_power = std::max(sum_.max_power, static_cast<int>(f.power));
  }
  add_term(key_.data(), coefficient.mid());
  if (coefficient.lo() != coefficient.hi())
    sum_.rest = up(sum_.rest + coefficient.rad());
}

void ModelSum::add(const Model &m, const Interval &factor) {
  const std::size_t w = m.words();
  const double f = factor.mid();
  sum_.max_power = std::max(sum_.max_power, m.max_power);
  double rest = m.rest > 0.0 ? up(factor.mag() * m.rest) : 0.0;
  if (factor.lo() != factor.hi())
    rest = up(rest + up(factor.rad() * m.norm()));
  for (std::size_t k = 0; k < m.terms(); ++k) {
    const double c = f * m.coefficients[k];
    if (const double error = product_error(f, m.coefficients[k], c); error != 0.0)
      rest = up(rest + error);
    add_term(&m.keys[k * w], c);
  }
  if (rest != 0.0)
    sum_.rest = up(sum_.rest + rest);
}

void ModelSum::add_product(const Model &a, const Model &b) {
  if (a.max_power + b.max_power > Model::largest_power)
    refuse_length();
  sum_.max_power = std::max(sum_.max_power, a.max_power + b.max_power);
  if (a.rest != 0.0 || b.rest != 0.0)
    sum_.rest =
        up(sum_.rest + up(up(up(a.norm() * b.rest) + up(b.norm() * a.rest)) + up(a.rest * b.rest)));
  double rest = 0.0;
  for (std::size_t i = 0; i < a.terms(); ++i)
    for (std::size_t j = 0; j < b.terms(); ++j) {
      const double x = a.coefficients[i], y = b.coefficients[j], c = x * y;
      if (const double error = product_error(x, y, c); error != 0.0)
        rest = up(rest + error);
      add_term(&a.keys[i * a.words()], &b.keys[j * b.words()], c);
    }
  if (rest != 0.0)
    sum_.rest = up(sum_.rest + rest);
}

Model ModelSum::take() {
  Model m = std::move(sum_);
  sum_ = {};
  sum_.variables = m.variables;
  table_.clear();
  m.sweep(0.0);
  return m;
}

Model product(const Model &a, const Model &b) {
  ModelSum sum(a.variables);
  sum.add_product(a, b);
  return sum.take();
}

Model on_bits(Model m, const std::vector<bool> &bits) {
  const std::size_t w = m.words();
  bool changed = false;
  for (std::size_t k = 0; k < m.terms(); ++k)
    for (std::size_t i = 0; i < bits.size(); ++i)
      if (const int power = m.power(k, i); bits[i] && power > 1) {
        m.keys[k * w + i / Model::per_word] -= unit_key(i, static_cast<std::uint64_t>(power - 1));
        changed = true;
      }
  if (!changed)
    return m;
  ModelSum sum(m.variables); // terms that have become alike are one
  sum.add(m, 1.0);
  Model result = sum.take();
  result.max_power = 0;
  for (std::size_t k = 0; k < result.terms(); ++k)
    for (std::size_t i = 0; i < result.variables; ++i)
      result.max_power = std::max(result.max_power, result.power(k, i));
  return result;
}

Model model_of(const Polynomial &p, std::size_t variables) {
  ModelSum sum(variables);
  for (const auto &[monomial, coefficient] : p.terms())
    sum.add(monomial, coefficient);
  return sum.take();
}

Model model_of(const ExactPolynomial &p, const Frame &frame) {
  return model_of(p.in({frame.centre, frame.radius}).enclosed(), frame.centre.size());
}

} // namespace polynet
