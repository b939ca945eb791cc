#include "planned_gate.hpp"

#include "activation/approximation.hpp"
#include "algebra/combinatorics.hpp"
#include "finite.hpp"
#include "taylor_orders.hpp"

namespace polynet {

namespace {

// A series is used if three quarters of the dtype's digits are proved of it: 5000 eps of z^t in
// float64, 32 in float32. Up to there 2.4 eps were found at most, over all activations, eight kinds
// of gates and scales up to 1/2; beyond, 400 eps where 2e4 were bounded (mish, whose coefficients
// are known to so few digits).
double least_accuracy(double unit_roundoff) { return std::pow(unit_roundoff, 0.75); }

// Of r: bounds over the range. The kernels compute r up to
// gamma_roundings * magnitude + misfit + flushed.
struct Budget {
  double roundings = 0.0;   // on the way of any term into r, its coefficient's not counted
  Interval magnitude = 0.0; // sum of |terms|
  Interval misfit = 0.0;    // coefficients rounded and left out, remainder
  Interval flushed = 0.0;   // results below the smallest normal number, flushed to zero or not
};

// (1 + u)^n - 1 <= n u/(1 - n u): the effect of n roundings.
Interval gamma(double n, const Interval &unit) { return unit * n / (Interval(1.0) - unit * n); }

class Planner {
public:
  Planner(const Network &net, const GateSeries &proof)
      : net_(net), proof_(proof), stencil_(proof.stencil()), count_(stencil_.operands),
        format_(float_format(net.dtype)) {}

  PlannedGate operator()() {
    p_.stencil = &stencil_;
    p_.bias = proof_.bias();
    p_.scale = proof_.scale();
    p_.inverse_normalisation = (Interval(1.0) / proof_.normalisation()).mid();
    p_.constant = (proof_.value_at_bias() * Interval(stencil_.constant_weight)).mid();
    for (int i = 0; i < count_; ++i)
      p_.range[i] = proof_.range()[static_cast<std::size_t>(i)];
    const bool converges = stencil_.bits > 0 ? by_sign() : by_orders();
    const GateContract contract = bound_errors();
    if (converges && contract.relative_error <= least_accuracy(format_.unit_roundoff))
      p_.contract = contract;
    if (p_.contract && !stays_finite(p_, net_.dtype))
      p_.contract->absolute_error = detail::infinity;
    return p_;
  }

private:
  bool by_sign() {
    budget_.misfit = proof_.remainder();
    return proof_.remainder() <= format_.unit_roundoff / 4;
  }

  bool by_orders() {
    // A quarter of an ulp for all that is left out: most of it where that saves most.
    const double all = format_.unit_roundoff / 2;
    orders_ = taylor_orders(*net_.activation, proof_, all / 16);
    budget_.misfit = orders_.remainder;
    keep_orders(all / 4);
    bring_down(down(all - budget_.misfit.hi()));
    choose_instruction();
    return orders_.remainder <= all / 2;
  }

  // Leaves out, smallest first, what together is no more than `allowed`. If what is kept is even in
  // every operand, the orders are counted in squares.
  void keep_orders(double allowed) {
    bool symmetric = true;
    for (int i = 0; i < count_; ++i)
      symmetric = symmetric && mean_power(stencil_, i, 1).mag() == 0.0;
    std::vector<std::pair<double, int>> sizes;
    for (std::size_t j = 1; j < orders_.coefficients.size(); ++j)
      if (!symmetric || j % 2 == 0)
        sizes.emplace_back((orders_.coefficients[j] * orders_.means[j]).mag(), static_cast<int>(j));
    std::sort(sizes.begin(), sizes.end());
    double left_out = 0.0;
    std::size_t k = 0;
    while (k < sizes.size() && up(left_out + sizes[k].first) <= allowed)
      left_out = up(left_out + sizes[k++].first);
    budget_.misfit += left_out;
    bool even = symmetric || count_ == 1;
    int last = 0;
    for (; k < sizes.size(); ++k) {
      last = std::max(last, sizes[k].second);
      even = even && sizes[k].second % 2 == 0;
    }
    p_.step = even ? 2 : 1;
    p_.orders = last / p_.step;
    // An order between them is evaluated too, however small: what was left out is nearer still.
    for (int n = 0; n <= p_.orders; ++n)
      series_.push_back(n == 0 ? Interval(0.0) : orders_.coefficients[index(n)]);
  }

  std::size_t index(int n) const { return static_cast<std::size_t>(n * p_.step); }

  bool is_product() const {
    const auto central = [&](std::size_t i) {
      const auto &d = stencil_.differences[i];
      return d.size() == 2 && d[0].first == -d[1].first && d[0].second == -d[1].second &&
             std::abs(d[0].second) == 1;
    };
    return count_ == 2 && stencil_.order() == 2 && central(0) && central(1) && p_.step == 2;
  }

  // The terms of one operand are those of r. The distribution of theta.z is symmetric and falls
  // away from 0 where every operand has its box, so that r is a mean, over w up to the square of
  // the largest theta.z, of f's mean over [-sqrt w, sqrt w]; else of f itself. What is left out of
  // these is left out of r.
  void bring_down(double allowed) {
    if (p_.step == 1 || p_.orders == 0)
      return;
    Interval reach = 0.0;
    bool unimodal = true;
    for (int i = 0; i < count_; ++i) {
      int largest = 1;
      for (const auto &[weight, direction] : stencil_.differences[static_cast<std::size_t>(i)])
        largest = std::max(largest, count_ == 1 ? 1 : std::abs(direction));
      reach += Interval(p_.range[i]) * double(largest);
      unimodal = unimodal && stencil_.target[i] > 0;
    }
    const auto share = [&](int n) {
      if (count_ == 1)
        return mean_power(stencil_, 0, 2 * n);
      return unimodal ? Interval(1.0) / Interval(2 * n + 1) : Interval(1.0);
    };
    for (int n = 0; n <= p_.orders; ++n)
      series_[static_cast<std::size_t>(n)] *= share(n);
    const Approximation shorter = economise(series_, pow(reach, 2), allowed);
    budget_.misfit += shorter.error;
    p_.orders = static_cast<int>(shorter.coefficients.size()) - 1;
    leading_.assign(shorter.coefficients.begin(), shorter.coefficients.end());
    series_ = leading_;
    for (int n = 0; n <= p_.orders; ++n)
      series_[static_cast<std::size_t>(n)] = series_[static_cast<std::size_t>(n)] / share(n);
  }

  // The orders' factors and moments (Moments in plan/emit_gate.cpp) for what has no instruction.
  // The moments are made such that none is too large or too small.
  void choose_moments() {
    const int last = p_.orders;
    unit_ = last == 0
                ? Interval(1.0)
                : factorial(p_.step) / mean_power(stencil_, 0, p_.step) * std::ldexp(1.0, last / 4);
    for (int i = 0; i < count_; ++i)
      for (int n = 1; n <= last; ++n) {
        const Interval exact =
            mean_power(stencil_, i, n * p_.step) / factorial(n * p_.step) * pow(unit_, n);
        const double m = round_to(net_.dtype, exact.mid());
        p_.moments[i].push_back(m);
        misfit_of_moments_ = std::max(misfit_of_moments_, ((exact - m) / Interval(m)).mag());
        if (!(std::fabs(m) >= format_.smallest_normal))
          budget_.flushed = detail::infinity;
      }
    for (int n = 1; n <= last; ++n)
      p_.weights.push_back(
          (series_[static_cast<std::size_t>(n)] * factorial(n * p_.step) / pow(unit_, n)).mid());
  }

  void choose_instruction() {
    choose_moments();
    if (p_.orders == 0)
      return;
    if (count_ == 1 && stencil_.order() <= 2 && p_.step == 2)
      even_series();
    else if (is_product() && p_.orders <= unrolled_orders)
      product_series();
    else if (is_product())
      long_product_series();
    else
      sum_of_orders();
  }

  // Rounds a coefficient of r, the factor of a monomial bounded by `size`.
  double rounded(const Interval &coefficient, const Interval &size) {
    const double c = round_to(net_.dtype, coefficient.mid());
    budget_.misfit += Interval((coefficient - c).mag()) * size;
    budget_.magnitude += Interval(std::fabs(c)) * size;
    return c;
  }
  // The same, and of Horner's rule: adding what may have lost one smallest normal number to c costs
  // no more than another rounding of c, unless c is tiny.
  void add_constant(const Interval &coefficient, const Interval &size) {
    const double c = rounded(coefficient, size);
    p_.constants.push_back(c);
    if (std::fabs(c) * format_.unit_roundoff < format_.smallest_normal)
      budget_.flushed += size * format_.smallest_normal * 4.0;
  }

  // q has one rounding and is used k times with z^2k; each step of Horner's rule has a product, a
  // sum and what add_constant counts. A flushed q changes r by at most its derivative by q,
  // sum k |a_k| q^(k-1).
  void even_series() {
    p_.opcode = stencil_.order() == 1 ? Opcode::copy_series : Opcode::square_series;
    const Interval q = pow(Interval(p_.range[0]), 2);
    for (int k = p_.orders; k >= 1; --k)
      add_constant(leading_[static_cast<std::size_t>(k)], pow(q, k));
    budget_.roundings = 4.0 * p_.orders;
    budget_.flushed +=
        (budget_.magnitude * double(2 * p_.orders) / q + 2.0) * format_.smallest_normal;
  }

  // From the divided difference of w_1^(k+1) (docs/theory.md, section 4): order k is a_k times
  // sum_j C(k+1, 2j+1) 4^j/(k+1) S^(k-2j) P^j, all terms of one sign, a_k the coefficient of
  // z_1^(2k). S has two roundings, P three; S^i P^j takes at most i + j + 2 steps of Horner's rule.
  void product_series() {
    p_.opcode = Opcode::product_series;
    const Interval t = Interval(p_.range[0]) * p_.range[1], square = t * t;
    const Interval sum = pow(Interval(p_.range[0]), 2) + pow(Interval(p_.range[1]), 2);
    for (int j = p_.orders / 2; j >= 0; --j) {
      for (int i = p_.orders - 2 * j; i >= (j == 0 ? 1 : 0); --i) {
        const int k = i + 2 * j;
        const Interval c = leading_[static_cast<std::size_t>(k)] * binomial(k + 1, 2 * j + 1) *
                           pow(Interval(4.0), j) / Interval(k + 1);
        add_constant(c, pow(sum, i) * pow(square, j));
      }
      budget_.flushed += pow(square, std::max(j - 1, 0)) * format_.smallest_normal * 2.0;
    }
    budget_.roundings = 6.0 * p_.orders + 6.0;
    const Interval by_nodes = Interval(4.0) / sum + (t * 2.0 + 1.0) * 2.0 / square;
    budget_.flushed +=
        (budget_.magnitude * double(p_.orders) * by_nodes + 4.0) * format_.smallest_normal;
  }

  // Every h_k is a sum of positive products of w_1 and w_2, each of three roundings, and of the
  // operands' squares and product: largest at the ends of their ranges. A flushed result at one
  // step is multiplied by at most W = (|u| + |v|)^2 at each later one.
  void long_product_series() {
    p_.opcode = Opcode::product_series;
    const Interval w = pow(Interval(p_.range[0]) + p_.range[1], 2);
    const Interval difference = pow(Interval(p_.range[0]) - p_.range[1], 2);
    const Interval growth = std::max(w.hi(), 1.0);
    Interval h = 1.0;
    for (int k = 1; k <= p_.orders; ++k) {
      const Interval c = leading_[static_cast<std::size_t>(k)] / Interval(k + 1);
      h = w * h + pow(difference, k);
      p_.constants.push_back(rounded(c, h));
      budget_.flushed +=
          (Interval(c.mag()) * pow(growth, k) * double((k + 1) * (3 * k + 4)) + 2.0) *
          format_.smallest_normal;
    }
    budget_.roundings = 7.0 * p_.orders + 3.0;
  }

  // E_k sums products of moments and powers of each operand: a power z^2a has at most 2 a - 1
  // roundings, its product with the moment one, the orders up to it of the operands before it, and
  // their products are added up: (n - 1) (k + 1) more for n operands; the last sum has k, and a
  // product (gates.cpp). A flushed result is multiplied by at most all sums of moments.
  void sum_of_orders() {
    const double u = format_.unit_roundoff, n = count_, last = p_.orders;
    Interval growth = 1.0, factors = 0.0;
    for (int i = 0; i < count_; ++i) {
      Interval sum = 1.0;
      for (int a = 1; a <= p_.orders; ++a)
        sum += Interval(p_.moments[i][static_cast<std::size_t>(a) - 1]) *
               pow(Interval(std::max(p_.range[i], 1.0)), a * p_.step);
      growth *= sum;
    }
    const Interval off = gamma(n, misfit_of_moments_);
    for (int k = 1; k <= p_.orders; ++k) {
      const Interval scaled = factorial(k * p_.step) / pow(unit_, k);
      const Interval size = orders_.means[index(k)] / scaled;
      const double c = rounded(series_[static_cast<std::size_t>(k)] * scaled, size);
      p_.weights[static_cast<std::size_t>(k) - 1] = c;
      const Interval lost = gamma((n + 2.0) * k + n, u);
      budget_.misfit += (lost + off + lost * off) * std::fabs(c) * size;
      budget_.flushed += size * format_.smallest_normal;
      factors += std::fabs(c);
    }
    budget_.flushed +=
        (growth * factors * (2.0 * n * last * last * (last + 4.0)) + 2.0 * last + 2.0) *
        format_.smallest_normal;
  }

  // With r + d for r, |d| <= error and |r + d| <= size:
  //
  //     fl(t + t (r + d)) = t (1 + theta_m) (1 + (r + d)(1 + theta_1)),
  //
  // t of m - 1 products. A flushed product of t is multiplied by later operands and by 1 + r. All
  // that holds only where nothing overflows.
  GateContract bound_errors() const {
    const double u = format_.unit_roundoff, m = stencil_.order();
    const Interval error =
        gamma(budget_.roundings, u) * budget_.magnitude + budget_.misfit + budget_.flushed;
    const Interval size = budget_.magnitude + error;
    const Interval relative = error + size * u + gamma(m, u) * (size * (1.0 + u) + 1.0);
    Interval reach = 1.0;
    for (int i = 0; i < count_; ++i)
      reach *= pow(Interval(std::max(p_.range[i], 1.0)), stencil_.target[i]);
    const Interval absolute = reach * (size + 1.0) * (2.0 * m + 4.0) * format_.smallest_normal;
    return {relative.hi(), absolute.hi()};
  }

  const Network &net_;
  const GateSeries &proof_;
  const Stencil &stencil_;
  const int count_; // of operands
  const FloatFormat format_;
  PlannedGate p_{};
  Budget budget_;
  TaylorOrders orders_{};
  // By order, in squares if step is 2: the coefficients of f, and of the terms of one operand.
  std::vector<Interval> series_, leading_;
  Interval unit_ = 1.0; // the moments' of order k have the factor unit^k, the weights unit^-k
  double misfit_of_moments_ = 0.0;
};

} // namespace

PlannedGate plan_gate(const Network &net, const GateSeries &proof) { return Planner(net, proof)(); }

} // namespace polynet
