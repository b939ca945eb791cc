#include "dense.hpp"

#include <Eigen/QR>

namespace polynet {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using QR = Eigen::ColPivHouseholderQR<MatrixXd>; // a P = Q R

// Eigen's own application of Q and its solvers are for large matrices, block by block: most of what
// this library would take to compile. Here the reflections are applied one by one.

// b less its reflection's part: H_k b, H_k = 1 - tau v v', v = (0, ..., 0, 1, below the diagonal).
void reflect(const QR &qr, Index k, MatrixXd &b) {
  const Index below = b.rows() - k - 1;
  const auto v = qr.matrixQR().col(k).tail(below);
  for (Index j = 0; j < b.cols(); ++j) {
    const double factor = qr.hCoeffs()(k) * (b(k, j) + v.dot(b.col(j).tail(below)));
    b(k, j) -= factor;
    b.col(j).tail(below) -= factor * v;
  }
}

// Q' b and Q b of the first reflections.
MatrixXd to_rows(const QR &qr, Index count, MatrixXd b) {
  for (Index k = 0; k < count; ++k)
    reflect(qr, k, b);
  return b;
}
MatrixXd from_rows(const QR &qr, Index count, MatrixXd b) {
  for (Index k = count; k-- > 0;)
    reflect(qr, k, b);
  return b;
}

// y with rows of P y.
MatrixXd permuted(const QR &qr, const MatrixXd &y) {
  MatrixXd x = MatrixXd::Zero(qr.cols(), y.cols());
  for (Index k = 0; k < y.rows(); ++k)
    x.row(qr.colsPermutation().indices()[k]) = y.row(k);
  return x;
}

// By the first columns that are independent; the others get 0.
class ByFewColumns {
public:
  explicit ByFewColumns(const MatrixXd &a) : qr_(a) {}

  MatrixXd solve(const MatrixXd &b) const {
    const Index rank = qr_.nonzeroPivots();
    const MatrixXd &r = qr_.matrixQR();
    MatrixXd y = to_rows(qr_, rank, b).topRows(rank);
    for (Index i = rank; i-- > 0;) {
      for (Index k = i + 1; k < rank; ++k)
        y.row(i) -= r(i, k) * y.row(k);
      y.row(i) /= r(i, i);
    }
    return permuted(qr_, y);
  }

private:
  const QR qr_;
};

// The least: of R z = c, R of full row rank, z = Q2 w with R' P2 = Q2 T and T' w = P2' c.
class Least {
public:
  explicit Least(const MatrixXd &a) : qr_(a), rank_(qr_.rank()) {
    MatrixXd transposed = MatrixXd::Zero(a.cols(), rank_);
    for (Index i = 0; i < rank_; ++i)
      for (Index k = i; k < a.cols(); ++k)
        transposed(k, i) = qr_.matrixQR()(i, k);
    if (rank_ > 0)
      rows_.compute(transposed);
  }

  MatrixXd solve(const MatrixXd &b) const {
    MatrixXd w = MatrixXd::Zero(qr_.cols(), b.cols());
    if (rank_ == 0)
      return w;
    const MatrixXd c = to_rows(qr_, rank_, b), &t = rows_.matrixQR();
    for (Index i = 0; i < rank_; ++i) {
      w.row(i) = c.row(rows_.colsPermutation().indices()[i]);
      for (Index k = 0; k < i; ++k)
        w.row(i) -= t(k, i) * w.row(k);
      w.row(i) /= t(i, i);
    }
    return permuted(qr_, from_rows(rows_, rank_, w));
  }

private:
  const QR qr_;
  const Index rank_;
  QR rows_;
};

template <class Solver> MatrixXd refined(const MatrixXd &a, const MatrixXd &b) {
  if (a.size() == 0) // Eigen's decompositions reject empty matrices
    return MatrixXd::Zero(a.cols(), b.cols());
  const Solver solver(a);
  MatrixXd x = solver.solve(b);
  x += solver.solve(b - a.lazyProduct(x));
  return x;
}

} // namespace

IndependentColumns independent_columns(const MatrixXd &a) {
  if (a.size() == 0)
    return {{}, MatrixXd(a.rows(), 0)};
  QR qr;
  qr.setThreshold(rank_threshold);
  qr.compute(a);
  IndependentColumns found;
  for (Index k = 0; k < qr.rank(); ++k)
    found.pivots.push_back(qr.colsPermutation().indices()[k]);
  found.basis = from_rows(qr, qr.rank(), MatrixXd::Identity(a.rows(), qr.rank()));
  return found;
}

MatrixXd without_span(MatrixXd a, const MatrixXd &basis) {
  for (int twice = 0; twice < 2; ++twice) // for what rounding leaves the first time
    a -= basis.lazyProduct(MatrixXd(basis.transpose().lazyProduct(a)));
  return a;
}

MatrixXd solve(const MatrixXd &a, const MatrixXd &b) { return refined<ByFewColumns>(a, b); }

MatrixXd solve_least(const MatrixXd &a, const MatrixXd &b) { return refined<Least>(a, b); }

} // namespace polynet
