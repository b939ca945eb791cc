// Decompositions of dense matrices of doubles, compiled once for all who need them; no header that
// is installed may include this one, which needs Eigen.
#pragma once

#include <Eigen/Core>
#include <vector>

namespace polynet {

/// A vector this near to a span, relative to the longest one, is in it but for rounding.
inline constexpr double rank_threshold = 1e-13;

/// The columns of `a` that span the others, the farthest from those before first, and an
/// orthonormal basis of their span.
struct IndependentColumns {
  std::vector<Eigen::Index> pivots;
  Eigen::MatrixXd basis;
};
IndependentColumns independent_columns(const Eigen::MatrixXd &a);

/// The columns of `a` less their parts in the span of the orthonormal columns of `basis`.
Eigen::MatrixXd without_span(Eigen::MatrixXd a, const Eigen::MatrixXd &basis);

/// An x with a x = b, or nearest to it, by as few columns of `a` as its rank; refined once.
Eigen::MatrixXd solve(const Eigen::MatrixXd &a, const Eigen::MatrixXd &b);

/// The least of the x with a x = b, or nearest to it; refined once.
Eigen::MatrixXd solve_least(const Eigen::MatrixXd &a, const Eigen::MatrixXd &b);

/// The eigenvalues of a symmetric matrix in ascending order, and its eigenvectors as columns.
struct Eigenpairs {
  Eigen::VectorXd values;
  Eigen::MatrixXd vectors;
};
Eigenpairs eigenpairs(const Eigen::MatrixXd &symmetric);

} // namespace polynet
