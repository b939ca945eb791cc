// The gradient of a network's error, enclosed over parts of the box.
#pragma once

#include "error_function.hpp"

#include <memory>
#include <vector>

namespace polynet {

struct Products;

/// Differentiates the error network(x) - p(x) through the circuit, in intervals:
/// docs/certificates.md, "The error's gradient". Slopes are the quotients (F(y) - F(x))/(y_i - x_i)
/// for points that differ in input i alone, and 0 for an input that is a point; F is the error but
/// for what the models leave out, which error() accounts for.
class ErrorGradient {
public:
  /// Small terms of the differences ideal network - p are left out of F, about `negligible` in all,
  /// one number per output. The error function must outlive this object.
  ErrorGradient(const ErrorFunction &error, const std::vector<double> &negligible);

  /// An enclosure of one output's error over a part of the box.
  Interval error(std::size_t output, const std::vector<Interval> &part) const;
  /// Enclosures, per input, of its slopes over a part; `of_difference` are those of
  /// the difference, on that part or a larger one: they take longer and matter less.
  std::vector<Interval> slopes(std::size_t output, const std::vector<Interval> &part,
                               const std::vector<Interval> &of_difference) const;
  std::vector<Interval> difference_slopes(std::size_t output,
                                          const std::vector<Interval> &part) const;

private:
  const ErrorFunction &error_;
  std::shared_ptr<const Products> products_;
  std::vector<Model> differences_;
};

} // namespace polynet
