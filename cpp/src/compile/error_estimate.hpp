// What a network's error is likely to be, before its scales are chosen.
#pragma once

#include "polynet/compile.hpp"

#include <map>
#include <tuple>

namespace polynet {

/// Estimates errors by neurons to first order: the certified error of each kind of gate, alone on
/// operands in [-1, 1], times the gate's weight on the outputs.
class ErrorEstimate {
public:
  explicit ErrorEstimate(const CompileOptions &options) : options_(options) {}

  double operator()(const Network &net);

private:
  double of(const Gate &gate, bool rides);

  const CompileOptions &options_;
  std::map<std::tuple<const Stencil *, double, bool>, double> known_;
};

} // namespace polynet
