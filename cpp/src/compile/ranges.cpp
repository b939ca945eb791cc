#include "ranges.hpp"

#include <algorithm>
#include <random>

namespace polynet {

namespace {

constexpr std::size_t max_corners = 256;
constexpr std::size_t inner_points = 128;
constexpr std::size_t max_values = 4'000'000;
// How far the true range may reach beyond the sampled one, as a part of its width: little where
// all corners are among the points.
constexpr double small_margin = 0.02;
constexpr double large_margin = 0.25;

Range range_between(double lo, double hi) { return {0.5 * lo + 0.5 * hi, 0.5 * hi - 0.5 * lo}; }

// A range that is not a point is made at least as wide as its numbers' rounding errors times 8192:
// normalising blows these up by 1/radius, and the operands must stay near [-1, 1].
Range widened(const Range &r, Dtype dtype) {
  if (r.radius == 0.0)
    return r;
  const FloatFormat f = float_format(dtype);
  return {r.centre,
          std::max(r.radius, 8192.0 * (f.unit_roundoff * std::fabs(r.centre) + f.smallest_normal))};
}

Range product_range(const Range &a, const Range &b, bool square) {
  const double a0 = a.centre - a.radius, a1 = a.centre + a.radius;
  const double b0 = b.centre - b.radius, b1 = b.centre + b.radius;
  if (square && a0 < 0.0 && a1 > 0.0)
    return range_between(0.0, std::max(a0 * a0, a1 * a1));
  const auto [lo, hi] = std::minmax({a0 * b0, a0 * b1, a1 * b0, a1 * b1});
  return range_between(lo, hi);
}

} // namespace

FormRanges::FormRanges(const Circuit &circuit, const std::vector<Interval> &box, Dtype dtype)
    : inputs_(circuit.inputs), dtype_(dtype) {
  for (const Interval &x : box)
    ranges_.push_back(widened(range_between(x.lo(), x.hi()), dtype));
  sample(box, box.size() + circuit.products.size());
  for (const Product &p : circuit.products) {
    const Linear left = linear(p.left), right = p.square ? left : linear(p.right);
    std::vector<double> product = values(left);
    const std::vector<double> factor = p.square ? product : values(right);
    for (std::size_t i = 0; i < points_; ++i)
      product[i] *= factor[i];
    const Range bound = product_range(of(left), of(right), p.square);
    ranges_.push_back(widened(narrowed(bound, product), dtype));
    values_.push_back(std::move(product));
  }
}

Range FormRanges::of(const Linear &form) const {
  if (form.terms.size() == 1) { // exactly the wire's
    const auto &[wire, weight] = *form.terms.begin();
    return {form.constant + weight * of(wire).centre, std::fabs(weight) * of(wire).radius};
  }
  const Range bound = term_by_term(form);
  // The inputs are independent of each other.
  if (form.terms.empty() || form.terms.rbegin()->first < inputs_)
    return bound;
  return widened(narrowed(bound, values(form)), dtype_);
}

Range FormRanges::term_by_term(const Linear &form) const {
  Range r{form.constant, 0.0};
  for (const auto &[wire, weight] : form.terms) {
    r.centre += weight * of(wire).centre;
    r.radius += std::fabs(weight) * of(wire).radius;
  }
  return r;
}

Range FormRanges::narrowed(const Range &bound, const std::vector<double> &values) const {
  if (values.empty() || bound.radius == 0.0)
    return bound;
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  const double margin = margin_ * (*highest - *lowest);
  const double lo = std::max(bound.centre - bound.radius, *lowest - margin);
  const double hi = std::min(bound.centre + bound.radius, *highest + margin);
  return std::isfinite(lo) && std::isfinite(hi) && lo < hi ? range_between(lo, hi) : bound;
}

std::vector<double> FormRanges::values(const Linear &form) const {
  std::vector<double> sum(points_, form.constant);
  for (const auto &[wire, weight] : form.terms) {
    const std::vector<double> &value = values_[static_cast<std::size_t>(wire)];
    for (std::size_t i = 0; i < points_; ++i)
      sum[i] += weight * value[i];
  }
  return sum;
}

void FormRanges::sample(const std::vector<Interval> &box, std::size_t wires) {
  const std::size_t n = box.size();
  const bool all_corners = n <= 8;
  const std::size_t corners = all_corners ? std::size_t{1} << n : max_corners;
  margin_ = all_corners ? small_margin : large_margin;
  points_ = corners + inner_points;
  values_.resize(n);
  if (points_ * wires > max_values)
    points_ = 0;
  std::mt19937_64 random(1);
  const auto unit = [&random] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  for (std::size_t k = 0; k < points_; ++k)
    for (std::size_t i = 0; i < n; ++i) {
      double w;
      if (k < corners)
        w = all_corners ? static_cast<double>((k >> i) & 1) : std::round(unit());
      else
        w = k == corners ? 0.5 : unit();
      values_[i].push_back(box[i].lo() * (1.0 - w) + box[i].hi() * w);
    }
  if (points_ == 0)
    values_.assign(n, {});
}

} // namespace polynet
