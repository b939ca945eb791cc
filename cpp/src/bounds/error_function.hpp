// The error of a network, network(x) - p(x): at points and on the whole box.
#pragma once

#include "truncation.hpp"

#include <vector>

namespace polynet {

/// {network(x) - p(x)} for a network and its polynomials, one number per output: the gates'
/// truncation plus the difference between the ideal network and the polynomial.
class ErrorFunction {
public:
  /// The network must outlive this object. Error (invalid_input) if a polynomial has a variable
  /// that the box lacks; (size_limit) if working out the polynomials takes too many terms.
  ErrorFunction(const Network &net, const std::vector<ExactPolynomial> &polynomials);

  const Network &network() const { return net_; }
  const IdealNetwork &ideal() const { return ideal_; }
  const Truncation &truncation() const { return truncation_; }
  /// ideal network - polynomial, in the ideal network's frame.
  const std::vector<Model> &differences() const { return differences_; }

  /// Enclosures over the whole box, from one pass of intervals.
  const std::vector<Interval> &on_box() const { return on_box_; }
  /// Enclosures at a point of the box.
  std::vector<Interval> at(const std::vector<double> &x) const;
  /// Good to a few digits, unproved, for the search of large errors.
  std::vector<double> estimate(const std::vector<double> &x) const;

private:
  const Network &net_;
  IdealNetwork ideal_;
  Truncation truncation_;
  std::vector<Model> differences_;
  std::vector<Interval> on_box_;
  /// What shows of the differences beside the whole error, for estimates.
  std::vector<Model> visible_;
};

/// ideal network - polynomials, in the ideal network's frame; these variables are bits or not.
std::vector<Model> ideal_differences(const IdealNetwork &ideal,
                                     const std::vector<ExactPolynomial> &polynomials,
                                     const std::vector<bool> &bits);
/// Enclosures of the differences over the box.
std::vector<Interval> ranges(const IdealNetwork &ideal, const std::vector<Model> &differences);

} // namespace polynet
