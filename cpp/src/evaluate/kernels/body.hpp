// The loops of the kernels, compiled once for each instruction set: see polynet/kernels.hpp.
//
// Everything here has internal linkage, and every table is a constant: no unit shares code with
// another or runs any before it is chosen.
#pragma once

#include "columns.hpp"
#include "elementary_table.hpp"
#include "gate_polynomials.hpp"

namespace polynet {
namespace {

template <typename T>
using Operation = void (*)(const Instruction &, const TapeView<T> &, T *slots, std::size_t stride,
                           std::size_t count);

// The count that the loops see: known to be 1, or known to be a multiple of `lanes`.
template <bool one> constexpr std::size_t known(std::size_t count) {
  return one ? 1 : count / lanes * lanes;
}

template <typename T, bool one, int n, std::size_t targets, bool accumulate>
void combine(const Instruction &in, const TapeView<T> &tape, T *slots, std::size_t stride,
             std::size_t count) {
  const std::int32_t *source = tape.sources + in.source;
  const T *s[n + 1], *constants = tape.constants + in.constant;
  T *target[targets], start[targets], c[targets][n + 1];
  for (int k = 0; k < n; ++k)
    s[k] = slots + static_cast<std::size_t>(source[k]) * stride;
  for (std::size_t j = 0; j < targets; ++j) {
    target[j] = slots + static_cast<std::size_t>(j == 0 ? in.target : source[n + j - 1]) * stride;
    start[j] = accumulate ? T(0) : *constants++;
    for (int k = 0; k < n; ++k)
      c[j][k] = *constants++;
  }
  const std::size_t end = known<one>(count);
  POLYNET_SIMD
  for (std::size_t i = 0; i < end; ++i) {
    T sum[targets];
    for (std::size_t j = 0; j < targets; ++j)
      sum[j] = accumulate ? target[j][i] : start[j];
    for (int k = 0; k < n; ++k)
      for (std::size_t j = 0; j < targets; ++j)
        sum[j] = multiply_add(c[j][k], s[k][i], sum[j]);
    for (std::size_t j = 0; j < targets; ++j)
      target[j][i] = sum[j];
  }
}

template <typename T, bool one, bool add>
void multiply(const Instruction &in, const TapeView<T> &tape, T *slots, std::size_t stride,
              std::size_t count) {
  const std::int32_t *source = tape.sources + in.source;
  const T *a = slots + static_cast<std::size_t>(source[0]) * stride;
  const T *b = slots + static_cast<std::size_t>(source[1]) * stride;
  const T *c = slots + static_cast<std::size_t>(source[add ? 2 : 0]) * stride;
  T *target = slots + static_cast<std::size_t>(in.target) * stride;
  const std::size_t end = known<one>(count);
  POLYNET_SIMD
  for (std::size_t i = 0; i < end; ++i)
    target[i] = add ? multiply_add(a[i], b[i], c[i]) : a[i] * b[i];
}

template <typename T, bool one>
void sign(const Instruction &in, const TapeView<T> &tape, T *slots, std::size_t stride,
          std::size_t count) {
  const T *z = slots + static_cast<std::size_t>(tape.sources[in.source]) * stride;
  T *target = slots + static_cast<std::size_t>(in.target) * stride;
  const std::size_t end = known<one>(count);
  POLYNET_SIMD
  for (std::size_t i = 0; i < end; ++i)
    target[i] = z[i] < 0 ? T(-1) : z[i] > 0 ? T(1) : z[i];
}

template <typename T, bool one, Opcode opcode, int orders>
void series(const Instruction &in, const TapeView<T> &tape, T *slots, std::size_t stride,
            std::size_t count) {
  constexpr int size = opcode == Opcode::product_series ? product_constants(orders) : orders;
  T c[size];
  for (int k = 0; k < size; ++k)
    c[k] = tape.constants[in.constant + k];
  const std::int32_t *source = tape.sources + in.source;
  const T *u = slots + static_cast<std::size_t>(source[0]) * stride;
  const T *v = slots + static_cast<std::size_t>(source[opcode == Opcode::product_series]) * stride;
  T *target = slots + static_cast<std::size_t>(in.target) * stride;
  const std::size_t end = known<one>(count);
  POLYNET_SIMD
  for (std::size_t i = 0; i < end; ++i)
    target[i] = opcode == Opcode::copy_series     ? copy_series<orders>(u[i], c)
                : opcode == Opcode::square_series ? square_series<orders>(u[i], c)
                                                  : product_series<orders>(u[i], v[i], c);
}

// More orders than are unrolled: a few points at a time, order by order.
template <typename T, bool one, Opcode opcode>
void long_series(const Instruction &in, const TapeView<T> &tape, T *slots, std::size_t stride,
                 std::size_t count) {
  const T *c = tape.constants + in.constant;
  const std::int32_t *source = tape.sources + in.source;
  const T *u = slots + static_cast<std::size_t>(source[0]) * stride;
  const T *v = slots + static_cast<std::size_t>(source[opcode == Opcode::product_series]) * stride;
  T *target = slots + static_cast<std::size_t>(in.target) * stride;
  constexpr std::size_t width = one ? 1 : lanes;
  for (std::size_t i = 0; i < known<one>(count); i += width) {
    if constexpr (opcode == Opcode::product_series)
      long_product_series<T, width>(u + i, v + i, c, in.detail, target + i);
    else
      long_even_series<T, width, opcode == Opcode::square_series>(u + i, c, in.detail, target + i);
  }
}

template <typename T, bool one>
void activate(const Instruction &in, const TapeView<T> &tape, T *slots, std::size_t stride,
              std::size_t count) {
  const T *source = slots + static_cast<std::size_t>(tape.sources[in.source]) * stride;
  T *target = slots + static_cast<std::size_t>(in.target) * stride;
  if (target != source)
    for (std::size_t i = 0; i < known<one>(count); ++i)
      target[i] = source[i];
  tape.activate(tape.context, in.detail, target, known<one>(count));
}

// A few points whose arguments z may be far from the bias: there the activation itself.
template <typename T, std::size_t width>
void far_from_bias(const TapeView<T> &tape, const T *z, T bias, T reach, T *target) {
  T values[width];
  bool far = false;
  for (std::size_t i = 0; i < width; ++i) {
    values[i] = z[i];
    far = far || !(magnitude(z[i] - bias) <= reach);
  }
  if (!far)
    return;
  tape.activate(tape.context, 0, values, width);
  for (std::size_t i = 0; i < width; ++i)
    if (!(magnitude(z[i] - bias) <= reach))
      target[i] = values[i];
}

template <typename T, int sources, int degree>
void neuron(const Instruction &in, const TapeView<T> &tape, T *slots, std::size_t stride,
            std::size_t count) {
  const T *s[sources], *constants = tape.constants + in.constant;
  T c[sources + 1], a[degree + 1];
  for (int k = 0; k < sources; ++k)
    s[k] = slots + static_cast<std::size_t>(tape.sources[in.source + k]) * stride;
  for (int k = 0; k <= sources; ++k)
    c[k] = constants[k];
  const T reach = constants[sources + 1];
  for (int k = 0; k <= degree; ++k)
    a[k] = constants[sources + 2 + k];
  T *target = slots + static_cast<std::size_t>(in.target) * stride;
  const std::size_t end = known<false>(count);
  const auto argument = [&](std::size_t i) {
    T z = c[0];
    for (int k = 0; k < sources; ++k)
      z = multiply_add(c[k + 1], s[k][i], z);
    return z;
  };
  typename Mask<T>::type far = 0;
#pragma omp simd reduction(| : far)
  for (std::size_t i = 0; i < end; ++i) {
    const T t = argument(i) - c[0];
    far |= magnitude(t) <= reach ? 0 : -1;
    target[i] = horner<degree + 1>(t, a);
  }
  for (std::size_t first = 0; far != 0 && first < end; first += lanes) {
    T z[lanes];
    for (std::size_t i = 0; i < lanes; ++i)
      z[i] = argument(first + i);
    far_from_bias<T, lanes>(tape, z, c[0], reach, target + first);
  }
}

// The same for one point, of any degree.
template <typename T, int sources>
void one_neuron(const Instruction &in, const TapeView<T> &tape, T *slots, std::size_t,
                std::size_t) {
  const T *c = tape.constants + in.constant, *a = c + sources + 2;
  T z = c[0];
  for (int k = 0; k < sources; ++k)
    z = multiply_add(c[k + 1], slots[tape.sources[in.source + k]], z);
  T value = a[0];
  for (int k = 1; k <= in.detail; ++k)
    value = multiply_add(value, z - c[0], a[k]);
  slots[in.target] = value;
  far_from_bias<T, 1>(tape, &z, c[0], c[sources + 1], slots + in.target);
}

// Which operation an instruction stands for: table[opcode][min(detail, details - 1)].
constexpr int opcodes = 13, details = neuron_degree + 1;
static_assert(details >= unrolled_orders + 2 && details > combine_limit);
template <typename T> struct Table {
  Operation<T> of[opcodes][details];
};

template <typename T, bool one, int detail> constexpr void fill(Table<T> &table) {
  const auto row = [&](Opcode opcode) { return table.of[static_cast<int>(opcode)] + detail; };
  if constexpr (detail <= combine_limit) {
    *row(Opcode::combine) = &combine<T, one, detail, 1, false>;
    *row(Opcode::accumulate) = &combine<T, one, detail, 1, true>;
  }
  if constexpr (detail == 1 || detail == 2 || detail == 4 || detail == 8) {
    *row(Opcode::combine_group) = &combine<T, one, detail, group_size, false>;
    *row(Opcode::accumulate_group) = &combine<T, one, detail, group_size, true>;
  }
  if constexpr (one) {
    *row(Opcode::neuron) = &one_neuron<T, 1>;
    *row(Opcode::neuron_of_two) = &one_neuron<T, 2>;
  } else if constexpr (detail >= 1 && sizeof(T) == sizeof(float)) {
    *row(Opcode::neuron) = &neuron<T, 1, detail>;
    *row(Opcode::neuron_of_two) = &neuron<T, 2, detail>;
  }
  *row(Opcode::multiply) = &multiply<T, one, false>;
  *row(Opcode::multiply_add) = &multiply<T, one, true>;
  *row(Opcode::sign) = &sign<T, one>;
  *row(Opcode::activate) = &activate<T, one>;
  if constexpr (detail >= 1 && detail <= unrolled_orders) {
    *row(Opcode::copy_series) = &series<T, one, Opcode::copy_series, detail>;
    *row(Opcode::square_series) = &series<T, one, Opcode::square_series, detail>;
    *row(Opcode::product_series) = &series<T, one, Opcode::product_series, detail>;
  } else {
    *row(Opcode::copy_series) = &long_series<T, one, Opcode::copy_series>;
    *row(Opcode::square_series) = &long_series<T, one, Opcode::square_series>;
    *row(Opcode::product_series) = &long_series<T, one, Opcode::product_series>;
  }
  if constexpr (detail + 1 < details)
    fill<T, one, detail + 1>(table);
}

template <typename T, bool one> constexpr Table<T> filled() {
  Table<T> table{};
  fill<T, one, 0>(table);
  return table;
}
template <typename T, bool one> constexpr Table<T> operations = filled<T, one>();

template <typename T, bool one>
void run(const TapeView<T> &tape, std::size_t first, std::size_t last, T *slots, std::size_t stride,
         std::size_t count) {
  for (std::size_t k = first; k < last; ++k) {
    const Instruction &in = tape.instructions[k];
    const int detail = in.detail < details ? in.detail : details - 1;
    operations<T, one>.of[static_cast<int>(in.opcode)][detail](in, tape, slots, stride, count);
  }
}

template <typename T>
void run_one(const TapeView<T> &tape, std::size_t first, std::size_t last, T *slots) {
  run<T, true>(tape, first, last, slots, 1, 1);
}

template <typename T> constexpr Operations<T> operations_of() {
  return {&run<T, false>, &run_one<T>, &load_columns<T>, &all_within<T>, elementary_functions<T>()};
}

constexpr Kernels kernels_of(const char *name) {
  return {name, fused, operations_of<double>(), operations_of<float>()};
}

} // namespace
} // namespace polynet
