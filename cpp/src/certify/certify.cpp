#include "polynet/certify.hpp"

#include "polynet/error.hpp"
#include "polynet/rounding.hpp"
#include "search.hpp"

#include <string>

namespace polynet {

namespace {

void check_arguments(const Network &net, const std::vector<Polynomial> &polynomials,
                     const CertifyOptions &options) {
  if (polynomials.size() != net.outputs.size())
    throw Error(ErrorCode::invalid_input,
                "the network has " + std::to_string(net.outputs.size()) + " outputs, but " +
                    std::to_string(polynomials.size()) + " polynomials were given");
  if (!(options.ratio >= 1.0))
    throw Error(ErrorCode::invalid_input, "ratio must be at least 1");
  if (!(options.activation_ulp >= 0.0 && options.activation_ulp <= 1e6))
    throw Error(ErrorCode::invalid_input, "activation_ulp must lie between 0 and 1e6");
}

std::vector<double> evaluated(const Network &net, const Plan &plan, Way way,
                              const std::vector<std::vector<double>> &points) {
  const auto run = [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> x, y(points.size() * net.outputs.size());
    for (const std::vector<double> &point : points)
      for (const double coordinate : point)
        x.push_back(static_cast<T>(coordinate));
    if (way == Way::gates) {
      evaluate_by_gates<T>(plan, x.data(), points.size(), y.data());
    } else {
      // One by one: a matrix product's order of summation may depend on the size of the batch.
      const NeuronEvaluator neurons(net);
      for (std::size_t n = 0; n < points.size(); ++n)
        neurons(x.data() + n * net.box.size(), 1, y.data() + n * net.outputs.size());
    }
    return std::vector<double>(y.begin(), y.end());
  };
  return net.dtype == Dtype::float32 ? run(0.0f) : run(0.0);
}

// The error that the evaluation attains at the points, exactly: its result is a number, and the
// polynomial is enclosed there.
void bound_from_below(const Network &net, const Plan &plan, Way way,
                      const std::vector<Polynomial> &polynomials,
                      const std::vector<std::vector<double>> &points,
                      std::vector<OutputBounds> &bounds) {
  const std::vector<double> values = evaluated(net, plan, way, points);
  int max_power = 1;
  for (const Polynomial &p : polynomials)
    max_power = std::max(max_power, p.max_power());
  for (std::size_t n = 0; n < points.size(); ++n) {
    const PowerTable powers({points[n].begin(), points[n].end()}, max_power);
    for (std::size_t k = 0; k < polynomials.size(); ++k) {
      const double value = values[n * polynomials.size() + k];
      const double error = (Interval(value) - polynomials[k](powers)).mig();
      if (bounds[k].witness.empty() || error > bounds[k].lower) {
        bounds[k].lower = error;
        bounds[k].witness = points[n];
      }
    }
  }
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

} // namespace

Certificate certify(const Network &net, const std::vector<Polynomial> &polynomials,
                    const CertifyOptions &options) {
  require_sound_float_environment();
  check_arguments(net, polynomials, options);
  const IdealNetwork ideal = ideal_network(net);
  const Truncation truncation(net, ideal);
  const Plan plan = make_plan(net, truncation);
  const double ulp =
      options.activation_ulp > 0.0 ? options.activation_ulp : default_activation_ulp(net.dtype);

  Certificate certificate;
  certificate.way = options.way;
  certificate.outputs.resize(polynomials.size());
  std::vector<double> rounding;
  if (options.way == Way::neurons) {
    rounding = rounding_by_neurons(net, truncation, ulp);
    certificate.activation_ulp = ulp;
  } else {
    rounding = rounding_by_gates(net, truncation, plan, ulp);
    certificate.activation_ulp = uses_neurons(plan) ? ulp : 0.0;
  }

  std::vector<Polynomial> on_box;
  for (const Polynomial &p : polynomials)
    on_box.push_back(on_bits(restricted(p, net.box), net.bits));
  const ErrorFunction error(ideal, truncation, on_box);
  Search search(net, error);
  search.sample();
  const std::size_t budget = std::max<std::size_t>(options.max_boxes / polynomials.size(), 1);
  for (std::size_t k = 0; k < polynomials.size(); ++k) {
    OutputBounds &bounds = certificate.outputs[k];
    bounds.rounding = rounding[k];
    search.refine(k);
    // Splitting on to where the truncation no longer shows beside the rounding would be idle.
    const double negligible = (options.ratio - 1.0) * rounding[k];
    bounds.truncation_upper = search.upper(k, options.ratio, negligible, budget);
    bounds.truncation_lower = search.lower(k);
    bounds.truncation_witness = search.witness(k);
    bounds.upper = up(bounds.truncation_upper + bounds.rounding);
    require_finite(bounds, k);
  }
  certificate.boxes = search.boxes();
  bound_from_below(net, plan, options.way, polynomials, search.points(), certificate.outputs);
  return certificate;
}

} // namespace polynet
