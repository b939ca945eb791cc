// The compiler: circuit -> network. Schedule, choose biases and scales, assemble.
//
// Nothing here is proved or needs to be: whatever network comes out, truncation.hpp, rounding.hpp
// and certify.hpp bound its error. Arithmetic is plain double.
#pragma once

#include "polynet/circuit.hpp"
#include "polynet/rounding.hpp"

#include <optional>
#include <vector>

namespace polynet {

/// What the user may fix; everything else is chosen.
struct CompileOptions {
  std::shared_ptr<const Activation> activation;
  Dtype dtype = Dtype::float64;
  Form form = Form::factored;
  /// Bias of the product and square gates; default: the activation's product_bias.
  std::optional<double> bias;
  /// Scale of all gates; default: per layer, least certified error of the evaluation by neurons.
  std::optional<double> scale;
};

/// A network that approximates the polynomials on the box (finite endpoints, representable in the
/// dtype). Error (invalid_input) for an unusable bias or scale, (size_limit) for a circuit of more
/// than a million products.
Network compile(const std::vector<Polynomial> &polynomials, const std::vector<Interval> &box,
                const CompileOptions &options);

/// The circuit laid out in layers: operands centred and normalised to [-1, 1], values that outlive
/// a layer carried by copy gates. Biases are set, scales are not.
Network schedule(const Circuit &circuit, const std::vector<Interval> &box,
                 const CompileOptions &options);

/// Sets the scales, one power of two for the copies and one for the other gates of each layer, to
/// the least certified error of the evaluation by neurons found by coordinate descent.
void choose_scales(Network &net);

} // namespace polynet
