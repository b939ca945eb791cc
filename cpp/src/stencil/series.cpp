#include "polynet/stencil.hpp"

#include "monomials.hpp"
#include "polynet/error.hpp"
#include "power_sum.hpp"

#include <numeric>

namespace polynet {

namespace {

constexpr int max_series_order = 160;
// The powers of many operands grow fast in number with the order.
constexpr std::size_t max_series_terms = 3500;
constexpr int max_moment_order = 20; // 20! fits in 64 bits
constexpr double largest_integer = 0x1p62;

// The largest order j <= limit whose sums S_a, times `factor`, fit in 64 bits.
int largest_order(const Stencil &st, int limit, double factor) {
  double weights = factor, reach = 0.0;
  for (const auto &difference : st.differences) {
    double sum = 0.0, largest = 0.0;
    for (const auto &[weight, direction] : difference) {
      sum += std::abs(weight);
      largest = std::max(largest, double(std::abs(direction)));
    }
    weights *= sum;
    reach = std::max(reach, largest);
  }
  double multiples = 0.0;
  for (const auto &[weight, multiple] : st.multiples)
    multiples += std::abs(weight);
  reach *= st.multiples.back().second;
  weights *= multiples;
  int j = 0;
  for (double size = weights; j < limit && size * reach < largest_integer; size *= reach)
    ++j;
  return j;
}

// Calls f(a, B_a) for every multi-index a >= t with |a| = j and B_a != 0, where B_a is the sum S_a
// of the iterated difference at a single scale.
template <typename Function> void for_each_power(const Stencil &st, int j, Function f) {
  Powers a{};
  const auto choose = [&](const auto &self, int i, int rest, std::int64_t product) -> void {
    const int last = st.operands - 1;
    int later = 0;
    for (int k = i + 1; k < st.operands; ++k)
      later += st.target[k];
    for (int power = i == last ? rest : st.target[i]; power <= rest - later; ++power) {
      const std::int64_t sum = power_sum(st.differences[static_cast<std::size_t>(i)], power);
      if (power < st.target[i] || sum == 0)
        continue;
      a[i] = static_cast<std::uint8_t>(power);
      if (i == last)
        f(a, product * sum);
      else
        self(self, i + 1, rest - power, product * sum);
    }
  };
  choose(choose, 0, j, 1);
}

std::int64_t factorial(int n) {
  std::int64_t f = 1;
  for (int k = 2; k <= n; ++k)
    f *= k;
  return f;
}

std::int64_t factorial(const Stencil &st, const Powers &a) {
  std::int64_t f = 1;
  for (int i = 0; i < st.operands; ++i)
    f *= factorial(a[i]);
  return f;
}

// sum over the multiples of weight * multiple^j.
std::int64_t multiple_sum(const Stencil &st, int j) { return power_sum(st.multiples, j); }

// S_t = sum_k w_k d_k^t.
std::int64_t leading_sum(const Stencil &st) {
  std::int64_t sum = multiple_sum(st, st.order());
  for (int i = 0; i < st.operands; ++i)
    sum *= power_sum(st.differences[static_cast<std::size_t>(i)], st.target[i]);
  return sum;
}

Powers without_target(const Stencil &st, Powers a) {
  for (int i = 0; i < st.operands; ++i)
    a[i] = static_cast<std::uint8_t>(a[i] - st.target[i]);
  return a;
}

Interval enclose(std::int64_t n) {
  const double x = static_cast<double>(n);
  return std::fabs(x) <= 0x1p53 ? Interval(x) : Interval(down(x), up(x));
}

// j!/m! * [sum/a!] / [S_t/t!]: with sum = S_a, the coefficient of C_j that goes with normalised
// Taylor coefficients s_j/j!.
Interval normalised_coefficient(const Stencil &st, const Powers &a, const Interval &sum) {
  Interval c = sum / enclose(leading_sum(st));
  int n = 0, m = 0;
  for (int i = 0; i < st.operands; ++i) {
    for (int k = 1; k <= a[i]; ++k)
      c = c * Interval(++n) / Interval(k);
    for (int k = 1; k <= st.target[i]; ++k)
      c = c * Interval(k) / Interval(++m);
  }
  return c;
}

bool wrong_parity(const Stencil &st, int j) {
  return st.parity != Parity::none && (j - st.order()) % 2 != 0;
}

// Whether leaving out half of the nodes leaves the gate alone, at bias 0.
bool has_parity(const Activation &s, const Stencil &st) {
  if (st.parity == Parity::odd)
    return s.symmetry == Symmetry::odd || s.symmetry == Symmetry::odd_plus_constant;
  if (s.symmetry == Symmetry::even)
    return true;
  // The linear part must cancel among the nodes that are left.
  std::array<int, max_operands> sum{};
  for (const StencilNode &node : st.neurons)
    for (std::size_t i = 0; i < sum.size(); ++i)
      sum[i] += node.weight * node.direction[i];
  return s.symmetry == Symmetry::even_plus_linear && sum == std::array<int, max_operands>{};
}

} // namespace

int Stencil::order() const { return std::accumulate(target.begin(), target.end(), 0); }

int Stencil::weight_sum() const {
  int sum = 0;
  for (const StencilNode &node : neurons)
    sum += std::abs(node.weight);
  return sum;
}

int Stencil::largest_direction(int operand) const {
  int largest = 0;
  for (const StencilNode &node : neurons)
    largest = std::max(largest, std::abs(int(node.direction[operand])));
  return largest;
}

std::vector<MomentTerm> moment(const Stencil &st, int j) {
  const int largest =
      largest_order(st, max_moment_order, static_cast<double>(factorial(st, st.target)));
  if (st.bits > 0)
    throw Error(ErrorCode::invalid_input,
                "a " + st.name + " gate has no Taylor series: see docs/theory.md, section 8");
  if (j < st.order() || j > largest)
    throw Error(ErrorCode::size_limit, "the error terms of a " + st.name +
                                           " gate are available for orders " +
                                           std::to_string(st.order()) + " to " +
                                           std::to_string(largest) + ", not " + std::to_string(j));
  std::vector<MomentTerm> terms;
  if (wrong_parity(st, j))
    return terms;
  for_each_power(st, j, [&](const Powers &a, std::int64_t sum) {
    std::int64_t numerator = sum * multiple_sum(st, j) * factorial(st, st.target);
    if (numerator == 0)
      return;
    std::int64_t denominator = factorial(st, a), lead = leading_sum(st);
    const std::int64_t g1 = std::gcd(numerator, denominator);
    numerator /= g1;
    denominator /= g1;
    const std::int64_t g2 = std::gcd(numerator, lead);
    numerator /= g2;
    lead /= g2;
    if (lead < 0) {
      numerator = -numerator;
      lead = -lead;
    }
    terms.push_back({without_target(st, a), numerator, denominator * lead});
  });
  return terms;
}

Interval normalisation(const Activation &s, const Stencil &st, double bias, double scale) {
  const int m = st.order();
  if (st.bits > 0) {
    if (!s.sigmoid || bias != 0.0)
      throw Error(ErrorCode::invalid_input,
                  "a " + st.name + " gate needs a sigmoid at bias 0 (logistic, tanh, erf, arctan " +
                      "or algebraic), not " + s.name + " at bias " + text(bias));
    return s.sigmoid->limit;
  }
  if (st.parity != Parity::none && (bias != 0.0 || !has_parity(s, st)))
    throw Error(ErrorCode::invalid_input, "a " + st.name + " gate needs an activation that is " +
                                              (st.parity == Parity::odd ? "odd" : "even") +
                                              " about its bias 0, not " + std::string(s.name) +
                                              " at bias " + text(bias));
  const Interval derivative = s.taylor(bias, m)[static_cast<std::size_t>(m)];
  if (derivative.contains(0.0))
    throw Error(ErrorCode::invalid_input,
                "a " + st.name + " gate needs a nonzero derivative of order " + std::to_string(m) +
                    " at its bias, but " + std::string(s.name) + " may have none at bias " +
                    text(bias) + "; use another bias, for example the default");
  // c = s_m S_t/t!, and s_m = m! times the normalised coefficient.
  const std::int64_t ways = factorial(m) / factorial(st, st.target);
  return derivative * enclose(leading_sum(st)) * enclose(ways) * pow(Interval(scale), m);
}

GateSeries::GateSeries(const Activation &s, const Stencil &st, double bias, double scale,
                       const std::vector<double> &range, const SeriesAccuracy &accuracy)
    : stencil_(&st), bias_(bias), scale_(scale), range_(range) {
  if (st.bits > 0) {
    enclose_sign(s);
    return;
  }
  const int m = st.order();
  Interval reach = 0.0;
  for (int i = 0; i < st.operands; ++i)
    reach += Interval(range[static_cast<std::size_t>(i)]) * double(st.largest_direction(i));
  radius_ = (reach * scale).hi();
  const Interval arguments = Interval(bias) + symmetric(radius_);
  value_ = derivative_on(s, 0, arguments);
  slope_ = derivative_on(s, 1, arguments);

  normalisation_ = polynet::normalisation(s, st, bias, scale);
  const int limit = largest_order(st, max_series_order, 1.0);
  GateOrders orders(s, st, bias, scale);
  value_at_bias_ = orders.taylor(0);

  std::vector<Interval> box;
  for (double r : range)
    box.push_back(symmetric(r));
  const auto bound_of = [&](const std::vector<Term> &terms) {
    double bound = 0.0;
    for (const Term &term : terms)
      bound = up(bound + (term.coefficient * monomial(term.powers, st.operands, box.data())).mag());
    return bound;
  };
  const auto taylor_terms = [&](int j) {
    std::vector<Term> terms;
    if (const std::int64_t multiples = multiple_sum(st, j); multiples != 0 && !wrong_parity(st, j))
      for_each_power(st, j, [&](const Powers &a, std::int64_t sum) {
        terms.push_back(
            {without_target(st, a),
             orders.order(j) * normalised_coefficient(st, a, enclose(sum) * enclose(multiples))});
      });
    return terms;
  };
  const auto append = [&](const std::vector<Term> &terms) {
    magnitude_ = up(magnitude_ + bound_of(terms));
    terms_.insert(terms_.end(), terms.begin(), terms.end());
  };
  const auto bound_remainder = [&](int j) {
    const Interval enclosure = orders.remainder(j, radius_);
    remainder_terms_.clear();
    for_each_power(st, j, [&](const Powers &a, std::int64_t sum) {
      // Each multiple of the scale has its own intermediate point.
      Interval sum_of_multiples = 0.0;
      for (const auto &multiple : st.multiples)
        sum_of_multiples +=
            enclosure *
            normalised_coefficient(st, a, enclose(sum) * enclose(power_sum({multiple}, j)));
      remainder_terms_.push_back({without_target(st, a), sum_of_multiples});
    });
    remainder_ = bound_of(remainder_terms_);
  };
  // Orders below J are Taylor terms, order J is the remainder; J - m is even. It is no less than
  // the term of that order: while that is too large, and a coarse bound falls, it is not needed.
  const bool falls_in_the_end = s.pole_distance && radius_ < s.pole_distance(bias);
  double coarse = 0.0;
  const auto coarse_bound_falls = [&](int j) {
    const double last = coarse;
    coarse = (pow(Interval(radius_), j) * remainder_bound(s, j, bias, radius_, m + 2)).hi();
    return coarse < last;
  };
  remainder_ = detail::infinity;
  for (int j = m + 2;; j += 2) {
    append(taylor_terms(j - 1));
    const std::vector<Term> next = taylor_terms(j);
    const double wanted = std::max(accuracy.absolute, accuracy.relative * magnitude_);
    const bool is_last = j + 2 >= limit || terms_.size() + next.size() > max_series_terms;
    const double last_remainder = remainder_;
    if (is_last || bound_of(next) <= wanted || !coarse_bound_falls(j)) {
      bound_remainder(j);
      if (is_last || remainder_ <= wanted || (!(remainder_ < last_remainder) && !falls_in_the_end))
        break;
    }
    append(next);
  }
}

Interval GateSeries::rho(const Interval *z) const {
  if (sigmoid_)
    return sign_error(*z);
  Interval sum = 0.0;
  for (const auto *terms : {&terms_, &remainder_terms_})
    for (const Term &term : *terms)
      sum += term.coefficient * monomial(term.powers, stencil_->operands, z);
  return sum;
}

double GateSeries::rho(const double *z) const {
  if (sigmoid_)
    return sign_error(*z).mid();
  double sum = 0.0;
  for (const Term &term : terms_)
    sum += term.coefficient.mid() * monomial(term.powers, stencil_->operands, z);
  return sum;
}

// z^t/z_i times (factor + per term of rho, (t_i + power) z^powers).
Interval GateSeries::derivative_beside(double factor, int i, const Interval *z) const {
  const int t = stencil_->target[i];
  Interval sum = factor;
  for (const auto *terms : {&terms_, &remainder_terms_})
    for (const Term &term : *terms) {
      Powers powers = term.powers;
      const int multiple = t + powers[i];
      if (multiple == 0)
        continue;
      if (t == 0)
        --powers[i];
      sum += term.coefficient * monomial(powers, stencil_->operands, z) * double(multiple);
    }
  return sum * monomial(lowered(stencil_->target, i), stencil_->operands, z);
}

Interval GateSeries::derivative(int i, const Interval *z) const {
  if (sigmoid_)
    return slope_ * scale_ / normalisation_;
  return derivative_beside(stencil_->target[i], i, z);
}

Interval GateSeries::error_derivative(int i, const Interval *z) const {
  return derivative_beside(0.0, i, z);
}

} // namespace polynet
