// Kernels: blocks of points through a tape, for each instruction set, chosen once.
//
// A block holds `count` points as a structure of arrays: slot k is slots[k * stride] ...
// slots[k * stride + count - 1]. Every operation acts on each point alone, rounds each of its
// operations once (contraction is off; a fused multiply-add is written out), and so gives the same
// bits wherever a point stands in its block. The instruction sets with a fused multiply-add agree
// with each other to the last bit; those without round a * b + c twice.
//
// cpp/src/evaluate/kernels/body.hpp holds the loops (raw pointers, internal linkage only: nothing
// that a linker could share between units), each unit next to it compiles them for one instruction
// set, dispatch.cpp chooses. A further family of kernels is a header with loops like body.hpp,
// included there, with its function pointers as members of Operations<T>, filled in by
// operations_of<T>().
#pragma once

#include "polynet/function.hpp"

#include <cstddef>

namespace polynet {

/// What an instruction does to its target slot; c are its constants, s its source slots. The gates'
/// series are those of docs/theory.md, section 4.
enum class Opcode : std::uint8_t {
  combine,          ///< c_0 + sum_k c_(k+1) s_k, from the left, for `detail` sources
  accumulate,       ///< target + sum_k c_k s_k, from the left, for `detail` sources
  combine_group,    ///< combine for the targets of a group: see group_size
  accumulate_group, ///< accumulate for the targets of a group
  multiply,         ///< s_0 s_1
  multiply_add,     ///< s_0 s_1 + s_2
  copy_series,      ///< z (1 + r), z = s_0, r = sum_(k >= 1) a_k q^k, q = z^2; c = (a_K, ..., a_1)
  square_series,    ///< q (1 + r), the same q and r
  product_series,   ///< u v (1 + r), u = s_0, v = s_1: see product_constants
  sign,             ///< -1 below 0, 1 above, s_0 itself if it is 0 or a NaN: a product of bits
  activate,         ///< the activation at s_0 (detail 0), or its derivative there (detail 1)
  neuron,           ///< the activation at z = c_0 + c_1 s_0: see neuron_degree
  neuron_of_two,    ///< ... at z = c_0 + c_1 s_0 + c_2 s_1, from the left
};

/// Most sources of one combine or accumulate instruction.
constexpr int combine_limit = 8;
/// So many targets a group has, whose sums have the same 1, 2, 4 or 8 sources: each source is read
/// once for all. The sources are followed by all targets but the first; c are the constants of the
/// first target's sum, then those of the next. No target is a source; the last may be
/// given, with its constants, in place of missing ones. Without groups poly6 (benchmarks/cases.py)
/// takes 1.10 times as long by gates, 1.17 (float64) and 1.27 times (float32) by neurons, merged
/// 1.45 times (AVX2), networks with few sums over the same sources 1.00 to 1.05 times.
constexpr std::size_t group_size = 4;
/// A series of up to so many orders K is unrolled; `detail` is K for every series. None of 135
/// products of two of 47 polynomials takes more at default scales; in float64 5 % do at scale 0.2
/// and a quarter at 0.4.
constexpr int unrolled_orders = 8;

/// How many constants a product_series of K orders takes. With S = u^2 + v^2 and P = (u v)^2,
/// r = sum_j P^j A_j(S), where A_j has the degree K - 2 j and A_0 no constant term: for j = K/2
/// down to 0 the coefficients of A_j, highest first. Beyond unrolled_orders r = sum_k c_(k-1) h_k,
/// with h_k = w_1 h_(k-1) + w_2^k, h_0 = 1, w_1 = (u + v)^2, w_2 = (u - v)^2.
constexpr int product_constants(int orders) {
  int count = orders;
  for (int j = 1; orders <= unrolled_orders && 2 * j <= orders; ++j)
    count += orders - 2 * j + 1;
  return count;
}

/// A neuron's argument z is mostly near its bias c_0. Its weights are followed by a bound and by
/// the coefficients of a polynomial of the degree `detail`, highest first: where |z - c_0| does not
/// exceed the bound, the activation is that polynomial of z - c_0 by Horner's rule. Of 263
/// polynomials of the 16 activations about their biases, for distances from 2^-20 to 0.45, one
/// would have a higher degree; for 0.1, usual in float32, it is 3 to 5.
constexpr int neuron_degree = 9;

/// One step of a tape. The target may be one of the sources, except for groups and neurons.
struct Instruction {
  Opcode opcode;
  std::uint8_t detail; ///< number of sources, orders, degree or derivative
  std::int32_t target;
  std::int32_t source;   ///< index of the first source slot in TapeView::sources
  std::int32_t constant; ///< index of the first constant in TapeView::constants
};

/// The activation (order 0) or its derivative (order 1) at count values, in place.
template <typename T>
using Activate = void (*)(const void *context, int order, T *values, std::size_t count);

/// A tape (polynet/plan.hpp) in the dtype, as the kernels read it.
template <typename T> struct TapeView {
  const Instruction *instructions;
  const std::int32_t *sources;
  const T *constants;
  Activate<T> activate;
  const void *context;
};

/// Our own loops that replace values by a Function of them, with no call of the C library. A NaN
/// gives a NaN, an infinity the limit (sin, cos: NaN). The result does not depend on place or
/// count.
template <typename T> struct ElementaryFunctions {
  void (*of[functions])(T *values, std::size_t count);
};

/// Counts of points in a block are multiples of this.
constexpr std::size_t lanes = 16;

/// The kernels of one instruction set for one dtype. Counts are multiples of `lanes`.
template <typename T> struct Operations {
  /// Instructions first ... last - 1 on a block.
  void (*run)(const TapeView<T> &, std::size_t first, std::size_t last, T *slots,
              std::size_t stride, std::size_t count);
  /// The same for one point: slot k is slots[k].
  void (*run_one)(const TapeView<T> &, std::size_t first, std::size_t last, T *slots);
  /// Copies column j of `count` rows to slot targets[j], unless that is negative: element (i, j) is
  /// `row_step * i + column_step * j` bytes after `data`, aligned or not.
  void (*load_columns)(const void *data, std::ptrdiff_t row_step, std::ptrdiff_t column_step,
                       std::size_t count, const std::int32_t *targets, std::size_t columns,
                       T *slots, std::size_t stride);
  /// Whether all values lie in [lower, upper]; a NaN does not.
  bool (*all_within)(const T *values, std::size_t count, T lower, T upper);
  /// For any count.
  ElementaryFunctions<T> elementary;
};

/// The kernels of one instruction set.
struct Kernels {
  const char *name;
  bool fused_multiply_add;
  Operations<double> float64;
  Operations<float> float32;

  template <typename T> const Operations<T> &of() const;
};
template <> inline const Operations<double> &Kernels::of() const { return float64; }
template <> inline const Operations<float> &Kernels::of() const { return float32; }

/// The kernels in use: of the best instruction set this CPU has, or of the one that the environment
/// variable POLYNET_ISA names when first called. Error (invalid_input) if that one is unknown or
/// this CPU lacks it.
const Kernels &kernels();

/// The k-th of the instruction sets that were compiled in and that this CPU has, the best last;
/// null beyond.
const Kernels *usable_kernels(std::size_t k);

} // namespace polynet
