// What the tests share: reproducible random numbers, polynomials with an exact twin, error codes.
#pragma once

#include "bounds/error_gradient.hpp"
#include "bounds/rounding.hpp"
#include "circuit/circuit.hpp"
#include "compile/scales.hpp"
#include "compile/schedule.hpp"
#include "evaluate/plan/plan.hpp"
#include "polynet/polynet.hpp"

#include <cstring>
#include <optional>
#include <random>

namespace polynet_test {

using polynet::ErrorCode;
using polynet::Interval;

/// Random numbers that are the same everywhere (std's distributions are not).
class Random {
public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t bits() { return engine_(); }
  /// Uniform in [0, 1).
  double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  double between(double lo, double hi) { return lo + (hi - lo) * unit(); }
  int integer(int lo, int hi) {
    return lo + static_cast<int>(bits() % static_cast<std::uint64_t>(hi - lo + 1));
  }
  /// A finite double of uniform bit pattern: every exponent alike, subnormals too.
  double any_finite() {
    while (true) {
      const std::uint64_t pattern = bits();
      double x;
      std::memcpy(&x, &pattern, sizeof x);
      if (std::isfinite(x))
        return x;
    }
  }

private:
  std::mt19937_64 engine_;
};

template <typename T> bool same_bits(const std::vector<T> &a, const std::vector<T> &b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

/// A polynomial with coefficients that are doubles, and its value in long double.
struct SamplePolynomial {
  struct Term {
    double coefficient;
    std::vector<unsigned> powers;
  };
  std::vector<Term> terms;

  polynet::ExactPolynomial exact() const {
    polynet::ExactPolynomial p;
    for (const Term &term : terms) {
      polynet::Monomial m;
      for (std::uint32_t i = 0; i < term.powers.size(); ++i)
        if (term.powers[i] > 0)
          m.push_back({i, term.powers[i]});
      p.add(m, term.coefficient);
    }
    return p;
  }
  polynet::Polynomial enclosed() const { return exact().enclosed(); }

  template <typename T> long double operator()(const T *x) const {
    long double sum = 0.0L;
    for (const Term &term : terms) {
      long double product = term.coefficient;
      for (std::size_t i = 0; i < term.powers.size(); ++i)
        for (unsigned k = 0; k < term.powers[i]; ++k)
          product *= static_cast<long double>(x[i]);
      sum += product;
    }
    return sum;
  }
};

/// x_0 x_1 ... x_{n-1}.
inline SamplePolynomial product_of(std::size_t n) { return {{{1.0, std::vector<unsigned>(n, 1)}}}; }

inline std::vector<Interval> cube(std::size_t n) { return std::vector<Interval>(n, {-1.0, 1.0}); }

inline polynet::CompileOptions options(const char *activation = "logistic") {
  polynet::CompileOptions o;
  o.activation = polynet::activation(activation);
  return o;
}

/// A network's evaluation by gates.
inline polynet::Evaluator gates_of(const polynet::Network &net,
                                   const polynet::Kernels &kernels = polynet::kernels()) {
  const polynet::IdealNetwork ideal = polynet::ideal_network(net);
  return polynet::Evaluator::by_gates(net, polynet::Truncation(net, ideal), kernels);
}

/// The code of the Error that f throws; nothing if it throws none.
template <typename Function> std::optional<ErrorCode> code_of(Function f) {
  try {
    f();
  } catch (const polynet::Error &error) {
    return error.code();
  }
  return std::nullopt;
}

} // namespace polynet_test
