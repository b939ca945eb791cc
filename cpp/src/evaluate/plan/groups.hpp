// Sums that share sources, which are added by instructions for a group.
#pragma once

#include "evaluate/kernels/kernels.hpp"

#include <vector>

namespace polynet {

/// constant + sum of weight_k source_k, added from the left.
struct Sum {
  std::vector<int> sources;
  std::vector<double> weights;
  double constant = 0.0;
};

/// Sums that are made together, by their indices: one, or up to group_size of them whose last
/// `shared` sources are the same.
struct Group {
  std::vector<std::size_t> sums;
  std::size_t shared = 0;
};

/// Every sum's group, of which two thirds of the sources are shared. A sum without sources is
/// alone.
std::vector<Group> grouped(const std::vector<Sum> &sums);

/// The next terms of one sum, or of all of a group: their sources, of the `left` last ones.
struct Portion {
  std::vector<std::size_t> sums;
  std::vector<int> sources;
  std::size_t left;
};
/// The portions of a group, each for one instruction, in their order: what each sum has of its own,
/// then what they share.
std::vector<Portion> portions(const std::vector<Sum> &sums, const Group &group);

} // namespace polynet
