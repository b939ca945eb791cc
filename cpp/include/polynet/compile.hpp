// The compiler: circuit -> network. Schedule, choose biases and scales, assemble.
//
// Nothing here is proved or needs to be: whatever network comes out, truncation.hpp, rounding.hpp
// and certify.hpp bound its error. Arithmetic is plain double.
#pragma once

#include "polynet/circuit.hpp"
#include "polynet/exact.hpp"
#include "polynet/rounding.hpp"

#include <optional>
#include <vector>

namespace polynet {

/// How the polynomials become products: as arXiv:1608.08225 counts them, every monomial by a tree
/// of products, or with few neurons.
enum class Construction { compact, paper, shallow };
Construction construction_from_name(std::string_view name);
std::vector<std::string> construction_names();

/// What the user may fix; everything else is chosen.
struct CompileOptions {
  std::shared_ptr<const Activation> activation = polynet::activation("logistic");
  Dtype dtype = Dtype::float64;
  Form form = Form::factored;
  Construction construction = Construction::compact;
  /// Bias of the product and square gates; default: the activation's product_bias.
  std::optional<double> bias;
  /// Scale of all gates; default: per layer, least certified error of the evaluation by neurons.
  std::optional<double> scale;
  /// So many hidden layers, with products of several operands; default: as many as products of two
  /// take.
  std::optional<int> hidden_layers;
  /// The certified error by neurons that the smallest network is to keep (compile_within); it
  /// chooses bias, scale and hidden_layers itself.
  std::optional<double> tolerance;
  /// The inputs that are bits, their range being [0, 1]; empty if there are none. A sigmoid takes
  /// one neuron for a product of bits; other activations multiply them like other numbers.
  std::vector<bool> bits;
  /// Scale of the gates of bits, the paper's beta; default: the least power of two whose error is
  /// below an eighth of the unit roundoff.
  std::optional<double> sharpness;
  /// Sees how far the search has come and may end it; none if null. It outlives the call.
  Watch *watch = nullptr;
};

/// A network that approximates the polynomials on the box (finite endpoints, representable in the
/// dtype). Error (invalid_input) for an unusable bias, scale, box or polynomial, (size_limit) for a
/// term of a degree above 512 or a circuit of more than a million products.
///
/// A watch that ends the search leaves it with the best network so far: with fewer circuits and
/// ways of laying them out compared, and scales less well chosen (certificates are about whatever
/// comes out). Error (time_limit) if there is no network yet, or none within the tolerance.
Network compile(const std::vector<ExactPolynomial> &polynomials, const std::vector<Interval> &box,
                const CompileOptions &options);

/// What stands for the products and the copies of a circuit.
struct Layout {
  enum class Products {
    central,    ///< at the product bias
    forward,    ///< of two: forward differences at the curvature bias, which share neurons
    halves,     ///< half of the neurons, where the activation's parity allows it
    richardson, ///< combinations of two scales
  };
  Products products = Products::central;
  /// Copies of one neuron, where the activation has such.
  bool single_copies = false;
  /// Values carried past a layer by the neurons of its products, where they can.
  bool riding = false;
  /// Where that saves copies, the centre of an operand may be off the middle of its range by so
  /// many times the range's radius.
  double max_shift = 0.0;
  /// Products of two are centred in their operands' ranges, which may take copies; else at 0.
  bool centred = true;
};

/// The circuit laid out in layers: operands centred and normalised to [-1, 1], values that outlive
/// a layer carried by copy gates, in as many layers as the circuit has levels or the options ask
/// for. Biases are set, scales are not; numbers that overflow the dtype are infinite.
Network schedule(const Circuit &circuit, const std::vector<Interval> &box,
                 const CompileOptions &options, const Layout &layout = {});

/// Certified errors on the whole box, worst output; infinite where nothing can be proved.
struct WholeBoxError {
  double truncation = detail::infinity;
  /// Truncation and the rounding of the evaluation by neurons.
  double total = detail::infinity;
};

/// Sets all scales to the given one; without it chooses one (1 + j/4) 2^k for the copies (but those
/// that share neurons with products) and one for the other gates of each layer, to the least
/// certified error of the evaluation by neurons found by coordinate descent; a watch may end that
/// early, with the best scales so far.
WholeBoxError settle_scales(Network &net, const std::optional<double> &scale = {},
                            Watch *watch = nullptr);

} // namespace polynet
