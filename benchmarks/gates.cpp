// Time per gate and point of the evaluation by gates, from 1e2 to 1e5 gates (Google
// Benchmark): cmake -DPOLYNET_BUILD_BENCHMARKS=ON, then build/.../polynet_benchmarks.
#include "polynet/polynet.hpp"

#include <benchmark/benchmark.h>

#include <random>

namespace {

// Few, so that the time of 100 gates is not that of reading the points.
constexpr int inputs = 16;

// One hidden layer: a weighted sum of products of random pairs of inputs.
polynet::Network sum_of_products(int gates, polynet::Dtype dtype, double scale) {
  std::mt19937 random(1);
  polynet::Network net;
  net.activation = polynet::activation("logistic");
  net.dtype = dtype;
  net.box.assign(inputs, {-1.0, 1.0});
  polynet::HiddenLayer layer;
  for (int i = 0; i < inputs; ++i)
    layer.operands.push_back({{{i, 1.0}}, 0.0});
  polynet::Affine output;
  const double bias = polynet::round_to(dtype, net.activation->product_bias);
  for (int g = 0; g < gates; ++g) {
    const auto pick = [&] { return static_cast<int>(random() % inputs); };
    layer.gates.push_back({&polynet::stencil("product"), bias, scale, {pick(), pick()}});
    output.terms.emplace_back(g, 1.0 / (1 + g % 8));
  }
  net.hidden.push_back(std::move(layer));
  net.outputs.push_back(std::move(output));
  return net;
}

template <typename T> void by_gates(benchmark::State &state, double scale) {
  const auto gates = static_cast<int>(state.range(0));
  const auto dtype = sizeof(T) == 8 ? polynet::Dtype::float64 : polynet::Dtype::float32;
  const polynet::Network net = sum_of_products(gates, dtype, scale);
  const polynet::IdealNetwork ideal = polynet::ideal_network(net);
  const auto evaluator = polynet::Evaluator::by_gates(net, polynet::Truncation(net, ideal));
  constexpr std::size_t count = 1024;
  std::mt19937 random(2);
  std::vector<T> x(count * inputs), y(count);
  for (T &coordinate : x)
    coordinate = static_cast<T>(random()) * T(0x1p-32);
  for (auto _ : state) {
    evaluator(x.data(), count, y.data());
    benchmark::DoNotOptimize(y.data());
  }
  state.counters["per_gate"] = benchmark::Counter(gates * static_cast<double>(count),
                                                  benchmark::Counter::kIsIterationInvariantRate |
                                                      benchmark::Counter::kInvert);
}

void by_gates_float64(benchmark::State &state) { by_gates<double>(state, 0x1p-7); }
void by_gates_float32(benchmark::State &state) { by_gates<float>(state, 0x1p-2); }
// Products without a series: the bare polynomial in the same blocks.
void bare_float64(benchmark::State &state) { by_gates<double>(state, 0x1p-40); }
void bare_float32(benchmark::State &state) { by_gates<float>(state, 0x1p-40); }

BENCHMARK(by_gates_float64)->RangeMultiplier(10)->Range(100, 100000);
BENCHMARK(by_gates_float32)->RangeMultiplier(10)->Range(100, 100000);
BENCHMARK(bare_float64)->RangeMultiplier(10)->Range(100, 100000);
BENCHMARK(bare_float32)->RangeMultiplier(10)->Range(100, 100000);

} // namespace

BENCHMARK_MAIN();
