// One layer of a circuit's network: from the forms that it must provide to its gates and to the
// forms that it takes.
#pragma once

#include "forms.hpp"
#include "layout.hpp"
#include "polynet/compile.hpp"

namespace polynet {

/// A circuit to be laid out, and how.
struct LayoutProblem {
  const Circuit &circuit;
  const FormRanges &ranges;
  const CompileOptions &options;
  const Layout &layout;
  /// Number of products on the longest path to each wire.
  std::vector<int> levels;
  /// Whether there are no other products than those of bits.
  bool only_bits;
};

/// A form that a layer must provide: the weights of the layer's own wires, and the rest, over lower
/// ones.
struct NeededForm {
  Linear rest;
  std::map<int, double> share;
};

/// A wire of the layer: linear parts + offset + size * gate(normalised factors). A product of
/// degree 2 is centred: u, v being forms with centres c, d and radii r, q,
///     u v = c v + d u - c d + r q * gate((u - c)/r, (v - d)/q).
/// Others are not, as products of two would be left. A product of bits is (1 + gate)/2.
struct LayerProduct {
  struct Factor {
    Linear form;
    int exponent;
    Range range;
  };
  std::vector<Factor> factors;
  bool of_bits;
  /// Of degree 2: u and v, which are the same if it is a square.
  bool centred;
  Factor &left() { return factors.front(); }
  Factor &right() { return factors.back(); }
  const Factor &left() const { return factors.front(); }
  const Factor &right() const { return factors.back(); }
  bool is_square() const { return factors.size() == 1; }

  double size() const;
  double offset() const { return of_bits ? 0.5 : 0.0; }
};
using LayerProducts = std::map<int, LayerProduct>;

/// Fills layer `level` so that it provides the needed forms, written to `provided` over its gates.
/// Returns the operands, as forms over lower wires.
std::vector<Linear> lay_out(const LayoutProblem &problem, int level,
                            const std::vector<Linear> &needed, std::vector<Affine> &provided,
                            HiddenLayer &layer);

/// A form over the layer below with its numbers in the dtype, infinite where they overflow.
Affine rounded(const Linear &form, Dtype dtype);

} // namespace polynet
