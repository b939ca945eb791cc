// The parts into which a box is cut, worst first.
#pragma once

#include "polynet/certify.hpp"

#include <queue>

namespace polynet {

/// A binary tree over the box of one output. Every leaf has a bound, and the largest of them bounds
/// the whole box.
class PartTree {
public:
  /// The whole box with a first bound. `bits`, possibly empty, marks the variables of which nothing
  /// but the ends of their range is of interest.
  PartTree(Part box, double bound, std::vector<bool> bits);

  /// The bound over the whole box: the largest of the leaves.
  double bound() const { return open_.empty() ? settled_ : std::max(settled_, open_.top().bound); }
  /// Takes another bound of the whole box, before anything is cut.
  void accept_root(const PartBound &bound);
  /// The two halves of up to `count` of the leaves whose bounds are above `enough`, worst first.
  /// Leaves that cannot be cut any further stay as they are.
  std::vector<Part> cut(double enough, std::size_t count);
  /// Takes the bounds of the parts that cut() gave.
  void accept(const std::vector<PartBound> &bounds);

private:
  struct Leaf {
    double bound;
    std::size_t part; // its place among parts_
    std::size_t direction;
    bool operator<(const Leaf &other) const {
      return bound != other.bound ? bound < other.bound : part > other.part;
    }
  };

  /// The two parts of a part, cut at that number.
  std::pair<Part, Part> halves(const Part &whole, std::size_t direction, double at) const;

  std::vector<bool> bits_;
  std::vector<Part> parts_; // empty where it was cut
  std::priority_queue<Leaf> open_;
  /// The leaves being cut, and the largest bound of those that cannot be.
  std::vector<Leaf> cutting_;
  double settled_ = 0.0;
};

} // namespace polynet
