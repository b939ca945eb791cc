#include "centring.hpp"

#include "../linear_algebra/dense.hpp"

#include <set>

namespace polynet {

namespace {

// Larger systems are not worth their time.
constexpr Eigen::Index max_unknowns = 400;
constexpr Eigen::Index max_equations = 1000;
constexpr double solved = 1e-12;

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// The linear systems "the linear part of this form vanishes, up to what is carried anyway".
class Centring {
public:
  Centring(const std::vector<Linear> &rests, const std::vector<std::map<int, double>> &shares,
           std::map<int, CentredProduct> &products, const FormRanges &ranges)
      : rests_(rests), shares_(shares), products_(products), ranges_(ranges) {
    for (const Linear &rest : rests)
      add_wires(rest);
    for (auto &[wire, p] : products) {
      add_wires(p.factors->left);
      add_wires(p.factors->right);
      unknown_.emplace(wire, unknowns_);
      unknowns_ += p.factors->square ? 1 : 2;
    }
  }

  void run(double max_shift, Watch *watch) {
    if (unknowns_ == 0 || unknowns_ > max_unknowns || row_.empty())
      return;
    span_carried();
    MatrixXd matrix(0, unknowns_);
    VectorXd right(0);
    VectorXd best = VectorXd::Zero(unknowns_);
    for (std::size_t f = 0; f < rests_.size(); ++f) {
      if (shares_[f].empty() || matrix.rows() + rows() > max_equations)
        continue;
      check(watch);
      const auto [more, value] = equations(f);
      MatrixXd candidate(matrix.rows() + rows(), unknowns_);
      candidate << matrix, more;
      VectorXd wanted(candidate.rows());
      wanted << right, value;
      VectorXd shift = solve_least(candidate, wanted);
      const double misfit = (candidate * shift - wanted).cwiseAbs().maxCoeff();
      if (!(misfit <= solved * magnitude_) || !(shift.cwiseAbs().maxCoeff() <= max_shift))
        continue;
      matrix = std::move(candidate);
      right = std::move(wanted);
      best = std::move(shift);
    }
    apply(best);
  }

private:
  void add_wires(const Linear &form) {
    for (const auto &[wire, weight] : form.terms)
      if (ranges_.of(wire).radius > 0.0)
        row_.emplace(wire, static_cast<Index>(row_.size()));
  }
  Index rows() const { return static_cast<Index>(row_.size()); }

  VectorXd column(const Linear &form) const {
    VectorXd v = VectorXd::Zero(rows());
    for (const auto &[wire, weight] : form.terms)
      if (const auto r = row_.find(wire); r != row_.end())
        v[r->second] = weight * ranges_.of(wire).radius;
    return v;
  }

  // Forms without a product of this layer are carried whatever the centres are.
  void span_carried() {
    MatrixXd carried(rows(), 0);
    for (std::size_t f = 0; f < rests_.size(); ++f)
      if (const VectorXd v = column(rests_[f]); shares_[f].empty() && v.norm() > 0.0) {
        carried.conservativeResize(Eigen::NoChange, carried.cols() + 1);
        carried.col(carried.cols() - 1) = v.normalized();
      }
    span_ = independent_columns(carried).basis;
  }

  std::pair<MatrixXd, VectorXd> equations(std::size_t f) {
    MatrixXd effect = MatrixXd::Zero(rows(), unknowns_);
    VectorXd start = column(rests_[f]);
    magnitude_ = std::max(magnitude_, start.cwiseAbs().maxCoeff());
    for (const auto &[wire, weight] : shares_[f]) {
      const CentredProduct &p = products_.at(wire);
      const Index k = unknown_.at(wire);
      const VectorXd u = weight * column(p.factors->left), v = weight * column(p.factors->right);
      start += p.left.centre * v + p.right.centre * u;
      if (p.factors->square) {
        effect.col(k) = 2.0 * p.left.radius * u;
      } else {
        effect.col(k) = p.left.radius * v;
        effect.col(k + 1) = p.right.radius * u;
      }
      magnitude_ = std::max({magnitude_, std::fabs(p.left.centre) * v.cwiseAbs().maxCoeff(),
                             std::fabs(p.right.centre) * u.cwiseAbs().maxCoeff()});
    }
    return {without_span(effect, span_), without_span(-start, span_)};
  }

  static void move(Range &range, double shift) {
    range.centre += shift * range.radius;
    range.radius *= 1.0 + std::fabs(shift);
  }

  void apply(const VectorXd &shift) {
    for (auto &[wire, p] : products_) {
      const Index k = unknown_.at(wire);
      move(p.left, shift[k]);
      move(p.right, shift[p.factors->square ? k : k + 1]);
    }
  }

  const std::vector<Linear> &rests_;
  const std::vector<std::map<int, double>> &shares_;
  std::map<int, CentredProduct> &products_;
  const FormRanges &ranges_;
  std::map<int, Index> row_, unknown_;
  Index unknowns_ = 0;
  MatrixXd span_;
  double magnitude_ = 0.0;
};

} // namespace

void shift_centres(const std::vector<Linear> &rests,
                   const std::vector<std::map<int, double>> &shares,
                   std::map<int, CentredProduct> &products, const FormRanges &ranges,
                   double max_shift, Watch *watch) {
  Centring(rests, shares, products, ranges).run(max_shift, watch);
}

} // namespace polynet
