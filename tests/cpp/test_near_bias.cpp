// Activations near a bias as polynomials.
#include "evaluate/plan/near_bias.hpp"
#include "support.hpp"

#include <doctest/doctest.h>

using namespace polynet_test;
using polynet::Dtype;

namespace {

float horner(const std::vector<double> &coefficients, float t, bool fused) {
  float value = 0.0f;
  for (const double c : coefficients) {
    const auto next = static_cast<float>(c);
    value = fused ? std::fma(value, t, next) : value * t + next;
  }
  return value;
}

} // namespace

TEST_CASE("polynomials near a bias are within the activation's bound") {
  Random random(78);
  std::size_t found = 0;
  for (const std::string &name : polynet::activation_names()) {
    const auto s = polynet::activation(name);
    const int f = static_cast<int>(*s->function);
    polynet::NearBiases near_biases(*s, Dtype::float32);
    for (const double best : {s->product_bias, s->copy_bias, s->curvature_bias})
      for (const double wanted : {0x1p-20, 0x1p-6, 0.1, 0.25, 0.45, 0.7}) {
        const double bias = polynet::round_to(Dtype::float32, best);
        const polynet::NearBias &near = near_biases(bias, wanted);
        if (near.coefficients.empty())
          continue;
        ++found;
        INFO(name << ", bias " << bias << ", reach " << wanted);
        REQUIRE(near.reach >= wanted);
        REQUIRE(near.coefficients.size() <= polynet::neuron_degree + 1);
        for (int n = 0; n < 3000; ++n) {
          const double step = n == 0 ? 1.0 : n == 1 ? -1.0 : random.between(-1.0, 1.0);
          const auto x = static_cast<float>(bias + near.reach * step);
          const float t = x - static_cast<float>(bias);
          if (!(std::fabs(t) <= static_cast<float>(near.reach)))
            continue;
          CHECK(static_cast<double>(t) == static_cast<double>(x) - bias); // exact
          double exact = x;
          polynet::kernels().float64.elementary.of[f](&exact, 1);
          const double ulp = std::ldexp(1.0, std::max(std::ilogb(exact), -126) - 23);
          for (const bool fused : {false, true})
            CHECK(std::fabs(horner(near.coefficients, t, fused) - exact) <=
                  polynet::function_ulp[f].float32 * ulp);
        }
      }
  }
  CHECK(found > 100); // not vacuous
}

TEST_CASE("where no polynomial will do there is none") {
  const auto logistic = polynet::activation("logistic"), tanh = polynet::activation("tanh");
  CHECK(polynet::NearBiases(*logistic, Dtype::float32)(2.0, 0.75).coefficients.size() > 0);
  CHECK(polynet::NearBiases(*logistic, Dtype::float32)(2.0, 3.0).coefficients.empty());
  CHECK(polynet::NearBiases(*logistic, Dtype::float32)(0.25, 0.25).coefficients.empty());
  CHECK(polynet::NearBiases(*logistic, Dtype::float64)(2.0, 0.25).coefficients.empty());
  CHECK(polynet::NearBiases(*tanh, Dtype::float32)(0.0, 0.25).coefficients.empty()); // tanh 0 = 0
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(polynet::NearBiases(*logistic, Dtype::float32)(2.0, nan).coefficients.empty());
}
