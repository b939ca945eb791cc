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
polynet_problem problem(polynet_dtype dtype = POLYNET_FLOAT64) {
  return {3, lower, upper, 2, terms, exponents, coefficients, dtype, nullptr};
}

struct Handle {
  explicit Handle(polynet_dtype dtype = POLYNET_FLOAT64) {
    const polynet_problem p = problem(dtype);
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

TEST_CASE("coefficients as texts are exact") {
  // x/3 on the single point 3: a double nearest to 1/3 would miss 1.
  const double point = 3.0;
  const size_t one = 1;
  const uint32_t power = 1;
  const char *texts[] = {"1/3"};
  polynet_problem p{1, &point, &point, 1, &one, &power, nullptr, POLYNET_FLOAT64, texts};
  polynet_network *network = nullptr;
  polynet_bounds bounds;
  REQUIRE(polynet_compile(&p, nullptr, 0.0, &network) == POLYNET_OK);
  REQUIRE(polynet_certify(network, POLYNET_BY_GATES, &bounds) == POLYNET_OK);
  CHECK(bounds.upper < 1e-300);
  polynet_free(network);
  for (const char *text : {static_cast<const char *>(nullptr), "", "1/0", "x", "1e999999999"}) {
    texts[0] = text;
    CHECK(polynet_compile(&p, nullptr, 0.0, &network) != POLYNET_OK);
    CHECK(network == nullptr);
  }
}

TEST_CASE("polynet_value is the first output by gates") {
  const Handle handle;
  double point[] = {0.5, -0.25, 1.0}, values[2];
  REQUIRE(polynet_evaluate(handle.network, POLYNET_BY_GATES, point, 1, values) == POLYNET_OK);
  CHECK(polynet_value(3, point, handle.network) == values[0]);
  CHECK(std::isnan(polynet_value(2, point, handle.network)));
}

TEST_CASE("float32 networks are evaluated in float32, within what is certified") {
  const Handle handle(POLYNET_FLOAT32), wide;
  CHECK(polynet_dtype_of(handle.network) == POLYNET_FLOAT32);
  CHECK(polynet_dtype_of(wide.network) == POLYNET_FLOAT64);
  const float points[] = {0.5f, -0.25f, 1.0f, 1.0f, 1.0f, 2.0f};
  for (const polynet_way way : {POLYNET_BY_GATES, POLYNET_BY_NEURONS}) {
    polynet_bounds bounds[2];
    float values[4];
    REQUIRE(polynet_certify(handle.network, way, bounds) == POLYNET_OK);
    REQUIRE(polynet_evaluate_float32(handle.network, way, points, 2, values) == POLYNET_OK);
    for (int n = 0; n < 2; ++n) {
      const double x = points[3 * n], y = points[3 * n + 1], z = points[3 * n + 2];
      CHECK(std::fabs(double(values[2 * n]) - (x * y - z * z / 2)) <= bounds[0].upper);
      CHECK(std::fabs(double(values[2 * n + 1]) - 2 * y * z) <= bounds[1].upper);
    }
    CHECK(bounds[0].upper < 1e-2);
    CHECK(bounds[0].upper > 1e-8); // no float64 behind it
  }
  double point[] = {0.5, -0.25, 1.0}, value[2];
  float narrow[2];
  CHECK(polynet_evaluate(handle.network, POLYNET_BY_GATES, point, 1, value) ==
        POLYNET_INVALID_INPUT);
  CHECK(std::strstr(polynet_last_error(), "float32") != nullptr);
  CHECK(polynet_evaluate_float32(wide.network, POLYNET_BY_GATES, points, 1, narrow) ==
        POLYNET_INVALID_INPUT);
  CHECK(std::isnan(polynet_value(3, point, handle.network)));
  polynet_problem p = problem();
  p.dtype = 2;
  polynet_network *network = nullptr;
  CHECK(polynet_compile(&p, nullptr, 0.0, &network) == POLYNET_INVALID_INPUT);
}

TEST_CASE("NULL is refused wherever it stands, and never read") {
  polynet_network *network = nullptr;
  const polynet_problem whole = problem();
  CHECK(polynet_compile(&whole, nullptr, 0.0, nullptr) == POLYNET_INVALID_INPUT);
  const auto refused = [&](void (*change)(polynet_problem &)) {
    polynet_problem p = problem();
    change(p);
    return polynet_compile(&p, nullptr, 0.0, &network) == POLYNET_INVALID_INPUT &&
           std::strstr(polynet_last_error(), "NULL") != nullptr && network == nullptr;
  };
  CHECK(refused([](polynet_problem &p) { p.lower = nullptr; }));
  CHECK(refused([](polynet_problem &p) { p.upper = nullptr; }));
  CHECK(refused([](polynet_problem &p) { p.terms_per_output = nullptr; }));
  CHECK(refused([](polynet_problem &p) { p.exponents = nullptr; }));
  CHECK(refused([](polynet_problem &p) { p.coefficients = nullptr; }));
  const Handle handle;
  double point[] = {0.5, -0.25, 1.0}, values[2];
  float single[3] = {};
  polynet_bounds bounds[2];
  CHECK(polynet_variables(nullptr) == 0);
  CHECK(std::strstr(polynet_last_error(), "NULL") != nullptr);
  CHECK(polynet_outputs(nullptr) == 0);
  CHECK(polynet_neurons(nullptr) == 0);
  CHECK(polynet_dtype_of(nullptr) == -1);
  CHECK(polynet_evaluate(nullptr, POLYNET_BY_GATES, point, 1, values) == POLYNET_INVALID_INPUT);
  CHECK(polynet_evaluate(handle.network, POLYNET_BY_GATES, nullptr, 1, values) ==
        POLYNET_INVALID_INPUT);
  CHECK(polynet_evaluate(handle.network, POLYNET_BY_GATES, point, 1, nullptr) ==
        POLYNET_INVALID_INPUT);
  CHECK(polynet_evaluate(handle.network, POLYNET_BY_GATES, nullptr, 0, nullptr) == POLYNET_OK);
  CHECK(polynet_evaluate_float32(nullptr, POLYNET_BY_GATES, single, 1, single) ==
        POLYNET_INVALID_INPUT);
  CHECK(std::isnan(polynet_value(3, point, nullptr)));
  CHECK(std::isnan(polynet_value(3, nullptr, handle.network)));
  CHECK(polynet_certify(nullptr, POLYNET_BY_GATES, bounds) == POLYNET_INVALID_INPUT);
  CHECK(polynet_certify(handle.network, POLYNET_BY_GATES, nullptr) == POLYNET_INVALID_INPUT);
  polynet_free(nullptr);
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
