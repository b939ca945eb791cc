// The errors that our own evaluation attains, rounding included.
#pragma once

#include "polynet/certify.hpp"

namespace polynet {

/// Looks for points in the dtype where |evaluated network - polynomial| is large, exactly: the
/// result of an evaluation is a number, and the polynomial's value is rational.
class AttainedErrors {
public:
  AttainedErrors(const Network &net, const Evaluator &evaluate,
                 const std::vector<ExactPolynomial> &polynomials);

  /// Evaluates the points.
  void try_points(const std::vector<std::vector<double>> &points);
  /// Evaluates generation after generation of neighbours of the best point of an output: a few
  /// units in the last place make no difference to the truncation, but all to the rounding.
  void wander(std::size_t output);

  double lower(std::size_t output) const { return best_[output].lower; }
  /// Where `lower` is attained.
  const std::vector<double> &witness(std::size_t output) const { return best_[output].point; }
  /// No point tried has an error above that.
  double largest(std::size_t output) const { return best_[output].largest; }

private:
  struct Best {
    double lower = -1.0, largest = 0.0;
    std::vector<double> point;
  };

  std::vector<double> values(const std::vector<std::vector<double>> &points) const;

  const Network &net_;
  const Evaluator &evaluate_;
  std::vector<ExactValues> polynomials_;
  std::vector<Best> best_;
};

} // namespace polynet
