#include "chebyshev.hpp"

#include "clenshaw_error.hpp"
#include "combinatorics.hpp"
#include "polynet/elementary.hpp"

namespace polynet {

namespace {

// Even, and more than needed: their values' errors average out.
constexpr int nodes = 1024, most_coefficients = 256;
// Instructions grow with both.
constexpr int most_states_times_degree = 1 << 14;
using Coefficients = std::vector<Interval>;

// sum c_n T_n' from c_n: d_(n-1) = d_(n+1) + 2 n c_n, d_0 halved.
Coefficients derivative(const Coefficients &c) {
  Coefficients d(c.size() + 1, 0.0);
  for (std::size_t n = c.size() - 1; n > 0; --n)
    d[n - 1] = d[n + 1] + c[n] * (2.0 * double(n));
  d[0] *= 0.5;
  d.resize(c.size());
  return d;
}

// About twice as many digits as a double has, for what must not add to a gate's own roundings; no
// proof needs it.
struct Exact {
  double high = 0.0, low = 0.0;

  // Knuth's TwoSum.
  Exact &operator+=(double x) {
    const double sum = high + x, part = sum - high;
    low += (high - (sum - part)) + (x - part);
    high = sum;
    return *this;
  }
};

// An antiderivative of sum a_n T_n, without T_0: (a_(n-1) - a_(n+1))/(2 n), a_0 doubled.
std::vector<Exact> antiderivative(const std::vector<Exact> &a) {
  std::vector<Exact> c(1);
  for (std::size_t n = 1; n <= a.size(); ++n) {
    const double factor = n == 1 ? 2.0 : 1.0, divisor = 2.0 * double(n);
    const Exact next = n + 1 < a.size() ? a[n + 1] : Exact{};
    Exact d{factor * a[n - 1].high, factor * a[n - 1].low - next.low};
    d += -next.high;
    const double quotient = d.high / divisor;
    c.push_back({quotient, (std::fma(-quotient, divisor, d.high) + d.low) / divisor});
  }
  return c;
}

class ChebyshevPlanner {
public:
  ChebyshevPlanner(const Activation &s, const GateSeries &proof, Dtype dtype,
                   PlannedSeries &planned)
      : s_(s), stencil_(proof.stencil()), order_(stencil_.order()), dtype_(dtype),
        format_(float_format(dtype)), p_(planned) {}

  ChebyshevBounds operator()() {
    if (!has_boxes())
      return {};
    bound_interpolation();
    if (!(bounds_.misfit.hi() <= format_.unit_roundoff / 8))
      return {};
    interpolate();
    if (states_ * static_cast<int>(f_.size() + 8) > most_states_times_degree)
      return {};
    choose_constants();
    Interval largest;
    for (int i = 0; i < stencil_.operands; ++i)
      largest = std::max(largest.hi(), (Interval(p_.range[i]) * p_.unit[i]).hi());
    bounds_.lost = clenshaw_error(p_.chebyshev, order_, stencil_.operands, largest.hi(), format_);
    return bounds_;
  }

private:
  // Every operand is in the target, by a central difference: one box for each of its order, of half
  // the width where that is even.
  bool has_boxes() {
    for (int i = 0; i < stencil_.operands; ++i) {
      const int t = stencil_.target[i];
      if (t == 0 || mean_power(stencil_, i, 1).mag() != 0.0)
        return false;
      half_width_[i] = t % 2 == 0 ? 0.5 : 1.0;
      reach_ += Interval(p_.range[i]) * (t * half_width_[i]);
      states_ *= t + 1;
    }
    // A number of 12 bits is exact in either dtype.
    const int exponent = std::ilogb(reach_.hi()) + 12;
    unit_ = std::ldexp(std::floor(down(std::ldexp(1.0, exponent) / reach_.hi())), -exponent);
    reach_ = Interval(1.0) / unit_;
    arguments_ = Interval(p_.bias) + symmetric((reach_ * p_.scale * largest_multiple()).hi());
    leading_ = s_.taylor(p_.bias, order_)[static_cast<std::size_t>(order_)];
    return unit_ >= 2.0 * format_.smallest_normal;
  }

  double largest_multiple() const { return stencil_.multiples.back().second; }

  // Interpolation at n Chebyshev nodes is off by at most |f^(n)|/(2^(n-1) n!) on [-1, 1], and
  // interpolation at more nodes by at most 1 + its norm times as much.
  void bound_interpolation() {
    bounds_.misfit = detail::infinity;
    for (int n = nodes; n >= 64 && s_.taylor_bound; n /= 2) {
      const Interval off = binomial(order_ + n, order_) * s_.taylor_bound(order_ + n, arguments_) /
                           leading_ * multiple_magnitude(stencil_, 0) * 2.0 *
                           pow(reach_ * p_.scale * largest_multiple() * 0.5, n);
      bounds_.misfit = std::min(bounds_.misfit.hi(), (off * (norm() + 1.0)).mag());
    }
  }

  // Of interpolation at the nodes, 1 + (2/pi) ln n (Rivlin, "Chebyshev Polynomials", theorem 1.2).
  static Interval norm() { return log(Interval(nodes)) * 2.0 / pi() + 1.0; }

  // f(x) = sum_k w_k' s^(m)(b + l l_k reach x)/s_m.
  Interval f(const Interval &x) const {
    Interval sum = 0.0;
    const double all = multiple_scale();
    for (const auto &[weight, multiple] : stencil_.multiples) {
      const Interval argument = x * reach_ * p_.scale * double(multiple) + p_.bias;
      sum += s_.taylor(argument, order_)[static_cast<std::size_t>(order_)] / leading_ *
             (double(weight) * std::pow(double(multiple), order_) / Interval(all));
    }
    return sum;
  }
  double multiple_scale() const {
    double sum = 0.0;
    for (const auto &[weight, multiple] : stencil_.multiples)
      sum += weight * std::pow(double(multiple), order_); // exact
    return sum;
  }

  // cos(pi k/(2 nodes)).
  static const Interval &cosine(int k) {
    static const std::vector<Interval> all = [] {
      std::vector<Interval> values;
      for (int i = 0; i < 4 * nodes; ++i)
        values.push_back(cos(pi() * double(i) / Interval(2.0 * nodes)));
      return values;
    }();
    return all[static_cast<std::size_t>(k % (4 * nodes))];
  }

  // The even part; the gate has none of the odd one. The coefficients fall to noise, which is
  // left out.
  void interpolate() {
    for (int i = 0; 2 * i < nodes; ++i)
      values_.push_back((f(cosine(2 * i + 1)) + f(-cosine(2 * i + 1))) * 0.5);
    for (int n = 0; n < most_coefficients; n += 2) {
      Exact sum;
      for (int i = 0; 2 * i < nodes; ++i)
        sum += values_[static_cast<std::size_t>(i)].mid() * cosine((2 * i + 1) * n).mid();
      f_.push_back((sum.high + sum.low) * (n == 0 ? 2.0 : 4.0) / nodes);
      f_.push_back(0.0);
    }
    double noise = format_.unit_roundoff / 16;
    for (std::size_t n = most_coefficients / 2; n < f_.size(); ++n)
      noise = std::max(noise, std::fabs(f_[n]));
    while (f_.size() > 1 && std::fabs(f_.back()) <= 2.0 * noise)
      f_.pop_back();
  }

  // The coefficients of the m-th and of the (m-1)-th antiderivative: the difference of the former
  // is the gate, that of the latter its derivative by an operand.
  void choose_constants() {
    // f(0) = 1, and T_n(0) = 1 or -1 for even n: what all values have in common is known better.
    Exact centre;
    for (std::size_t n = 0; n < f_.size(); n += 2)
      centre += n % 4 == 0 ? f_[n] : -f_[n];
    std::vector<Exact> slope, value;
    for (const double a : f_)
      value.push_back({a / (centre.high + centre.low), 0.0});
    for (int k = 0; k < order_; ++k) {
      slope = value;
      value = antiderivative(slope);
      std::fill_n(value.begin(), k + 1, Exact{}); // no difference of that order sees these
    }
    for (const Exact &c : slope)
      p_.slope_chebyshev.push_back(round_to(dtype_, c.high));
    for (const Exact &c : value)
      p_.chebyshev.push_back(round_to(dtype_, c.high + c.low));
    Coefficients exact(p_.chebyshev.begin(), p_.chebyshev.end());
    for (int k = 0; k < order_; ++k)
      exact = derivative(exact);
    compare(exact);
    for (int i = 0; i < stencil_.operands; ++i)
      p_.unit[i] = half_width_[i] * unit_;
  }

  // What is left of the values at the nodes, and at most norm() times as much elsewhere.
  void compare(const Coefficients &polynomial) {
    Interval off;
    for (int i = 0; 2 * i < nodes; ++i) {
      Interval value;
      for (std::size_t n = 0; n < polynomial.size(); n += 2)
        value += polynomial[n] * cosine((2 * i + 1) * static_cast<int>(n));
      off = std::max(off.hi(), (values_[static_cast<std::size_t>(i)] - value).mag());
    }
    bounds_.misfit += off * norm();
    for (const Interval &a : polynomial)
      bounds_.size += a.mag();
  }

  const Activation &s_;
  const Stencil &stencil_;
  const int order_;
  const Dtype dtype_;
  const FloatFormat format_;
  PlannedSeries &p_;
  ChebyshevBounds bounds_{};
  std::array<double, max_operands> half_width_{};
  int states_ = 1;
  double unit_ = 0.0; // of w: 1/reach
  Interval reach_, arguments_, leading_;
  Coefficients values_;   // at the nodes
  std::vector<double> f_; // coefficients
};

} // namespace

ChebyshevBounds plan_chebyshev(const Activation &s, const GateSeries &proof, Dtype dtype,
                               PlannedSeries &planned) {
  return ChebyshevPlanner(s, proof, dtype, planned)();
}

} // namespace polynet
