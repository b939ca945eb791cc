#include "search.hpp"

#include <queue>

namespace polynet {

namespace {

constexpr std::size_t max_corners = 1024;
constexpr std::size_t random_points = 512;
// Up to this many variables every direction of a split is tried; beyond, the widest is taken.
constexpr std::size_t max_tried_splits = 12;

std::pair<std::vector<Interval>, std::vector<Interval>> split(const std::vector<Interval> &box,
                                                              std::size_t i) {
  std::vector<Interval> left = box, right = box;
  const double middle = box[i].mid();
  left[i] = {box[i].lo(), middle};
  right[i] = {middle, box[i].hi()};
  return {left, right};
}

} // namespace

ErrorFunction::ErrorFunction(const IdealNetwork &ideal, const Truncation &truncation,
                             const std::vector<Polynomial> &polynomials)
    : truncation_(truncation), differences_(ideal.outputs) {
  for (std::size_t k = 0; k < polynomials.size(); ++k) {
    differences_[k].polynomial.add(polynomials[k], -1.0);
    degree_ = std::max(degree_, differences_[k].polynomial.degree());
  }
}

std::vector<Interval> ErrorFunction::operator()(const std::vector<Interval> &box) const {
  std::vector<Interval> errors = truncation_(box);
  const PowerTable powers(box, degree_);
  for (std::size_t k = 0; k < errors.size(); ++k)
    errors[k] += differences_[k].polynomial(powers) + differences_[k].rest;
  return errors;
}

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
    point[i] = std::clamp(round_to(net_.dtype, point[i]), net_.box[i].lo(), net_.box[i].hi());
  const std::vector<Interval> errors = error_({point.begin(), point.end()});
  for (std::size_t k = 0; k < errors.size(); ++k)
    if (errors[k].mig() > best_[k].error)
      best_[k] = {errors[k].mig(), point};
}

void Search::sample() {
  const std::size_t n = net_.box.size();
  const bool all_corners = n < 10 || (std::size_t{1} << std::min<std::size_t>(n, 20)) <= max_corners;
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
      point[i] = round_to(net_.dtype, net_.box[i].lo() * (1.0 - w) + net_.box[i].hi() * w);
      point[i] = std::clamp(point[i], net_.box[i].lo(), net_.box[i].hi());
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
          point[i] += direction * step * (0.5 * net_.box[i].hi() - 0.5 * net_.box[i].lo());
          try_point(std::move(point));
          improved = improved || best_[k].error > before * 1.0001;
        }
    }
}

double Search::bound(std::size_t k, const Box &box) {
  ++boxes_;
  return error_(box)[k].mag();
}

std::size_t Search::best_split(std::size_t k, const Box &box) {
  std::size_t best = 0;
  double best_bound = detail::infinity, widest = -1.0;
  for (std::size_t i = 0; i < box.size(); ++i) {
    const double root = net_.box[i].hi() - net_.box[i].lo();
    const double width = root > 0.0 ? (box[i].hi() - box[i].lo()) / root : 0.0;
    if (box.size() > max_tried_splits) {
      if (width > widest) {
        widest = width;
        best = i;
      }
    } else if (width > 0.0) {
      const auto [left, right] = split(box, i);
      const double a = bound(k, left), b = bound(k, right);
      // The sum breaks the tie between directions that leave the worse half as it was.
      const double value = std::max(a, b) + 0x1p-10 * (a + b);
      if (value < best_bound) {
        best_bound = value;
        best = i;
      }
    }
  }
  return best;
}

double Search::upper(std::size_t k, double ratio, double negligible, std::size_t budget) {
  struct Part {
    double bound;
    Box box;
    bool operator<(const Part &other) const { return bound < other.bound; }
  };
  std::priority_queue<Part> parts;
  parts.push({bound(k, net_.box), net_.box});
  const std::size_t stop = boxes_ + budget;
  while (boxes_ < stop && parts.top().bound > std::max(ratio * best_[k].error, negligible)) {
    const Part worst = parts.top();
    const std::size_t i = best_split(k, worst.box);
    const auto [left, right] = split(worst.box, i);
    // A point has no halves.
    if (!(worst.box[i].hi() > worst.box[i].lo()))
      break;
    parts.pop();
    for (const Box &half : {left, right}) {
      // The whole box's bound holds for its halves, should rounding make theirs wider.
      parts.push({std::min(bound(k, half), worst.bound), half});
      Point centre;
      for (const Interval &x : half)
        centre.push_back(x.mid());
      try_point(std::move(centre));
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
