// Networks to choose from: the polynomials' circuits, laid out in all ways.
#pragma once

#include "circuit/circuit.hpp"
#include "polynet/compile.hpp"

#include <functional>

namespace polynet {

/// A network without its scales.
struct LaidOut {
  Network net;
  int neurons;
  double estimate; ///< of its error by neurons
};
LaidOut laid_out(Network net, const CompileOptions &options);

/// The networks for the polynomials that `keep` wants, from few neurons to many and then from small
/// estimates to large ones; with `any_accuracy` also those whose gates are far less, or more,
/// accurate than plain ones. `paper` is the polynomials' circuit of arXiv:1608.08225.
std::vector<LaidOut> all_networks(const Circuit &paper, const std::vector<Polynomial> &polynomials,
                                  const std::vector<Interval> &box, const CompileOptions &options,
                                  bool any_accuracy,
                                  const std::function<bool(const LaidOut &)> &keep);

} // namespace polynet
