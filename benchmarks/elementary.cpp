// Time per value of the elementary functions in the first-level cache, near arguments, and of the C
// library's e^x.
#include "evaluate/kernels/kernels.hpp"
#include "polynet/activation.hpp"

#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

namespace {

template <typename T> std::vector<T> arguments() {
  std::vector<T> x(256);
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = static_cast<T>(8.0 * (static_cast<double>(i) / 128.0 - 1.0));
  return x;
}

template <typename T, typename F> void per_value(benchmark::State &state, const F &function) {
  const std::vector<T> x = arguments<T>();
  std::vector<T> y(x.size());
  for (auto _ : state) {
    y = x;
    function(y.data(), y.size());
    benchmark::DoNotOptimize(y.data());
  }
  state.counters["per_value"] = benchmark::Counter(static_cast<double>(x.size()),
                                                   benchmark::Counter::kIsIterationInvariantRate |
                                                       benchmark::Counter::kInvert);
}

template <typename T> void elementary(benchmark::State &state) {
  const auto k = static_cast<std::size_t>(state.range(0));
  state.SetLabel(polynet::activation_names()[k]);
  per_value<T>(state, polynet::kernels().of<T>().elementary.of[k]);
}
template <typename T> void library_exp(benchmark::State &state) {
  per_value<T>(state, [](T *values, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      values[i] = std::exp(values[i]);
  });
}

void elementary_float64(benchmark::State &state) { elementary<double>(state); }
void elementary_float32(benchmark::State &state) { elementary<float>(state); }
void library_exp_float64(benchmark::State &state) { library_exp<double>(state); }
void library_exp_float32(benchmark::State &state) { library_exp<float>(state); }

BENCHMARK(elementary_float64)->DenseRange(0, polynet::functions - 1);
BENCHMARK(elementary_float32)->DenseRange(0, polynet::functions - 1);
BENCHMARK(library_exp_float64);
BENCHMARK(library_exp_float32);

} // namespace
