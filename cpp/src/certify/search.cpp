#include "search.hpp"

#include <functional>
#include <optional>
#include <queue>

namespace polynet {

namespace {

constexpr std::size_t max_corners = 1024;
constexpr std::size_t random_points = 512;
// Up to this many directions a split tries them all; beyond, it takes the relatively widest.
constexpr std::size_t max_tried_splits = 12;

// Nothing lies between the ends of a bit.
std::pair<std::vector<Interval>, std::vector<Interval>> split(const std::vector<Interval> &box,
                                                              std::size_t i, bool is_bit) {
  std::vector<Interval> left = box, right = box;
  const double middle = box[i].mid();
  left[i] = is_bit ? Interval(box[i].lo()) : Interval(box[i].lo(), middle);
  right[i] = is_bit ? Interval(box[i].hi()) : Interval(middle, box[i].hi());
  return {left, right};
}

} // namespace

Search::Search(const Network &net, const ErrorFunction &error)
    : net_(net), error_(error), best_(net.outputs.size()) {}

double Search::random() { // xorshift64*, to [0, 1)
  random_state_ ^= random_state_ >> 12;
  random_state_ ^= random_state_ << 25;
  random_state_ ^= random_state_ >> 27;
  return static_cast<double>((random_state_ * 0x2545f4914f6cdd1du) >> 11) * 0x1p-53;
}

void Search::try_point(Point point) {
  for (std::size_t i = 0; i < point.size(); ++i)
    point[i] = net_.nearest_input(i, point[i]);
  const std::vector<Interval> errors = error_({point.begin(), point.end()});
  for (std::size_t k = 0; k < errors.size(); ++k)
    if (errors[k].mig() > best_[k].error)
      best_[k] = {errors[k].mig(), point};
}

void Search::sample() {
  const std::size_t n = net_.box.size();
  const bool all_corners =
      n < 10 || (std::size_t{1} << std::min<std::size_t>(n, 20)) <= max_corners;
  const std::size_t corners = all_corners ? std::size_t{1} << n : max_corners;
  Point point(n);
  for (std::size_t c = 0; c < corners; ++c) {
    for (std::size_t i = 0; i < n; ++i) {
      const bool high = all_corners ? (c >> i) & 1 : random() < 0.5;
      point[i] = high ? net_.box[i].hi() : net_.box[i].lo();
    }
    sampled_.push_back(point);
  }
  for (std::size_t c = 0; c < random_points; ++c) {
    for (std::size_t i = 0; i < n; ++i) {
      const double w = c == 0 ? 0.5 : random();
      point[i] = net_.nearest_input(i, net_.box[i].lo() * (1.0 - w) + net_.box[i].hi() * w);
    }
    sampled_.push_back(point);
  }
  for (const Point &p : sampled_)
    try_point(p);
}

void Search::refine(std::size_t k) {
  for (double step = 0.5; step > 1e-3; step *= 0.5)
    for (bool improved = true; improved;) {
      improved = false;
      for (std::size_t i = 0; i < net_.box.size(); ++i)
        for (const double direction : {-1.0, 1.0}) {
          const double before = best_[k].error;
          Point point = best_[k].point;
          const double radius = 0.5 * net_.box[i].hi() - 0.5 * net_.box[i].lo();
          point[i] += direction * (net_.is_bit(i) ? 1.0 : step * radius);
          try_point(std::move(point));
          improved = improved || best_[k].error > before * 1.0001;
        }
    }
}

Search::Part Search::part(std::size_t k, Box box) {
  ++boxes_;
  const double bound = error_(box)[k].mag();
  return {bound, std::move(box)};
}

std::vector<std::size_t> Search::directions(const Box &box) const {
  std::vector<std::size_t> splittable;
  std::size_t widest = 0;
  double largest_width = 0.0;
  for (std::size_t i = 0; i < box.size(); ++i) {
    // Neighbouring doubles have no number between them.
    if (box[i].mid() == box[i].lo() || box[i].mid() == box[i].hi())
      continue;
    splittable.push_back(i);
    const double width =
        (0.5 * box[i].hi() - 0.5 * box[i].lo()) / (0.5 * net_.box[i].hi() - 0.5 * net_.box[i].lo());
    if (width > largest_width) {
      largest_width = width;
      widest = i;
    }
  }
  if (splittable.size() > max_tried_splits)
    return {widest};
  return splittable;
}

double Search::upper(std::size_t k, double ratio, double negligible, std::size_t budget) {
  std::priority_queue<Part> parts;
  const std::size_t stop = boxes_ + budget;
  parts.push(part(k, net_.box));
  while (parts.top().bound > std::max(ratio * best_[k].error, negligible)) {
    const Part worst = parts.top();
    const std::vector<std::size_t> candidates = directions(worst.box);
    if (candidates.empty() || boxes_ + 2 * candidates.size() > stop)
      break;
    std::optional<std::pair<Part, Part>> best;
    double best_value = 0.0;
    for (const std::size_t i : candidates) {
      auto [left, right] = split(worst.box, i, net_.is_bit(i));
      std::pair<Part, Part> halves{part(k, std::move(left)), part(k, std::move(right))};
      // The sum breaks the tie between directions that leave the worse half as it was.
      const double a = halves.first.bound, b = halves.second.bound;
      const double value = std::max(a, b) + 0x1p-10 * (a + b);
      if (!best || value < best_value) {
        best = std::move(halves);
        best_value = value;
      }
    }
    parts.pop();
    for (Part &half : {std::ref(best->first), std::ref(best->second)}) {
      Point centre;
      for (const Interval &x : half.box)
        centre.push_back(x.mid());
      try_point(std::move(centre));
      // The whole box's bound holds for its halves, should rounding make theirs wider.
      half.bound = std::min(half.bound, worst.bound);
      parts.push(std::move(half));
    }
  }
  return parts.top().bound;
}

std::vector<std::vector<double>> Search::points() const {
  std::vector<Point> points = sampled_;
  for (const Best &best : best_)
    points.push_back(best.point);
  return points;
}

} // namespace polynet
