// What a rounded operation lacks, as a number.
#pragma once

namespace polynet {

/// a + b less the sum, which is a + b rounded: exact (Knuth's TwoSum).
inline double sum_error(double a, double b, double sum) {
  const double part = sum - a;
  return (a - (sum - part)) + (b - part);
}

} // namespace polynet
