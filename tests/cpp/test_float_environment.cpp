// Threads in other floating-point environments: the same bits, and theirs again afterwards.
#include "polynet/float_environment.hpp"
#include "polynet/polynet.h"
#include "support.hpp"

#include <cfenv>
#include <doctest/doctest.h>
#include <functional>
#include <string>
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

using namespace polynet_test;
using polynet::SoundFloats;

namespace {

struct Mode {
  std::string name;
  std::function<void()> set;
};

std::vector<Mode> modes() {
  std::vector<Mode> result;
  for (const int rounding : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO})
    result.push_back({"rounding " + std::to_string(rounding), [=] { std::fesetround(rounding); }});
#if defined(__SSE2__)
  for (const unsigned bits : {0x8000u, 0x0040u, 0x8040u, 0x4000u, 0xe040u})
    result.push_back({"MXCSR " + std::to_string(bits), [=] { _mm_setcsr(_mm_getcsr() | bits); }});
#endif
  return result;
}

// What this thread's arithmetic does, and what its registers say.
std::vector<double> behaviour() {
  volatile double one = 1.0, little = 0x1p-60, tiny = 0x1p-1022, half = 0.5;
  std::vector<double> seen{one + little, one - little,       -one - little,
                           tiny * half,  tiny * half / half, double(std::fegetround())};
#if defined(__SSE2__)
  seen.push_back(_mm_getcsr() & 0xffc0);
#endif
  return seen;
}

// Runs in a mode; restores the default one whatever happens.
template <typename Function> void in_mode(const Mode &mode, const Function &function) {
  std::fenv_t before;
  std::fegetenv(&before);
  mode.set();
  try {
    function();
  } catch (...) {
    std::fesetenv(&before);
    throw;
  }
  std::fesetenv(&before);
}

const std::vector<Interval> box{{-1.0, 1.0}, {0.5, 3.0}};

std::vector<polynet::ExactPolynomial> polynomials() {
  return {SamplePolynomial{{{0.1, {1, 1}}, {1.0 / 3, {3, 0}}, {0.7, {0, 0}}}}.exact()};
}

// Everything that the library computes of them, as numbers.
std::vector<double> everything(polynet::Dtype dtype) {
  polynet::CompileOptions options;
  options.activation = polynet::activation("logistic");
  options.dtype = dtype;
  std::vector<double> numbers;
  polynet::Network net = polynet::compile(polynomials(), box, options);
  for (const polynet::Form form : {polynet::Form::factored, polynet::Form::merged}) {
    net.form = form;
    polynet::settle_scales(net);
    for (const polynet::Layer &layer : polynet::layers(net)) {
      numbers.insert(numbers.end(), layer.weight.begin(), layer.weight.end());
      numbers.insert(numbers.end(), layer.bias.begin(), layer.bias.end());
    }
  }
  for (const polynet::Way way : {polynet::Way::gates, polynet::Way::neurons}) {
    polynet::CertifyOptions asked;
    asked.way = way;
    asked.max_boxes = 60;
    const polynet::Certificate certificate = polynet::certify(net, polynomials(), asked);
    const polynet::OutputBounds &b = certificate.outputs.front();
    numbers.insert(numbers.end(), {b.lower, b.upper, b.rounding, b.truncation_lower});
  }
  const polynet::Evaluators evaluators(net);
  const auto evaluate = [&](auto zero, const polynet::Evaluator &evaluator, int threads) {
    using T = decltype(zero);
    std::vector<T> x, y(20'000 * evaluator.outputs());
    for (std::size_t k = 0; k < 20'000; ++k) {
      x.push_back(static_cast<T>(static_cast<double>(k) / 32768)); // exact in any mode
      x.push_back(T(2) - x.back());
    }
    evaluator(polynet::contiguous(static_cast<const T *>(x.data()), 2), 20'000,
              polynet::contiguous(y.data(), evaluator.outputs()), threads);
    numbers.insert(numbers.end(), y.begin(), y.end());
  };
  for (const polynet::Evaluator *evaluator :
       {&evaluators.gates(), &evaluators.neurons(), &evaluators.jacobian()})
    for (const int threads : {1, 2})
      dtype == polynet::Dtype::float32 ? evaluate(0.0f, *evaluator, threads)
                                       : evaluate(0.0, *evaluator, threads);
  return numbers;
}

std::vector<double> everything_in_c() {
  const double lower[] = {-1.0, 0.5}, upper[] = {1.0, 3.0}, coefficients[] = {0.1, 1.0 / 3};
  const std::size_t terms[] = {2};
  const std::uint32_t exponents[] = {1, 1, 3, 0};
  const polynet_problem problem{2,         lower,        upper,           1,      terms,
                                exponents, coefficients, POLYNET_FLOAT64, nullptr};
  polynet_network *network = nullptr;
  REQUIRE(polynet_compile(&problem, nullptr, 0.0, &network) == POLYNET_OK);
  double point[] = {0.3, 1.7};
  std::vector<double> numbers{polynet_value(2, point, network)};
  polynet_bounds bounds;
  for (const int way : {POLYNET_BY_GATES, POLYNET_BY_NEURONS}) {
    numbers.emplace_back();
    REQUIRE(polynet_evaluate(network, way, point, 1, &numbers.back()) == POLYNET_OK);
    REQUIRE(polynet_certify(network, way, &bounds) == POLYNET_OK);
    numbers.insert(numbers.end(), {bounds.lower, bounds.upper, bounds.rounding});
  }
  polynet_free(network);
  return numbers;
}

} // namespace

TEST_CASE("the environment is set while a SoundFloats lives, and then the old one is there") {
  const std::vector<double> sound = behaviour();
  for (const Mode &mode : modes()) {
    CAPTURE(mode.name);
    std::vector<double> before, inside, after, after_exception;
    in_mode(mode, [&] {
      before = behaviour();
      {
        const SoundFloats floats;
        const SoundFloats nested;
        inside = behaviour();
      }
      after = behaviour();
      try {
        const SoundFloats floats;
        throw 1;
      } catch (int) {
        after_exception = behaviour();
      }
    });
    CHECK(before != sound);
    CHECK(inside == sound);
    CHECK(after == before);
    CHECK(after_exception == before);
  }
  CHECK(behaviour() == sound);
}

TEST_CASE("every mode gives the same networks, layers, certificates and values, bit for bit") {
  for (const polynet::Dtype dtype : {polynet::Dtype::float64, polynet::Dtype::float32}) {
    const std::vector<double> expected = everything(dtype);
    for (const Mode &mode : modes()) {
      CAPTURE(mode.name);
      std::vector<double> found, before, after;
      in_mode(mode, [&] {
        before = behaviour();
        found = everything(dtype);
        after = behaviour();
      });
      CHECK(same_bits(found, expected));
      CHECK(after == before);
    }
  }
}

TEST_CASE("the C functions do too") {
  const std::vector<double> expected = everything_in_c();
  for (const Mode &mode : modes()) {
    CAPTURE(mode.name);
    std::vector<double> found, before, after;
    in_mode(mode, [&] {
      before = behaviour();
      found = everything_in_c();
      after = behaviour();
    });
    CHECK(same_bits(found, expected));
    CHECK(after == before);
  }
}
