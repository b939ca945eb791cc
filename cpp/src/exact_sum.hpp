// Sums of a few numbers and products that nearly cancel.
#pragma once

#include "polynet/interval.hpp"

namespace polynet {

/// A sum kept as a number and an enclosure of what that number lacks, which error-free
/// transformations give (Knuth's TwoSum; the error of a product by a fused multiply-add).
class ExactSum {
public:
  explicit ExactSum(double start = 0.0) : high_(start) {}

  void add(double x) {
    const double sum = high_ + x, part = sum - high_;
    low_ += (high_ - (sum - part)) + (x - part);
    high_ = sum;
  }
  /// Adds a b. Where that underflows its error is at most the smallest number.
  void add_product(double a, double b) {
    const double product = a * b;
    add(product);
    low_ += Interval(std::fma(a, b, -product)) + symmetric(detail::smallest);
  }

  /// An enclosure of the sum: about twice as many digits as a double has.
  Interval value() const { return Interval(high_) + low_; }
  /// The same, relatively tight, of the sum minus x.
  Interval minus(const Interval &x) const { return (Interval(high_) - x) + low_; }

private:
  double high_;
  Interval low_;
};

} // namespace polynet
