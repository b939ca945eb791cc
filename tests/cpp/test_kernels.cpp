// The kernels of every instruction set that this machine has: accuracy, tails, threads, outsiders.
#include "support.hpp"

#include <doctest/doctest.h>

using namespace polynet_test;
using polynet::Dtype;
using polynet::Evaluator;
using polynet::Kernels;
using polynet::Network;

namespace {

std::vector<const Kernels *> usable() {
  std::vector<const Kernels *> result;
  while (const Kernels *k = polynet::usable_kernels(result.size()))
    result.push_back(k);
  return result;
}

// A product, squares, a sum of more terms than one instruction takes, an idle input.
const SamplePolynomial mixed{{{1.0, {1, 1, 1, 0, 0}},
                              {-0.5, {0, 0, 2, 0, 0}},
                              {0.25, {3, 1, 0, 0, 0}},
                              {0.75, {0, 2, 2, 0, 0}},
                              {-1.25, {0, 1, 0, 1, 0}},
                              {0.5, {2, 0, 0, 2, 0}}}};

Network network(Dtype dtype, double scale, polynet::Construction construction) {
  polynet::CompileOptions o = options();
  o.dtype = dtype;
  o.scale = scale;
  o.construction = construction;
  return polynet::compile({mixed.exact(), product_of(5).exact()}, cube(5), o);
}

template <typename T> std::vector<T> points(Random &random, std::size_t count) {
  std::vector<T> x(count * 5);
  for (T &coordinate : x)
    coordinate = static_cast<T>(random.between(-1.0, 1.0));
  return x;
}

template <typename T> std::vector<T> values(const Evaluator &evaluator, const std::vector<T> &x) {
  const std::size_t count = x.size() / evaluator.inputs();
  std::vector<T> y(count * evaluator.outputs());
  evaluator(x.data(), count, y.data());
  return y;
}

template <typename T, typename Check> void for_each_evaluator(Dtype dtype, Check check) {
  // From a plain product to more orders than are unrolled, and where neurons have to help.
  for (const double scale : {0x1p-40, 0x1p-7, 0x1p-4, 0.25, 0.5, 3.0})
    for (const auto construction :
         {polynet::Construction::compact, polynet::Construction::shallow}) {
      const Network net = network(dtype, scale, construction);
      for (const Kernels *kernels : usable()) {
        INFO(kernels->name << ", scale " << scale);
        check(net, gates_of(net, *kernels));
      }
    }
}

} // namespace

TEST_CASE("instruction sets are listed once each and the best is in use unless one is named") {
  const auto all = usable();
  REQUIRE_FALSE(all.empty());
  CHECK(std::string(all.front()->name) == "baseline");
  bool found = false;
  for (const Kernels *k : all)
    found = found || k == &polynet::kernels();
  CHECK(found);
  if (!std::getenv("POLYNET_ISA"))
    CHECK(&polynet::kernels() == all.back());
  CHECK(polynet::usable_kernels(1000) == nullptr);
}

TEST_CASE_TEMPLATE("a point's values do not depend on where it stands", T, double, float) {
  const Dtype dtype = sizeof(T) == 8 ? Dtype::float64 : Dtype::float32;
  Random random(71);
  const std::vector<T> x = points<T>(random, 617);
  for_each_evaluator<T>(dtype, [&](const Network &, const Evaluator &evaluator) {
    const std::vector<T> batch = values(evaluator, x);
    for (const std::size_t first : {0, 15, 255, 616})
      for (const std::size_t count : {1, 16, 17, 257}) {
        if (first + count > 617)
          continue;
        const auto begin = x.begin() + 5 * std::ptrdiff_t(first);
        const std::vector<T> part =
            values<T>(evaluator, {begin, begin + 5 * std::ptrdiff_t(count)});
        const auto expected = batch.begin() + 2 * std::ptrdiff_t(first);
        CHECK(same_bits<T>(part, {expected, expected + 2 * std::ptrdiff_t(count)}));
      }
  });
}

TEST_CASE_TEMPLATE("sums that share sources are each added from the left", T, double, float) {
  // Outputs without gates: some with sources of their own before those they share, two without.
  constexpr int inputs = 21;
  Random random(73);
  for (const int outputs : {1, 2, 3, 4, 7, 9}) {
    Network net;
    net.activation = polynet::activation("logistic");
    net.dtype = sizeof(T) == 8 ? Dtype::float64 : Dtype::float32;
    net.box = cube(inputs);
    for (int k = 0; k < outputs; ++k) {
      polynet::Affine sum;
      sum.constant = static_cast<T>(random.between(-1.0, 1.0));
      const int first = k % 3 == 2 ? 0 : k / 2, step = k == 5 ? 4 : 1;
      for (int i = first; i < inputs && k != 7; i += step)
        sum.terms.emplace_back(i, static_cast<T>(random.between(-1.0, 1.0)));
      net.outputs.push_back(std::move(sum));
    }
    std::vector<T> x(100 * inputs);
    for (T &coordinate : x)
      coordinate = static_cast<T>(random.between(-1.0, 1.0));
    for (const Kernels *kernels : usable()) {
      INFO(kernels->name << ", " << outputs << " outputs");
      std::vector<T> expected;
      for (std::size_t n = 0; n < 100; ++n)
        for (const polynet::Affine &output : net.outputs) {
          T sum = static_cast<T>(output.constant);
          for (const auto &[source, weight] : output.terms) {
            const T w = static_cast<T>(weight), z = x[n * inputs + std::size_t(source)];
            const T product = w * z;
            sum = kernels->fused_multiply_add ? std::fma(w, z, sum) : product + sum;
          }
          expected.push_back(sum);
        }
      for (const Evaluator &evaluator :
           {gates_of(net, *kernels), Evaluator::by_neurons(net, *kernels)}) {
        CHECK(same_bits(values(evaluator, x), expected));
        std::vector<T> one_by_one(expected.size());
        for (std::size_t n = 0; n < 100; ++n)
          evaluator(x.data() + n * inputs, 1, one_by_one.data() + n * std::size_t(outputs));
        CHECK(same_bits(one_by_one, expected));
      }
    }
  }
}

TEST_CASE_TEMPLATE("instruction sets agree to the last bit where both fuse or neither does", T,
                   double, float) {
  const Dtype dtype = sizeof(T) == 8 ? Dtype::float64 : Dtype::float32;
  Random random(72);
  const std::vector<T> x = points<T>(random, 100);
  for (const double scale : {0x1p-7, 0.25, 0.5}) {
    const Network net = network(dtype, scale, polynet::Construction::compact);
    for (const Kernels *a : usable())
      for (const Kernels *b : usable())
        if (a->fused_multiply_add == b->fused_multiply_add)
          CHECK(same_bits(values(gates_of(net, *a), x), values(gates_of(net, *b), x)));
  }
}

TEST_CASE_TEMPLATE("strides, threads and outsiders change no other value", T, double, float) {
  const Dtype dtype = sizeof(T) == 8 ? Dtype::float64 : Dtype::float32;
  Random random(73);
  const std::size_t count = 40000;
  const std::vector<T> x = points<T>(random, count);
  const Network net = network(dtype, 0x1p-4, polynet::Construction::compact);
  for (const Kernels *kernels : usable()) {
    const Evaluator evaluator = gates_of(net, *kernels);
    const std::vector<T> expected = values(evaluator, x);
    std::vector<T> columns(x.size()), y(expected.size());
    for (std::size_t n = 0; n < count; ++n)
      for (std::size_t j = 0; j < 5; ++j)
        columns[j * count + n] = x[5 * n + j];
    const std::ptrdiff_t size = sizeof(T), length = static_cast<std::ptrdiff_t>(count);
    for (const int threads : {1, 2, 3, 7}) {
      evaluator(polynet::Matrix<const T>{columns.data(), size, size * length}, count,
                polynet::Matrix<T>{y.data(), size, size * length}, threads);
      for (std::size_t n = 0; n < count; ++n)
        if (y[n] != expected[2 * n] || y[count + n] != expected[2 * n + 1])
          FAIL_CHECK(kernels->name << ", " << threads << " threads, point " << n);
    }
    std::vector<T> disturbed = x;
    for (std::size_t n = 0; n < count; n += 37)
      disturbed[5 * n + n % 4] = n % 2 == 0 ? T(40) : std::numeric_limits<T>::quiet_NaN();
    const std::vector<T> among = values(evaluator, disturbed);
    for (std::size_t n = 0; n < count; ++n) {
      const std::vector<T> alone = values<T>(evaluator, {&disturbed[5 * n], &disturbed[5 * n] + 5});
      const bool outside = n % 37 == 0;
      const std::vector<T> here{among[2 * n], among[2 * n + 1]};
      if (!same_bits(alone, here))
        FAIL_CHECK(kernels->name << ", point " << n);
      if (!outside && (here[0] != expected[2 * n] || here[1] != expected[2 * n + 1]))
        FAIL_CHECK(kernels->name << ", neighbour " << n);
      if (outside && std::isfinite(disturbed[5 * n + n % 4]) != std::isfinite(here[1]))
        FAIL_CHECK(kernels->name << ", outsider " << n);
    }
  }
}

TEST_CASE("by neurons a point's values do not depend on where it stands, near biases or far") {
  Random random(76);
  for (const char *activation : {"logistic", "tanh", "softplus", "sin"}) {
    polynet::CompileOptions o = options();
    o.activation = polynet::activation(activation);
    o.dtype = Dtype::float32;
    o.construction = polynet::Construction::paper;
    const Network net = polynet::compile({mixed.exact(), product_of(5).exact()}, cube(5), o);
    std::vector<float> x = points<float>(random, 300);
    for (std::size_t n = 0; n < 300; n += 7) // some neurons far from their bias, all, and no number
      x[5 * n + n % 5] = n % 2 == 0 ? 3.0f : n % 3 == 0 ? 1e6f : std::nanf("");
    for (const Kernels *kernels : usable()) {
      const Evaluator evaluator = Evaluator::by_neurons(net, *kernels);
      const std::vector<float> batch = values(evaluator, x);
      for (std::size_t n = 0; n < 300; ++n)
        for (const std::size_t count : {1, 2, 40}) {
          if (n + count > 300)
            continue;
          const std::vector<float> part =
              values<float>(evaluator, {&x[5 * n], &x[5 * n] + 5 * count});
          for (std::size_t k = 0; k < 2 * count; ++k)
            CHECK(std::memcmp(&part[k], &batch[2 * n + k], sizeof(float)) == 0);
        }
    }
  }
}

TEST_CASE_TEMPLATE("values are those of the polynomial as far as the scale allows", T, double,
                   float) {
  const Dtype dtype = sizeof(T) == 8 ? Dtype::float64 : Dtype::float32;
  Random random(74);
  const std::vector<T> x = points<T>(random, 300);
  for (const auto construction : {polynet::Construction::compact, polynet::Construction::shallow}) {
    const Network net = network(dtype, 0x1p-40, construction);
    for (const Kernels *kernels : usable()) {
      const std::vector<T> y = values(gates_of(net, *kernels), x);
      for (std::size_t n = 0; n < 300; ++n) {
        const double u = polynet::float_format(dtype).unit_roundoff;
        CHECK(std::fabs(static_cast<double>(y[2 * n] - mixed(&x[5 * n]))) <= 64 * u);
        CHECK(std::fabs(static_cast<double>(y[2 * n + 1] - product_of(5)(&x[5 * n]))) <= 64 * u);
      }
    }
  }
}

TEST_CASE("the derivatives are those of the values") {
  Random random(75);
  for (const auto construction : {polynet::Construction::compact, polynet::Construction::shallow})
    for (const double scale : {0x1p-30, 0x1p-4, 0.5, 2.0}) {
      // The neurons of a gate of high order are too noisy for differences.
      const bool shallow = construction == polynet::Construction::shallow;
      if (shallow && scale > 0.25)
        continue;
      const Network net = network(Dtype::float64, scale, construction);
      for (const Kernels *kernels : usable()) {
        const Evaluator evaluator = gates_of(net, *kernels);
        const Evaluator both = evaluator.jacobian(net);
        REQUIRE(both.outputs() == 2 + 2 * 5);
        std::vector<double> x = points<double>(random, 40);
        if (!shallow && scale > 0x1p-20)
          x[7] = 1.25; // one outsider
        const std::vector<double> y = values(evaluator, x), dy = values(both, x);
        for (std::size_t n = 0; n < 40; ++n)
          for (std::size_t k = 0; k < 2; ++k) {
            CHECK(dy[12 * n + k] == y[2 * n + k]);
            for (std::size_t j = 0; j < 5; ++j) {
              std::vector<double> up(&x[5 * n], &x[5 * n] + 5), down = up;
              const double step = 0x1p-17;
              up[j] += step;
              down[j] -= step;
              const double slope =
                  (values(evaluator, up)[k] - values(evaluator, down)[k]) / (2 * step);
              CHECK(dy[12 * n + 2 + 5 * k + j] == doctest::Approx(slope).epsilon(1e-8).scale(10));
            }
          }
      }
    }
}

TEST_CASE("a gate of nine operands that all follow one input has a derivative") {
  // More constant derivatives than one instruction adds up.
  Network net;
  net.activation = polynet::activation("tanh");
  net.dtype = Dtype::float64;
  net.box = {{-0.25, 0.25}};
  polynet::HiddenLayer layer;
  polynet::Gate gate{&polynet::stencil("monomial_1_1_1_1_1_1_1_1_1"), 0.5, 0x1p-20, {}};
  for (int i = 0; i < 9; ++i) {
    layer.operands.push_back({{{0, 1.0}}, 0.5 + 0.0625 * i});
    gate.operands[static_cast<std::size_t>(i)] = i;
  }
  layer.gates.push_back(gate);
  net.hidden.push_back(layer);
  net.outputs.push_back({{{0, 1.0}}, 0.0});
  for (const Kernels *kernels : usable()) {
    const std::vector<double> x{-0.125, 0.1875};
    const std::vector<double> y = values(gates_of(net, *kernels).jacobian(net), x);
    for (std::size_t n = 0; n < 2; ++n) {
      double product = 1.0, slope = 0.0;
      for (int i = 0; i < 9; ++i) {
        const double z = x[n] + 0.5 + 0.0625 * i;
        slope = slope * z + product;
        product *= z;
      }
      CHECK(y[2 * n] == doctest::Approx(product).epsilon(1e-10));
      CHECK(y[2 * n + 1] == doctest::Approx(slope).epsilon(1e-10));
    }
  }
}
