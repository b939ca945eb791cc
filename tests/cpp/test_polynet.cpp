// The C functions: what they answer, and that no exception leaves them.
#include "polynet/polynet.h"

#include <cmath>
#include <cstring>
#include <doctest/doctest.h>
#include <limits>
#include <vector>

namespace {

constexpr double lower[] = {-1, -1, 0}, upper[] = {1, 1, 2};
constexpr size_t terms[] = {2, 1};
constexpr uint32_t exponents[] = {1, 1, 0, 0, 0, 2, 0, 1, 1};
constexpr double coefficients[] = {1.0, -0.5, 2.0};

// x y - z^2/2 and 2 y z.
polynet_problem problem() { return {3, lower, upper, 2, terms, exponents, coefficients}; }

struct Handle {
  Handle() {
    const polynet_problem p = problem();
    REQUIRE(polynet_compile(&p, nullptr, 0.0, &network) == POLYNET_OK);
  }
  ~Handle() { polynet_free(network); }
  polynet_network *network = nullptr;
};

} // namespace

TEST_CASE("the C functions evaluate within what they certify") {
  const Handle handle;
  CHECK(polynet_variables(handle.network) == 3);
  CHECK(polynet_outputs(handle.network) == 2);
  CHECK(polynet_neurons(handle.network) > 0);
  const std::vector<double> points{0.5, -0.25, 1.0, 1.0, 1.0, 2.0};
  for (const polynet_way way : {POLYNET_BY_GATES, POLYNET_BY_NEURONS}) {
    polynet_bounds bounds[2];
    double values[4];
    REQUIRE(polynet_certify(handle.network, way, bounds) == POLYNET_OK);
    REQUIRE(polynet_evaluate(handle.network, way, points.data(), 2, values) == POLYNET_OK);
    for (int n = 0; n < 2; ++n) {
      const double *x = points.data() + 3 * n;
      CHECK(std::fabs(values[2 * n] - (x[0] * x[1] - x[2] * x[2] / 2)) <= bounds[0].upper);
      CHECK(std::fabs(values[2 * n + 1] - 2 * x[1] * x[2]) <= bounds[1].upper);
    }
    for (const polynet_bounds &b : bounds) {
      CHECK(b.lower <= b.upper);
      CHECK(b.upper < 1e-6);
      CHECK(b.truncation + b.rounding <= b.upper);
    }
  }
}

TEST_CASE("polynet_value is the first output by gates") {
  const Handle handle;
  double point[] = {0.5, -0.25, 1.0}, values[2];
  REQUIRE(polynet_evaluate(handle.network, POLYNET_BY_GATES, point, 1, values) == POLYNET_OK);
  CHECK(polynet_value(3, point, handle.network) == values[0]);
  CHECK(std::isnan(polynet_value(2, point, handle.network)));
}

TEST_CASE("what the C functions refuse, they explain") {
  polynet_network *network = nullptr;
  polynet_problem p = problem();
  CHECK(polynet_compile(nullptr, nullptr, 0.0, &network) == POLYNET_INVALID_INPUT);
  CHECK(polynet_compile(&p, "relu", 0.0, &network) == POLYNET_INVALID_INPUT);
  CHECK(std::strstr(polynet_last_error(), "relu") != nullptr);
  CHECK(polynet_compile(&p, nullptr, 1e-300, &network) == POLYNET_NOT_CERTIFIED);
  const double nan[] = {std::numeric_limits<double>::quiet_NaN(), -1, 0};
  p.lower = nan;
  CHECK(polynet_compile(&p, nullptr, 0.0, &network) == POLYNET_INVALID_INPUT);
  const uint32_t absurd[] = {1, 1, 0, 0, 0, 4000000000u, 0, 1, 1};
  p = problem();
  p.exponents = absurd;
  CHECK(polynet_compile(&p, nullptr, 0.0, &network) == POLYNET_SIZE_LIMIT);
  p = problem();
  p.variables = 0;
  CHECK(polynet_compile(&p, nullptr, 0.0, &network) == POLYNET_INVALID_INPUT);
  CHECK(network == nullptr);
  polynet_free(network);
  const Handle handle;
  double value[2];
  CHECK(polynet_evaluate(handle.network, POLYNET_BY_GATES, nullptr, 1, value) ==
        POLYNET_INVALID_INPUT);
  CHECK(polynet_evaluate(handle.network, 7, lower, 1, value) == POLYNET_INVALID_INPUT);
}
