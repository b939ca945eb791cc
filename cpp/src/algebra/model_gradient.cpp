#include "model.hpp"

namespace polynet {

std::vector<Interval> gradient(const Model &m, const PowerTable &powers) {
  std::vector<Interval> slopes(m.variables, 0.0);
  std::vector<Factor> factors;
  std::vector<Interval> before; // products of the factors up to each one
  for (std::size_t k = 0; k < m.terms(); ++k) {
    factors.clear();
    before.assign(1, Interval(m.coefficients[k]));
    for (std::uint32_t i = 0; i < m.variables; ++i)
      if (const int p = m.power(k, i); p > 0) {
        factors.push_back({i, static_cast<std::uint32_t>(p)});
        before.push_back(before.back() * powers(factors.back()));
      }
    Interval after = 1.0;
    for (std::size_t j = factors.size(); j-- > 0;) {
      const auto [i, p] = factors[j];
      slopes[i] += before[j] * powers(Factor{i, p - 1}) * after * Interval(double(p));
      after *= powers(factors[j]);
    }
  }
  return slopes;
}

} // namespace polynet
