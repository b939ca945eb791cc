// The compiler: circuit -> network. Schedule, choose biases and scales, assemble.
//
// Nothing here is proved or needs to be: whatever network comes out, certify.hpp bounds its error.
// Arithmetic is plain double.
#pragma once

#include "polynet/exact.hpp"
#include "polynet/network.hpp"
#include "polynet/watch.hpp"

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

/// The same network with its Linear maps kept in that form, its scales chosen anew for it; a watch
/// may end that early.
Network with_form(Network net, Form form, Watch *watch = nullptr);

} // namespace polynet
