#include "polynet/polynet.hpp"

#include "polynet/float_environment.hpp"
#include "polynet/polynet.h"

#include <array>
#include <cstdio>
#include <limits>
#include <new>

struct polynet_network {
  std::shared_ptr<const polynet::Evaluators> evaluators;
  std::vector<polynet::ExactPolynomial> polynomials;

  const polynet::Network &network() const { return evaluators->network(); }
};

namespace polynet {

polynet_network *c_handle(std::shared_ptr<const Evaluators> evaluators,
                          std::vector<ExactPolynomial> polynomials) {
  return new polynet_network{std::move(evaluators), std::move(polynomials)};
}

namespace {

// Of a fixed size, so that keeping it needs no memory.
thread_local std::array<char, 1024> last_error{};

void keep(const char *message) {
  std::snprintf(last_error.data(), last_error.size(), "%s", message);
}

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
  case ErrorCode::internal:
    return POLYNET_INTERNAL_ERROR;
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
    keep(error.what());
    return status_of(error.code());
  } catch (const std::bad_alloc &) {
    keep("out of memory");
    return POLYNET_OUT_OF_MEMORY;
  } catch (const std::exception &error) {
    keep(error.what());
  } catch (...) {
    keep("an exception of an unknown type");
  }
  return POLYNET_INTERNAL_ERROR;
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

const Network &network_of(const polynet_network *network) {
  require(network, "network must not be NULL");
  return network->network();
}

std::vector<Interval> box_of(const polynet_problem &problem) {
  require(problem.lower && problem.upper, "lower and upper must not be NULL");
  std::vector<Interval> box;
  for (size_t i = 0; i < problem.variables; ++i) {
    require(std::isfinite(problem.lower[i]) && std::isfinite(problem.upper[i]) &&
                problem.lower[i] <= problem.upper[i],
            "every variable needs finite endpoints, lower <= upper");
    box.emplace_back(problem.lower[i], problem.upper[i]);
  }
  return box;
}

std::vector<ExactPolynomial> polynomials_of(const polynet_problem &problem) {
  require(problem.terms_per_output, "terms_per_output must not be NULL");
  std::vector<ExactPolynomial> polynomials;
  size_t term = 0;
  for (size_t k = 0; k < problem.outputs; ++k) {
    ExactPolynomial p;
    for (const size_t end = term + problem.terms_per_output[k]; term < end; ++term) {
      require((problem.coefficients || problem.coefficient_texts) && problem.exponents,
              "coefficients and exponents must not be NULL where there are terms");
      Monomial monomial;
      for (size_t i = 0; i < problem.variables; ++i) {
        const std::uint32_t power = problem.exponents[term * problem.variables + i];
        if (power > 0)
          monomial.push_back({static_cast<std::uint32_t>(i), power});
      }
      if (problem.coefficient_texts) {
        require(problem.coefficient_texts[term], "a text in coefficient_texts must not be NULL");
        p.add(monomial, std::string_view(problem.coefficient_texts[term]));
      } else {
        p.add(monomial, problem.coefficients[term]);
      }
    }
    polynomials.push_back(std::move(p));
  }
  return polynomials;
}

template <typename T>
void evaluate(const polynet_network *network, int way, const T *points, std::size_t count,
              T *values) {
  constexpr bool single = sizeof(T) == sizeof(float);
  require((network_of(network).dtype == Dtype::float32) == single,
          single ? "polynet_evaluate_float32 is for float32 networks, and this one is float64"
                 : "polynet_evaluate and polynet_value are for float64 networks, and this one is "
                   "float32; use polynet_evaluate_float32");
  require((points && values) || count == 0, "points and values must not be NULL");
  const Evaluators &evaluators = *network->evaluators;
  const bool by_gates = way_of(way) == Way::gates;
  if (count > 0)
    (by_gates ? evaluators.gates() : evaluators.neurons())(points, count, values);
}

} // namespace

} // namespace polynet

extern "C" {

const char *polynet_version(void) { return POLYNET_VERSION; }

const char *polynet_last_error(void) { return polynet::last_error.data(); }

polynet_status polynet_compile(const polynet_problem *problem, const char *activation,
                               double tolerance, polynet_network **network) {
  return polynet::guarded([&] {
    polynet::require(problem && network, "problem and network must not be NULL");
    *network = nullptr;
    polynet::require(problem->variables > 0 && problem->outputs > 0,
                     "a network needs at least one variable and one output");
    polynet::CompileOptions options;
    if (activation)
      options.activation = polynet::activation(activation);
    polynet::require(problem->dtype == POLYNET_FLOAT64 || problem->dtype == POLYNET_FLOAT32,
                     "dtype must be POLYNET_FLOAT64 or POLYNET_FLOAT32");
    if (problem->dtype == POLYNET_FLOAT32)
      options.dtype = polynet::Dtype::float32;
    if (tolerance != 0.0)
      options.tolerance = tolerance;
    std::vector<polynet::ExactPolynomial> polynomials = polynet::polynomials_of(*problem);
    polynet::Network net = polynet::compile(polynomials, polynet::box_of(*problem), options);
    *network = polynet::c_handle(std::make_shared<const polynet::Evaluators>(std::move(net)),
                                 std::move(polynomials));
  });
}

void polynet_free(polynet_network *network) { delete network; }

size_t polynet_variables(const polynet_network *network) {
  size_t count = 0;
  polynet::guarded([&] { count = polynet::network_of(network).box.size(); });
  return count;
}

size_t polynet_outputs(const polynet_network *network) {
  size_t count = 0;
  polynet::guarded([&] { count = polynet::network_of(network).outputs.size(); });
  return count;
}

size_t polynet_neurons(const polynet_network *network) {
  size_t count = 0;
  polynet::guarded([&] { count = static_cast<size_t>(polynet::network_of(network).neurons()); });
  return count;
}

int polynet_dtype_of(const polynet_network *network) {
  int dtype = -1;
  polynet::guarded([&] {
    const bool single = polynet::network_of(network).dtype == polynet::Dtype::float32;
    dtype = single ? POLYNET_FLOAT32 : POLYNET_FLOAT64;
  });
  return dtype;
}

polynet_status polynet_evaluate(const polynet_network *network, int way, const double *points,
                                size_t count, double *values) {
  return polynet::guarded([&] { polynet::evaluate(network, way, points, count, values); });
}

polynet_status polynet_evaluate_float32(const polynet_network *network, int way,
                                        const float *points, size_t count, float *values) {
  return polynet::guarded([&] { polynet::evaluate(network, way, points, count, values); });
}

double polynet_value(int n, double *point, void *network) {
  double value = std::numeric_limits<double>::quiet_NaN();
  const auto *self = static_cast<const polynet_network *>(network);
  polynet::guarded([&] {
    const polynet::Network &net = polynet::network_of(self);
    polynet::require(n >= 0 && static_cast<size_t>(n) == net.box.size(),
                     "the number of coordinates is not that of the network's variables");
    std::vector<double> values(net.outputs.size());
    polynet::evaluate<double>(self, POLYNET_BY_GATES, point, 1, values.data());
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
