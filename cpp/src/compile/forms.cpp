#include "forms.hpp"

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
Range widened(const Range &r, double largest_number, Dtype dtype) {
  if (r.radius == 0.0)
    return r;
  const FloatFormat f = float_format(dtype);
  return {r.centre,
          std::max(r.radius, 8192.0 * (f.unit_roundoff * largest_number + f.smallest_normal))};
}
Range widened(const Range &r, Dtype dtype) { return widened(r, std::fabs(r.centre), dtype); }

// A form cannot be known better than the gates that provide its wires, whose error as a part of
// the wire's radius is about (8 u)^(2/3) (docs/theory.md, section 5); with room to spare.
double gate_error(Dtype dtype) {
  return 512.0 * std::pow(8.0 * float_format(dtype).unit_roundoff, 2.0 / 3.0);
}

Range product_range(const Range &a, const Range &b) {
  const double a0 = a.centre - a.radius, a1 = a.centre + a.radius;
  const double b0 = b.centre - b.radius, b1 = b.centre + b.radius;
  const auto [lo, hi] = std::minmax({a0 * b0, a0 * b1, a1 * b0, a1 * b1});
  return range_between(lo, hi);
}

Range power_range(const Range &a, int exponent) {
  const double a0 = a.centre - a.radius, a1 = a.centre + a.radius;
  const auto [lo, hi] = std::minmax({std::pow(a0, exponent), std::pow(a1, exponent)});
  return range_between(exponent % 2 == 0 && a0 < 0.0 && a1 > 0.0 ? 0.0 : lo, hi);
}

} // namespace

Linear linear(const Combination &combination) {
  Linear form;
  form.constant = combination.constant.mid();
  for (const auto &[wire, coefficient] : combination.terms)
    form.add(wire, coefficient.mid());
  return form;
}

FormRanges::FormRanges(const Circuit &circuit, const std::vector<Interval> &box, Dtype dtype)
    : inputs_(circuit.inputs), dtype_(dtype) {
  for (const Interval &x : box)
    ranges_.push_back(widened(range_between(x.lo(), x.hi()), dtype));
  sample(box, box.size() + circuit.products.size());
  for (const Product &p : circuit.products)
    add_product(p);
}

void FormRanges::add_product(const Product &p) {
  std::vector<double> product(points_, 1.0);
  Range bound{1.0, 0.0};
  for (const Product::Factor &f : p.factors) {
    const Linear form = linear(f.form);
    const std::vector<double> factor = values(form);
    for (std::size_t i = 0; i < points_; ++i)
      product[i] *= std::pow(factor[i], f.exponent);
    if (!p.of_bits)
      bound = product_range(bound, power_range(of(form), f.exponent));
  }
  ranges_.push_back(p.of_bits ? Range{0.5, 0.5} : widened(narrowed(bound, product), dtype_));
  values_.push_back(std::move(product));
}

Range FormRanges::of(const Linear &form) const {
  Range bound{form.constant, 0.0};
  double numbers = std::fabs(form.constant); // what the terms add up to in absolute value
  for (const auto &[wire, weight] : form.terms) {
    const Range &r = of(wire);
    bound.centre += weight * r.centre;
    bound.radius += std::fabs(weight) * r.radius;
    numbers += std::fabs(weight * r.centre);
  }
  Range range = bound;
  // The inputs are independent of each other, and a single wire's range is known.
  if (form.terms.size() > 1 && form.terms.rbegin()->first >= inputs_) {
    range = narrowed(bound, values(form));
    range.radius = std::max(range.radius, gate_error(dtype_) * bound.radius);
  }
  return widened(range, numbers, dtype_);
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
