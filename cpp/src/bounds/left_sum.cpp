#include "left_sum.hpp"

#include "sums.hpp"

namespace polynet {

namespace {

// Of 0 every power of two is a grid.
constexpr int coarsest_grid = 1 << 20;

// The last bit of x.
int grid_of(double x) {
  if (x == 0.0)
    return coarsest_grid;
  int exponent = 0;
  double fraction = std::frexp(x, &exponent);
  for (; fraction != std::trunc(fraction); --exponent)
    fraction *= 2.0;
  return exponent;
}

bool is_power_of_two(double x) {
  int exponent = 0;
  return std::fabs(std::frexp(x, &exponent)) == 0.5;
}

// Room for a proof by other means, whose ranges may be a little wider (docs/checker.md).
constexpr double room = 1.0 + 0x1p-9;

// What rounding a multiple of 2^grid up to that size loses.
double rounding(const FloatFormat &format, double size, int grid) {
  size = up(size * room);
  return size <= std::ldexp(1.0, std::min(grid + format.precision, 1023)) ? 0.0
                                                                          : half_ulp(format, size);
}

} // namespace

int finest_grid(const FloatFormat &format) {
  return std::ilogb(format.smallest_normal) - format.precision + 1;
}

Computed computed_input(const FloatFormat &format, const Interval &range, bool bit) {
  if (bit)
    return {range, 0.0, 0};
  const double least = std::max(range.mig(), format.smallest_normal);
  return {range, 0.0, std::ilogb(least) - format.precision + 1};
}

Computed sum_from_left(const FloatFormat &format, const Affine &form,
                       const std::vector<Computed> &sources, double size) {
  const std::size_t n = form.terms.size();
  if (n == 0)
    return {form.constant, 0.0, grid_of(form.constant)};
  std::vector<Interval> products(n), missing(n + 1); // missing[k]: the terms from k on
  for (std::size_t k = n; k-- > 0;) {
    const auto &[source, weight] = form.terms[k];
    products[k] = sources[static_cast<std::size_t>(source)].exact * weight;
    missing[k] = missing[k + 1] + products[k];
  }
  Computed sum{form.constant, 0.0, grid_of(form.constant)};
  double flushed = 2.0;
  for (std::size_t k = 0; k < n; ++k) {
    const auto &[source, weight] = form.terms[k];
    const Computed &z = sources[static_cast<std::size_t>(source)];
    const double carried = up(std::fabs(weight) * z.error);
    const double product = up(products[k].mag() + carried);
    const int grid = std::min(grid_of(weight) + z.grid, coarsest_grid);
    // A product that is fused is not rounded, one of a power of two is exact.
    const double product_rounding = is_power_of_two(weight) ? 0.0 : rounding(format, product, grid);
    sum.exact = intersect(sum.exact + products[k], symmetric(size) - missing[k + 1]);
    sum.error = up(sum.error + up(carried + product_rounding));
    const bool adds = k > 0 || form.constant != 0.0;
    sum.grid = std::min(sum.grid, grid);
    if (adds)
      sum.error = up(sum.error + rounding(format, sum.magnitude(), sum.grid));
    if (!(std::max(up(product + product_rounding), sum.magnitude()) <= format.largest / 2))
      sum.error = detail::infinity;
    // Flush to zero, of factors or of results: at most one smallest normal number each.
    flushed = up(flushed + up(up(std::fabs(weight) + z.magnitude()) + 2.0));
  }
  sum.error = up(up(sum.error + up(flushed * format.smallest_normal)) * room);
  sum.grid = std::max(sum.grid, finest_grid(format));
  return sum;
}

Computed less_origin(const Network &net, std::size_t input) {
  const FloatFormat format = float_format(net.dtype);
  const Interval &x = net.box[input];
  const Computed given = computed_input(format, x, net.is_bit(input));
  if (net.origin_of(input) == 0.0)
    return given;
  const Interval difference = net.from_origin(input, x);
  return sum_from_left(format, {{{0, 1.0}}, -net.origin_of(input)}, {given}, difference.mag());
}

} // namespace polynet
