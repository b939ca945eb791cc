// Quadratic forms as few squares and products of linear forms.
#pragma once

#include <Eigen/Core>
#include <vector>

namespace polynet {

/// factor * (left . z) * (right . z); a square if the two are the same.
struct FormProduct {
  double factor;
  Eigen::VectorXd left, right;
  bool square;
};

/// A sum of products, plus free terms: entries (i, j), i <= j, of monomials that exist already,
/// each with its weight on z_i z_j.
struct Decomposition {
  struct Free {
    Eigen::Index i, j;
    double weight;
  };
  std::vector<FormProduct> products;
  std::vector<Free> free;

  int neurons() const;
  /// What the errors of the gates grow with: sum of |factor| times the forms' largest values.
  double mass() const;
};

using FreeEntries = Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic>;

/// z^T A z for variables in [-1, 1], A symmetric; `free` marks the monomials that cost nothing. The
/// decomposition with the fewest neurons among: monomial by monomial; one product a row; Lagrange's
/// reduction; the eigenvectors. Equal ones by mass.
Decomposition decompose(const Eigen::MatrixXd &a, const FreeEntries &free);

} // namespace polynet
