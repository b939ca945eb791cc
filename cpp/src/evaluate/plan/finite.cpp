#include "finite.hpp"

#include "emit_gate.hpp"

namespace polynet {

namespace {

// Runs a tape on bounds of the magnitudes of its slots. A sum counts as the sum of its terms'
// magnitudes, which bounds every partial sum in any order.
class Magnitudes {
public:
  Magnitudes(const Tape &tape, const FloatFormat &format)
      : tape_(tape), format_(format), slots_(tape.slots, 0.0) {}

  double &slot(std::int32_t index) { return slots_[static_cast<std::size_t>(index)]; }
  /// Of all numbers made so far.
  double largest() const { return largest_; }

  void run() {
    for (const Instruction &in : tape_.instructions)
      slot(in.target) = result(in);
  }

private:
  // A computed number whose exact value is at most x.
  double made(double x) {
    x = up(up(x * (1.0 + 2.0 * format_.unit_roundoff)) + format_.smallest_normal);
    largest_ = std::max(largest_, x);
    return x;
  }
  double product(double a, double b) { return made(up(a * b)); }
  double multiply_add(double a, double b, double c) { return made(up(product(a, b) + c)); }

  double source(const Instruction &in, int k) {
    return slot(tape_.sources[static_cast<std::size_t>(in.source + k)]);
  }
  double constant(const Instruction &in, int k) {
    return made(std::fabs(tape_.constants[static_cast<std::size_t>(in.constant + k)]));
  }
  // Of `count` coefficients from the k-th constant on.
  double horner(const Instruction &in, int k, int count, double x) {
    double value = constant(in, k);
    for (int i = 1; i < count; ++i)
      value = multiply_add(value, x, constant(in, k + i));
    return value;
  }

  double result(const Instruction &in) {
    switch (in.opcode) {
    case Opcode::combine:
      return sum(in, constant(in, 0), 1);
    case Opcode::accumulate:
      return sum(in, slot(in.target), 0);
    case Opcode::multiply:
      return product(source(in, 0), source(in, 1));
    case Opcode::multiply_add:
      return multiply_add(source(in, 0), source(in, 1), source(in, 2));
    case Opcode::sign:
      return std::max(source(in, 0), 1.0);
    case Opcode::copy_series:
    case Opcode::square_series:
      return even_series(in);
    case Opcode::product_series:
      return in.detail <= unrolled_orders ? product_series(in) : long_product_series(in);
    default: // no part of a gate's series
      return largest_ = detail::infinity;
    }
  }

  double sum(const Instruction &in, double value, int first_constant) {
    for (int k = 0; k < in.detail; ++k)
      value = multiply_add(constant(in, first_constant + k), source(in, k), value);
    return value;
  }

  double even_series(const Instruction &in) {
    const double z = source(in, 0), q = product(z, z);
    const double target = in.opcode == Opcode::square_series ? q : z;
    return multiply_add(target, product(horner(in, 0, in.detail, q), q), target);
  }

  double product_series(const Instruction &in) {
    const double u = source(in, 0), v = source(in, 1), target = product(u, v);
    const double squares = multiply_add(v, v, product(u, u)), square = product(target, target);
    double r = 0.0;
    int next = 0;
    for (int j = in.detail / 2; j >= 0; --j) {
      const int count = in.detail - 2 * j + (j > 0 ? 1 : 0);
      const double a = horner(in, next, count, squares);
      r = multiply_add(r, square, j > 0 ? a : product(a, squares));
      next += count;
    }
    return multiply_add(target, r, target);
  }

  double long_product_series(const Instruction &in) {
    const double u = source(in, 0), v = source(in, 1), target = product(u, v);
    const double w = product(made(up(u + v)), made(up(u + v)));
    double power = w, h = 1.0, r = 0.0;
    for (int k = 0; k < in.detail; ++k) {
      h = multiply_add(w, h, power);
      r = multiply_add(constant(in, k), h, r);
      power = product(power, w);
    }
    return multiply_add(target, r, target);
  }

  const Tape &tape_;
  const FloatFormat format_;
  std::vector<double> slots_;
  double largest_ = 0.0;
};

} // namespace

bool stays_finite(const PlannedGate &series, Dtype dtype) {
  const FloatFormat format = float_format(dtype);
  Emitter emitter;
  std::array<std::int32_t, max_operands> operands{};
  double target = 1.0; // its factors beyond 1, in whatever order
  for (int i = 0; i < series.stencil->operands; ++i) {
    operands[i] = emitter.acquire();
    const Interval range = std::max(series.range[i], 1.0);
    target = up(target * pow(range, series.stencil->target[i]).hi());
  }
  emit_gate(emitter, series, operands.data(), false);
  Magnitudes magnitudes(emitter.tape, format);
  for (int i = 0; i < series.stencil->operands; ++i)
    magnitudes.slot(operands[i]) = series.range[i];
  magnitudes.run();
  return std::max(magnitudes.largest(), target) <= format.largest / 2;
}

} // namespace polynet
