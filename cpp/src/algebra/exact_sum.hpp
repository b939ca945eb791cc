// Sums of a few numbers and products that nearly cancel.
#pragma once

#include "error_free.hpp"
#include "polynet/interval.hpp"

namespace polynet {

/// A sum kept as a number and an enclosure of what that number lacks, which error-free
/// transformations give (sum_error; the error of a product by a fused multiply-add).
class ExactSum {
  // From here on an error of 0 says that the product is exact: what it lacks is no less than the
  // smallest number.
  static constexpr double least_exact = 0x1p-960;

public:
  explicit ExactSum(double start = 0.0) : high_(start) {}

  void add(double x) {
    const double sum = high_ + x;
    if (const double error = sum_error(high_, x, sum); error != 0.0)
      low_ += error;
    high_ = sum;
  }
  /// Adds a b. Where that underflows its error is at most the smallest number.
  void add_product(double a, double b) {
    const double product = a * b;
    add(product);
    const double error = std::fma(a, b, -product);
    if (error != 0.0 || std::fabs(product) < least_exact)
      low_ += Interval(error) + symmetric(a == 0.0 || b == 0.0 ? 0.0 : detail::smallest);
  }

  /// An enclosure of the sum: about twice as many digits as a double has.
  Interval value() const { return is_exact() ? Interval(high_) : Interval(high_) + low_; }
  /// The same, relatively tight, of the sum minus x.
  Interval minus(const Interval &x) const { return (Interval(high_) - x) + low_; }

private:
  bool is_exact() const { return low_.lo() == 0.0 && low_.hi() == 0.0; }

  double high_;
  Interval low_;
};

} // namespace polynet
