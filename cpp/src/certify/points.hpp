// The search for points of large error.
#pragma once

#include "bounds/error_function.hpp"
#include "random.hpp"

#include <vector>

namespace polynet {

/// Looks for points where the truncation error of each output is large; its finds are proved.
class PointSearch {
public:
  explicit PointSearch(const ErrorFunction &error);

  /// Tries the centre, corners and points in between, and climbs from the best.
  void sample();
  /// Climbs from the best of these points for an output if it is better than the best known.
  void try_points(std::size_t output, const std::vector<std::vector<double>> &points);

  double lower(std::size_t output) const { return best_[output].error; }
  const std::vector<double> &witness(std::size_t output) const { return best_[output].point; }
  /// Points worth evaluating the network at: the sampled ones and the witnesses.
  std::vector<std::vector<double>> points() const;

private:
  using Point = std::vector<double>;
  struct Best {
    double error = 0.0;
    Point point;
  };

  Point in_box(Point point) const;
  double estimate(std::size_t output, const Point &point) const;
  /// Coordinate-wise ascent from a point of that estimated error.
  void climb(std::size_t output, Point point, double value);
  /// Keeps the point if its proved error is the best.
  void keep(std::size_t output, const Point &point);

  const ErrorFunction &error_;
  const Network &net_;
  std::vector<Best> best_;
  std::vector<Point> sampled_;
  Random random_;
};

} // namespace polynet
