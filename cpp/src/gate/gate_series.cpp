#include "polynet/stencil.hpp"

#include "moments.hpp"
#include "monomials.hpp"

namespace polynet {

namespace {

// As for evaluation (evaluate/plan/taylor_orders.cpp).
constexpr int max_series_order = 160;
// Of central differences, without odd powers, three operands have 3276 up to the order 50, six 3003
// up to the order 16; forward ones of six 3003 up to the order 8.
constexpr std::size_t max_series_terms = 3500;

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

// Replaces a value by the next. Whether that is less.
bool falls(double &value, double next) { return next < std::exchange(value, next); }

// The terms of rho of every order, and those of what may be left out.
class OrderTerms {
public:
  OrderTerms(const Activation &s, const Stencil &st, double bias, double scale, double radius)
      : s_(s), stencil_(st), orders_(s, st, bias, scale), bias_(bias), radius_(radius) {}

  const Interval &value_at_bias() { return orders_.taylor(0); }

  std::vector<GateSeries::Term> taylor(int j) {
    std::vector<GateSeries::Term> terms;
    const std::int64_t multiples = power_sum(stencil_.multiples, j);
    if (multiples == 0 || wrong_parity(stencil_, j))
      return terms;
    for_each_power(stencil_, j, [&](const Powers &a, std::int64_t sum) {
      const Interval moment =
          normalised_coefficient(stencil_, a, enclose(sum) * enclose(multiples));
      terms.push_back({without_target(stencil_, a), orders_.order(j) * moment});
    });
    return terms;
  }

  // Each multiple of the scale has its own intermediate point.
  std::vector<GateSeries::Term> remainder(int j) {
    std::vector<GateSeries::Term> terms;
    const Interval enclosure = orders_.remainder(j, radius_);
    for_each_power(stencil_, j, [&](const Powers &a, std::int64_t sum) {
      Interval all = 0.0;
      for (const auto &multiple : stencil_.multiples)
        all += enclosure * normalised_coefficient(stencil_, a,
                                                  enclose(sum) * enclose(power_sum({multiple}, j)));
      terms.push_back({without_target(stencil_, a), all});
    });
    return terms;
  }

  // A bound that the remainder's rises and falls with, for little.
  double coarse_remainder(int j) const {
    const int derivatives = stencil_.order() + 2;
    return (pow(Interval(radius_), j) * remainder_bound(s_, j, bias_, radius_, derivatives)).hi();
  }
  bool falls_in_the_end() const { return s_.pole_distance && radius_ < s_.pole_distance(bias_); }

private:
  const Activation &s_;
  const Stencil &stencil_;
  GateOrders orders_;
  const double bias_, radius_;
};

} // namespace

GateSeries::GateSeries(const Activation &s, const Stencil &st, double bias, double scale,
                       const std::vector<double> &range, const SeriesAccuracy &accuracy)
    : stencil_(&st), bias_(bias), scale_(scale), range_(range) {
  if (st.bits > 0) {
    enclose_sign(s);
  } else {
    enclose_neurons(s);
    take_orders(s, accuracy);
  }
}

void GateSeries::enclose_neurons(const Activation &s) {
  Interval reach = 0.0;
  for (int i = 0; i < stencil_->operands; ++i)
    reach += Interval(range_[static_cast<std::size_t>(i)]) * double(stencil_->largest_direction(i));
  radius_ = (reach * scale_).hi();
  const Interval arguments = Interval(bias_) + symmetric(radius_);
  value_ = derivative_on(s, 0, arguments);
  slope_ = derivative_on(s, 1, arguments);
  normalisation_ = polynet::normalisation(s, *stencil_, bias_, scale_);
}

// Orders below J are Taylor terms, order J is the remainder; J - m is even. The remainder is no
// less than the term of that order: while that is too large, and a coarse bound falls, it is not
// needed.
void GateSeries::take_orders(const Activation &s, const SeriesAccuracy &accuracy) {
  OrderTerms orders(s, *stencil_, bias_, scale_, radius_);
  value_at_bias_ = orders.value_at_bias();
  const int limit = largest_order(*stencil_, max_series_order, 1.0);
  remainder_ = detail::infinity;
  double coarse = 0.0;
  for (int j = stencil_->order() + 2;; j += 2) {
    append(orders.taylor(j - 1));
    const std::vector<Term> next = orders.taylor(j);
    const double wanted = std::max(accuracy.absolute, accuracy.relative * magnitude_);
    const bool is_last = j + 2 >= limit || terms_.size() + next.size() > max_series_terms;
    if (is_last || bound_of(next) <= wanted || !falls(coarse, orders.coarse_remainder(j))) {
      remainder_terms_ = orders.remainder(j);
      const bool falls_now = falls(remainder_, bound_of(remainder_terms_));
      if (is_last || remainder_ <= wanted || (!falls_now && !orders.falls_in_the_end()))
        break;
    }
    append(next);
  }
}

void GateSeries::append(const std::vector<Term> &terms) {
  magnitude_ = up(magnitude_ + bound_of(terms));
  terms_.insert(terms_.end(), terms.begin(), terms.end());
}

// Of the sum of the terms over the range.
double GateSeries::bound_of(const std::vector<Term> &terms) const {
  std::vector<Interval> box;
  for (const double r : range_)
    box.push_back(symmetric(r));
  double bound = 0.0;
  for (const Term &term : terms)
    bound = up(bound +
               (term.coefficient * monomial(term.powers, stencil_->operands, box.data())).mag());
  return bound;
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
