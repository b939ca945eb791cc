#include "model.hpp"

#include "error_free.hpp"

namespace polynet {

namespace {

// hi - lo, rounded up only where it is not exact.
double difference_up(double hi, double lo) {
  const double d = hi - lo;
  const double error = sum_error(hi, -lo, d);
  return error > 0.0 || std::isnan(error) ? up(d) : d;
}

} // namespace

Frame Frame::centred(const std::vector<Interval> &box, double (*round)(double)) {
  Frame f;
  for (const Interval &x : box) {
    const double c = std::clamp(round(x.mid()), x.lo(), x.hi());
    f.centre.push_back(c);
    f.radius.push_back(std::max(difference_up(x.hi(), c), difference_up(c, x.lo())));
  }
  f.range.assign(box.size(), {-1.0, 1.0});
  f.range = f.coordinates(box);
  return f;
}

Frame Frame::scaled(const std::vector<Interval> &box) {
  Frame f;
  for (const Interval &x : box) {
    const bool point = x.lo() == x.hi();
    f.centre.push_back(point ? x.lo() : 0.0);
    f.radius.push_back(point ? 0.0 : x.mag());
  }
  f.range.assign(box.size(), {-1.0, 1.0});
  f.range = f.coordinates(box);
  return f;
}

void Frame::keep_bits(const std::vector<bool> &bits) {
  for (std::size_t i = 0; i < bits.size(); ++i)
    if (bits[i] && radius[i] > 0.0) {
      centre[i] = 0.0;
      radius[i] = 1.0;
      range[i] = {0.0, 1.0};
    }
}

std::vector<Interval> Frame::coordinates(const std::vector<Interval> &part) const {
  std::vector<Interval> t;
  for (std::size_t i = 0; i < part.size(); ++i)
    t.push_back(radius[i] > 0.0
                    ? intersect((part[i] - Interval(centre[i])) / Interval(radius[i]), range[i])
                    : Interval(0.0));
  return t;
}

} // namespace polynet
