// The ranges that forms over a circuit's wires have on the box, as tight as sampling makes them.
#pragma once

#include "linear.hpp"
#include "polynet/network.hpp"

#include <vector>

namespace polynet {

/// Centre and radius of a form's values on the box.
struct Range {
  double centre, radius;
};

/// Estimates: a form over several wires is bounded term by term, and the bound is narrowed to what
/// the circuit's values at corners and other points of the box suggest. Nothing depends on their
/// being right: the certificate bounds the network whatever its operands' ranges are.
class FormRanges {
public:
  FormRanges(const Circuit &circuit, const std::vector<Interval> &box, Dtype dtype);

  const Range &of(int wire) const { return ranges_[static_cast<std::size_t>(wire)]; }
  Range of(const Linear &form) const;

private:
  Range narrowed(const Range &bound, const std::vector<double> &values) const;
  std::vector<double> values(const Linear &form) const;
  void sample(const std::vector<Interval> &box, std::size_t wires);

  int inputs_;
  Dtype dtype_;
  double margin_ = 0.0;
  std::size_t points_ = 0;
  std::vector<Range> ranges_;
  std::vector<std::vector<double>> values_; // per wire, at each point
};

} // namespace polynet
