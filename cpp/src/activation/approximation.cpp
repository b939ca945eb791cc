#include "approximation.hpp"

#include "algebra/elementary.hpp"
#include "chebyshev_basis.hpp"

#include <algorithm>

namespace polynet {

namespace {

double sum_of_magnitudes(const std::vector<Interval> &values) {
  double sum = 0.0;
  for (const Interval &x : values)
    sum = up(sum + x.mag());
  return sum;
}

// Beyond which the terms are together at most `allowed`.
std::size_t least_degree(const std::vector<Interval> &e, double allowed) {
  std::size_t degree = e.size() - 1;
  double left_out = 0.0;
  while (degree > 1 && up(left_out + std::fabs(e[degree].mid())) <= allowed)
    left_out = up(left_out + std::fabs(e[degree--].mid()));
  return degree;
}

// The first terms of a series in t/reach, in powers of t.
std::vector<double> first_terms(const std::vector<Interval> &e, const ChebyshevBasis &basis,
                                std::size_t degree, double reach) {
  std::vector<double> middles;
  for (std::size_t n = 0; n <= degree; ++n)
    middles.push_back(e[n].mid());
  std::vector<double> p = basis.to_powers(middles);
  for (std::size_t k = 0; k <= degree; ++k)
    p[k] /= std::pow(reach, double(k));
  return p;
}

} // namespace

Approximation approximate(const ChebyshevSeries &f, double allowed, double (*round)(double)) {
  const ChebyshevBasis basis;
  const std::size_t degree = least_degree(f.coefficients, allowed);
  std::vector<double> p = first_terms(f.coefficients, basis, degree, f.reach);
  std::vector<Interval> powers; // of p in t/reach
  Interval size = 1.0;
  for (double &c : p) {
    c = round(c);
    powers.push_back(size * c);
    size *= f.reach;
  }
  powers.resize(f.coefficients.size(), Interval(0.0));
  std::vector<Interval> difference = basis.from_powers(powers);
  for (std::size_t n = 0; n < difference.size(); ++n)
    difference[n] = f.coefficients[n] - difference[n];
  return {p, up(sum_of_magnitudes(difference) + f.rest)};
}

Approximation economise(const std::vector<Interval> &taylor, const Interval &reach,
                        double allowed) {
  std::vector<Interval> sizes{1.0};
  while (sizes.size() < taylor.size())
    sizes.push_back(sizes.back() * reach);
  // Less p: subtracted as powers, as the differences are small, and so is what their conversion
  // loses.
  const auto rest = [&](const std::vector<double> &p, const ChebyshevBasis &basis) {
    std::vector<Interval> powers = taylor;
    for (std::size_t k = 0; k < powers.size(); ++k)
      powers[k] = (k < p.size() ? powers[k] - p[k] : powers[k]) * sizes[k];
    return basis.from_powers(powers);
  };
  const auto whole = ChebyshevBasis::from_zero(1.0);
  const std::vector<Interval> e = rest({}, whole);
  double open = 0.0;
  for (const Interval &c : e)
    open = up(open + c.rad());
  // T_(degree+1), the largest part that is left out, vanishes at 0 if it is stretched so: that may
  // take one degree more.
  const std::size_t least = least_degree(e, allowed);
  for (std::size_t degree = least; degree <= least + 1 && degree + 1 < taylor.size(); ++degree) {
    const auto basis = ChebyshevBasis::from_zero(std::cos(pi().mid() / (2.0 * double(degree + 1))));
    std::vector<double> p = first_terms(rest({}, basis), basis, degree, reach.mid());
    p[0] = 0.0;
    const double error = sum_of_magnitudes(rest(p, basis));
    if (error <= allowed + 2.0 * open)
      return {p, error};
  }
  std::vector<double> p;
  for (const Interval &c : taylor)
    p.push_back(c.mid());
  return {p, sum_of_magnitudes(rest(p, whole))};
}

} // namespace polynet
