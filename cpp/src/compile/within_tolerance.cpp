// The smallest network within a tolerance.
#include "all_networks.hpp"
#include "bounds/error_function.hpp"
#include "bounds/rounding.hpp"
#include "gates.hpp"
#include "polynet/error.hpp"
#include "refused.hpp"
#include "scales.hpp"
#include "schedule.hpp"
#include "smallest.hpp"

#include <algorithm>

namespace polynet {

namespace {

// Scales are chosen and the error is certified for at most so many networks: of the smallest ones
// whose estimated error is not far beyond the tolerance, and then of those with the least.
constexpr int most_trials = 48;
constexpr std::size_t most_accurate_looks = 16;
constexpr double leeway = 8.0;

class Search {
public:
  Search(const LocalProblem &problem, const std::vector<Interval> &inputs,
         const std::vector<ExactPolynomial> &polynomials, const CompileOptions &options)
      : problem_(problem), inputs_(inputs), polynomials_(polynomials), options_(options) {}

  Network run() {
    const Circuit paper = monomial_circuit(
        problem_.polynomials, static_cast<int>(problem_.box.size()), one_neuron_bits(options_));
    std::vector<LaidOut> found = all_networks(paper, problem_.polynomials, problem_.box, options_,
                                              true, [](const LaidOut &) { return true; });
    std::vector<LaidOut *> rest;
    int looks = 0;
    for (LaidOut &c : found) {
      require_time();
      if (!(c.estimate <= leeway * *options_.tolerance) || looks == most_trials) {
        rest.push_back(&c);
        continue;
      }
      ++looks;
      if (within(c.net))
        return std::move(c.net);
    }
    std::stable_sort(rest.begin(), rest.end(),
                     [](const LaidOut *a, const LaidOut *b) { return a->estimate < b->estimate; });
    rest.resize(std::min(rest.size(), most_accurate_looks));
    std::stable_sort(rest.begin(), rest.end(),
                     [](const LaidOut *a, const LaidOut *b) { return a->neurons < b->neurons; });
    for (LaidOut *c : rest) {
      require_time();
      if (within(c->net))
        return std::move(c->net);
    }
    refuse();
  }

private:
  bool within(Network &net) {
    const double error = certified_error(net);
    best_error_ = std::min(best_error_, error);
    return error <= *options_.tolerance;
  }

  // |network - polynomial| by neurons on the whole box, worst output; infinite where nothing is
  // proved.
  double certified_error(Network &net) const {
    settle_scales(net, options_.scale, options_.watch);
    const auto proved = unless_refused([&] {
      const Network real = over_inputs(net, problem_.variables, inputs_);
      const ErrorFunction error(real, polynomials_);
      const std::vector<Interval> &errors = error.on_box();
      const std::vector<double> rounding =
          rounding_by_neurons(real, error.truncation(), default_activation_ulp(real));
      double worst = 0.0;
      for (std::size_t k = 0; k < errors.size(); ++k)
        worst = std::max(worst, up(errors[k].mag() + rounding[k]));
      return worst;
    });
    return proved.value_or(detail::infinity);
  }

  void require_time() const {
    try {
      check(options_.watch);
    } catch (const SearchOver &) {
      refuse();
    }
  }

  [[noreturn]] void refuse() const {
    if (options_.watch && options_.watch->over())
      throw Error(ErrorCode::time_limit,
                  "the time was up before a network within the tolerance " +
                      text(*options_.tolerance) + " was found; the best so far reached " +
                      text(best_error_) + "; allow more time, or a larger tolerance");
    std::string advice = "a smaller box or a larger tolerance";
    if (options_.dtype == Dtype::float32)
      advice = "dtype float64, " + advice;
    if (best_error_ < detail::infinity)
      advice = "evaluation by gates (compile without a tolerance and certify that way), " + advice;
    throw Error(ErrorCode::not_certified,
                "no network found is certified within the tolerance " + text(*options_.tolerance) +
                    " by neurons in " + std::string(name_of(options_.dtype)) +
                    "; the best reached " + text(best_error_) + "; what may help: " + advice);
  }

  const LocalProblem &problem_;
  const std::vector<Interval> &inputs_;
  const std::vector<ExactPolynomial> &polynomials_; // in the inputs
  const CompileOptions &options_;
  double best_error_ = detail::infinity;
};

} // namespace

Network smallest_within_tolerance(const LocalProblem &problem, const std::vector<Interval> &inputs,
                                  const std::vector<ExactPolynomial> &polynomials,
                                  const CompileOptions &options) {
  return Search(problem, inputs, polynomials, options).run();
}

} // namespace polynet
