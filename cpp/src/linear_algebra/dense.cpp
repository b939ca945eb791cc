#include "dense.hpp"

#include <cmath>

namespace polynet {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// Products of matrices are lazy: what is multiplied is small, and Eigen's blocked products take
// seconds to compile.
MatrixXd without_span(MatrixXd a, const MatrixXd &basis) {
  for (int twice = 0; twice < 2; ++twice) // for what rounding leaves the first time
    for (Index k = 0; k < basis.cols(); ++k)
      for (Index j = 0; j < a.cols(); ++j)
        a.col(j) -= basis.col(k).dot(a.col(j)) * basis.col(k);
  return a;
}

// Gram and Schmidt's way with pivots.
std::vector<Index> independent_columns(MatrixXd a, MatrixXd &basis, double threshold) {
  std::vector<Index> chosen;
  if (a.size() == 0)
    return chosen;
  const double longest = a.colwise().stableNorm().maxCoeff();
  a = without_span(std::move(a), basis);
  while (static_cast<Index>(chosen.size()) < a.cols()) {
    const VectorXd distance = a.colwise().stableNorm();
    const double farthest = distance.maxCoeff();
    if (!(farthest > threshold * longest))
      break;
    Index k = 0; // the first of those that rounding alone tells apart
    while (distance[k] < (1.0 - 0x1p-30) * farthest)
      ++k;
    // Once more, as rounding has tilted what is left of a short one.
    const MatrixXd direction = without_span(a.col(k) / farthest, basis).normalized();
    basis.conservativeResize(a.rows(), basis.cols() + 1);
    basis.rightCols(1) = direction;
    a = without_span(std::move(a), direction);
    a.col(k).setZero();
    chosen.push_back(k);
  }
  return chosen;
}

// a = q r in the chosen columns, with r upper triangular in their order.
MatrixXd solve(const MatrixXd &a, const MatrixXd &b) {
  MatrixXd q(a.rows(), 0);
  const std::vector<Index> chosen = independent_columns(a, q);
  MatrixXd x = MatrixXd::Zero(a.cols(), b.cols()), rest = b;
  for (int twice = 0; twice < 2; ++twice) {
    MatrixXd right = q.transpose().lazyProduct(rest);
    for (Index k = q.cols() - 1; k >= 0; --k) {
      const auto column = a.col(chosen[static_cast<std::size_t>(k)]);
      for (Index j = 0; j < b.cols(); ++j) {
        const double w = right(k, j) / q.col(k).dot(column);
        for (Index i = 0; i < k; ++i)
          right(i, j) -= w * q.col(i).dot(column);
        x(chosen[static_cast<std::size_t>(k)], j) += w;
        rest.col(j) -= w * column;
      }
    }
  }
  return x;
}

// The least one is in the span of the rows of a. Refined once, for its product with their basis.
MatrixXd solve_least(const MatrixXd &a, const MatrixXd &b) {
  MatrixXd rows(a.cols(), 0);
  independent_columns(a.transpose(), rows);
  const MatrixXd in_rows = a.lazyProduct(rows);
  MatrixXd x = rows.lazyProduct(solve(in_rows, b));
  x += rows.lazyProduct(solve(in_rows, b - a.lazyProduct(x)));
  return x;
}

// Jacobi's rotations, each of which makes one entry zero, until all of them are.
Eigenpairs eigenpairs(const MatrixXd &symmetric) {
  MatrixXd a = symmetric, v = MatrixXd::Identity(a.rows(), a.cols());
  const double negligible = 0x1p-62 * a.cwiseAbs().maxCoeff();
  for (bool rotated = true; rotated;) {
    rotated = false;
    for (Index j = 1; j < a.cols(); ++j)
      for (Index i = 0; i < j; ++i) {
        if (!(std::fabs(a(i, j)) > negligible))
          continue;
        rotated = true;
        const double theta = (a(j, j) - a(i, i)) / (2.0 * a(i, j));
        const double t = (theta < 0.0 ? -1.0 : 1.0) / (std::fabs(theta) + std::hypot(theta, 1.0));
        const double c = 1.0 / std::hypot(t, 1.0), s = t * c;
        const auto rotate = [c, s](auto x, auto y) {
          const VectorXd old = x;
          x = c * old - s * y;
          y = s * old + c * y;
        };
        rotate(a.col(i), a.col(j));
        rotate(a.row(i).transpose(), a.row(j).transpose());
        rotate(v.col(i), v.col(j));
        a(i, j) = a(j, i) = 0.0;
      }
  }
  return {a.diagonal(), v};
}

} // namespace polynet
