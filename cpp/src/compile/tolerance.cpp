// The smallest network within a tolerance.
#include "gates.hpp"
#include "polynet/error.hpp"
#include "scales.hpp"

#include <algorithm>

namespace polynet {

namespace {

// Scales are chosen and the error is certified for at most so many networks.
constexpr int most_looks = 64;
constexpr int most_hidden_layers = 8;
constexpr double shifts[] = {0.0, 0.5, 4.0};

// What a network's gates of order 2 may be exchanged for.
enum class Exchange { none, forward, halves, richardson };

// The network with its products and squares exchanged; false if there is nothing to exchange.
bool exchange(Network &net, Exchange kind, const CompileOptions &options) {
  bool any = false;
  for (HiddenLayer &layer : net.hidden)
    for (Gate &gate : layer.gates) {
      const bool product = gate.stencil->name == "product";
      if (!product && gate.stencil->name != "square")
        continue;
      std::string suffix = kind == Exchange::forward      ? "_forward"
                           : kind == Exchange::richardson ? "_richardson2"
                                                          : half_suffix(*options.activation, 2);
      // A forward square has as many neurons as a central one.
      if (suffix.empty() || (kind == Exchange::forward && !product))
        continue;
      gate = product_gate(options, gate.stencil->name + suffix, gate.operands);
      if (kind == Exchange::forward)
        gate.bias = round_to(options.dtype, options.activation->curvature_bias);
      any = true;
    }
  return any;
}

class Search {
public:
  Search(const std::vector<Polynomial> &polynomials, const std::vector<Interval> &box,
         const CompileOptions &options)
      : polynomials_(polynomials), box_(box), options_(options) {}

  Network run() {
    collect();
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Network &a, const Network &b) { return a.neurons() < b.neurons(); });
    int looks = 0;
    for (Network &net : found_) {
      if (looks++ == most_looks)
        break;
      const double error = certified_error(net);
      if (error <= *options_.tolerance)
        return std::move(net);
      if (error < best_error_ || !best_) {
        best_error_ = error;
        best_ = &net;
      }
    }
    // The smallest were too inaccurate: the most accurate that there is.
    for (auto net = found_.rbegin(); net != found_.rend() && looks > most_looks; ++net)
      if (const double error = certified_error(*net); error <= *options_.tolerance)
        return std::move(*net);
      else if (looks++ > most_looks + 8)
        break;
      else if (error < best_error_) {
        best_error_ = error;
        best_ = &*net;
      }
    refuse();
  }

private:
  void collect() {
    std::vector<Circuit> circuits = compact_circuits(polynomials_, box_, options_);
    if (!options_.bits.empty()) // a dense form of many bits may take fewer squares than products
      for (Circuit &circuit : compact_circuits(polynomials_, box_))
        circuits.push_back(std::move(circuit));
    circuits.push_back(paper_circuit(polynomials_, box_, options_));
    circuits.push_back(polarised(circuits.back()));
    for (const Circuit &circuit : circuits)
      for (const double shift : shifts)
        add([&] { return schedule(circuit, box_, options_, shift); }, true);
    for (int layers = 1; layers <= most_hidden_layers; ++layers)
      add([&] { return grouped(polynomials_, box_, options_, layers, true); }, false);
  }

  template <typename Make> void add(const Make &make, bool exchangeable) {
    try {
      found_.push_back(make());
    } catch (const Error &) {
      return; // its numbers overflow the dtype, or its gates are too large
    }
    if (!exchangeable)
      return;
    const Network plain = found_.back();
    for (const Exchange kind : {Exchange::forward, Exchange::halves, Exchange::richardson}) {
      Network other = plain;
      if (exchange(other, kind, options_))
        found_.push_back(std::move(other));
    }
  }

  // |network - polynomial| by neurons on the whole box, worst output; infinite where nothing is
  // proved.
  double certified_error(Network &net) const {
    try {
      settle_scales(net, options_);
      const IdealNetwork ideal = ideal_network(net);
      const Truncation truncation(net, ideal);
      const std::vector<Interval> errors = ErrorFunction(ideal, truncation, polynomials_)(net.box);
      const std::vector<double> rounding =
          rounding_by_neurons(net, truncation, default_activation_ulp(net.dtype));
      double worst = 0.0;
      for (std::size_t k = 0; k < errors.size(); ++k)
        worst = std::max(worst, up(errors[k].mag() + rounding[k]));
      return worst;
    } catch (const Error &) {
      return detail::infinity;
    }
  }

  [[noreturn]] void refuse() const {
    std::string advice = "a smaller box or a larger tolerance";
    if (options_.dtype == Dtype::float32)
      advice = "dtype float64, " + advice;
    if (best_)
      advice = "evaluation by gates (compile without a tolerance and certify that way), " + advice;
    throw Error(ErrorCode::not_certified,
                "no network found is certified within the tolerance " + text(*options_.tolerance) +
                    " by neurons in " + std::string(name_of(options_.dtype)) +
                    "; the best reached " + text(best_error_) + "; what may help: " + advice);
  }

  const std::vector<Polynomial> &polynomials_;
  const std::vector<Interval> &box_;
  const CompileOptions &options_;
  std::vector<Network> found_;
  const Network *best_ = nullptr;
  double best_error_ = detail::infinity;
};

} // namespace

Network compile_within(const std::vector<Polynomial> &polynomials, const std::vector<Interval> &box,
                       const CompileOptions &options) {
  return Search(polynomials, box, options).run();
}

} // namespace polynet
