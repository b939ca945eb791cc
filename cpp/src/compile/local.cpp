#include "local.hpp"

#include "polynet/error.hpp"

#include <algorithm>
#include <numeric>

namespace polynet {

namespace {

// Centres are taken where the coefficients about 0 add up to more than so many times those about
// the middle of the box: so many times more is lost in rounding them. FPBench's polynomials cancel
// by a factor of at most 9 and stay about 0 (docs/theory.md, section 6).
constexpr double tolerated_cancellation = 16.0;

// The power of two at or next above the largest |x - centre|, by a part in 2^20 at most below it:
// the middle of a box is not always a number of the dtype.
double unit_of(const Interval &x, double centre, Dtype dtype) {
  const double reach = std::max(x.hi() - centre, centre - x.lo());
  const FloatFormat format = float_format(dtype);
  const int exponent = std::ilogb(reach * (1.0 - 0x1p-20)) + 1;
  return std::ldexp(1.0, std::clamp(exponent, std::ilogb(format.smallest_normal) + 13,
                                    std::ilogb(format.largest) - 8));
}

class Localising {
public:
  Localising(const std::vector<ExactPolynomial> &polynomials, const std::vector<Interval> &box,
             const CompileOptions &options)
      : polynomials_(polynomials), box_(box), options_(options) {
    local_.centre.resize(box.size());
    local_.unit.resize(box.size());
    for (std::size_t i = 0; i < box.size(); ++i)
      set(i, 0.0);
  }

  LocalVariables run() {
    const auto about_zero = norms();
    LocalVariables plain = local_;
    for (std::size_t i = 0; i < box_.size(); ++i)
      set(i, round_to(options_.dtype, box_[i].mid()));
    auto about_middle = norms();
    if (!about_middle)
      return plain; // too many terms
    for (double &norm : *about_middle)
      norm *= tolerated_cancellation;
    if (within(about_zero, *about_middle))
      return plain;
    // Back to 0 where that alone does no harm, the nearest inputs first.
    std::vector<std::size_t> order(box_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
      return std::fabs(local_.centre[i]) * local_.unit[j] <
             std::fabs(local_.centre[j]) * local_.unit[i];
    });
    for (const std::size_t i : order)
      if (const double centre = local_.centre[i]; centre != 0.0) {
        set(i, 0.0);
        if (!within(norms(), *about_middle))
          set(i, centre);
      }
    return local_;
  }

private:
  void set(std::size_t i, double centre) {
    const Interval &x = box_[i];
    const bool fixed = x.lo() == x.hi(), bit = !options_.bits.empty() && options_.bits[i];
    local_.centre[i] = fixed ? x.lo() : bit ? 0.0 : centre;
    local_.unit[i] = fixed ? 0.0 : bit ? 1.0 : unit_of(x, centre, options_.dtype);
  }

  // Of each polynomial the sum of the |coefficients| in t; none if they are too many.
  std::optional<std::vector<double>> norms() const {
    std::vector<double> sums;
    for (const ExactPolynomial &p : polynomials_) {
      check(options_.watch);
      const auto in_t = p.in_if_short(local_);
      if (!in_t)
        return std::nullopt;
      const Polynomial enclosed = in_t->enclosed();
      double sum = 0.0;
      for (const auto &[m, c] : enclosed.terms())
        sum += c.mag();
      sums.push_back(sum);
    }
    return sums;
  }

  static bool within(const std::optional<std::vector<double>> &norms,
                     const std::vector<double> &bounds) {
    return norms && std::equal(norms->begin(), norms->end(), bounds.begin(), std::less_equal<>());
  }

  const std::vector<ExactPolynomial> &polynomials_;
  const std::vector<Interval> &box_;
  const CompileOptions &options_;
  LocalVariables local_;
};

} // namespace

LocalProblem localised(const std::vector<ExactPolynomial> &polynomials,
                       const std::vector<Interval> &box, const CompileOptions &options) {
  LocalProblem problem;
  std::vector<ExactPolynomial> reduced;
  for (const ExactPolynomial &p : polynomials)
    reduced.push_back(p.on_bits(options.bits));
  problem.variables = Localising(reduced, box, options).run();
  const auto &[centre, unit] = problem.variables;
  for (std::size_t i = 0; i < box.size(); ++i)
    if (unit[i] == 0.0) {
      problem.box.emplace_back(0.0);
    } else {
      const Interval t((box[i].lo() - centre[i]) / unit[i], (box[i].hi() - centre[i]) / unit[i]);
      // Tiny where the unit could not be as small: no weight may grow beyond 1/unit.
      problem.box.push_back(t.mag() < 0.25 ? Interval(-1.0, 1.0) : t);
    }
  for (const ExactPolynomial &p : reduced) {
    problem.exact.push_back(p.in(problem.variables));
    problem.polynomials.push_back(problem.exact.back().enclosed());
    for (const auto &[m, c] : problem.polynomials.back().terms())
      if (!c.is_bounded())
        throw Error(
            ErrorCode::invalid_input,
            "the polynomial's values on the box go beyond the range of float64; rescale it");
  }
  return problem;
}

Network over_inputs(Network net, const LocalVariables &variables,
                    const std::vector<Interval> &box) {
  for (Affine &row : net.hidden.empty() ? net.outputs : net.hidden.front().operands)
    for (auto &[input, weight] : row.terms)
      weight = round_to(net.dtype, weight / variables.unit[static_cast<std::size_t>(input)]);
  net.box = box;
  net.origin.clear();
  for (std::size_t i = 0; i < box.size(); ++i)
    net.origin.push_back(variables.unit[i] == 0.0 ? 0.0 : variables.centre[i]);
  if (std::all_of(net.origin.begin(), net.origin.end(), [](double o) { return o == 0.0; }))
    net.origin.clear();
  return net;
}

} // namespace polynet
