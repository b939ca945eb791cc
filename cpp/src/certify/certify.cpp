#include "polynet/certify.hpp"

#include "attained.hpp"
#include "bounder.hpp"
#include "bounds/rounding.hpp"
#include "evaluate/plan/plan.hpp"
#include "points.hpp"
#include "polynet/error.hpp"
#include "polynet/float_environment.hpp"
#include "tree.hpp"

#include <string>

namespace polynet {

namespace {

// Leaves cut at a time: enough to keep many workers busy, few enough to stay near the order of
// worst first. Part of the algorithm, since the certificate depends on it.
constexpr std::size_t cuts_at_a_time = 32;
// The share of what `ratio` allows that may be lost to terms that are left out, and again to moving
// variables to an end. From 0.05 to 0.5 boxes and bounds are the same to 0.02 per cent; with all of
// it there are twice as many boxes.
constexpr double share_of_loss = 0.25;
// A box of many variables gains nothing by being cut: if this share of the boxes has not taken
// that share off the excess over the lower bound, the others would not either.
constexpr std::size_t trial = 4; // a quarter
constexpr double least_gain = 0.05;
// Room for a proof by other means, in floating point too (docs/checker.md).
constexpr double room = 1.0 + 0x1p-30;
// Ratios closer to 1 are not worth more terms.
constexpr double least_excess = 1e-3;
// A truncation below this share of the rounding does not show beside it: to bound it better would
// be idle.
constexpr double share_of_rounding = 0.01;

void check_arguments(const Network &net, const std::vector<ExactPolynomial> &polynomials,
                     const CertifyOptions &options) {
  validate(net);
  for (const ExactPolynomial &p : polynomials)
    p.require_variables(net.box.size());
  if (polynomials.size() != net.outputs.size())
    throw Error(ErrorCode::invalid_input,
                "the network has " + std::to_string(net.outputs.size()) + " outputs, but " +
                    std::to_string(polynomials.size()) + " polynomials were given");
  if (!(options.ratio >= 1.0))
    throw Error(ErrorCode::invalid_input, "ratio must be at least 1");
  if (!(options.activation_ulp >= 0.0 && options.activation_ulp <= 1e6))
    throw Error(ErrorCode::invalid_input, "activation_ulp must lie between 0 and 1e6");
}

// What follows from the proofs: if it does not hold, one of them is wrong. Also false of a NaN.
void require_consistent(bool consequence, const char *what, std::size_t k) {
  if (!consequence)
    throw Error(ErrorCode::internal, std::string(what) + " of output " + std::to_string(k) +
                                         " contradicts the proved bounds: a fault in polynet; "
                                         "please report the network and its polynomials");
}

void require_finite(const OutputBounds &bounds, std::size_t k) {
  if (bounds.upper <= detail::largest)
    return;
  const char *part = bounds.truncation_upper <= detail::largest ? "rounding" : "truncation";
  throw Error(ErrorCode::not_certified,
              "no finite bound on the " + std::string(part) + " error of output " +
                  std::to_string(k) +
                  " could be proved: a scale is too extreme for the dtype or a value overflows; "
                  "leave the scale to the compiler, evaluate by gates, or rescale the problem");
}

void require_argument(bool condition, const char *message) {
  if (!condition)
    throw Error(ErrorCode::invalid_input, message);
}

// Lets the watch see that time passes.
void look(Watch *watch) {
  try {
    check(watch);
  } catch (const SearchOver &) {
    throw Error(ErrorCode::time_limit, "the time was up before the bounds were proved");
  }
}

} // namespace

struct Certifier::State {
  State(const Network &network, std::vector<ExactPolynomial> p, const CertifyOptions &o)
      : net(network), polynomials(std::move(p)), options(o), error(net, polynomials),
        by_gates(Evaluator::by_gates(net, error.truncation())), points(error) {}

  std::size_t outputs() const { return trees.size(); }
  void require_output(std::size_t k) const {
    require_argument(k < outputs(), "the network has no output of that number");
  }
  double enough(std::size_t k) const {
    return std::max(options.ratio * points.lower(k), share_of_rounding * rounding[k]);
  }
  double excess(std::size_t k) const { return trees[k].bound() - points.lower(k); }
  std::size_t budget() const { return std::max<std::size_t>(options.max_boxes / outputs(), 1); }
  OutputBounds bounds(std::size_t k) const {
    OutputBounds b;
    b.rounding = rounding[k];
    b.truncation_upper = up(trees[k].bound() * room);
    b.truncation_lower = points.lower(k);
    b.truncation_witness = points.witness(k);
    b.upper = up(b.truncation_upper + b.rounding);
    require_consistent(b.rounding >= 0.0, "the rounding", k);
    require_consistent(0.0 <= b.truncation_lower && b.truncation_lower <= b.truncation_upper,
                       "a point's truncation", k);
    return b;
  }

  const Network &net;
  const std::vector<ExactPolynomial> polynomials;
  const CertifyOptions options;
  const ErrorFunction error;
  const Evaluator by_gates;
  double ulp = 0.0;
  std::vector<double> rounding;
  PointSearch points;
  std::optional<Bounder> bounder;
  Part box;
  std::vector<PartTree> trees;
  /// Boxes bounded for every output.
  std::vector<std::size_t> boxes;
  /// The output at work, and whether its whole box has had the best methods.
  std::size_t current = 0;
  bool whole_is_bounded = false;
  /// How many parts await their bounds.
  std::size_t awaiting = 0;
  /// The excess of the whole box, until the trial is over.
  std::optional<double> before_trial;
};

Certifier::Certifier(const Network &net, const std::vector<ExactPolynomial> &polynomials,
                     const CertifyOptions &options, Watch *watch) {
  const SoundFloats floats;
  look(watch);
  check_arguments(net, polynomials, options);
  state_ = std::make_unique<State>(net, polynomials, options);
  State &s = *state_;
  look(watch);
  if (options.way == Way::neurons) {
    s.ulp = options.activation_ulp > 0.0 ? options.activation_ulp : default_activation_ulp(net);
    s.rounding = rounding_by_neurons(net, s.error.truncation(), s.ulp);
  } else {
    // Our own activations are proved; only one of the user's has to be assumed accurate.
    const bool assumed = uses_neurons(s.by_gates.plan()) && !net.activation->function;
    const double ulp =
        assumed && options.activation_ulp > 0.0 ? options.activation_ulp : own_activation_ulp(net);
    s.rounding = rounding_by_gates(net, s.error.truncation(), s.by_gates.plan(), ulp);
    s.ulp = assumed ? ulp : 0.0;
  }
  look(watch);
  s.points.sample();
  look(watch);
  for (const Interval &x : net.box)
    s.box.emplace_back(x.lo(), x.hi());
  std::vector<double> tolerances;
  for (std::size_t k = 0; k < polynomials.size(); ++k) {
    const double excess = std::max(options.ratio - 1.0, least_excess), lower = s.points.lower(k);
    tolerances.push_back(share_of_loss *
                         std::max(excess * lower, share_of_rounding * s.rounding[k] - lower));
    s.trees.emplace_back(s.box, s.error.on_box()[k].mag(), net.bits);
    s.boxes.push_back(1);
  }
  s.bounder.emplace(s.error, std::move(tolerances));
}

Certifier::~Certifier() = default;

Task Certifier::next() {
  const SoundFloats floats;
  State &s = *state_;
  for (; s.current < s.outputs(); ++s.current, s.whole_is_bounded = false) {
    PartTree &tree = s.trees[s.current];
    const double enough = s.enough(s.current);
    Task task{s.current, {}};
    if (tree.bound() <= enough)
      continue;
    if (!s.whole_is_bounded) {
      task.parts.push_back(s.box);
      s.awaiting = 1;
      return task;
    }
    const std::size_t done = s.boxes[s.current], left = s.budget() - std::min(s.budget(), done);
    if (s.before_trial && trial * done >= s.budget()) {
      if (s.excess(s.current) > (1.0 - least_gain) * *s.before_trial)
        continue;
      s.before_trial.reset();
    }
    task.parts = tree.cut(enough, std::min(cuts_at_a_time, left / 2));
    s.awaiting = task.parts.size();
    if (!task.parts.empty())
      return task;
  }
  return {};
}

void Certifier::accept(const std::vector<PartBound> &bounds) {
  const SoundFloats floats;
  State &s = *state_;
  require_argument(s.awaiting > 0 && bounds.size() == s.awaiting,
                   "accept() takes one bound for each part that next() gave last");
  for (const PartBound &bound : bounds)
    require_argument(bound.direction < s.box.size() && bound.candidate.size() == s.box.size(),
                     "a bound's point and direction do not fit the box");
  s.awaiting = 0;
  PartTree &tree = s.trees[s.current];
  if (s.whole_is_bounded) {
    tree.accept(bounds);
    s.boxes[s.current] += bounds.size();
  } else {
    tree.accept_root(bounds.front());
    s.whole_is_bounded = true;
    s.before_trial = s.excess(s.current);
  }
  std::vector<std::vector<double>> candidates;
  for (const PartBound &bound : bounds)
    candidates.push_back(bound.candidate);
  s.points.try_points(s.current, candidates);
}

std::vector<PartBound> Certifier::bounds(const Task &task, Watch *watch) const {
  const SoundFloats floats;
  state_->require_output(task.output);
  for (const Part &part : task.parts)
    require_argument(part.size() == state_->box.size(), "a part needs an interval for every input");
  std::vector<PartBound> result;
  try {
    for (const Part &part : task.parts)
      result.push_back((*state_->bounder)(task.output, part, watch));
  } catch (const SearchOver &) {
    look(watch);
  }
  return result;
}

OutputBounds Certifier::so_far(std::size_t output) const {
  const SoundFloats floats;
  state_->require_output(output);
  return state_->bounds(output);
}

Certificate Certifier::certificate(Watch *watch) const {
  const SoundFloats floats;
  const State &s = *state_;
  Certificate certificate;
  certificate.way = s.options.way;
  certificate.activation_ulp = s.ulp;
  for (std::size_t k = 0; k < s.outputs(); ++k) {
    certificate.outputs.push_back(s.bounds(k));
    require_finite(certificate.outputs.back(), k);
    certificate.boxes += s.boxes[k];
  }
  std::optional<Evaluator> by_neurons;
  if (s.options.way == Way::neurons)
    by_neurons.emplace(Evaluator::by_neurons(s.net));
  AttainedErrors attained(s.net, by_neurons ? *by_neurons : s.by_gates, s.polynomials);
  look(watch);
  attained.try_points(s.points.points());
  for (std::size_t k = 0; k < s.outputs(); ++k) {
    look(watch);
    OutputBounds &bounds = certificate.outputs[k];
    // The truncation's witness was evaluated too.
    require_consistent(up(attained.largest(k) + bounds.rounding) >= bounds.truncation_lower,
                       "the evaluation of the truncation's witness", k);
    attained.wander(k);
    // Nothing that was evaluated is infinite or a NaN.
    require_consistent(attained.largest(k) <= detail::largest, "an evaluation", k);
    bounds.lower = attained.lower(k);
    require_consistent(0.0 <= bounds.lower && bounds.lower <= bounds.upper,
                       "the evaluation of the witness", k);
    bounds.witness = attained.witness(k);
  }
  return certificate;
}

Certificate certify(const Network &net, const std::vector<ExactPolynomial> &polynomials,
                    const CertifyOptions &options) {
  Certifier certifier(net, polynomials, options);
  for (Task task; !(task = certifier.next()).parts.empty();)
    certifier.accept(certifier.bounds(task));
  return certifier.certificate();
}

} // namespace polynet
