#include "dense.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace polynet {

// Jacobi's method: rotations that each zero one entry off the diagonal, in sweeps over all of them,
// until none matters (Golub and Van Loan, "Matrix Computations", section 8.5). For matrices of some
// dozens of rows, and accurate for small eigenvalues.
Eigenpairs eigenpairs(const Eigen::MatrixXd &symmetric) {
  using Eigen::Index;
  constexpr int most_sweeps = 60;
  Eigen::MatrixXd a = symmetric, vectors = Eigen::MatrixXd::Identity(a.rows(), a.rows());
  const double negligible = a.rows() > 0 ? 0x1p-60 * a.cwiseAbs().maxCoeff() : 0.0;
  const auto rotated = [](double &x, double &y, double c, double s) {
    const double before = x;
    x = c * before - s * y;
    y = s * before + c * y;
  };
  bool done = false;
  for (int sweep = 0; sweep < most_sweeps && !done; ++sweep) {
    done = true;
    for (Index p = 0; p < a.rows(); ++p)
      for (Index q = p + 1; q < a.rows(); ++q) {
        const double entry = std::fabs(a(p, q));
        if (entry <= negligible ||
            entry <= 0x1p-54 * std::sqrt(std::fabs(a(p, p))) * std::sqrt(std::fabs(a(q, q))))
          continue;
        done = false;
        const double tau = (a(q, q) - a(p, p)) / (2.0 * a(p, q));
        const double t = std::copysign(1.0, tau) / (std::fabs(tau) + std::hypot(1.0, tau));
        const double c = 1.0 / std::hypot(1.0, t), s = t * c;
        for (Index k = 0; k < a.rows(); ++k)
          rotated(a(k, p), a(k, q), c, s);
        for (Index k = 0; k < a.rows(); ++k)
          rotated(a(p, k), a(q, k), c, s);
        for (Index k = 0; k < a.rows(); ++k)
          rotated(vectors(k, p), vectors(k, q), c, s);
        a(p, q) = a(q, p) = 0.0;
      }
  }
  std::vector<Index> order(static_cast<std::size_t>(a.rows()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index i, Index j) { return a(i, i) < a(j, j); });
  Eigenpairs sorted{Eigen::VectorXd(a.rows()), Eigen::MatrixXd(a.rows(), a.rows())};
  for (Index k = 0; k < a.rows(); ++k) {
    const Index from = order[static_cast<std::size_t>(k)];
    sorted.values(k) = a(from, from);
    sorted.vectors.col(k) = vectors.col(from);
  }
  return sorted;
}

} // namespace polynet
