// Affine forms over a circuit's wires, in plain double, and their ranges on the box, as tight as
// sampling makes them.
#pragma once

#include "circuit/circuit.hpp"
#include "polynet/network.hpp"

#include <map>
#include <vector>

namespace polynet {

struct Linear {
  std::map<int, double> terms;
  double constant = 0.0;

  void add(int wire, double weight) {
    if (weight != 0.0 && (terms[wire] += weight) == 0.0)
      terms.erase(wire);
  }
};
Linear linear(const Combination &combination);

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
  void add_product(const Product &p);
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
