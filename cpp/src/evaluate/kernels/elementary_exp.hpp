// Activations made of e^x and ln(1 + x).
#pragma once

#include "elementary.hpp"

namespace polynet {
namespace {

/// numerator/(1 + e^-x). With x = k ln 2 + r it is numerator 2^k/(2^k + e^-r), for x > 64 the
/// numerator itself. The last factor alone may round a second time.
template <Reach reach, typename T> POLYNET_INLINE T over_one_plus_exp(T numerator, T x) {
  const Reduced<T> x_ = reduced<reach>(clamp_far<reach>(x, Layout<T>::exp_below, T(64)));
  const T e = exp_polynomial(-x_.r);
  if constexpr (reach == Reach::near)
    return numerator * x_.first / (x_.first + e);
  return numerator / (x_.first * x_.second + e) * x_.first * x_.second;
}

template <typename T, Reach reach> POLYNET_INLINE T logistic(T x) {
  return over_one_plus_exp<reach>(T(1), x);
}

template <typename T, Reach reach> POLYNET_INLINE T silu(T x) {
  const T least = Layout<T>::exp_below; // -infinity too
  return over_one_plus_exp<reach>(reach == Reach::any && x < least ? least : x, x);
}

/// x s with s = (1 + e^-y)^-1, given e^-|y|; x and y have the same sign.
template <typename T> POLYNET_INLINE T gated(T x, const Exponential<T> &e) {
  // x e^y for x < 0, where the last factor alone may round a second time.
  const T numerator = x < T(0) ? multiply_add(x, e.p, x) * e.first * e.second : x;
  return numerator / (T(1) + (T(1) + e.p) * e.first * e.second);
}

/// x/(1 + e^-y), y = x (a + b x^2), a = 2 sqrt(2/pi), b = 0.044715 a, in two parts where e^y
/// amplifies the error: y - y (1 + O(u)) is about 700 u at the end of the range.
template <typename T, Reach reach> POLYNET_INLINE T gelu_tanh(T x) {
  constexpr bool wide = sizeof(T) == 8;
  const T a1 = wide ? T(0x1.9884533d43651p+0) : T(0x1.988454p+0f),
          a2 = wide ? T(-0x1.cbc0d30ebfd15p-54) : T(-0x1.857936p-25f);
  const T b1 = wide ? T(0x1.2444f2a4d8b4bp-4) : T(0x1.2444f2p-4f),
          b2 = wide ? T(-0x1.6c843a29d1c70p-61) : T(0x1.49b16ap-29f);
  const T limit = wide ? T(30) : T(14);
  const T inside = clamp_far<reach>(x, -limit, limit);
  const Sum2<T> square = product(inside, inside);
  const Sum2<T> cubic = product(b1, square.high);
  // |cubic| may exceed a, so the rounding error of the sum is taken both ways (Knuth).
  const T factor = a1 + cubic.high, part = factor - a1;
  const T error = (a1 - (factor - part)) + (cubic.high - part);
  const T low = error + (cubic.low + (a2 + (b1 * square.low + b2 * square.high)));
  const Sum2<T> y = product(inside, factor);
  const T y_low = multiply_add(inside, low, y.low), sign = x < T(0) ? T(1) : T(-1);
  const T high = clamp_far<reach>(sign * y.high, Layout<T>::exp_below, T(0));
  return gated(reach == Reach::any && x < -limit ? -limit : x,
               exponential<reach>(Sum2<T>{high, sign * y_low}));
}

template <typename T, Reach reach> POLYNET_INLINE T tanh(T x) {
  const T most = sizeof(T) == 8 ? T(20) : T(10); // from here on it rounds to 1
  const T t = expm1(T(-2) * clamp_far<reach>(magnitude(x), T(0), most));
  return with_sign_of(x, t / (T(2) + t));
}

template <typename T, Reach reach> POLYNET_INLINE T softplus(T x) {
  return (x > T(0) ? x : T(0)) + log1p(exp<T, reach>(-magnitude(x)));
}

/// x tanh(ln(1 + e^x)) = x n/(n + 2) with n = e^x (e^x + 2), divided by e^2x for x > 0.
template <typename T, Reach reach> POLYNET_INLINE T mish(T x) {
  const T least = Layout<T>::exp_below;
  const T from = reach == Reach::any && x < least ? least : x; // -infinity too
  const Exponential<T> power = exponential<reach>(clamp_far<reach>(-magnitude(x), least, T(0)));
  const T e = (T(1) + power.p) * power.first * power.second;
  const bool left = x < T(0);
  const T factor = left ? T(2) + e : T(1) + T(2) * e;
  const T rest = left ? multiply_add(e, factor, T(2)) : multiply_add(T(2) * e, e, factor);
  // x e^x for x < 0, where the last factor alone may round a second time.
  const T scaled = left ? multiply_add(from, power.p, from) * power.first * power.second : x;
  return scaled * factor / rest;
}

/// e^(-x^2/2).
template <typename T, Reach reach> POLYNET_INLINE T gaussian(T x) {
  const T most = sizeof(T) == 8 ? T(38.7) : T(14.5);
  const T inside = clamp_far<reach>(magnitude(x), T(0), most);
  const Sum2<T> square = product(inside, inside);
  const Exponential<T> e = exponential<reach>(Sum2<T>{T(-0.5) * square.high, T(-0.5) * square.low});
  return (T(1) + e.p) * e.first * e.second;
}

/// ln cosh x = |x| - ln 2 + ln(1 + e^-2|x|); for |x| <= 1 ln(1 + (cosh x - 1)) with
/// cosh x - 1 = m^2/(2 (1 + m)), m = e^|x| - 1.
template <typename T, Reach reach> POLYNET_INLINE T logcosh(T x) {
  using L = Layout<T>;
  const T a = magnitude(x);
  const bool far = a > T(1);
  const T m = expm1(far ? clamp_far<reach>(T(-2) * a, T(-50), T(0)) : a);
  const T excess = log1p(far ? T(1) + m : m * m / (T(2) + T(2) * m));
  return far ? (a - L::ln2) + (excess - L::ln2_rest) : excess;
}

/// max(0, x)^2.
template <typename T> POLYNET_INLINE T requ(T x) {
  return x > T(0) ? x * x : (x <= T(0) ? T(0) : x);
}

/// x/sqrt(1 + x^2).
template <typename T> POLYNET_INLINE T algebraic(T x) {
  const T most = sizeof(T) == 8 ? T(0x1p30) : T(0x1p15); // from here on it rounds to 1
  const T a = clamp(magnitude(x), T(0), most);
  const T root = multiply_add(a, a, T(1));
  return with_sign_of(x, a / (sizeof(T) == 8 ? T(__builtin_sqrt(root))
                                             : T(__builtin_sqrtf(static_cast<float>(root)))));
}

} // namespace
} // namespace polynet
