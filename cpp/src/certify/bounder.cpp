#include "bounder.hpp"

namespace polynet {

namespace {

using Intervals = std::vector<Interval>;

// By how much a function with these slopes rises and falls at most over that distance.
double rise(const Interval &slope, double distance) {
  return slope.hi() > 0.0 ? up(slope.hi() * distance) : 0.0;
}
double fall(const Interval &slope, double distance) { return rise(-slope, distance); }

} // namespace

// An upper bound of sign * error over a part, from which variables go step by step.
class Bounder::Supremum {
public:
  // `slopes`: of the error over that part.
  Supremum(const Bounder &bounder, std::size_t output, double sign, Intervals part,
           Intervals slopes)
      : gradient_(bounder.gradient_), bits_(bounder.bits_), output_(output), sign_(sign),
        part_(std::move(part)), slopes_(std::move(slopes)) {}

  // A variable in which the function rises belongs at its upper end. One in which it falls a
  // little, by at most `slack` from end to end, may be moved there too if that is paid for.
  void move_to_ends(const Intervals &of_difference, double slack, Watch *watch) {
    while (move(slack)) {
      check(watch);
      slopes_ = gradient_.slopes(output_, part_, of_difference);
    }
  }

  // Over what is left f is in its range there, and at most f(c) and for every variable the larger
  // of its fall over [lo, c] and its rise over [c, hi]; which is least where these are equal
  // (Baumann, "Optimal centered forms", BIT 28, 1988). Bits have no centre: they keep their ranges.
  PartBound bound() const {
    PartBound result{0.0, {}, 0};
    Intervals centre = part_;
    double spread = 0.0, most = 0.0;
    for (std::size_t i = 0; i < part_.size(); ++i) {
      const double lo = part_[i].lo(), hi = part_[i].hi(), width = up(hi - lo);
      const double rises = rise(slope(i), width), falls = fall(slope(i), width);
      const double share = rises > 0.0 ? 1.0 / (1.0 + falls / rises) : 0.0;
      if (falls * share > most) {
        most = falls * share;
        result.direction = i;
      }
      result.candidate.push_back(rises >= falls ? hi : lo);
      if (!bits_.empty() && bits_[i])
        continue;
      const double c = std::clamp(lo * (1.0 - share) + hi * share, lo, hi);
      centre[i] = c;
      spread = up(spread + std::max(fall(slope(i), up(c - lo)), rise(slope(i), up(hi - c))));
    }
    result.upper = up(std::min(largest(part_), up(largest(centre) + spread)) + paid_);
    return result;
  }

private:
  // Moves what can be moved; returns whether there was any.
  bool move(double slack) {
    bool moved = false;
    for (std::size_t i = 0; i < part_.size(); ++i) {
      if (part_[i].lo() == part_[i].hi())
        continue;
      const double width = up(part_[i].hi() - part_[i].lo());
      const double rises = rise(slope(i), width), falls = fall(slope(i), width);
      if (std::min(rises, falls) > slack)
        continue;
      paid_ = up(paid_ + std::min(rises, falls));
      part_[i] = falls <= rises ? part_[i].hi() : part_[i].lo();
      moved = true;
    }
    return moved;
  }

  // Of sign * error.
  Interval slope(std::size_t i) const { return sign_ > 0.0 ? slopes_[i] : -slopes_[i]; }
  double largest(const Intervals &part) const {
    const Interval error = gradient_.error(output_, part);
    return sign_ > 0.0 ? error.hi() : -error.lo();
  }

  const ErrorGradient &gradient_;
  const std::vector<bool> &bits_;
  const std::size_t output_;
  const double sign_;
  Intervals part_, slopes_;
  double paid_ = 0.0;
};

Bounder::Bounder(const ErrorFunction &error, std::vector<double> tolerances)
    : tolerances_(std::move(tolerances)), bits_(error.network().bits),
      gradient_(error, tolerances_) {}

PartBound Bounder::operator()(std::size_t output, const Part &part, Watch *watch) const {
  Intervals box;
  for (const auto &[lower, upper] : part)
    box.emplace_back(lower, upper);
  const Intervals of_difference = gradient_.difference_slopes(output, box);
  check(watch);
  const Intervals slopes = gradient_.slopes(output, box, of_difference);
  const double slack = tolerances_[output] / static_cast<double>(part.size());
  const auto bound = [&](double sign) {
    Supremum supremum(*this, output, sign, box, slopes);
    supremum.move_to_ends(of_difference, slack, watch);
    return supremum.bound();
  };
  PartBound above = bound(1.0), below = bound(-1.0);
  return above.upper >= below.upper ? above : below;
}

} // namespace polynet
