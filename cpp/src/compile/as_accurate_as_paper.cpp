#include "smallest.hpp"

#include "all_networks.hpp"
#include "bounds/error_function.hpp"
#include "gates.hpp"
#include "refused.hpp"
#include "scales.hpp"
#include "schedule.hpp"

#include <algorithm>
#include <random>

namespace polynet {

namespace {

// How many times the paper's error a network may have; by the factor more by which it has fewer
// neurons than the smallest network within that.
constexpr double tolerated = 2.0;
// Estimates within this factor of what is tolerated are worth a closer look.
constexpr double doubt = 2.0;
// Networks up to this size are judged by certified errors, larger ones by estimates.
constexpr int most_certified = 1500;
// Networks looked at per number of neurons, and in all. Three of a number take 0.3 % fewer neurons
// over 148 networks, and 18 % more time.
constexpr int most_equals = 2;
constexpr std::size_t most_looks = 24;
// Points at which truncation errors are compared.
constexpr std::size_t samples = 256;

// The largest truncation error at corners of the box and at points between, unproved: bounds from
// intervals on the whole box overestimate one network more than another.
double sampled_truncation(const Network &net, const std::vector<ExactPolynomial> &polynomials) {
  const auto sampled = unless_refused([&] {
    const ErrorFunction error(net, polynomials);
    std::mt19937_64 random(1);
    std::vector<double> point(net.box.size());
    double largest = 0.0;
    for (std::size_t sample = 0; sample < samples; ++sample) {
      for (std::size_t i = 0; i < point.size(); ++i) {
        const double where = static_cast<double>(random() >> 11) * 0x1p-53;
        const double t = sample % 2 == 0 ? std::round(where) : where;
        point[i] = net.nearest_input(i, net.box[i].lo() * (1.0 - t) + net.box[i].hi() * t);
      }
      for (const double e : error.estimate(point))
        largest = std::max(largest, std::fabs(e));
    }
    return largest;
  });
  return sampled.value_or(detail::infinity);
}

// How many times the paper's error this one is; no demand is made where the paper has no bound.
double ratio(double error, double paper) {
  return paper <= detail::largest && paper > 0.0 ? error / paper : 1.0;
}

} // namespace

Network smallest_as_accurate_as_paper(const Circuit &circuit, const LocalProblem &problem,
                                      const CompileOptions &options) {
  LaidOut paper = laid_out(finite(schedule(circuit, problem.box, options)), options);
  const bool certified = paper.neurons <= most_certified;
  WholeBoxError paper_error;
  if (certified || paper.neurons == 0)
    paper_error = settle_scales(paper.net, options.scale, options.watch);
  if (paper.neurons == 0)
    return std::move(paper.net);
  const double paper_truncation =
      certified ? sampled_truncation(paper.net, problem.exact) : detail::infinity;

  std::vector<LaidOut> found = all_networks(
      circuit, problem.polynomials, problem.box, options, false, [&](const LaidOut &c) {
        const double saved = double(paper.neurons) / std::max(c.neurons, 1);
        return c.neurons < paper.neurons &&
               c.estimate <= doubt * std::max(tolerated, saved) * paper.estimate;
      });
  // From few neurons to many, up to the first whose error is tolerated.
  std::vector<std::pair<LaidOut *, double>> looked_at;
  LaidOut *accurate = &paper;
  int equals = 0, last = 0;
  for (LaidOut &c : found) {
    equals = c.neurons == last ? equals + 1 : 0;
    last = c.neurons;
    if (equals >= most_equals)
      continue;
    if (looked_at.size() == most_looks)
      break;
    double times = c.estimate / paper.estimate;
    if (certified) {
      const WholeBoxError error = settle_scales(c.net, options.scale, options.watch);
      if (options.watch && options.watch->over())
        break;
      times = std::max(ratio(error.total, paper_error.total),
                       ratio(sampled_truncation(c.net, problem.exact), paper_truncation));
    }
    looked_at.emplace_back(&c, times);
    if (times <= tolerated) {
      accurate = &c;
      break;
    }
  }
  LaidOut *best = accurate;
  for (const auto &[c, times] : looked_at)
    if (times * c->neurons <= tolerated * accurate->neurons && c->neurons < best->neurons)
      best = c;
  if (!certified)
    settle_scales(best->net, options.scale, options.watch);
  return std::move(best->net);
}

} // namespace polynet
