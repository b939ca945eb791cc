#include "quadratic.hpp"

#include "algebra/dense.hpp"

#include <limits>

namespace polynet {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double epsilon = std::numeric_limits<double>::epsilon();
// An entry of a reduced matrix that is this part of what was added up to it counts as cancelled.
constexpr double cancelled = 128 * epsilon;
// Dense decompositions of more variables have forms too long to be worth it.
constexpr Index max_dense = 128;
// A decomposition whose terms are larger than the monomials by more than this cancels too much.
constexpr double max_growth = 100.0;

// What is left of a form, with the sum of the absolute values that made each entry.
class Remainder {
public:
  Remainder(const MatrixXd &a, const FreeEntries &free) : a_(a), mass_(a.cwiseAbs()), free_(free) {}

  const MatrixXd &matrix() const { return a_; }

  void set_free_aside(Decomposition &d) {
    for (Index j = 0; j < a_.cols(); ++j)
      for (Index i = 0; i <= j; ++i)
        if (a_(i, j) != 0.0 && free_(i, j)) {
          d.free.push_back({i, j, i == j ? a_(i, j) : 2.0 * a_(i, j)});
          clear(i, j);
        }
  }

  void clear(Index i, Index j) { a_(i, j) = a_(j, i) = mass_(i, j) = mass_(j, i) = 0.0; }

  // Takes factor * (left . z)(right . z) away; rows and columns `done` become exactly 0.
  void subtract(const FormProduct &p, std::initializer_list<Index> done) {
    const VectorXd u = 0.5 * p.factor * p.left;
    for (Index j = 0; j < a_.cols(); ++j)
      for (Index i = 0; i < a_.rows(); ++i) {
        const double change = u[i] * p.right[j] + p.right[i] * u[j];
        a_(i, j) -= change;
        mass_(i, j) += std::fabs(change);
        if (std::fabs(a_(i, j)) <= cancelled * mass_(i, j))
          a_(i, j) = 0.0;
      }
    for (const Index k : done) {
      a_.row(k).setZero();
      a_.col(k).setZero();
    }
  }

private:
  MatrixXd a_, mass_;
  const FreeEntries &free_;
};

Decomposition by_monomials(const MatrixXd &a, const FreeEntries &free) {
  Decomposition d;
  Remainder rest(a, free);
  rest.set_free_aside(d);
  for (Index j = 0; j < a.cols(); ++j)
    for (Index i = 0; i <= j; ++i)
      if (const double entry = rest.matrix()(i, j); entry != 0.0)
        d.products.push_back({i == j ? entry : 2.0 * entry, VectorXd::Unit(a.rows(), i),
                              VectorXd::Unit(a.rows(), j), i == j});
  return d;
}

// z_i times its row, the fullest row first.
Decomposition by_rows(const MatrixXd &a, const FreeEntries &free) {
  Decomposition d;
  Remainder rest(a, free);
  rest.set_free_aside(d);
  while (true) {
    Index fullest = 0, most = 0;
    for (Index i = 0; i < a.rows(); ++i)
      if (const Index n = (rest.matrix().row(i).array() != 0.0).count(); n > most) {
        most = n;
        fullest = i;
      }
    if (most == 0)
      return d;
    VectorXd row = 2.0 * rest.matrix().row(fullest).transpose();
    row[fullest] *= 0.5;
    const double largest = row.cwiseAbs().maxCoeff();
    const VectorXd unit = VectorXd::Unit(a.rows(), fullest);
    const bool square = most == 1 && row[fullest] != 0.0;
    d.products.push_back({largest, unit, square ? unit : VectorXd(row / largest), square});
    if (square)
      d.products.back().factor = row[fullest];
    for (Index j = 0; j < a.cols(); ++j)
      rest.clear(fullest, j);
  }
}

// Lagrange's reduction, the largest pivot first: completes the square, or the product where the
// diagonal is small.
Decomposition by_reduction(const MatrixXd &a, const FreeEntries &free) {
  Decomposition d;
  Remainder rest(a, free);
  while (true) {
    rest.set_free_aside(d);
    const MatrixXd &m = rest.matrix();
    Index k = 0, i = 0, j = 0;
    const double diagonal = m.diagonal().cwiseAbs().maxCoeff(&k);
    const double largest = m.cwiseAbs().maxCoeff(&i, &j);
    if (largest == 0.0)
      return d;
    if (diagonal >= 0.25 * largest) {
      const VectorXd form = m.col(k) / m(k, k);
      d.products.push_back({m(k, k), form, form, true});
      rest.subtract(d.products.back(), {k});
    } else if (m(i, i) == 0.0 && m(j, j) == 0.0) {
      const double b = m(i, j);
      const VectorXd left = m.col(j) / b, right = m.col(i) / b;
      d.products.push_back({2.0 * b, left, right, false});
      rest.subtract(d.products.back(), {i, j});
    } else {
      // Two squares: of the forms that diagonalise the 2 x 2 pivot.
      MatrixXd pivot(2, 2);
      pivot << m(i, i), m(i, j), m(j, i), m(j, j);
      MatrixXd columns(m.rows(), 2);
      columns << m.col(i), m.col(j);
      const auto [values, vectors] = eigenpairs(pivot);
      const MatrixXd forms = columns.lazyProduct(vectors);
      for (Index n = 0; n < 2; ++n) {
        const VectorXd form = forms.col(n) / values[n];
        d.products.push_back({values[n], form, form, true});
      }
      const std::size_t last = d.products.size() - 1;
      rest.subtract(d.products[last - 1], {});
      rest.subtract(d.products[last], {i, j});
    }
  }
}

Decomposition by_eigenvectors(const MatrixXd &a) {
  Decomposition d;
  const auto [values, vectors] = eigenpairs(a);
  const double tiny = 8.0 * epsilon * static_cast<double>(a.rows()) * values.cwiseAbs().maxCoeff();
  for (Index k = 0; k < a.rows(); ++k)
    if (std::fabs(values[k]) > tiny) {
      VectorXd form = vectors.col(k);
      for (Index i = 0; i < form.size(); ++i)
        if (std::fabs(form[i]) < 4.0 * epsilon)
          form[i] = 0.0;
      d.products.push_back({values[k], form, form, true});
    }
  return d;
}

} // namespace

int Decomposition::neurons() const {
  int sum = 0;
  for (const FormProduct &p : products)
    sum += p.square ? 2 : 4;
  return sum;
}

double Decomposition::mass() const {
  double sum = 0.0;
  for (const FormProduct &p : products)
    sum += std::fabs(p.factor) * p.left.lpNorm<1>() * p.right.lpNorm<1>();
  return sum;
}

Decomposition decompose(const MatrixXd &a, const FreeEntries &free) {
  Decomposition best = by_monomials(a, free);
  const double max_mass = max_growth * best.mass();
  const auto consider = [&](Decomposition other) {
    if (!(other.mass() <= max_mass))
      return;
    const int fewer = best.neurons() - other.neurons();
    if (fewer > 0 || (fewer == 0 && other.mass() < 0.999 * best.mass()))
      best = std::move(other);
  };
  consider(by_rows(a, free));
  if (a.rows() <= max_dense) {
    consider(by_reduction(a, free));
    if (!free.any())
      consider(by_eigenvectors(a));
  }
  return best;
}

} // namespace polynet
