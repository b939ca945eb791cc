// Networks as data: gates with their affine operands, and the layers of neurons derived from them.
#pragma once

#include "polynet/polynomial.hpp"
#include "polynet/stencil.hpp"

#include <limits>
#include <string_view>
#include <vector>

namespace polynet {

/// The floating-point type of a network's parameters and of its evaluation.
enum class Dtype { float32, float64 };

/// How the Linear maps between two activations are kept: as two factors (gates' outputs ->
/// operands -> neurons) or multiplied into one.
enum class Form { factored, merged };

/// What the proofs need to know of a dtype.
struct FloatFormat {
  double unit_roundoff;
  double smallest_normal;
  double largest;
  int precision; ///< significant bits
};
constexpr FloatFormat float_format(Dtype d) {
  return d == Dtype::float32
             ? FloatFormat{0x1p-24, 0x1p-126, std::numeric_limits<float>::max(), 24}
             : FloatFormat{0x1p-53, 0x1p-1022, std::numeric_limits<double>::max(), 53};
}
/// x rounded to the dtype (to nearest).
double round_to(Dtype d, double x);

Dtype dtype_from_name(std::string_view name);
std::string_view name_of(Dtype d);
Form form_from_name(std::string_view name);
std::string_view name_of(Form f);

/// sum_j weight_j v_j + constant, over the previous hidden layer's gate outputs (in the first layer
/// over the inputs, each less its origin). The numbers are representable in the network's dtype and
/// exact.
struct Affine {
  std::vector<std::pair<int, double>> terms;
  double constant = 0.0;
};

/// One gate: its stencil at a bias and a scale, on operands of its hidden layer.
struct Gate {
  const Stencil *stencil;
  double bias;
  double scale;
  std::array<int, max_operands> operands;
};

/// One hidden layer.
struct HiddenLayer {
  std::vector<Affine> operands;
  std::vector<Gate> gates;

  /// Distinct neurons: gates share those with equal arguments.
  int neurons() const;
};

/// The neurons of a hidden layer. Nodes of its gates with the same argument, that is the same
/// bias, scale, operands and directions, are one neuron.
struct Neurons {
  /// s(bias + scale * sum of direction * operand).
  struct Neuron {
    double bias;
    double scale;
    std::vector<std::pair<int, int>> terms; ///< (operand, direction)
  };
  std::vector<Neuron> distinct;
  /// Per gate, the neuron of each node of its stencil.
  std::vector<std::vector<int>> of_gate;
  /// Whether a neuron belongs to several nodes.
  bool shared = false;
};
Neurons neurons_of(const HiddenLayer &layer);

/// A multilayer perceptron stored as its gates. Its real-number function is what these parameters,
/// taken as exact, define; `layers` are derived from them, never the other way round.
struct Network {
  std::shared_ptr<const Activation> activation;
  Dtype dtype = Dtype::float64;
  Form form = Form::factored;
  /// The box of inputs it was compiled for.
  std::vector<Interval> box;
  /// The inputs that are 0 or 1, their range in the box being [0, 1]; empty if there are none.
  /// What is said of points of the box is said of those only where these are 0 or 1.
  std::vector<bool> bits;
  /// What is subtracted from each input before anything else, in the dtype; empty if nothing is.
  /// For a box far from 0 the difference is small and, as a rule, exact (Sterbenz's lemma).
  std::vector<double> origin;
  std::vector<HiddenLayer> hidden;
  std::vector<Affine> outputs;

  /// Hidden neurons in all.
  int neurons() const;
  bool is_bit(std::size_t input) const { return !bits.empty() && bits[input]; }
  double origin_of(std::size_t input) const { return origin.empty() ? 0.0 : origin[input]; }
  /// The range of an input less its origin, for a part of its interval.
  Interval from_origin(std::size_t input, const Interval &x) const {
    return origin_of(input) == 0.0 ? x : x - Interval(origin[input]);
  }
  /// The value nearest to x that this input may have: in the dtype, in the box, 0 or 1 if a bit.
  double nearest_input(std::size_t input, double x) const;
};

/// Checks that indices, stencils and numbers of a network that was not compiled here make sense,
/// and that every number is finite and representable in the dtype. Error (invalid_input) names the
/// culprit.
void validate(const Network &net);
/// Checks a box: finite endpoints in order, representable in the dtype. Error (invalid_input) names
/// the culprit.
void validate(const std::vector<Interval> &box, Dtype dtype);

/// One Linear map, y = W x + bias, and whether the activation follows. W is in compressed rows;
/// absent entries are zero. All numbers are representable in the network's dtype.
struct Layer {
  int columns = 0;
  std::vector<int> row_start{0};
  std::vector<int> column;
  std::vector<double> weight;
  std::vector<double> bias;
  bool activated = false;

  int rows() const { return static_cast<int>(bias.size()); }
};

/// An affine form whose numbers are known up to an enclosure.
struct Row {
  std::vector<std::pair<int, Interval>> terms;
  Interval constant;
};

/// The number that stands for c_0 s(b), what a gate adds to its neurons, in the biases of the rows
/// that read it: the same in all of them.
double centre_of(const Gate &gate, const Interval &value_at_bias);

/// The rows that a Linear map applies to the gate outputs of the layer before, before any rounding:
/// the operands (factored form) or the neurons' arguments (merged form), the products multiplied
/// out. `output_rows` are those of the last Linear map.
std::vector<Row> rows_of(const HiddenLayer &layer, Form form);
std::vector<Row> output_rows(const Network &net);

/// Per term of a row over that layer's gates, the weight that the gate's neurons get, before their
/// own integer weights: coefficient/(c l^m), with so few bits that the neurons' weights, sums over
/// the gates that share a neuron, are exact in the dtype. Error (not_certified) on overflow.
std::vector<double> unit_weights(const Network &net, const HiddenLayer &layer,
                                 const Neurons &neurons, const Row &row);

/// Whether the first layer of neurons subtracts the origin from the inputs.
bool subtracts_origin(const Network &net);

/// The network as layers of neurons; in factored form the first one subtracts the origin, if there
/// is one. Error (not_certified) if a parameter overflows the dtype.
std::vector<Layer> layers(const Network &net);

} // namespace polynet
