#include "near_bias.hpp"

#include "activation/approximation.hpp"

namespace polynet {

namespace {

constexpr FloatFormat format = float_format(Dtype::float32);

// More than coefficients of any polynomial here.
constexpr int nodes = 16;
static_assert(nodes > neuron_degree + 1);

// The next of 4, 5, 6, 7 times a power of two: few polynomials serve many gates.
double coarse(double reach) {
  const int exponent = std::ilogb(reach) - 2;
  return std::ldexp(std::ceil(std::ldexp(reach, -exponent)), exponent);
}

// What rounding a number of up to that size loses.
double half_ulp(const Interval &size) {
  return std::ldexp(1.0,
                    std::ilogb(std::max(size.hi(), format.smallest_normal)) - format.precision);
}

// What Horner's rule, h_k = h_(k+1) t + c_k, loses for an exact t, but for the last sum. Any number
// below the smallest normal one may be flushed. Infinite where a number may leave the dtype's
// range.
double horner_error(const std::vector<double> &c, double reach) {
  Interval size, lost; // of h_k as it is computed
  for (std::size_t k = c.size(); k-- > 0;) {
    const Interval product = size * reach;
    Interval here = half_ulp(product) + (size + 2.0) * format.smallest_normal;
    if (k > 0)
      here += half_ulp(product + here + std::fabs(c[k]));
    lost = lost * reach + here;
    size = product + here + std::fabs(c[k]);
    if (!(size.hi() <= format.largest / 2))
      return detail::infinity;
  }
  return lost.hi();
}

NearBias near_bias(const Activation &s, double bias, double reach) {
  const double least = derivative_on(s, 0, Interval(bias) + symmetric(reach)).mig(); // of |s|
  // Of the function's bound one unit is the last sum's, which loses at most an ulp of s(x).
  const double ulp = 2.0 * half_ulp(least);
  const double allowed = (function_ulp[static_cast<int>(*s.function)].float32 - 1.0) * ulp;
  const double cheap = remainder_bound(s, nodes, bias, reach, 0);
  const double bound =
      cheap <= detail::largest ? cheap : remainder_factor(s, nodes, bias, reach, 0).mag();
  const ChebyshevSeries series =
      interpolate([&](const Interval &t) { return s.taylor(t + bias, 0)[0]; }, bound, reach, nodes);
  for (double left_out = format.unit_roundoff / 2 * least;; left_out /= 4) {
    const Approximation p =
        approximate(series, left_out, [](double c) { return round_to(Dtype::float32, c); });
    if (p.coefficients.size() > neuron_degree + 1)
      return {};
    if (up(p.error + horner_error(p.coefficients, reach)) <= allowed)
      return {reach, {p.coefficients.rbegin(), p.coefficients.rend()}};
  }
}

} // namespace

const NearBias &NearBiases::operator()(double bias, double reach) {
  static const NearBias none;
  // Farther than 0.75 none is found; nearer than 2^-100 the powers would underflow.
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
