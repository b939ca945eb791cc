// Ranges of Taylor models by their Bernstein coefficients.
#pragma once

#include "polynet/model.hpp"

#include <optional>
#include <vector>

namespace polynet {

/// What is known of a polynomial on a box, and where to look next.
struct ModelRange {
  /// An upper bound of the absolute value, the model's rest included.
  double bound;
  /// Near where the bound comes from, in the model's variables.
  std::vector<double> point;
  /// The variable along which a split promises most.
  std::size_t direction;
};

/// Bounds one model over parts of [-1, 1]^n. In the Bernstein basis of its degrees a polynomial
/// lies between its smallest and its largest coefficient, which are exact at the corners (Farouki,
/// "The Bernstein polynomial basis: a centennial retrospective", CAGD 29, 2012).
class BernsteinRange {
public:
  /// The most coefficients that are worked out.
  static constexpr std::size_t max_coefficients = 300'000;
  /// The most where the ranges of the terms are an alternative.
  static constexpr std::size_t few_coefficients = 5'000;
  static constexpr int max_degree = 200;

  /// The model, of which terms of high degree are left out up to a sum of `negligible`. Nothing
  /// where there are too many coefficients.
  static std::optional<BernsteinRange> of(Model m, double negligible,
                                          std::size_t limit = max_coefficients);

  ModelRange operator()(const std::vector<Interval> &part) const;
  std::size_t size() const { return coefficients_.size(); }

private:
  std::vector<int> degrees_;
  std::vector<double> coefficients_; // in powers of t, the last variable's innermost
  double rest_ = 0.0, norm_ = 0.0;
};

/// Bounds a model of any size over a part of [-1, 1]^n by the ranges of its terms, once the
/// variables in which it is monotone are moved to an end.
ModelRange termwise_range(const Model &m, const std::vector<Interval> &part);

} // namespace polynet
