#include "polynet/polynet.hpp"

#include "polynet/float_environment.hpp"
#include "polynet/polynet.h"

#include <limits>
#include <new>
#include <string>

struct polynet_network {
  std::shared_ptr<const polynet::Evaluators> evaluators;
  std::vector<polynet::Polynomial> polynomials;

  const polynet::Network &network() const { return evaluators->network(); }
};

namespace polynet {

polynet_network *c_handle(std::shared_ptr<const Evaluators> evaluators,
                          std::vector<Polynomial> polynomials) {
  return new polynet_network{std::move(evaluators), std::move(polynomials)};
}

namespace {

thread_local std::string last_error;

polynet_status status_of(ErrorCode code) {
  switch (code) {
  case ErrorCode::invalid_input:
    return POLYNET_INVALID_INPUT;
  case ErrorCode::size_limit:
    return POLYNET_SIZE_LIMIT;
  case ErrorCode::not_certified:
    return POLYNET_NOT_CERTIFIED;
  case ErrorCode::float_environment:
    return POLYNET_FLOAT_ENVIRONMENT;
  case ErrorCode::time_limit:
    break; // nothing is watched here
  }
  return POLYNET_INTERNAL_ERROR;
}

// Where exceptions stop; the floating-point environment is ours inside.
template <typename Action> polynet_status guarded(const Action &action) noexcept {
  try {
    const SoundFloats floats;
    action();
    return POLYNET_OK;
  } catch (const Error &error) {
    last_error = error.what();
    return status_of(error.code());
  } catch (const std::bad_alloc &) {
    last_error.clear(); // a message would need memory
    return POLYNET_OUT_OF_MEMORY;
  } catch (const std::exception &error) {
    last_error = error.what();
    return POLYNET_INTERNAL_ERROR;
  }
}

void require(bool condition, const char *message) {
  if (!condition)
    throw Error(ErrorCode::invalid_input, message);
}

Way way_of(int way) {
  require(way == POLYNET_BY_GATES || way == POLYNET_BY_NEURONS,
          "way must be POLYNET_BY_GATES or POLYNET_BY_NEURONS");
  return way == POLYNET_BY_GATES ? Way::gates : Way::neurons;
}

std::vector<Interval> box_of(const polynet_problem &problem) {
  std::vector<Interval> box;
  for (size_t i = 0; i < problem.variables; ++i) {
    require(std::isfinite(problem.lower[i]) && std::isfinite(problem.upper[i]) &&
                problem.lower[i] <= problem.upper[i],
            "every variable needs finite endpoints, lower <= upper");
    box.emplace_back(problem.lower[i], problem.upper[i]);
  }
  return box;
}

std::vector<Polynomial> polynomials_of(const polynet_problem &problem) {
  std::vector<Polynomial> polynomials;
  size_t term = 0;
  for (size_t k = 0; k < problem.outputs; ++k) {
    Polynomial p;
    for (const size_t end = term + problem.terms_per_output[k]; term < end; ++term) {
      require(std::isfinite(problem.coefficients[term]), "every coefficient must be finite");
      Monomial monomial;
      for (size_t i = 0; i < problem.variables; ++i) {
        const std::uint32_t power = problem.exponents[term * problem.variables + i];
        if (power > 0)
          monomial.push_back({static_cast<std::uint32_t>(i), power});
      }
      p.add(monomial, problem.coefficients[term]);
    }
    polynomials.push_back(std::move(p));
  }
  return polynomials;
}

void evaluate(const polynet_network &network, Way way, const double *points, std::size_t count,
              double *values) {
  require(network.network().dtype == Dtype::float64,
          "the C functions evaluate float64 networks; compile with that dtype");
  const Evaluators &evaluators = *network.evaluators;
  (way == Way::gates ? evaluators.gates() : evaluators.neurons())(points, count, values);
}

} // namespace

} // namespace polynet

extern "C" {

const char *polynet_version(void) { return POLYNET_VERSION; }

const char *polynet_last_error(void) { return polynet::last_error.c_str(); }

polynet_status polynet_compile(const polynet_problem *problem, const char *activation,
                               double tolerance, polynet_network **network) {
  return polynet::guarded([&] {
    polynet::require(problem && network, "problem and network must not be NULL");
    *network = nullptr;
    polynet::require(problem->variables > 0 && problem->outputs > 0,
                     "a network needs at least one variable and one output");
    polynet::CompileOptions options;
    options.activation = polynet::activation(activation ? activation : "logistic");
    if (tolerance != 0.0)
      options.tolerance = tolerance;
    std::vector<polynet::Polynomial> polynomials = polynet::polynomials_of(*problem);
    polynet::Network net = polynet::compile(polynomials, polynet::box_of(*problem), options);
    *network = polynet::c_handle(std::make_shared<const polynet::Evaluators>(std::move(net)),
                                 std::move(polynomials));
  });
}

void polynet_free(polynet_network *network) { delete network; }

size_t polynet_variables(const polynet_network *network) { return network->network().box.size(); }

size_t polynet_outputs(const polynet_network *network) { return network->network().outputs.size(); }

size_t polynet_neurons(const polynet_network *network) {
  return static_cast<size_t>(network->network().neurons());
}

polynet_status polynet_evaluate(const polynet_network *network, int way, const double *points,
                                size_t count, double *values) {
  return polynet::guarded([&] {
    polynet::require(network && ((points && values) || count == 0),
                     "network, points and values must not be NULL");
    polynet::evaluate(*network, polynet::way_of(way), points, count, values);
  });
}

double polynet_value(int n, double *point, void *network) {
  double value = std::numeric_limits<double>::quiet_NaN();
  const auto *self = static_cast<const polynet_network *>(network);
  polynet::guarded([&] {
    polynet::require(n >= 0 && static_cast<size_t>(n) == polynet_variables(self),
                     "the number of coordinates is not that of the network's variables");
    std::vector<double> values(polynet_outputs(self));
    polynet::evaluate(*self, polynet::Way::gates, point, 1, values.data());
    value = values.front();
  });
  return value;
}

polynet_status polynet_certify(const polynet_network *network, int way, polynet_bounds *bounds) {
  return polynet::guarded([&] {
    polynet::require(network && bounds, "network and bounds must not be NULL");
    polynet::CertifyOptions options;
    options.way = polynet::way_of(way);
    for (const polynet::OutputBounds &proved :
         polynet::certify(network->network(), network->polynomials, options).outputs)
      *bounds++ = {proved.lower, proved.upper, proved.truncation_upper, proved.rounding};
  });
}

} // extern "C"
