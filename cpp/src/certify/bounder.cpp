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

} // namespace

Bounder::Bounder(const ErrorFunction &error, std::vector<double> tolerances)
    : error_(error), tolerances_(std::move(tolerances)), accuracy_(coarsest) {
  for (std::size_t k = 0; k < tolerances_.size(); ++k) {
    // What is left out of intermediate results adds up to some 30 times the accuracy (kepler2).
    const double wanted = tolerances_[k] / error.on_box()[k].mag() / 12.0;
    accuracy_ = std::clamp(std::min(accuracy_, wanted), finest, coarsest);
  }
}

const std::vector<Bounder::OnBox> &Bounder::on_box() const {
  std::call_once(on_box_once_, [this] {
    // In the ideal network's own variables.
    const std::size_t n = error_.network().box.size();
    const Frame same{std::vector<double>(n, 0.0), std::vector<double>(n, 1.0),
                     error_.ideal().frame.range};
    try {
      std::vector<Model> models = error_models(error_, same, accuracy_, work_on_box);
      for (std::size_t k = 0; k < models.size(); ++k)
        on_box_.push_back({models[k], BernsteinRange::of(models[k], tolerances_[k])});
    } catch (const Error &) {
      on_box_.clear();
    }
  });
  return on_box_;
}

const ErrorGradient &Bounder::gradient() const {
  std::call_once(gradient_once_, [this] { gradient_.emplace(error_, tolerances_); });
  return *gradient_;
}

PartBound Bounder::operator()(std::size_t output, const Part &part, double enough) const {
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
  const auto improve = [&](const Range &range, std::vector<double> point) {
    if (range.bound < best.upper)
      best = {range.bound, std::move(point), range.direction};
  };
  // The part's own coordinates.
  const Frame own = frame_of(t, error_.network().bits);
  if (best.upper > enough) {
    const OnBox *whole = on_box().empty() ? nullptr : &on_box()[output];
    const double rest = whole ? whole->model.rest : detail::infinity;
    const auto by_model = [&] {
      if (!whole || !(rest < best.upper))
        return;
      const Range range =
          whole->bernstein ? (*whole->bernstein)(t) : termwise_range(whole->model, t);
      improve(range, place(range.point, frame));
    };
    const auto by_gradient = [&] {
      const double slack = tolerances_[output] / static_cast<double>(box.size());
      const Range range = gradient_range(gradient(), output, box, error_.network().bits, slack);
      improve(range, range.point);
    };
    // The gradient takes less time than a long model, but bounds mixed signs less well.
    if (whole && whole->length() <= BernsteinRange::few_coefficients) {
      by_model();
      if (best.upper > enough && rest > tolerances_[output])
        by_gradient();
    } else {
      by_gradient();
      if (best.upper > enough)
        by_model();
    }
    // Only where the rest is to blame does a model of the part help.
    if (best.upper > enough && rest > tolerances_[output] && best.upper - rest <= enough)
      try {
        const Model model = error_models(error_, own, accuracy_, work_on_part)[output];
        const auto bernstein = BernsteinRange::of(model, tolerances_[output]);
        const Range range = bernstein ? (*bernstein)(own.range) : termwise_range(model, own.range);
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
