// Models: polynomials in normalised variables, each with a bound on what it leaves out.
//
// A box is described by x_i = centre_i + radius_i t_i with |t_i| <= 1. In these variables a
// coefficient is a bound of its term, so that small terms can be left out and accounted for, and a
// box far from the origin costs no accuracy.
#pragma once

#include "polynet/exact.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace polynet {

/// Normalised variables for a box: x_i = centre_i + radius_i t_i exactly, t_i in range_i, a part of
/// [-1, 1]. A variable that is a single point has radius 0.
struct Frame {
  std::vector<double> centre, radius;
  std::vector<Interval> range;

  /// Centred where `round` puts the middle of each variable's interval.
  static Frame centred(const std::vector<Interval> &box, double (*round)(double));
  /// Centred at 0: a monomial in x is then one in t.
  static Frame scaled(const std::vector<Interval> &box);

  /// Leaves the marked variables, whose intervals are [0, 1] or a point, as they are: t = x.
  void keep_bits(const std::vector<bool> &bits);
  /// Enclosures of t over a part of the box.
  std::vector<Interval> coordinates(const std::vector<Interval> &part) const;
};

/// A function of t in [-1, 1]^n, known to within `rest` of sum coefficient_k t^powers_k. Powers are
/// packed into words, 16 bits each.
struct Model {
  static constexpr std::size_t per_word = 4;
  static constexpr int largest_power = 0xffff;

  std::size_t variables = 0;
  std::vector<std::uint64_t> keys;
  std::vector<double> coefficients;
  /// At least the largest power of any variable.
  int max_power = 0;
  double rest = 0.0;

  std::size_t words() const { return (variables + per_word - 1) / per_word; }
  std::size_t terms() const { return coefficients.size(); }
  int power(std::size_t term, std::size_t variable) const {
    const std::uint64_t word = keys[term * words() + variable / per_word];
    return static_cast<int>((word >> (16 * (variable % per_word))) & 0xffff);
  }
  Monomial monomial(std::size_t term) const;

  /// An upper bound of the sum of the |coefficients|.
  double norm() const;
  /// An enclosure of the values over t in the table's box.
  Interval operator()(const PowerTable &powers) const;
  /// The same over these t, for a single use.
  Interval over(const std::vector<Interval> &t) const {
    return (*this)(PowerTable(t, std::max(max_power, 1)));
  }
  /// The value at a point without the rest, unproved.
  double estimate(const std::vector<double> &t) const;
  /// Moves the terms whose |coefficient| is at most `negligible` into the rest.
  void sweep(double negligible);
  /// Moves the smallest terms into the rest, about `sum` in all.
  void sweep_sum(double sum);
};

/// Sums of models and of products of models. Error (size_limit) beyond `max_terms` terms or
/// powers of 65535.
class ModelSum {
public:
  static constexpr std::size_t max_terms = 100'000;

  explicit ModelSum(std::size_t variables);
  /// Adds coefficient * m.
  void add(const Monomial &m, const Interval &coefficient);
  void add(const Model &m, const Interval &factor);
  /// Adds a b; the rest gains what the roundings really are.
  void add_product(const Model &a, const Model &b);
  /// The sum; the object is empty afterwards.
  Model take();

private:
  void add_term(const std::uint64_t *key, double coefficient);
  void add_term(const std::uint64_t *a, const std::uint64_t *b, double coefficient);
  void grow();

  Model sum_;
  std::vector<std::uint32_t> table_;
  std::vector<std::uint64_t> key_;
};

/// a b, as ModelSum::add_product gives it.
Model product(const Model &a, const Model &b);

/// m where the variables marked as bits are 0 or 1: t^k = t for k >= 1. `bits` may be empty.
Model on_bits(Model m, const std::vector<bool> &bits);

/// A polynomial in so many variables t.
Model model_of(const Polynomial &p, std::size_t variables);
/// p in the frame's variables: exactly, before its coefficients are rounded.
Model model_of(const ExactPolynomial &p, const Frame &frame);

/// Enclosures of the partial derivatives by t of a model's polynomial, over the table's box.
std::vector<Interval> gradient(const Model &m, const PowerTable &powers);

} // namespace polynet
