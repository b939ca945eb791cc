#include "dense.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>

namespace polynet {

using Eigen::Index;
using Eigen::MatrixXd;

// Products of matrices are lazy: what is multiplied is small, and Eigen's blocked products take
// seconds to compile. Its solvers reject empty matrices.

MatrixXd without_span(MatrixXd a, const MatrixXd &basis) {
  for (int twice = 0; twice < 2; ++twice) // for what rounding leaves the first time
    a -= basis.lazyProduct(basis.transpose().lazyProduct(a).eval());
  return a;
}

std::vector<Index> independent_columns(const MatrixXd &a, MatrixXd &basis, double threshold) {
  std::vector<Index> chosen;
  if (a.size() == 0)
    return chosen;
  const double longest = a.colwise().stableNorm().maxCoeff();
  const Eigen::ColPivHouseholderQR<MatrixXd> qr(without_span(a, basis));
  const Index most = std::min(a.rows(), a.cols());
  while (static_cast<Index>(chosen.size()) < most) {
    const auto k = static_cast<Index>(chosen.size());
    if (!(std::abs(qr.matrixQR()(k, k)) > threshold * longest))
      break;
    chosen.push_back(qr.colsPermutation().indices()[k]);
  }
  MatrixXd directions = MatrixXd::Identity(a.rows(), static_cast<Index>(chosen.size()));
  directions.applyOnTheLeft(qr.householderQ());
  // Once more, as rounding has tilted what was left of a short one.
  directions = without_span(std::move(directions), basis).colwise().normalized();
  basis.conservativeResize(a.rows(), basis.cols() + directions.cols());
  basis.rightCols(directions.cols()) = directions;
  return chosen;
}

MatrixXd solve(const MatrixXd &a, const MatrixXd &b) {
  if (a.size() == 0)
    return MatrixXd::Zero(a.cols(), b.cols());
  const Eigen::ColPivHouseholderQR<MatrixXd> qr(a);
  MatrixXd x = qr.solve(b);
  x += qr.solve((b - a.lazyProduct(x)).eval());
  return x;
}

// The least one is in the span of the rows of a. Refined once, for its product with their basis.
MatrixXd solve_least(const MatrixXd &a, const MatrixXd &b) {
  MatrixXd rows(a.cols(), 0);
  independent_columns(a.transpose(), rows);
  const MatrixXd in_rows = a.lazyProduct(rows);
  MatrixXd x = rows.lazyProduct(solve(in_rows, b));
  x += rows.lazyProduct(solve(in_rows, (b - a.lazyProduct(x)).eval()));
  return x;
}

Eigenpairs eigenpairs(const MatrixXd &symmetric) {
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(symmetric);
  return {solver.eigenvalues(), solver.eigenvectors()};
}

} // namespace polynet
