#include "polynet/stencil.hpp"

#include "polynet/error.hpp"

#include <numeric>

namespace polynet {

namespace {

const std::array<Stencil, 4> table{{
    {"copy", 1, {1}, {{1, {1}}, {-1, {-1}}}, 0},
    {"copy_odd", 1, {1}, {{1, {1}}}, -1},
    {"square", 1, {2}, {{1, {1}}, {1, {-1}}}, -2},
    {"product", 2, {1, 1}, {{1, {1, 1}}, {1, {-1, -1}}, {-1, {1, -1}}, {-1, {-1, 1}}}, 0},
}};

constexpr int max_series_order = 64;
constexpr int max_moment_order = 20; // 20! and 4 * 2^20 fit in 64 bits

// Calls f(a) for every multi-index a of `operands` entries with |a| = j and a >= t.
template <typename Function> void for_each_power(const Stencil &st, int j, Function f) {
  if (st.operands == 1) {
    f(Powers{static_cast<std::uint8_t>(j)});
    return;
  }
  for (int i = st.target[0]; i <= j - st.target[1]; ++i)
    f(Powers{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(j - i)});
}

// S_a = sum_k w_k d_k^a. Directions are -1, 0, 1, so the sum is a small integer. The node at the
// bias has direction 0 and contributes to no a != 0.
int direction_sum(const Stencil &st, const Powers &a) {
  int sum = 0;
  for (const StencilNode &node : st.neurons) {
    int product = node.weight;
    for (int i = 0; i < st.operands; ++i)
      for (int k = 0; k < a[i]; ++k)
        product *= node.direction[i];
    sum += product;
  }
  return sum;
}

std::int64_t factorial(int n) {
  std::int64_t f = 1;
  for (int k = 2; k <= n; ++k)
    f *= k;
  return f;
}

Powers without_target(const Stencil &st, Powers a) {
  for (int i = 0; i < st.operands; ++i)
    a[i] = static_cast<std::uint8_t>(a[i] - st.target[i]);
  return a;
}

// j!/m! * [S_a/a!] / [S_t/t!]: the coefficient of C_j that goes with normalised Taylor
// coefficients s_j/j!.
Interval normalised_coefficient(const Stencil &st, const Powers &a, int sum) {
  Interval c = Interval(sum) / Interval(direction_sum(st, st.target));
  int n = 0, m = 0;
  for (int i = 0; i < st.operands; ++i) {
    for (int k = 1; k <= a[i]; ++k)
      c = c * Interval(++n) / Interval(k);
    for (int k = 1; k <= st.target[i]; ++k)
      c = c * Interval(k) / Interval(++m);
  }
  return c;
}

Interval monomial(const Powers &powers, int operands, const Interval *z) {
  Interval product = 1.0;
  for (int i = 0; i < operands; ++i)
    if (powers[i] > 0)
      product *= pow(z[i], powers[i]);
  return product;
}

} // namespace

int Stencil::order() const { return std::accumulate(target.begin(), target.end(), 0); }

const Stencil &stencil(std::string_view name) {
  for (const Stencil &st : table)
    if (st.name == name)
      return st;
  std::string known;
  for (const Stencil &st : table)
    known += (known.empty() ? "" : ", ") + std::string(st.name);
  throw Error(ErrorCode::invalid_input,
              "unknown gate '" + std::string(name) + "'; known: " + known);
}

std::vector<std::string> stencil_names() {
  std::vector<std::string> names;
  for (const Stencil &st : table)
    names.emplace_back(st.name);
  return names;
}

std::vector<MomentTerm> moment(const Stencil &st, int j) {
  if (j < st.order() || j > max_moment_order)
    throw Error(ErrorCode::size_limit,
                "the error terms of a " + std::string(st.name) + " gate are available for orders " +
                    std::to_string(st.order()) + " to 20, not " + std::to_string(j));
  const auto term_factorial = [&](const Powers &a) {
    std::int64_t f = 1;
    for (int i = 0; i < st.operands; ++i)
      f *= factorial(a[i]);
    return f;
  };
  std::vector<MomentTerm> terms;
  for_each_power(st, j, [&](const Powers &a) {
    const int sum = direction_sum(st, a);
    if (sum == 0)
      return;
    std::int64_t numerator = sum * term_factorial(st.target);
    std::int64_t denominator = term_factorial(a);
    const std::int64_t lead = direction_sum(st, st.target);
    const std::int64_t g1 = std::gcd(numerator, denominator);
    numerator /= g1;
    denominator /= g1;
    const std::int64_t g2 = std::gcd(numerator, lead);
    terms.push_back({without_target(st, a), numerator / g2, denominator * (lead / g2)});
  });
  return terms;
}

Interval normalisation(const Activation &s, const Stencil &st, double bias, double scale) {
  const int m = st.order();
  const Interval derivative = s.taylor(bias, m)[static_cast<std::size_t>(m)];
  if (derivative.contains(0.0))
    throw Error(ErrorCode::invalid_input,
                "a " + std::string(st.name) + " gate needs a nonzero derivative of order " +
                    std::to_string(m) + " at its bias, but " + std::string(s.name) +
                    " may have none at bias " + text(bias) +
                    "; use another bias, for example the default");
  // c = s_m S_t/t!, and s_m = m! times the normalised coefficient.
  std::int64_t lead = direction_sum(st, st.target) * factorial(m);
  for (int i = 0; i < st.operands; ++i)
    lead /= factorial(st.target[i]);
  return derivative * Interval(double(lead)) * pow(Interval(scale), m);
}

GateSeries::GateSeries(const Activation &s, const Stencil &st, double bias, double scale,
                       const std::vector<double> &range, const SeriesAccuracy &accuracy)
    : stencil_(&st), bias_(bias), scale_(scale), range_(range) {
  const int m = st.order();
  Interval reach = 0.0;
  for (int i = 0; i < st.operands; ++i)
    reach += range[i];
  radius_ = (reach * scale).hi();
  const Interval arguments = Interval(bias) + symmetric(radius_);
  value_ = derivative_on(s, 0, arguments);
  slope_ = derivative_on(s, 1, arguments);

  normalisation_ = polynet::normalisation(s, st, bias, scale);
  const std::vector<Interval> c = s.taylor(bias, max_series_order);
  value_at_bias_ = c[0];

  std::vector<Interval> box;
  for (double r : range)
    box.push_back(symmetric(r));
  // Orders below J are Taylor terms, order J is the remainder; J - m is even.
  double previous = detail::infinity;
  Interval order_factorial = double(factorial(m));
  const auto terms_of_order = [&](int j, const Interval &ratio) {
    std::vector<Term> terms;
    const Interval factor = ratio * pow(Interval(scale), j - m);
    for_each_power(st, j, [&](const Powers &a) {
      if (const int sum = direction_sum(st, a); sum != 0)
        terms.push_back({without_target(st, a), factor * normalised_coefficient(st, a, sum)});
    });
    return terms;
  };
  const auto bound_of = [&](const std::vector<Term> &terms) {
    double bound = 0.0;
    for (const Term &term : terms)
      bound = up(bound + (term.coefficient * monomial(term.powers, st.operands, box.data())).mag());
    return bound;
  };
  const auto append_order = [&](int j) {
    const std::vector<Term> terms = terms_of_order(j, c[j] / c[m]);
    magnitude_ = up(magnitude_ + bound_of(terms));
    terms_.insert(terms_.end(), terms.begin(), terms.end());
  };
  for (int j = m + 2;; j += 2) {
    append_order(j - 1);
    order_factorial = order_factorial * Interval(j - 1) * Interval(j);
    const Interval enclosure = derivative_on(s, j, arguments) / order_factorial;
    remainder_terms_ = terms_of_order(j, enclosure / c[m]);
    remainder_ = bound_of(remainder_terms_);
    if (remainder_ <= std::max(accuracy.absolute, accuracy.relative * magnitude_) ||
        !(remainder_ < previous) || j + 2 >= max_series_order)
      break;
    previous = remainder_;
    append_order(j);
  }
}

Interval GateSeries::rho(const Interval *z) const {
  Interval sum = 0.0;
  for (const auto *terms : {&terms_, &remainder_terms_})
    for (const Term &term : *terms)
      sum += term.coefficient * monomial(term.powers, stencil_->operands, z);
  return sum;
}

Interval GateSeries::derivative(int i, const Interval *z) const {
  const int t = stencil_->target[i];
  Interval sum = double(t);
  for (const auto *terms : {&terms_, &remainder_terms_})
    for (const Term &term : *terms)
      sum += term.coefficient * monomial(term.powers, stencil_->operands, z) *
             double(t + term.powers[i]);
  Powers rest = stencil_->target;
  rest[i] = static_cast<std::uint8_t>(t - 1);
  return sum * monomial(rest, stencil_->operands, z);
}

Interval target(const Stencil &st, const Interval *z) {
  return monomial(st.target, st.operands, z);
}

Interval target_difference(const Stencil &st, const Interval *z, const Interval *e) {
  // prod (z + e) - prod z = sum over factors: (later factors with error) e (earlier without).
  Interval without = 1.0, difference = 0.0;
  for (int i = 0; i < st.operands; ++i)
    for (int k = 0; k < st.target[i]; ++k) {
      difference = difference * (z[i] + e[i]) + without * e[i];
      without *= z[i];
    }
  return difference;
}

} // namespace polynet
