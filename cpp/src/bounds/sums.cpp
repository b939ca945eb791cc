#include "sums.hpp"

#include <functional>

namespace polynet {

double half_ulp(const FloatFormat &format, double magnitude) {
  if (!(magnitude <= format.largest))
    return detail::infinity;
  return std::ldexp(1.0,
                    std::ilogb(std::max(magnitude, format.smallest_normal)) - format.precision);
}

double gamma(const FloatFormat &format, double n) {
  const Interval nu = Interval(n) * format.unit_roundoff;
  return nu.hi() < 0.5 ? (nu / (Interval(1.0) - nu)).hi() : detail::infinity;
}

void Summands::add(double magnitude, int sign) {
  if (magnitude == 0.0)
    return;
  ++count_;
  magnitude_ = up(magnitude_ + magnitude);
  if (sign >= 0)
    positive_.push_back(magnitude);
  if (sign <= 0)
    negative_.push_back(magnitude);
}

double Summands::rounding(const FloatFormat &format, double total) const {
  std::vector<double> positive = positive_, negative = negative_;
  std::sort(positive.begin(), positive.end(), std::greater<>());
  std::sort(negative.begin(), negative.end(), std::greater<>());
  // What earlier roundings may have added to a partial sum.
  const double earlier = up(gamma(format, double(count_)) * magnitude_);
  const std::size_t half = count_ / 2;
  double largest_positive = 0.0, largest_negative = 0.0;
  double any = 0.0, halves = half_ulp(format, up(total + earlier));
  for (std::size_t k = 1; k <= count_; ++k) {
    if (k <= positive.size())
      largest_positive = up(largest_positive + positive[k - 1]);
    if (k <= negative.size())
      largest_negative = up(largest_negative + negative[k - 1]);
    if (k == 1)
      continue;
    const double partial = up(std::max(largest_positive, largest_negative) + earlier);
    any = up(any + half_ulp(format, partial));
    const double both = half_ulp(format, up(partial + total));
    if (k <= half)
      halves = up(halves + both);
    if (k <= count_ - half)
      halves = up(halves + both);
  }
  return std::min(any, halves);
}

} // namespace polynet
