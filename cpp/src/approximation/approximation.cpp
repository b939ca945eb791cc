#include "approximation.hpp"

#include "chebyshev_basis.hpp"
#include "polynet/elementary.hpp"

#include <algorithm>

namespace polynet {

namespace {

using Coefficients = std::vector<double>;

// Of f - p in Chebyshev's polynomials, for an f and the coefficients of a p.
using Difference =
    std::function<std::vector<Interval>(const Coefficients &, const ChebyshevBasis &)>;

double sum_of_magnitudes(const std::vector<Interval> &values) {
  double sum = 0.0;
  for (const Interval &x : values)
    sum = up(sum + x.mag());
  return sum;
}

// The first terms, of t; a second round brings what the first has rounded away.
Coefficients first_terms(const Difference &difference, const ChebyshevBasis &basis, double reach,
                         std::size_t degree, std::size_t lowest) {
  Coefficients p(degree + 1, 0.0);
  for (int round = 0; round < 2; ++round) {
    Coefficients e;
    for (const Interval &d : difference(p, basis))
      e.push_back(d.mid());
    e.resize(degree + 1);
    const Coefficients part = basis.to_powers(e);
    for (std::size_t k = lowest; k <= degree; ++k)
      p[k] += part[k] / std::pow(reach, double(k));
  }
  return p;
}

// Beyond which the terms are together at most `allowed`.
std::size_t least_degree(const std::vector<Interval> &e, double allowed) {
  std::size_t degree = e.size() - 1;
  double left_out = 0.0;
  while (degree > 1 && up(left_out + std::fabs(e[degree].mid())) <= allowed)
    left_out = up(left_out + std::fabs(e[degree--].mid()));
  return degree;
}

} // namespace

Approximation approximate(const ChebyshevSeries &f, double allowed, double (*round)(double)) {
  const ChebyshevBasis basis;
  const Difference difference = [&](const Coefficients &p, const ChebyshevBasis &) {
    std::vector<Interval> powers(f.coefficients.size(), 0.0);
    Interval size = 1.0;
    for (std::size_t k = 0; k < p.size(); ++k, size *= f.reach)
      powers[k] = size * -p[k];
    std::vector<Interval> e = basis.from_powers(powers);
    for (std::size_t n = 0; n < e.size(); ++n)
      e[n] += f.coefficients[n];
    return e;
  };
  const std::size_t degree = least_degree(f.coefficients, allowed);
  Approximation result{first_terms(difference, basis, f.reach, degree, 0), 0.0};
  for (double &c : result.coefficients)
    c = round(c);
  result.error = up(sum_of_magnitudes(difference(result.coefficients, basis)) + f.rest);
  return result;
}

Approximation economise(const std::vector<Interval> &taylor, const Interval &reach,
                        double allowed) {
  std::vector<Interval> sizes{1.0};
  while (sizes.size() < taylor.size())
    sizes.push_back(sizes.back() * reach);
  // Subtracted as powers: the differences are small, and so is what their conversion loses.
  const Difference difference = [&](const Coefficients &p, const ChebyshevBasis &basis) {
    std::vector<Interval> powers = taylor;
    for (std::size_t k = 0; k < powers.size(); ++k)
      powers[k] = (k < p.size() ? powers[k] - p[k] : powers[k]) * sizes[k];
    return basis.from_powers(powers);
  };
  const std::vector<Interval> whole = difference({}, ChebyshevBasis::from_zero(1.0));
  double open = 0.0;
  for (const Interval &e : whole)
    open = up(open + e.rad());
  // T_(degree+1), the largest part that is left out, vanishes at 0 if it is stretched so: that may
  // take one degree more.
  const std::size_t least = least_degree(whole, allowed);
  for (std::size_t degree = least; degree <= least + 1 && degree + 1 < taylor.size(); ++degree) {
    const double first_zero = std::cos(pi().mid() / (2.0 * double(degree + 1)));
    const ChebyshevBasis basis = ChebyshevBasis::from_zero(first_zero);
    const Coefficients p = first_terms(difference, basis, reach.mid(), degree, 1);
    const double error = sum_of_magnitudes(difference(p, basis));
    if (error <= allowed + 2.0 * open)
      return {p, error};
  }
  Coefficients p;
  for (const Interval &c : taylor)
    p.push_back(c.mid());
  return {p, sum_of_magnitudes(difference(p, ChebyshevBasis::from_zero(1.0)))};
}

} // namespace polynet
