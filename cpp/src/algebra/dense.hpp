// The linear algebra of the compiler: spans, least squares and eigenvectors of small dense matrices
// of doubles. No header that is installed may include this one, which needs Eigen.
#pragma once

#include <Eigen/Core>
#include <vector>

namespace polynet {

/// A vector this near to a span, relative to the longest one, is in it but for rounding: 450 times
/// the unit roundoff, as 150 vectors of 150 entries are the largest that are asked about.
inline constexpr double rank_threshold = 1e-13;

/// Columns that are farther than `threshold` times the longest one from the span of the orthonormal
/// columns of `basis` and of those before, the farthest first; these become columns of the basis.
std::vector<Eigen::Index> independent_columns(const Eigen::MatrixXd &a, Eigen::MatrixXd &basis,
                                              double threshold = rank_threshold);

/// The columns of `a` less their parts in the span of the orthonormal columns of `basis`.
Eigen::MatrixXd without_span(Eigen::MatrixXd a, const Eigen::MatrixXd &basis);

/// An x with a x = b, or nearest to it, by as few columns of `a` as its rank; refined once.
Eigen::MatrixXd solve(const Eigen::MatrixXd &a, const Eigen::MatrixXd &b);

/// The least of the x with a x = b, or nearest to it.
Eigen::MatrixXd solve_least(const Eigen::MatrixXd &a, const Eigen::MatrixXd &b);

/// The eigenvalues of a symmetric matrix, and its eigenvectors as columns.
struct Eigenpairs {
  Eigen::VectorXd values;
  Eigen::MatrixXd vectors;
};
Eigenpairs eigenpairs(const Eigen::MatrixXd &symmetric);

} // namespace polynet
