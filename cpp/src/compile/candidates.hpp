// Networks to choose from: all circuits, laid out in all ways.
#pragma once

#include "polynet/compile.hpp"

#include <functional>

namespace polynet {

struct Candidate {
  Network net;
  int neurons;
  double error; ///< an estimate
};

/// The network with its number of neurons and its estimated error.
Candidate candidate(Network net, const CompileOptions &options);

/// The networks for the polynomials that `keep` wants, given without their error's proof, from few
/// neurons to many and then from small errors to large ones; with `any_accuracy` also those whose
/// gates are far less, or more, accurate than plain ones. `paper` is the polynomials' circuit of
/// arXiv:1608.08225. Scales are not set.
std::vector<Candidate> candidates(const Circuit &paper, const std::vector<Polynomial> &polynomials,
                                  const std::vector<Interval> &box, const CompileOptions &options,
                                  bool any_accuracy,
                                  const std::function<bool(const Candidate &)> &keep);

} // namespace polynet
