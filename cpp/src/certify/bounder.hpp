// Upper bounds of the truncation error on parts of the box.
#pragma once

#include "polynet/certify.hpp"
#include "polynet/error_gradient.hpp"
#include "polynet/watch.hpp"
#include "range.hpp"

#include <mutex>

namespace polynet {

/// Bounds |network - p| on parts of the box: by one pass of intervals on the whole box, by the
/// Taylor models of the whole box or, where their rest is too large, by the error's gradient on the
/// part or Taylor models of the part alone.
class Bounder {
public:
  /// `tolerances`: per output, what a bound may be too large by without harm.
  Bounder(const ErrorFunction &error, std::vector<double> tolerances);

  /// A bound for one output; as good as the methods get, or at most `enough`.
  PartBound operator()(std::size_t output, const Part &part, double enough, Watch *watch) const;

private:
  struct OnBox {
    Model model;
    std::optional<BernsteinRange> bernstein;
    std::size_t length() const { return bernstein ? bernstein->size() : model.terms(); }
    ModelRange range(const std::vector<Interval> &t) const {
      return bernstein ? (*bernstein)(t) : termwise_range(model, t);
    }
  };

  /// The models of the whole box, made when they are first needed; none if that takes too long.
  const std::vector<OnBox> &on_box(Watch *watch) const;
  /// Whether parts of the box are better left to the gradient: no model, or a long one that bounds
  /// the whole box less well.
  bool idle(std::size_t output, Watch *watch) const;
  ModelRange by_gradient(std::size_t output, const std::vector<Interval> &part, Watch *watch) const;

  const ErrorFunction &error_;
  std::vector<double> tolerances_;
  double accuracy_;
  mutable std::once_flag on_box_once_, idle_once_, gradient_once_;
  mutable std::vector<OnBox> on_box_;
  mutable std::vector<bool> idle_;
  mutable std::optional<ErrorGradient> gradient_;
};

} // namespace polynet
