// Builds circuits of few products, one way of factoring at a time.
#pragma once

#include "circuit.hpp"
#include "wire_polynomial.hpp"

#include <optional>

namespace polynet {

/// How polynomials of degree 3 and more are taken apart.
struct Factoring {
  enum class Method {
    horner, ///< variable * quotient, until what is left is quadratic
    pairs,  ///< the commonest product of two wires becomes a wire
    triples ///< the same down to degree 3, then products of two wires and a form
  };
  Method method;
  /// Squares of wires become wires first.
  bool squares;
  /// Of factors that are equally common the last one is taken, not the first.
  bool last_of_ties;
};

class CompactBuilder {
public:
  /// The wires' values are taken relative to `centres` (all 0: as they are).
  CompactBuilder(const std::vector<Interval> &box, const std::vector<double> &centres,
                 const Factoring &factoring, Watch *watch);

  /// Adds an output; `polynomial` is in the inputs minus their centres.
  void add_output(const WirePolynomial &polynomial);
  Circuit take() { return std::move(circuit_); }

private:
  using Index = std::uint32_t;

  WirePolynomial build(const WirePolynomial &p);
  std::optional<WirePolynomial> combine_built(const WirePolynomial &p) const;
  WirePolynomial build_high(WirePolynomial p);
  WirePolynomial build_quadratic(const WirePolynomial &p);
  void decompose_component(const std::vector<Index> &wires, const WirePolynomial &p,
                           WirePolynomial &result);
  WirePolynomial factor_out(WirePolynomial p);

  /// A wire for the product of linear forms, and the factor that it lacks.
  std::pair<Index, double> product(std::vector<WirePolynomial> forms);
  Index monomial_wire(const Monomial &m);
  Combination combination(const WirePolynomial &form) const;
  Interval range(const WirePolynomial &form) const;
  Monomial commonest(const std::map<Monomial, int> &counts) const;

  Circuit circuit_;
  std::vector<double> centres_;
  Factoring factoring_;
  Watch *watch_;
  std::vector<Interval> ranges_;
  /// Wires that are products of two wires.
  std::map<Monomial, Index> known_;
  std::map<std::vector<WirePolynomial>, Index> products_; ///< by their normalised forms
  std::map<WirePolynomial, WirePolynomial> built_;
};

} // namespace polynet
