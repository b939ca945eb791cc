#include "series.hpp"

#include "economised.hpp"

namespace polynet {

namespace {

// Of r: bounds over the range. The kernels compute r up to
// gamma_roundings * magnitude + misfit + flushed.
struct Budget {
  double roundings = 0.0;   // on the way of any term into r, its coefficient's not counted
  Interval magnitude = 0.0; // sum of |terms|
  Interval misfit = 0.0;    // coefficients rounded and left out, remainder
  Interval flushed = 0.0;   // results below the smallest normal number, flushed to zero or not
};

// (1 + u)^n - 1 <= n u/(1 - n u): the effect of n roundings.
Interval gamma(double n, double unit) {
  return Interval(n) * unit / (Interval(1.0) - Interval(n) * unit);
}

Interval monomial(const Powers &powers, const std::array<double, max_operands> &values) {
  Interval product = 1.0;
  for (int i = 0; i < max_operands; ++i)
    if (powers[i] > 0)
      product *= pow(Interval(values[i]), powers[i]);
  return product;
}

int degree(const Powers &powers) {
  int sum = 0;
  for (const int power : powers)
    sum += power;
  return sum;
}

Interval binomial(int n, int k) {
  Interval product = 1.0;
  for (int i = 1; i <= k; ++i)
    product = product * Interval(n - k + i) / Interval(i);
  return product;
}

class Planner {
public:
  Planner(const Network &net, const GateSeries &series)
      : net_(net), series_(series), format_(float_format(net.dtype)) {}

  PlannedSeries operator()() {
    const Stencil &st = series_.stencil();
    p_.stencil = &st;
    p_.bias = series_.bias();
    p_.scale = series_.scale();
    p_.inverse_normalisation = (Interval(1.0) / series_.normalisation()).mid();
    p_.constant = (series_.value_at_bias() * Interval(st.constant_weight)).mid();
    for (int i = 0; i < st.operands; ++i)
      p_.range[i] = series_.range()[static_cast<std::size_t>(i)];
    budget_.misfit = series_.remainder();
    keep_terms();
    choose_instruction();
    bound_errors();
    p_.converges = series_.remainder() <= format_.unit_roundoff / 4 && series_.magnitude() <= 1.0 &&
                   budget_.flushed.hi() <= format_.unit_roundoff / 4;
    return p_;
  }

private:
  using Term = GateSeries::Term;

  // Leaves out, smallest first, what together is below a quarter of the unit roundoff.
  void keep_terms() {
    std::vector<std::pair<double, const Term *>> sizes;
    for (const Term &term : series_.terms())
      sizes.emplace_back((Interval(term.coefficient.mag()) * monomial(term.powers, p_.range)).hi(),
                         &term);
    std::sort(sizes.begin(), sizes.end());
    double left_out = 0.0;
    std::size_t k = 0;
    for (; k < sizes.size(); ++k) {
      const double more = up(left_out + sizes[k].first);
      if (more > format_.unit_roundoff / 4)
        break;
      left_out = more;
    }
    budget_.misfit += left_out;
    for (; k < sizes.size(); ++k)
      kept_.push_back(sizes[k].second);
    std::sort(kept_.begin(), kept_.end()); // by address: as in series_.terms(), ascending orders
    for (auto term = kept_.rbegin(); term != kept_.rend(); ++term)
      p_.terms.push_back({(*term)->powers, (*term)->coefficient.mid()});
  }

  // The k-th order of an even series of one operand, and of a product of two by central differences
  // of the same two nodes, is known from one coefficient: that of z_1^(2k).
  bool is_regular() const {
    const Stencil &st = *p_.stencil;
    for (const PlannedSeries::Term &term : p_.terms)
      for (const int power : term.powers)
        if (power % 2 != 0)
          return false;
    if (st.operands == 1)
      return st.target[0] <= 2;
    const auto central = [&](std::size_t i) {
      const auto &d = st.differences[i];
      return d.size() == 2 && d[0].first == -d[1].first && d[0].second == -d[1].second &&
             std::abs(d[0].second) == 1;
    };
    return st.operands == 2 && st.order() == 2 && central(0) && central(1);
  }

  void choose_instruction() {
    int orders = 0;
    for (const PlannedSeries::Term &term : p_.terms)
      orders = std::max(orders, degree(term.powers) / 2);
    if (!is_regular() || orders == 0) {
      sum_of_terms();
      return;
    }
    leading_.assign(static_cast<std::size_t>(orders) + 1, Interval(0.0));
    // An order of which only a part was kept is evaluated whole: what was left out is nearer still.
    // Odd orders, as forward differences have them, are left out: is_regular().
    for (const Term &term : series_.terms())
      if (term.powers[0] == degree(term.powers) && term.powers[0] % 2 == 0 &&
          term.powers[0] / 2 <= orders)
        leading_[term.powers[0] / 2] = term.coefficient;
    bring_down();
    p_.orders = static_cast<int>(leading_.size()) - 1;
    if (p_.stencil->operands == 1)
      even_series();
    else if (p_.orders <= unrolled_orders)
      product_series();
    else
      long_product_series();
  }

  // r is the mean of sum a_k w^k over w between the squares of the operands' sum and difference, or
  // its value at z^2: what is left out there is left out of r.
  void bring_down() {
    const Economised short_series =
        economise(leading_, pow(Interval(p_.range[0]) + p_.range[1], 2), format_.unit_roundoff / 4);
    budget_.misfit += short_series.difference;
    leading_ = short_series.coefficients;
    p_.terms.clear();
    for (int k = static_cast<int>(leading_.size()) - 1; k > 0; --k) {
      const double a = leading_[static_cast<std::size_t>(k)].mid();
      if (p_.stencil->operands == 1) {
        p_.terms.push_back({{static_cast<std::uint8_t>(2 * k)}, a});
        continue;
      }
      for (int i = 0; i <= k; ++i)
        p_.terms.push_back(
            {{static_cast<std::uint8_t>(2 * i), static_cast<std::uint8_t>(2 * (k - i))},
             (Interval(a) * binomial(2 * k + 2, 2 * i + 1) / Interval(2 * k + 2)).mid()});
    }
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
    p_.opcode = p_.stencil->order() == 1 ? Opcode::copy_series : Opcode::square_series;
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

  // A monomial of degree d has d - 1 products (those of a shared part counted with every use), its
  // term one more and a sum for each term; a flushed factor is multiplied by the others.
  void sum_of_terms() {
    std::array<double, max_operands> growth{};
    for (int i = 0; i < p_.stencil->operands; ++i)
      growth[i] = std::max(p_.range[i], 1.0);
    int largest = 0;
    for (auto term = kept_.rbegin(); term != kept_.rend(); ++term) {
      const Powers &powers = (*term)->powers;
      const double c = rounded((*term)->coefficient, monomial(powers, p_.range));
      p_.terms[static_cast<std::size_t>(term - kept_.rbegin())].coefficient = c;
      largest = std::max(largest, degree(powers));
      budget_.flushed +=
          (Interval(std::fabs(c)) * monomial(powers, growth) * double(2 * degree(powers)) + 2.0) *
          format_.smallest_normal;
    }
    budget_.roundings = largest + 2.0 * static_cast<double>(p_.terms.size()) + 2.0;
  }

  // With r + d for r, |d| <= error and |r + d| <= size:
  //
  //     fl(t + t (r + d)) = t (1 + theta_m) (1 + (r + d)(1 + theta_1)),
  //
  // t of m - 1 products. A flushed product of t is multiplied by later operands and by 1 + r.
  void bound_errors() {
    const double u = format_.unit_roundoff, m = p_.stencil->order();
    const Interval error =
        gamma(budget_.roundings, u) * budget_.magnitude + budget_.misfit + budget_.flushed;
    const Interval size = budget_.magnitude + error;
    p_.relative_error = (error + size * u + gamma(m, u) * (size * (1.0 + u) + 1.0)).hi();
    Interval reach = 1.0;
    for (int i = 0; i < p_.stencil->operands; ++i)
      reach *= pow(Interval(std::max(p_.range[i], 1.0)), p_.stencil->target[i]);
    p_.absolute_error = (reach * (size + 1.0) * (2.0 * m + 4.0) * format_.smallest_normal).hi();
  }

  const Network &net_;
  const GateSeries &series_;
  const FloatFormat format_;
  PlannedSeries p_{};
  Budget budget_;
  std::vector<const Term *> kept_;
  std::vector<Interval> leading_; // leading_[k]: the coefficient of z_1^(2k)
};

} // namespace

PlannedSeries plan_series(const Network &net, const GateSeries &proof) {
  const SeriesAccuracy accuracy{float_format(net.dtype).unit_roundoff / 4, 0.0};
  return Planner(net, {*net.activation, proof.stencil(), proof.bias(), proof.scale(), proof.range(),
                       accuracy})();
}

} // namespace polynet
