// The elementary functions in float32 against float64, for every instruction set of this CPU: every
// 4099th number, or with the argument "all" every one (a few minutes for each function and
// instruction set). More arguments: the names of instruction sets and of functions, to leave the
// others out.
//
// float64 is the reference because its functions are proved to a few of its own ulp, 2^-29 of one
// here. Prints the largest error of each function in ulp; fails where one exceeds function_ulp.
#include "evaluate/kernels/kernels.hpp"
#include "polynet/activation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace {

constexpr std::size_t block = 4096;

float number(std::uint32_t pattern) {
  float x;
  std::memcpy(&x, &pattern, sizeof x);
  return x;
}

// |y - exact| in ulp of float32 there; infinity where one is NaN and the other not, or a value
// that does not overflow does.
double error_in_ulp(float y, double exact) {
  if (std::isnan(exact) || std::isnan(y))
    return std::isnan(exact) && std::isnan(y) ? 0.0 : std::numeric_limits<double>::infinity();
  if (std::isinf(y) && std::fabs(exact) >= 0x1.ffffffp127)
    return std::signbit(y) == std::signbit(exact) ? 0.0 : std::numeric_limits<double>::infinity();
  const int exponent = std::max(exact == 0.0 ? -126 : std::ilogb(exact), -126);
  return std::fabs(std::ldexp(double(y) - exact, 23 - exponent));
}

// The same where both are finite, without a branch.
double error_of_finite(float y, double exact) {
  std::uint64_t bits;
  std::memcpy(&bits, &exact, sizeof bits);
  bits &= std::uint64_t(0x7ff) << 52;
  double power;
  std::memcpy(&power, &bits, sizeof power);
  return std::fabs(double(y) - exact) * 0x1p23 / std::max(power, 0x1p-126);
}

struct Worst {
  double error = 0.0;
  float at = 0.0f;
};

Worst search(const polynet::Kernels &kernels, int function, std::uint64_t stride) {
  std::vector<float> x(block), y(block);
  std::vector<double> exact(block);
  Worst worst;
  for (std::uint64_t first = 0; first < std::uint64_t(1) << 32; first += block * stride) {
    for (std::size_t i = 0; i < block; ++i)
      x[i] = number(static_cast<std::uint32_t>(first + i * stride));
    std::copy(x.begin(), x.end(), y.begin());
    std::copy(x.begin(), x.end(), exact.begin());
    kernels.float32.elementary.of[function](y.data(), block);
    kernels.float64.elementary.of[function](exact.data(), block);
    for (std::size_t i = 0; i < block; ++i)
      if (!(error_of_finite(y[i], exact[i]) <= worst.error))
        if (const double error = error_in_ulp(y[i], exact[i]); error > worst.error)
          worst = {error, x[i]};
  }
  return worst;
}

} // namespace

int main(int argc, char **argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto given = [&](const std::string &name) {
    return std::find(arguments.begin(), arguments.end(), name) != arguments.end();
  };
  const std::vector<std::string> names = polynet::activation_names();
  bool some_kernels = false, some_functions = false, within = true;
  for (std::size_t k = 0; const polynet::Kernels *kernels = polynet::usable_kernels(k); ++k)
    some_kernels = some_kernels || given(kernels->name);
  for (const std::string &name : names)
    some_functions = some_functions || given(name);
  for (std::size_t k = 0; const polynet::Kernels *kernels = polynet::usable_kernels(k); ++k) {
    if (some_kernels && !given(kernels->name))
      continue;
    for (int f = 0; f < polynet::functions; ++f) {
      const std::string &name = names[static_cast<std::size_t>(f)];
      if (some_functions && !given(name))
        continue;
      const Worst worst = search(*kernels, f, given("all") ? 1 : 4099);
      const double bound = polynet::function_ulp[f].float32;
      const bool ok = worst.error <= bound;
      within = within && ok;
      std::printf("%-9s %-9s %.3f ulp at %a, bound %.3g%s\n", kernels->name, name.c_str(),
                  worst.error, double(worst.at), bound, ok ? "" : ": EXCEEDED");
      std::fflush(stdout);
    }
  }
  return within ? 0 : 1;
}
