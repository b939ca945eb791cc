// From powers to Chebyshev's polynomials and back.
#pragma once

#include "polynet/interval.hpp"

#include <vector>

namespace polynet {

/// T_n((x - middle)/radius), n = 0, 1, ...
class ChebyshevBasis {
public:
  /// At most 1 for |x| <= 1.
  ChebyshevBasis() : ChebyshevBasis(0.0, 1.0) {}
  /// T_n((1 + c) x - c), at most 1 for 0 <= x <= 1 and any c <= 1.
  static ChebyshevBasis from_zero(const Interval &c) {
    return {c / (c + 1.0), Interval(1.0) / (c + 1.0)};
  }

  /// Of sum a_k x^k.
  std::vector<Interval> from_powers(const std::vector<Interval> &a) const;
  /// Of sum e_n T_n, in ordinary arithmetic.
  std::vector<double> to_powers(const std::vector<double> &e) const;

private:
  ChebyshevBasis(const Interval &middle, const Interval &radius)
      : middle_(middle), radius_(radius) {}

  Interval middle_, radius_;
};

} // namespace polynet
