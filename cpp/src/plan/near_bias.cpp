#include "near_bias.hpp"

namespace polynet {

namespace {

// How many more orders of Taylor's series are brought down to the polynomial's degree.
constexpr int economised = 4;

// The next of 4, 5, 6, 7 times a power of two: few polynomials serve many gates.
double coarse(double reach) {
  const int exponent = std::ilogb(reach) - 2;
  return std::ldexp(std::ceil(std::ldexp(reach, -exponent)), exponent);
}

// The coefficients of Chebyshev's polynomials T_0 ... T_n.
std::vector<std::vector<double>> chebyshev(int n) {
  std::vector<std::vector<double>> t{{1.0}, {0.0, 1.0}};
  for (int k = 2; k <= n; ++k) {
    std::vector<double> next(static_cast<std::size_t>(k) + 1, 0.0);
    for (std::size_t i = 0; i < t.back().size(); ++i)
      next[i + 1] += 2.0 * t.back()[i];
    for (std::size_t i = 0; i + 2 < next.size(); ++i)
      next[i] -= t[t.size() - 2][i];
    t.push_back(std::move(next));
  }
  return t;
}

class Economiser {
public:
  Economiser(const Activation &s, double bias, double reach)
      : s_(s), bias_(bias), reach_(reach), range_(Interval(bias) + Interval(-reach, reach)),
        least_(derivative_on(s, 0, range_).mig()),
        chebyshev_(chebyshev(neuron_degree + economised)) {}

  // The polynomial of that degree, if it is good enough.
  std::vector<double> operator()(int degree) const {
    const int orders = degree + economised;
    std::vector<Interval> a = s_.taylor(bias_, orders);
    Interval power = 1.0, factorial = 1.0;
    for (int k = 0; k <= orders; ++k) { // of t/reach
      a[static_cast<std::size_t>(k)] *= power;
      power *= reach_;
      factorial *= Interval(k + 1);
    }
    Interval left_out = derivative_on(s_, orders + 1, range_).mag() * power / factorial;
    for (int k = orders; k > degree; --k) { // |T_k| <= 1 is left out, and a rest of t^k
      const std::vector<double> &t = chebyshev_[static_cast<std::size_t>(k)];
      const double factor = a[static_cast<std::size_t>(k)].mid() / t.back();
      for (std::size_t i = 0; i < t.size(); ++i)
        a[i] -= Interval(factor) * t[i];
      left_out += std::fabs(factor) + a[static_cast<std::size_t>(k)].mag();
    }
    if (!(left_out.hi() <= format_.unit_roundoff / 2 * least_))
      return {};
    a.resize(static_cast<std::size_t>(degree) + 1);
    return rounded(a, left_out);
  }

private:
  // Horner's rule, h_k = h_(k+1) t + c_k, in which t = x - bias is exact (NearBiases). The last sum
  // loses at most an ulp of s(x). Any number below the smallest normal one may be flushed.
  std::vector<double> rounded(const std::vector<Interval> &a, Interval error) const {
    std::vector<double> coefficients;
    std::vector<Interval> powers{1.0};
    while (powers.size() < a.size())
      powers.push_back(powers.back() * reach_);
    const double flushed = format_.smallest_normal;
    Interval size, lost; // of h_k as it is computed
    double largest = 0.0;
    for (std::size_t k = a.size(); k-- > 0;) {
      const double c = round_to(Dtype::float32, (a[k] / powers[k]).mid());
      coefficients.push_back(c);
      error += Interval((a[k] - Interval(c) * powers[k]).mag());
      const Interval product = size * reach_;
      Interval here = half_ulp(product) + (size + 2.0) * flushed;
      if (k > 0)
        here += half_ulp(product + here + std::fabs(c));
      lost = lost * reach_ + here;
      size = product + here + std::fabs(c);
      largest = std::max(largest, size.hi());
    }
    if (!(largest <= format_.largest / 2))
      return {};
    const double allowed = function_ulp[static_cast<int>(*s_.function)].float32 - 1.0;
    return (error + lost).hi() <= allowed * 2.0 * half_ulp(least_) ? coefficients
                                                                   : std::vector<double>();
  }

  // What rounding a number of up to that size loses.
  double half_ulp(const Interval &size) const {
    return std::ldexp(1.0,
                      std::ilogb(std::max(size.hi(), format_.smallest_normal)) - format_.precision);
  }

  const Activation &s_;
  const FloatFormat format_ = float_format(Dtype::float32);
  const double bias_, reach_;
  const Interval range_;
  const double least_; // of |s|
  const std::vector<std::vector<double>> chebyshev_;
};

NearBias near_bias(const Activation &s, double bias, double reach) {
  const Economiser economise(s, bias, reach);
  for (int degree = 1; degree <= neuron_degree; ++degree)
    if (std::vector<double> found = economise(degree); !found.empty())
      return {reach, found};
  return {};
}

} // namespace

const NearBias &NearBiases::operator()(double bias, double reach) {
  static const NearBias none;
  if (dtype_ != Dtype::float32 || !s_.function || !(reach >= 0x1p-100 && reach <= 0.75))
    return none;
  reach = coarse(reach);
  // By Sterbenz's lemma x - bias is exact where x and the bias are within a factor of two.
  if (bias != 0.0 && !(reach <= std::fabs(bias) / 2))
    return none;
  const auto [known, is_new] = known_.try_emplace({bias, reach});
  if (is_new)
    known->second = near_bias(s_, bias, reach);
  return known->second;
}

} // namespace polynet
