#include "moments.hpp"

#include "algebra/combinatorics.hpp"
#include "polynet/error.hpp"

#include <numeric>

namespace polynet {

namespace {

constexpr int max_moment_order = 20; // 20! fits in 64 bits
constexpr double largest_integer = 0x1p62;

std::int64_t factorial_of(const Stencil &st, const Powers &a) {
  std::int64_t f = 1;
  for (int i = 0; i < st.operands; ++i)
    f *= integer_factorial(a[i]);
  return f;
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
      largest_order(st, max_moment_order, static_cast<double>(factorial_of(st, st.target)));
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
    std::int64_t numerator = sum * multiple_sum(st, j) * factorial_of(st, st.target);
    if (numerator == 0)
      return;
    std::int64_t denominator = factorial_of(st, a), lead = leading_sum(st);
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
  const std::int64_t ways = integer_factorial(m) / factorial_of(st, st.target);
  return derivative * enclose(leading_sum(st)) * enclose(ways) * pow(Interval(scale), m);
}

} // namespace polynet
