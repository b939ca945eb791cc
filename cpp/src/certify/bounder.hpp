// Upper bounds of the truncation error on parts of the box.
#pragma once

#include "bounds/error_gradient.hpp"
#include "polynet/certify.hpp"

namespace polynet {

/// Bounds |network - p| on parts of the box by the error's gradient: docs/certificates.md, "The
/// error's gradient".
class Bounder {
public:
  /// `tolerances`: per output, what a bound may be too large by without harm.
  Bounder(const ErrorFunction &error, std::vector<double> tolerances);

  PartBound operator()(std::size_t output, const Part &part, Watch *watch) const;

private:
  std::vector<double> tolerances_;
  std::vector<bool> bits_;
  ErrorGradient gradient_;
};

} // namespace polynet
