#include "bounder.hpp"

#include "gradient_range.hpp"
#include "polynet/error.hpp"

namespace polynet {

namespace {

constexpr double finest = 1e-7, coarsest = 1e-2;
// Products of terms for a Taylor model: about 0.1 s for the whole box, which is worth it
// once, and a few milliseconds for each of thousands of parts (x86-64).
constexpr std::size_t work_on_box = 6'000'000, work_on_part = 100'000;

Frame frame_of(const std::vector<Interval> &t, const std::vector<bool> &bits) {
  Frame frame = Frame::centred(t, [](double x) { return x; });
  frame.keep_bits(bits);
  return frame;
}

std::vector<Interval> intervals(const Part &part) {
  std::vector<Interval> box;
  for (const auto &[lower, upper] : part)
    box.emplace_back(lower, upper);
  return box;
}

bool equal(const std::vector<Interval> &a, const std::vector<Interval> &b) {
  return std::equal(a.begin(), a.end(), b.begin(), [](const Interval &x, const Interval &y) {
    return x.lo() == y.lo() && x.hi() == y.hi();
  });
}

} // namespace

Bounder::Bounder(const ErrorFunction &error, std::vector<double> tolerances)
    : error_(error), tolerances_(std::move(tolerances)), accuracy_(coarsest) {
  for (std::size_t k = 0; k < tolerances_.size(); ++k) {
    // What is left out of intermediate results adds up to some 30 times the accuracy (kepler2).
    const double wanted = tolerances_[k] / error.on_box()[k].mag() / 12.0;
    accuracy_ = std::clamp(std::min(accuracy_, wanted), finest, coarsest);
  }
}

const std::vector<Bounder::OnBox> &Bounder::on_box(Watch *watch) const {
  std::call_once(on_box_once_, [&] {
    // In the ideal network's own variables.
    const std::size_t n = error_.network().box.size();
    const Frame same{std::vector<double>(n, 0.0), std::vector<double>(n, 1.0),
                     error_.ideal().frame.range};
    try {
      std::vector<Model> models = error_models(error_, same, accuracy_, work_on_box, watch);
      on_box_.clear(); // an exception may have ended this before
      for (std::size_t k = 0; k < models.size(); ++k) {
        check(watch);
        on_box_.push_back({models[k], BernsteinRange::of(models[k], tolerances_[k])});
      }
    } catch (const Error &) {
      on_box_.clear();
    }
  });
  return on_box_;
}

bool Bounder::idle(std::size_t output, Watch *watch) const {
  if (on_box(watch).empty())
    return true;
  std::call_once(idle_once_, [&] {
    idle_.clear();
    for (std::size_t k = 0; k < on_box_.size(); ++k)
      idle_.push_back(on_box_[k].length() > BernsteinRange::few_coefficients &&
                      by_gradient(k, error_.network().box, watch).bound <
                          on_box_[k].range(error_.ideal().frame.range).bound);
  });
  return idle_[output];
}

ModelRange Bounder::by_gradient(std::size_t output, const std::vector<Interval> &part,
                                Watch *watch) const {
  std::call_once(gradient_once_, [this] { gradient_.emplace(error_, tolerances_); });
  return gradient_range(*gradient_, output, part, error_.network().bits,
                        tolerances_[output] / static_cast<double>(part.size()), watch);
}

PartBound Bounder::operator()(std::size_t output, const Part &part, double enough,
                              Watch *watch) const {
  check(watch);
  const std::vector<Interval> box = intervals(part);
  const Frame &frame = error_.ideal().frame;
  const std::vector<Interval> t = frame.coordinates(box);
  PartBound best{error_.on_box()[output].mag(), {}, 0};
  const auto place = [](const std::vector<double> &point, const Frame &f) {
    std::vector<double> placed;
    for (std::size_t i = 0; i < point.size(); ++i)
      placed.push_back(f.centre[i] + f.radius[i] * point[i]);
    return placed;
  };
  const auto improve = [&](const ModelRange &range, std::vector<double> point) {
    if (range.bound < best.upper)
      best = {range.bound, std::move(point), range.direction};
  };
  // The part's own coordinates.
  const Frame own = frame_of(t, error_.network().bits);
  if (best.upper > enough) {
    const double rest = on_box(watch).empty() ? detail::infinity : on_box(watch)[output].model.rest;
    // The whole box's model is there, if any, whether it is idle or not.
    const bool by_model =
        equal(box, error_.network().box) ? !on_box(watch).empty() : !idle(output, watch);
    if (by_model && rest < best.upper) {
      const ModelRange range = on_box(watch)[output].range(t);
      improve(range, place(range.point, frame));
    }
    if (best.upper > enough && (!by_model || rest > tolerances_[output])) {
      const ModelRange range = by_gradient(output, box, watch);
      improve(range, range.point);
    }
    // Only where the rest is to blame does a model of the part help.
    if (best.upper > enough && rest > tolerances_[output] && best.upper - rest <= enough)
      try {
        const Model model = error_models(error_, own, accuracy_, work_on_part, watch)[output];
        const auto bernstein = BernsteinRange::of(model, tolerances_[output]);
        const ModelRange range =
            bernstein ? (*bernstein)(own.range) : termwise_range(model, own.range);
        improve(range, place(place(range.point, own), frame));
      } catch (const Error &) {
        // Too many terms: the bounds so far stand.
      }
  }
  if (best.candidate.empty()) // no model: the centre, the widest variable
    for (std::size_t i = 0; i < box.size(); ++i) {
      best.candidate.push_back(box[i].mid());
      if (own.radius[i] > own.radius[best.direction])
        best.direction = i;
    }
  return best;
}

} // namespace polynet
