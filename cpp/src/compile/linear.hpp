// Affine forms over a circuit's wires, in plain double.
#pragma once

#include "polynet/circuit.hpp"

#include <map>

namespace polynet {

struct Linear {
  std::map<int, double> terms;
  double constant = 0.0;

  void add(int wire, double weight) {
    if (weight != 0.0 && (terms[wire] += weight) == 0.0)
      terms.erase(wire);
  }
};

inline Linear linear(const Combination &combination) {
  Linear form;
  form.constant = combination.constant.mid();
  for (const auto &[wire, coefficient] : combination.terms)
    form.add(wire, coefficient.mid());
  return form;
}

} // namespace polynet
