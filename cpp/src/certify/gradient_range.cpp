#include "gradient_range.hpp"

#include "ends.hpp"

namespace polynet {

Range gradient_range(const ErrorGradient &gradient, std::size_t output,
                     const std::vector<Interval> &part, const std::vector<bool> &bits,
                     double slack) {
  Range worst{-detail::infinity, {}, 0};
  for (const double sign : {1.0, -1.0}) {
    std::vector<Interval> box = part, slopes;
    Interval error;
    const double paid = move_to_ends(box, slopes, sign, slack, [&](const auto &b) {
      ErrorSlopes known = gradient(output, b);
      error = known.error;
      return known.slopes;
    });
    const auto supremum = [&](const Interval &e) { return sign > 0.0 ? e.hi() : -e.lo(); };
    // f(x) is f(centre) and the sum of slope times distance; bits have no centre.
    std::vector<Interval> centre;
    std::vector<double> changes;
    Interval spread = 0.0;
    for (std::size_t i = 0; i < box.size(); ++i) {
      const bool bit = !bits.empty() && bits[i];
      centre.push_back(bit ? box[i] : Interval(box[i].mid()));
      changes.push_back(up(slopes[i].mag() * box[i].rad()));
      if (!bit)
        spread += symmetric(changes[i]);
    }
    double bound = supremum(error);
    if (spread.mag() > 0.0)
      bound = std::min(bound, supremum(gradient(output, centre).error + spread));
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
