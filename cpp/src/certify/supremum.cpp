#include "supremum.hpp"

namespace polynet {

namespace {

using Intervals = std::vector<Interval>;

// By how much a function with these slopes rises and falls at most over that distance.
double rise(const Interval &slope, double distance) {
  return slope.hi() > 0.0 ? up(slope.hi() * distance) : 0.0;
}
double fall(const Interval &slope, double distance) { return rise(-slope, distance); }
double width(const Interval &x) { return up(x.hi() - x.lo()); }

// Moves variables to an end. Returns how much larger f may be on the part that was than on the one
// that is, nothing if none was moved.
std::optional<double> move_to_ends(Intervals &part, const Intervals &slopes, double slack) {
  std::optional<double> paid;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i].lo() == part[i].hi())
      continue;
    const double rises = rise(slopes[i], width(part[i])), falls = fall(slopes[i], width(part[i]));
    if (std::min(rises, falls) > slack)
      continue;
    paid = up(paid.value_or(0.0) + std::min(rises, falls));
    part[i] = falls <= rises ? part[i].hi() : part[i].lo();
  }
  return paid;
}

// f(x) exceeds f(c) by at most, for every variable, the larger of its fall over [lo, c] and its
// rise over [c, hi]; which is least where these are equal (Baumann, "Optimal centered forms",
// BIT 28, 1988). Bits have no centre.
PartBound mean_value(const EnclosedFunction &f, const Intervals &part, const Intervals &slopes,
                     const std::vector<bool> &bits) {
  PartBound bound{0.0, {}, 0};
  Intervals centre = part;
  double spread = 0.0, most = 0.0;
  for (std::size_t i = 0; i < part.size(); ++i) {
    const double lo = part[i].lo(), hi = part[i].hi();
    const double rises = rise(slopes[i], width(part[i])), falls = fall(slopes[i], width(part[i]));
    const double share = rises > 0.0 ? 1.0 / (1.0 + falls / rises) : 0.0;
    if (falls * share > most) {
      most = falls * share;
      bound.direction = i;
    }
    bound.candidate.push_back(rises >= falls ? hi : lo);
    if (!bits.empty() && bits[i])
      continue;
    const double c = std::clamp(lo * (1.0 - share) + hi * share, lo, hi);
    centre[i] = c;
    spread = up(spread + std::max(fall(slopes[i], up(c - lo)), rise(slopes[i], up(hi - c))));
  }
  bound.upper = up(f.range(centre).hi() + spread);
  return bound;
}

} // namespace

PartBound upper_bound(const EnclosedFunction &f, Intervals part, Intervals slopes,
                      const std::vector<bool> &bits, double slack) {
  double paid = 0.0;
  while (const std::optional<double> more = move_to_ends(part, slopes, slack)) {
    paid = up(paid + *more);
    slopes = f.slopes(part);
  }
  PartBound bound = mean_value(f, part, slopes, bits);
  bound.upper = up(std::min(bound.upper, f.range(part).hi()) + paid);
  return bound;
}

} // namespace polynet
