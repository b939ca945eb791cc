#include "centring.hpp"

#include "algebra/dense.hpp"

#include <algorithm>

namespace polynet {

namespace {

// Guards of time: larger systems are not solved.
constexpr Eigen::Index max_unknowns = 400;
constexpr Eigen::Index max_equations = 1000;
// A misfit this small a part of the largest number is what the rounding of solve_least leaves.
constexpr double solved = 1e-12;

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// The linear systems "the linear part of this form vanishes, up to what is carried anyway".
class Centring {
public:
  Centring(const std::vector<NeededForm> &needed, LayerProducts &products, const FormRanges &ranges)
      : needed_(needed), products_(products), ranges_(ranges) {
    for (const NeededForm &form : needed)
      add_wires(form.rest);
    for (auto &[wire, p] : products)
      if (p.centred)
        for (LayerProduct::Factor &f : p.factors) {
          add_wires(f.form);
          unknown_.try_emplace(wire, unknowns_);
          ++unknowns_;
        }
  }

  void run(double max_shift, Watch *watch) {
    if (unknowns_ == 0 || unknowns_ > max_unknowns || row_.empty())
      return;
    span_carried();
    MatrixXd matrix(0, unknowns_);
    VectorXd right(0);
    VectorXd best = VectorXd::Zero(unknowns_);
    for (const NeededForm &form : needed_) {
      if (is_carried(form) || matrix.rows() + rows() > max_equations)
        continue;
      check(watch);
      const auto [more, value] = equations(form);
      MatrixXd candidate(matrix.rows() + rows(), unknowns_);
      candidate << matrix, more;
      VectorXd wanted(candidate.rows());
      wanted << right, value;
      VectorXd shift = solve_least(candidate, wanted);
      const double misfit = (candidate.lazyProduct(shift) - wanted).cwiseAbs().maxCoeff();
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

  // Forms without a product to be centred are carried whatever the centres are.
  bool is_carried(const NeededForm &form) const {
    return std::none_of(form.share.begin(), form.share.end(),
                        [&](const auto &term) { return products_.at(term.first).centred; });
  }

  void span_carried() {
    MatrixXd carried(rows(), 0);
    for (const NeededForm &form : needed_)
      if (const VectorXd v = column(form.rest); is_carried(form) && v.norm() > 0.0) {
        carried.conservativeResize(Eigen::NoChange, carried.cols() + 1);
        carried.col(carried.cols() - 1) = v.normalized();
      }
    span_.resize(rows(), 0);
    independent_columns(carried, span_);
  }

  std::pair<MatrixXd, VectorXd> equations(const NeededForm &form) {
    MatrixXd effect = MatrixXd::Zero(rows(), unknowns_);
    VectorXd start = column(form.rest);
    magnitude_ = std::max(magnitude_, start.cwiseAbs().maxCoeff());
    for (const auto &[wire, weight] : form.share) {
      const LayerProduct &p = products_.at(wire);
      if (!p.centred)
        continue;
      const Range &left = p.left().range, &right = p.right().range;
      const Index k = unknown_.at(wire);
      const VectorXd u = weight * column(p.left().form), v = weight * column(p.right().form);
      start += left.centre * v + right.centre * u;
      if (p.is_square()) {
        effect.col(k) = 2.0 * left.radius * u;
      } else {
        effect.col(k) = left.radius * v;
        effect.col(k + 1) = right.radius * u;
      }
      magnitude_ = std::max({magnitude_, std::fabs(left.centre) * v.cwiseAbs().maxCoeff(),
                             std::fabs(right.centre) * u.cwiseAbs().maxCoeff()});
    }
    return {without_span(effect, span_), without_span(-start, span_)};
  }

  void apply(const VectorXd &shift) {
    for (const auto &[wire, first] : unknown_) {
      Index k = first;
      for (LayerProduct::Factor &f : products_.at(wire).factors) {
        f.range.centre += shift[k] * f.range.radius;
        f.range.radius *= 1.0 + std::fabs(shift[k]);
        ++k;
      }
    }
  }

  const std::vector<NeededForm> &needed_;
  LayerProducts &products_;
  const FormRanges &ranges_;
  std::map<int, Index> row_, unknown_;
  Index unknowns_ = 0;
  MatrixXd span_;
  double magnitude_ = 0.0;
};

} // namespace

void shift_centres(const std::vector<NeededForm> &needed, LayerProducts &products,
                   const FormRanges &ranges, double max_shift, Watch *watch) {
  Centring(needed, products, ranges).run(max_shift, watch);
}

} // namespace polynet
