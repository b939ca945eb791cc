#include "ends.hpp"

namespace polynet {

double move_to_ends(std::vector<Interval> &box, std::vector<Interval> &last, double sign,
                    double slack, const Slopes &slopes) {
  double paid = 0.0;
  for (bool moved = true; moved;) {
    moved = false;
    last = slopes(box);
    for (std::size_t i = 0; i < box.size(); ++i) {
      if (box[i].lo() == box[i].hi())
        continue;
      const Interval slope = sign > 0.0 ? last[i] : -last[i];
      const double width = up(box[i].hi() - box[i].lo());
      const double fall = slope.lo() < 0.0 ? up(-slope.lo() * width) : 0.0;
      const double rise = slope.hi() > 0.0 ? up(slope.hi() * width) : 0.0;
      if (std::min(fall, rise) <= slack) {
        paid = up(paid + std::min(fall, rise));
        box[i] = fall <= rise ? box[i].hi() : box[i].lo();
        moved = true;
      }
    }
  }
  return paid;
}

} // namespace polynet
