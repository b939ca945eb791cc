// The gradient of a network's error, enclosed over parts of the box.
#pragma once

#include "polynet/error_model.hpp"

#include <memory>
#include <vector>

namespace polynet {

struct Products;

/// What is known of the error network(x) - p(x) on a part of the box. It is within the model's rest
/// of a function F that the slopes belong to.
struct ErrorSlopes {
  /// An enclosure of the error.
  Interval error;
  /// Per input, an enclosure of (F(y) - F(x))/(y_i - x_i) for all points x and y of the part that
  /// differ in that input alone; 0 for an input that is a point.
  std::vector<Interval> slopes;
};

/// Differentiates the error through the circuit, forward and in intervals: docs/certificates.md,
/// "The error's gradient".
class ErrorGradient {
public:
  /// Terms of the differences ideal - p are taken as constants while they sum to at most
  /// `negligible`, one number per output. The error function must outlive this object.
  ErrorGradient(const ErrorFunction &error, const std::vector<double> &negligible);

  ErrorSlopes operator()(std::size_t output, const std::vector<Interval> &part) const;

private:
  const ErrorFunction &error_;
  std::shared_ptr<const Products> products_;
  std::vector<Model> differences_;
};

} // namespace polynet
