// The elementary functions of the kernels, for every instruction set of this CPU: accuracy where
// long double can tell, special values, symmetry, and that nothing depends on place or count.
// All float32 numbers: exhaustive.cpp. float64 to the last bit: tests/test_elementary_kernels.py.
#include "support.hpp"

#include <doctest/doctest.h>

using namespace polynet_test;
using polynet::Function;
using polynet::function_ulp;
using polynet::Kernels;

namespace {

const double nan_ = std::numeric_limits<double>::quiet_NaN(), inf = polynet::detail::infinity;

template <typename T> T value(const Kernels &kernels, Function f, T x) {
  kernels.of<T>().elementary.of[static_cast<int>(f)](&x, 1);
  return x;
}

template <typename F> void for_each_function(F f) {
  for (std::size_t k = 0; const Kernels *kernels = polynet::usable_kernels(k); ++k)
    for (int i = 0; i < polynet::functions; ++i) {
      INFO(kernels->name << " " << polynet::activation_names()[static_cast<std::size_t>(i)]);
      f(*kernels, static_cast<Function>(i));
    }
}

// lim s(x) as x goes to -infinity and to infinity; NaN where there is none.
struct Limits {
  Function function;
  double below, above;
};
const Limits limits[] = {
    {Function::algebraic, -1, 1},  {Function::arctan, -0x1.921fb54442d18p0, 0x1.921fb54442d18p0},
    {Function::cos, nan_, nan_},   {Function::erf, -1, 1},
    {Function::exp, 0, inf},       {Function::gaussian, 0, 0},
    {Function::gelu, 0, inf},      {Function::gelu_tanh, 0, inf},
    {Function::logcosh, inf, inf}, {Function::logistic, 0, 1},
    {Function::mish, 0, inf},      {Function::requ, 0, inf},
    {Function::silu, 0, inf},      {Function::sin, nan_, nan_},
    {Function::softplus, 0, inf},  {Function::tanh, -1, 1},
};

template <typename T> bool same(T a, T b) { return a == b || (std::isnan(a) && std::isnan(b)); }

template <typename T> void check_limits(const Kernels &kernels, const Limits &l) {
  const T infinity = std::numeric_limits<T>::infinity(), largest = std::numeric_limits<T>::max();
  CHECK(same(value(kernels, l.function, -infinity), static_cast<T>(l.below)));
  CHECK(same(value(kernels, l.function, infinity), static_cast<T>(l.above)));
  CHECK(std::isnan(value(kernels, l.function, std::numeric_limits<T>::quiet_NaN())));
  if (std::isnan(l.below)) // sin and cos: the largest number still has a value
    CHECK(std::fabs(value(kernels, l.function, largest)) <= T(1));
  else if (std::isfinite(l.below))
    CHECK(value(kernels, l.function, -largest) == static_cast<T>(l.below));
}

template <typename T> void check_symmetry(const Kernels &kernels, Function f, Random &random) {
  for (int n = 0; n < 2000; ++n) {
    const auto x = static_cast<T>(n % 2 == 0 ? random.between(-30, 30)
                                             : std::ldexp(random.unit(), random.integer(-140, 6)));
    const T right = value(kernels, f, x), left = value(kernels, f, -x);
    if (polynet::activation(polynet::activation_names()[static_cast<std::size_t>(f)])->symmetry ==
        polynet::Symmetry::odd)
      CHECK(left == -right);
    else
      CHECK(left == right);
  }
}

template <typename T> void check_independence(const Kernels &kernels, Function f, Random &random) {
  std::vector<T> near, mixed;
  for (int n = 0; n < 333; ++n) {
    near.push_back(static_cast<T>(random.between(-8, 8)));
    mixed.push_back(n % 29 == 5
                        ? std::numeric_limits<T>::quiet_NaN()
                        : static_cast<T>(random.between(-20, 20) * (n % 31 == 7 ? 1e3 : 1)));
  }
  mixed.insert(mixed.end(), near.begin(), near.end());
  for (const std::vector<T> &x : {near, mixed}) {
    std::vector<T> batch = x;
    kernels.of<T>().elementary.of[static_cast<int>(f)](batch.data(), batch.size());
    for (std::size_t n = 0; n < x.size(); ++n)
      CHECK(same(batch[n], value(kernels, f, x[n])));
  }
}

// Computed in long double where that is wider than double.
long double exact(Function f, long double x) {
  switch (f) {
  case Function::exp:
    return std::exp(x);
  case Function::logistic:
    return 1 / (1 + std::exp(-x));
  case Function::tanh:
    return std::tanh(x);
  case Function::softplus:
    return std::log1p(std::exp(x));
  case Function::silu:
    return x / (1 + std::exp(-x));
  case Function::sin:
    return std::sin(x);
  case Function::cos:
    return std::cos(x);
  case Function::arctan:
    return std::atan(x);
  case Function::erf:
    return std::erf(x);
  default:
    return std::numeric_limits<long double>::quiet_NaN();
  }
}

} // namespace

TEST_CASE("elementary functions at infinities, NaN and the largest numbers") {
  for (std::size_t k = 0; const Kernels *kernels = polynet::usable_kernels(k); ++k)
    for (const Limits &l : limits) {
      INFO(kernels->name << " " << static_cast<int>(l.function));
      check_limits<double>(*kernels, l);
      check_limits<float>(*kernels, l);
    }
}

TEST_CASE("odd functions of zero keep its sign, and of subnormals lose nothing") {
  for (std::size_t k = 0; const Kernels *kernels = polynet::usable_kernels(k); ++k)
    for (const Function f :
         {Function::algebraic, Function::arctan, Function::sin, Function::tanh}) {
      CHECK(std::signbit(value(*kernels, f, -0.0)));
      CHECK_FALSE(std::signbit(value(*kernels, f, 0.0)));
      for (const double x : {0x1p-1074, 0x1.8p-1040, -0x1.23456789abcdep-1030})
        CHECK(value(*kernels, f, x) == x);
      for (const float x : {0x1p-149f, -0x1.23p-130f})
        CHECK(value(*kernels, f, x) == x);
    }
}

TEST_CASE("elementary functions are exactly odd or even") {
  Random random(81);
  for_each_function([&](const Kernels &kernels, Function f) {
    const auto symmetry =
        polynet::activation(polynet::activation_names()[static_cast<std::size_t>(f)])->symmetry;
    if (symmetry == polynet::Symmetry::odd || symmetry == polynet::Symmetry::even) {
      check_symmetry<double>(kernels, f, random);
      check_symmetry<float>(kernels, f, random);
    }
  });
}

TEST_CASE("an elementary function does not depend on the other values of its batch") {
  Random random(82);
  for_each_function([&](const Kernels &kernels, Function f) {
    check_independence<double>(kernels, f, random);
    check_independence<float>(kernels, f, random);
  });
}

TEST_CASE("elementary functions in float64 agree with long double") {
  if (std::numeric_limits<long double>::digits <= 53)
    return;
  Random random(83);
  for_each_function([&](const Kernels &kernels, Function f) {
    double worst = 0.0;
    for (int n = 0; n < 4000; ++n) {
      const double x = n % 2 == 0 ? random.between(-4, 4) : random.between(-40, 40);
      const long double truth = exact(f, x);
      if (std::isnan(truth))
        return;
      const int exponent = std::ilogb(static_cast<double>(truth));
      const auto error = static_cast<double>(std::fabs(value(kernels, f, x) - truth));
      worst = std::max(worst, std::ldexp(error, 52 - exponent));
    }
    CHECK(worst <= function_ulp[static_cast<int>(f)].float64 + 0.01);
  });
}

TEST_CASE("our own activations are as accurate as is assumed of any runtime's") {
  if (std::numeric_limits<long double>::digits <= 53)
    return;
  Random random(84);
  for_each_function([&](const Kernels &kernels, Function f) {
    const auto row = polynet::activation(polynet::activation_names()[static_cast<std::size_t>(f)]);
    const auto &own = function_ulp[static_cast<int>(f)];
    if (own.float64 <= row->float64_ulp && own.float32 <= row->float32_ulp)
      return; // an ulp of |s| is no more than one of what is assumed
    REQUIRE(f == Function::logistic);
    const int unit = std::ilogb(row->runtime_magnitude);
    CHECK(unit == -1); // |s| <= 1
    double worst = 0.0, worst_float = 0.0;
    for (int n = 0; n < 20000; ++n) {
      const double x = n % 2 == 0 ? random.between(-4, 4) : random.between(-40, 40);
      const auto y = static_cast<float>(x);
      worst = std::max(worst, static_cast<double>(std::fabs(value(kernels, f, x) - exact(f, x))));
      worst_float =
          std::max(worst_float, static_cast<double>(std::fabs(value(kernels, f, y) - exact(f, y))));
    }
    worst = std::ldexp(worst, 52 - unit);
    worst_float = std::ldexp(worst_float, 23 - unit);
    CHECK(std::max(worst, worst_float) <= 1.51); // docs/kernels.md
    CHECK(1.51 <= std::min(row->float64_ulp, row->float32_ulp));
    CHECK(std::min(worst, worst_float) >= 0.5);
  });
}

TEST_CASE("sin and cos of large angles") {
  // From mpmath.
  const struct {
    double x, sine, cosine;
  } known[] = {{1e22, -0.8522008497671888, 0.5232147853951389},
               {0x1p1000, -0.15920170308624246, 0.9872460775989135},
               {0x1.6ac5b262ca1ffp849, 1.0, -4.687165924254624e-19},
               {1025.0, 0.7451734706822545, 0.6668706760619807}};
  for (std::size_t k = 0; const Kernels *kernels = polynet::usable_kernels(k); ++k)
    for (const auto &[x, sine, cosine] : known) {
      CHECK(std::fabs(value(*kernels, Function::sin, x) - sine) <= 2e-16);
      CHECK(std::fabs(value(*kernels, Function::cos, x) - cosine) <= 2e-16);
      CHECK(std::fabs(value(*kernels, Function::sin, -x) + sine) <= 2e-16);
    }
}
