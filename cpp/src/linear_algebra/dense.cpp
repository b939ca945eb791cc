#include "dense.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>

namespace polynet {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;

template <class Solver> MatrixXd refined(const MatrixXd &a, const MatrixXd &b) {
  if (a.size() == 0) // Eigen's solvers reject empty matrices
    return MatrixXd::Zero(a.cols(), b.cols());
  const Solver solver(a);
  MatrixXd x = solver.solve(b);
  x += solver.solve(b - a * x);
  return x;
}

} // namespace

IndependentColumns independent_columns(const MatrixXd &a) {
  if (a.size() == 0)
    return {{}, MatrixXd(a.rows(), 0)};
  Eigen::ColPivHouseholderQR<MatrixXd> qr;
  qr.setThreshold(rank_threshold);
  qr.compute(a);
  IndependentColumns found;
  for (Index k = 0; k < qr.rank(); ++k)
    found.pivots.push_back(qr.colsPermutation().indices()[k]);
  found.basis = qr.householderQ() * MatrixXd::Identity(a.rows(), qr.rank());
  return found;
}

MatrixXd without_span(MatrixXd a, const MatrixXd &basis) {
  for (int twice = 0; twice < 2; ++twice) // for what rounding leaves the first time
    a -= basis * (basis.transpose() * a);
  return a;
}

MatrixXd solve(const MatrixXd &a, const MatrixXd &b) {
  return refined<Eigen::ColPivHouseholderQR<MatrixXd>>(a, b);
}

MatrixXd solve_least(const MatrixXd &a, const MatrixXd &b) {
  return refined<Eigen::CompleteOrthogonalDecomposition<MatrixXd>>(a, b);
}

Eigenpairs eigenpairs(const MatrixXd &symmetric) {
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(symmetric);
  return {solver.eigenvalues(), solver.eigenvectors()};
}

} // namespace polynet
