// The truncation error on parts of the box, and the search for its extremes.
#pragma once

#include "polynet/truncation.hpp"

#include <cstdint>
#include <vector>

namespace polynet {

/// Looks for points of large error and splits the box where the bound is far above them.
class Search {
public:
  Search(const Network &net, const ErrorFunction &error);

  /// Tries the centre, corners and points in between.
  void sample();
  /// Climbs from the best point found for an output, one coordinate at a time.
  void refine(std::size_t output);
  /// An upper bound of sup |error|: at most ratio times lower(output), or `negligible`, or what
  /// bounding `budget` boxes (at least the whole one) reaches.
  double upper(std::size_t output, double ratio, double negligible, std::size_t budget);

  double lower(std::size_t output) const { return best_[output].error; }
  const std::vector<double> &witness(std::size_t output) const { return best_[output].point; }
  /// Boxes bounded so far.
  std::size_t boxes() const { return boxes_; }
  /// Points worth evaluating the network at: the sampled ones and the witnesses.
  std::vector<std::vector<double>> points() const;

private:
  using Point = std::vector<double>;
  using Box = std::vector<Interval>;
  /// A part of the network's box with its bound.
  struct Part {
    double bound;
    Box box;
    bool operator<(const Part &other) const { return bound < other.bound; }
  };
  struct Best {
    double error = -1.0;
    Point point;
  };

  void try_point(Point point);
  Part part(std::size_t output, Box box);
  /// The variables along which a split of the box is worth a try.
  std::vector<std::size_t> directions(const Box &box) const;
  double random();

  const Network &net_;
  const ErrorFunction &error_;
  std::vector<Best> best_;
  std::vector<Point> sampled_;
  std::size_t boxes_ = 0;
  std::uint64_t random_state_ = 0x9e3779b97f4a7c15u;
};

} // namespace polynet
