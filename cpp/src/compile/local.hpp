// The problem in the box's own variables.
#pragma once

#include "polynet/compile.hpp"

namespace polynet {

/// Polynomials and box in variables t, x_i = centre_i + unit_i t_i, whose units are powers of two
/// (0 of an input that is a single point): the change of variables is exact. An input has the
/// centre 0 as long as that loses little: about another one a sparse polynomial has more terms.
/// The box in t is rounded; nothing depends on it.
struct LocalProblem {
  LocalVariables variables;
  std::vector<Interval> box;
  std::vector<ExactPolynomial> exact;
  /// The same with enclosed coefficients, for the circuits.
  std::vector<Polynomial> polynomials;
};

/// Error (invalid_input) if coefficients are beyond float64; (size_limit) from ExactPolynomial::in.
LocalProblem localised(const std::vector<ExactPolynomial> &polynomials,
                       const std::vector<Interval> &box, const CompileOptions &options);

/// A network for the problem in t as one in x, on that box of x: the centres are its origin, and
/// the units divide its weights of the inputs. These may overflow the dtype: see is_finite().
Network over_inputs(Network net, const LocalVariables &variables, const std::vector<Interval> &box);

} // namespace polynet
