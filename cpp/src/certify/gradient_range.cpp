#include "gradient_range.hpp"

#include "ends.hpp"

namespace polynet {

ModelRange gradient_range(const ErrorGradient &gradient, std::size_t output,
                          const std::vector<Interval> &part, const std::vector<bool> &bits,
                          double slack, Watch *watch) {
  const std::vector<Interval> of_difference = gradient.difference_slopes(output, part);
  ModelRange worst{-detail::infinity, {}, 0};
  for (const double sign : {1.0, -1.0}) {
    std::vector<Interval> box = part, slopes;
    const double paid = move_to_ends(box, slopes, sign, slack, [&](const auto &b) {
      check(watch);
      return gradient.slopes(output, b, of_difference);
    });
    const auto supremum = [&](const std::vector<Interval> &b, double spread) {
      const Interval error = gradient.error(output, b) + symmetric(spread);
      return sign > 0.0 ? error.hi() : -error.lo();
    };
    // f(x) is f(centre) and the sum of slope times distance; bits have no centre.
    std::vector<Interval> centre;
    std::vector<double> changes;
    double spread = 0.0;
    for (std::size_t i = 0; i < box.size(); ++i) {
      const bool bit = !bits.empty() && bits[i];
      centre.push_back(bit ? box[i] : Interval(box[i].mid()));
      changes.push_back(slopes[i].mag() > 0.0 ? up(slopes[i].mag() * box[i].rad()) : 0.0);
      if (!bit)
        spread = up(spread + changes[i]);
    }
    double bound = supremum(box, 0.0);
    if (spread > 0.0)
      bound = std::min(bound, supremum(centre, spread));
    bound = up(bound + paid);
    if (bound <= worst.bound)
      continue;
    worst = {bound, {}, 0};
    for (std::size_t i = 0; i < box.size(); ++i) {
      worst.point.push_back(sign * slopes[i].mid() >= 0.0 ? box[i].hi() : box[i].lo());
      if (changes[i] > changes[worst.direction])
        worst.direction = i;
    }
  }
  return worst;
}

} // namespace polynet
