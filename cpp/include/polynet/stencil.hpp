// Stencils, their moments, and the series of a gate: the one idea everything shares.
//
// A stencil is a list of nodes (weight w_k, integer direction d_k). With activation s, bias b and
// scale l it is the gate
//
//     g(z) = 1/(c l^m) sum_k w_k s(b + l d_k.z),    c = s_m(b) S_t/t!,
//
// where z are the operands, z^t (|t| = m) is the target monomial, and S_a = sum_k w_k d_k^a.
// Its Taylor series about b (arXiv:1608.08225, eq. 11, carried to all orders) is
//
//     g(z) = z^t (1 + rho(z)),    rho(z) = sum_{j > m} l^(j-m) s_j(b)/s_m(b) C_j(z),
//     C_j(z) = sum_{|a| = j} [S_a/a!] / [S_t/t!] z^(a-t).
//
// Every stencil here is made of an iterated difference: one difference of order t_i in the
// direction of each operand, central or forward, so that S_a is a product over the operands. (The
// one of order 0 is f(t) + f(-t), whose derivative by t is the integral of f'' over [-t, t].) Then
// sum_k w_k f(b + l d_k.z) is the integral of f^(m) against a kernel of one sign (a box spline).
// Applied to s minus its Taylor polynomial of degree J-1, with J-m even, the integrand's factor
// x^(J-m) is nonnegative, hence the remainder after the orders below J is exactly the term of order
// J with s_J(b) replaced by some value of s_J on [b-r, b+r], r = max_k l |d_k.z|. The same holds
// for the derivative by an operand. Where the series about b converges on all of that interval,
// what it bounds takes the place of s_J if it is less (remainder_factor). A Richardson combination
// adds such differences at several multiples of the scale, each with its own remainder.
//
// The product of n bits needs no series (arXiv:1608.08225, eq. 13). Its gate has one operand,
// z = x_1 + ... + x_n - n + 1/2, which is 1/2 if all bits are 1 and at most -1/2 otherwise, and a
// sigmoid s of limit c = lim s(x) - s(0) and tail r(x) = 1 - (s(x) - s(0))/c tells the sign:
//
//     g(z) = (s(l z) - s(0))/c = sign(z) (1 + rho(z)),    rho(z) = -r(l |z|),
//
// with sign(z) = 2 x_1 ... x_n - 1 in the place of the target. Bounds hold for |z| >= 1/2 only.
#pragma once

#include "polynet/activation.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace polynet {

/// Most operands a stencil can have.
constexpr int max_operands = 9;

/// Powers of the operands; unused ones are 0.
using Powers = std::array<std::uint8_t, max_operands>;

/// Most bits whose product one gate can take. Far more would make the operand's possible rounding
/// error reach 1/8 in float32.
constexpr int max_bits = 512;

/// One node: the activation at b + l (direction . z), times weight.
struct StencilNode {
  int weight;
  std::array<std::int8_t, max_operands> direction;
};

/// The parity that an activation must have about the bias 0 for a stencil to leave out half of its
/// nodes: s(x) + s(-x) or s(x) - s(-x) is constant.
enum class Parity { none, odd, even };

/// A finite-difference stencil; see the head of this file.
struct Stencil {
  std::string name;
  int operands;
  Powers target;
  /// Per operand, the difference of order target[i]: (weight, direction).
  std::vector<std::vector<std::pair<int, int>>> differences;
  /// The difference is taken at these multiples of the scale, with these weights: {{1, 1}}, or a
  /// Richardson combination.
  std::vector<std::pair<int, int>> multiples;
  Parity parity;
  /// If positive, the gate of a product of so many bits.
  int bits;
  /// Nodes with a nonzero direction: the gate's neurons; the halves left out are in the weights.
  std::vector<StencilNode> neurons;
  /// Weight of the node at the bias itself, which needs no neuron, only a constant c_0 s(b).
  int constant_weight;

  /// The order m of the target monomial.
  int order() const;
  /// Sum of the neurons' |weights|.
  int weight_sum() const;
  /// Largest |direction| of an operand among the neurons.
  int largest_direction(int operand) const;
};

/// The stencil of that name; Error (invalid_input) explains what exists. Names are
///
///     target [_forward | _odd | _even] [_richardson2 | _richardson3]
///
/// with the target copy (t), square (t^2), product (u v, the paper's) or monomial_r1_r2_... for
/// z_1^r1 z_2^r2 ..., at most 9 operands and 512 nodes; an operand with r = 0 does not matter to
/// the target: monomial_1_0 is z_1 from the neurons of a product. Central differences are the
/// default: neurons prod (r_i + 1), less one if all r_i are even (arXiv:1705.05502, theorem 4.1).
/// Forward differences share their nodes with other gates but leave odd error terms. odd and even
/// take half of the neurons, at bias 0, of an activation and a target of that parity. Richardson
/// combinations of 2 or 3 scales cancel the first one or two error terms of a central difference.
/// The gate of a product of n <= 512 bits is bits_n.
const Stencil &stencil(std::string_view name);

/// One term of C_j: numerator/denominator * z^powers, exact and in lowest terms.
struct MomentTerm {
  Powers powers;
  std::int64_t numerator;
  std::int64_t denominator;
};

/// C_j(z) exactly, for m <= j <= 20 or as far as 64-bit integers go (Error, size_limit, beyond).
/// Empty when the moment vanishes.
std::vector<MomentTerm> moment(const Stencil &stencil, int j);

/// An enclosure of the normalisation c l^m of a gate. Error (invalid_input) if s_m(b) may be 0, or
/// if the activation lacks the stencil's parity about the bias, or is no sigmoid for bits.
Interval normalisation(const Activation &s, const Stencil &stencil, double bias, double scale);

/// The orders of a gate's series. With K_i the kernel of operand i's difference, a probability on
/// its directions, and l_k, w_k the stencil's multiples,
///
///     1 + rho(z) = sum_k w_k' E[f(l_k theta.z)],    w_k' = w_k l_k^m/(sum_k w_k l_k^m),
///
/// theta_i distributed as K_i, f(w) = s^(m)(b + l w)/s_m = sum_j C(m + j, m) order(m + j) w^j.
class GateOrders {
public:
  GateOrders(const Activation &s, const Stencil &stencil, double bias, double scale);

  /// s_j/j! at the bias.
  const Interval &taylor(int j);
  /// l^(j-m) c/(s_m/m!).
  Interval scaled(int j, const Interval &c);
  /// The same with c = s_j/j!.
  Interval order(int j);
  /// What takes its place in a remainder of the order j, for arguments within `radius` of the bias.
  Interval remainder(int j, double radius);

private:
  const Activation &s_;
  const int order_;
  const double bias_, scale_;
  std::vector<Interval> taylor_;
};
/// E[theta_i^a].
Interval mean_power(const Stencil &stencil, int operand, int a);
/// sum_k w_k' l_k^j.
Interval multiple_power(const Stencil &stencil, int j);
/// sum_k |w_k'| l_k^j.
Interval multiple_magnitude(const Stencil &stencil, int j);

/// When a gate's series may stop.
struct SeriesAccuracy {
  double absolute;
  double relative;
};

/// The series of one gate with a rigorous remainder, valid for |z_i| <= range_i. The one object
/// that evaluation by gates, error terms and certificates share.
class GateSeries {
public:
  struct Term {
    Powers powers;
    Interval coefficient;
  };

  /// Takes orders until the remainder is at most accuracy.absolute, or accuracy.relative times the
  /// bound of the terms before it; 160 orders, 3500 terms or a growing remainder also stop it:
  /// check remainder(). Error (invalid_input) if s_m(b) may be 0.
  GateSeries(const Activation &s, const Stencil &stencil, double bias, double scale,
             const std::vector<double> &range, const SeriesAccuracy &accuracy);

  const Stencil &stencil() const { return *stencil_; }
  double bias() const { return bias_; }
  double scale() const { return scale_; }
  /// |z_i| must stay below this for the series to be valid. For bits it is the operand's largest
  /// value plus 1/8, so that an operand within the range is off by at most that.
  const std::vector<double> &range() const { return range_; }
  /// max_k l |d_k.z| over the range: the activation is used on [b - radius, b + radius].
  double radius() const { return radius_; }

  /// The Taylor terms of rho below the order of the remainder.
  const std::vector<Term> &terms() const { return terms_; }
  /// The terms of the remainder: the order J with enclosures of what replaces s_J(b).
  const std::vector<Term> &remainder_terms() const { return remainder_terms_; }
  /// An upper bound of the remainder's absolute value over the range.
  double remainder() const { return remainder_; }
  /// An upper bound of sum |coefficient| |z|^powers over the range, remainder excluded.
  double magnitude() const { return magnitude_; }

  /// An enclosure of the gate's normalisation c l^m.
  const Interval &normalisation() const { return normalisation_; }
  /// An enclosure of s(b).
  const Interval &value_at_bias() const { return value_at_bias_; }
  /// Enclosures of s and s' on [b - radius, b + radius]; for bits, of s' where the argument is at
  /// least a quarter of the scale from 0.
  const Interval &value() const { return value_; }
  const Interval &slope() const { return slope_; }

  /// An enclosure of rho(z), and its value without the remainder, unproved.
  Interval rho(const Interval *z) const;
  double rho(const double *z) const;
  /// An enclosure of d g/d z_i.
  Interval derivative(int i, const Interval *z) const;
  /// An enclosure of d(g - z^t)/d z_i; not for bits.
  Interval error_derivative(int i, const Interval *z) const;

private:
  void enclose_sign(const Activation &s);
  void enclose_neurons(const Activation &s);
  void take_orders(const Activation &s, const SeriesAccuracy &accuracy);
  void append(const std::vector<Term> &terms);
  double bound_of(const std::vector<Term> &terms) const;
  Interval sign_error(const Interval &z) const;
  Interval derivative_beside(double factor, int i, const Interval *z) const;

  const Stencil *stencil_;
  double bias_, scale_, radius_;
  std::vector<double> range_;
  std::vector<Term> terms_, remainder_terms_;
  double remainder_, magnitude_ = 0.0;
  Interval normalisation_, value_at_bias_, value_, slope_;
  std::optional<Sigmoid> sigmoid_; // for bits
};

/// The target monomial z^t; sign(z) for bits.
Interval target(const Stencil &stencil, const Interval *z);
double target(const Stencil &stencil, const double *z);
/// (z + e)^t - z^t, without cancellation; sign(z + e) - sign(z) for bits.
Interval target_difference(const Stencil &stencil, const Interval *z, const Interval *e);
double target_difference(const Stencil &stencil, const double *z, const double *e);
/// Enclosures of d z^t/d z_i, and of by how much it differs at z + e; not for bits.
Interval target_derivative(const Stencil &stencil, int i, const Interval *z);
Interval target_derivative_difference(const Stencil &stencil, int i, const Interval *z,
                                      const Interval *e);

/// What a gate makes of operands y that are off by e: of y^t, which is wanted, and of its own
/// series at z, where z^t is (y + e)^t up to terms that others account for (z = y + e, as a rule).
template <typename T> struct GateStep {
  T value;  ///< y^t
  T error;  ///< (y + e)^t - y^t + z^t rho(z)
  T output; ///< z^t (1 + rho(z))
};
/// For T = Interval enclosures; for T = double good to a few digits, unproved.
template <typename T>
GateStep<T> step(const GateSeries &series, const T *y, const T *e, const T *z);

} // namespace polynet
