// The primitives of the elementary functions: bits of a number, exact products, e^x and ln(1 + x).
//
// Everything is free of branches, so that a loop over it vectorises. u is the unit roundoff (2^-53,
// 2^-24). The stated errors hold with and without fused multiply-add: proved for float64 in
// docs/kernels.md and tests/proofs, checked number by number for float32 in
// tests/cpp/exhaustive.cpp. The polynomials are near-minimax: found by Remez's algorithm, their
// coefficients then rounded.
#pragma once

#include "arithmetic.hpp"

#include <cstring>

namespace polynet {
namespace {

// The layout of a dtype, and its constants. Adding `round` to a small number leaves its nearest
// integer in the lowest bits; `round_biased` leaves the integer plus the exponent's bias there.
template <typename T> struct Layout;
template <> struct Layout<double> {
  using Bits = std::uint64_t;
  static constexpr int fraction = 52;
  static constexpr Bits bias = 1023, sign = Bits(1) << 63, upper_half = ~Bits(0) << 27;
  static constexpr double round = 0x1.8p52, round_biased = 0x1.8p52 + 1023;
  static constexpr double inverse_ln2 = 0x1.71547652b82fep0;
  // k ln2_high is exact for |k| < 2^11; the two are within 2^-86 of ln 2.
  static constexpr double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
  static constexpr double ln2 = 0x1.62e42fefa39efp-1, ln2_rest = 0x1.abc9e3b39803fp-56;
  // Beyond these e^x is infinite, and e^x and x e^x are 0.
  static constexpr double exp_above = 710.0, exp_below = -760.0;
  // Up to here every power of e that a function takes is a normal number (gelu_tanh's e^318).
  static constexpr double near = 16.0;
};
template <> struct Layout<float> {
  using Bits = std::uint32_t;
  static constexpr int fraction = 23;
  static constexpr Bits bias = 127, sign = Bits(1) << 31, upper_half = ~Bits(0) << 12;
  static constexpr float round = 0x1.8p23f, round_biased = 0x1.8p23f + 127;
  static constexpr float inverse_ln2 = 0x1.715476p0f;
  static constexpr float ln2_high = 0x1.62e4p-1f, ln2_low = 0x1.7f7d1cp-20f; // |k| < 2^9, 2^-44
  static constexpr float ln2 = 0x1.62e43p-1f, ln2_rest = -0x1.05c61p-29f;
  static constexpr float exp_above = 89.0f, exp_below = -112.0f;
  static constexpr float near = 8.0f;
};
template <typename T> using Bits = typename Layout<T>::Bits;

template <typename T> POLYNET_INLINE Bits<T> bits_of(T x) {
  Bits<T> bits;
  std::memcpy(&bits, &x, sizeof x);
  return bits;
}
template <typename T> POLYNET_INLINE T from_bits(Bits<T> bits) {
  T x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

template <typename T> POLYNET_INLINE T magnitude(T x) {
  return from_bits<T>(bits_of(x) & ~Layout<T>::sign);
}
/// x >= 0 (or NaN) with the sign of s.
template <typename T> POLYNET_INLINE T with_sign_of(T s, T x) {
  return from_bits<T>(bits_of(magnitude(x)) | (bits_of(s) & Layout<T>::sign));
}
/// The nearer end of [lower, upper] for an x outside; NaN stays.
template <typename T> POLYNET_INLINE T clamp(T x, T lower, T upper) {
  const T below = x > upper ? upper : x;
  return below < lower ? lower : below;
}

/// Every function made of e^x comes twice: for any argument (`Reach::any`), and without what only
/// arguments beyond Layout::near need. Both round alike there: what is left out would have changed
/// nothing.
enum class Reach { near, any };
/// clamp where the argument may be outside.
template <Reach reach, typename T> POLYNET_INLINE T clamp_far(T x, T lower, T upper) {
  return reach == Reach::any ? clamp(x, lower, upper) : x;
}

/// c_0 + c_1 x + ... by Horner's rule. (A loop over an array would hide the operations from the
/// compiler when it decides whether to vectorise.)
template <typename T> POLYNET_INLINE T polynomial(T, T c) { return c; }
template <typename T, typename... More> POLYNET_INLINE T polynomial(T x, T c, More... more) {
  return multiply_add(polynomial(x, more...), x, c);
}

/// A number as an unevaluated sum of two, the second at most about u times the first.
template <typename T> struct Sum2 {
  T high, low;
};
/// a b, exact unless it underflows (Dekker 1971 where there is no fused multiply-add; there the
/// low part may be off by u times itself).
template <typename T> POLYNET_INLINE Sum2<T> product(T a, T b) {
  const T high = a * b;
  if constexpr (fused)
    return {high, multiply_add(a, b, -high)};
  const T a1 = from_bits<T>(bits_of(a) & Layout<T>::upper_half), a2 = a - a1;
  const T b1 = from_bits<T>(bits_of(b) & Layout<T>::upper_half), b2 = b - b1;
  return {high, ((a1 * b1 - high) + (a1 * b2 + a2 * b1)) + a2 * b2};
}

/// e^x = (1 + p) first second, both powers of two. Only the product with `second` may leave the
/// normal range.
template <typename T> struct Exponential {
  T p, first, second;
};

/// e^r - 1 - r for |r| <= 0.3469: r^2/2 + r^3 q(r), within 2^-59.8 (2^-29.7) of e^r - 1.
POLYNET_INLINE double expm1_tail(double r) {
  return r * r *
         multiply_add(r,
                      polynomial(r, 0x1.5555555555558p-3, 0x1.5555555555556p-5,
                                 0x1.111111110f7d8p-7, 0x1.6c16c16c15daep-10, 0x1.a01a01b020d83p-13,
                                 0x1.a01a01a942041p-16, 0x1.71ddf67988513p-19,
                                 0x1.27e4d4b28736ep-22, 0x1.af6398d3df4d8p-26,
                                 0x1.1f7f66afd8646p-29),
                      0.5);
}
POLYNET_INLINE float expm1_tail(float r) {
  return r * r *
         multiply_add(r,
                      polynomial(r, 0x1.555556p-3f, 0x1.5554e8p-5f, 0x1.11112cp-7f, 0x1.6d4d7ap-10f,
                                 0x1.a0b13ep-13f),
                      0.5f);
}

/// x = k ln 2 + r + rest, |r| <= 0.3469, |rest| <= u |r|; and the factors of e^(k ln 2), for
/// exp_below <= x <= exp_above (a NaN stays). Of a normal e^x the first factor is the whole.
template <typename T> struct Reduced {
  T r, rest, first, second;
};
template <Reach reach, typename T> POLYNET_INLINE Reduced<T> reduced(T x) {
  using L = Layout<T>;
  const T shifted = multiply_add(x, L::inverse_ln2, L::round_biased);
  const T k = shifted - L::round_biased;
  const T high = multiply_add(-k, L::ln2_high, x); // exact
  const T r = multiply_add(-k, L::ln2_low, high);
  const T rest = multiply_add(-k, L::ln2_low, high - r);
  const Bits<T> whole = bits_of(shifted);
  if constexpr (reach == Reach::near)
    return {r, rest, from_bits<T>(whole << L::fraction), T(1)};
  const Bits<T> part = bits_of(multiply_add(x, L::inverse_ln2 / 2, L::round_biased));
  return {r, rest, from_bits<T>(part << L::fraction),
          from_bits<T>((whole - part + L::bias) << L::fraction)};
}

/// e^x, its p within 0.6 u of e^(r + rest) - 1.
template <Reach reach, typename T> POLYNET_INLINE Exponential<T> exponential(T x) {
  const Reduced<T> x_ = reduced<reach>(x);
  return {x_.r + (expm1_tail(x_.r) + x_.rest), x_.first, x_.second};
}
/// e^(x.high + x.low) likewise, its p within 0.5 u.
template <Reach reach, typename T> POLYNET_INLINE Exponential<T> exponential(const Sum2<T> &x) {
  const Reduced<T> x_ = reduced<reach>(x.high);
  const T tail = expm1_tail(x_.r), rest = x_.rest + x.low;
  return {x_.r + (tail + multiply_add(rest, x_.r + tail, rest)), x_.first, x_.second};
}

/// e^r for |r| <= 0.3469, within 2^-57.8 (2^-28.2) of it, relatively.
POLYNET_INLINE double exp_polynomial(double r) {
  return polynomial(r, 1.0, 1.0, 0x1.000000000000ap-1, 0x1.55555555554fdp-3, 0x1.555555555068cp-5,
                    0x1.1111111126ec3p-7, 0x1.6c16c18487adbp-10, 0x1.a01a012eeaf66p-13,
                    0x1.a019992644cecp-16, 0x1.71df1abc975a1p-19, 0x1.28ae3959ac4c5p-22,
                    0x1.ad90d5eba8f89p-26);
}
POLYNET_INLINE float exp_polynomial(float r) {
  return polynomial(r, 1.0f, 1.0f, 0x1.fffffcp-2f, 0x1.55549p-3f, 0x1.5558ap-5f, 0x1.123ac6p-7f,
                    0x1.6a604p-10f);
}

/// e^x everywhere: within 1.4 ulp, and half a subnormal where the result is one.
template <typename T, Reach reach> POLYNET_INLINE T exp(T x) {
  const Reduced<T> x_ =
      reduced<reach>(clamp_far<reach>(x, Layout<T>::exp_below, Layout<T>::exp_above));
  return exp_polynomial(x_.r) * x_.first * x_.second;
}

/// e^x - 1 for |x| <= 50: for |x| <= 0.3465 within 1.6 u relatively, else within 0.6 u 2^k and
/// half an ulp.
template <typename T> POLYNET_INLINE T expm1(T x) {
  const Exponential<T> e = exponential<Reach::near>(x); // e^x is normal
  return multiply_add(e.first, e.p, e.first - T(1));    // first p is exact
}

/// (ln((1 + z)/(1 - z)) - 2 z)/z for |z| <= 0.2 and w = z^2, within 2^-60 (2^-27).
POLYNET_INLINE double log_tail(double w) {
  return w * polynomial(w, 0x1.555555555554fp-1, 0x1.999999999c13fp-2, 0x1.24924921e7e02p-2,
                        0x1.c71c748c7cba5p-3, 0x1.745c4ba348dfep-3, 0x1.3b35a6f00de1ap-3,
                        0x1.0dcd4d08cb401p-3, 0x1.1b75def0dde74p-3);
}
POLYNET_INLINE float log_tail(float w) {
  return w * polynomial(w, 0x1.5555b4p-1f, 0x1.992ad0p-2f, 0x1.36e954p-2f);
}

/// ln(1 + x) for 0 <= x <= 1: within 1.3 ulp. With z = v/(2 + v) it is 2 artanh z, and
/// v - 2 z = z v saves the rounding of z: ln(1 + v) = v - (v^2/2 - z (v^2/2 + tail)) (fdlibm).
template <typename T> POLYNET_INLINE T log1p(T x) {
  using L = Layout<T>;
  const bool upper = x > T(0.5); // then 1 + x = 2 (1 + v), x - 1 is exact
  const T v = upper ? T(0.5) * (x - T(1)) : x;
  const T z = v / (T(2) + v), square = T(0.5) * v * v;
  const T correction = multiply_add(z, square + log_tail(z * z), upper ? L::ln2_rest : T(0));
  return (upper ? L::ln2 : T(0)) + (v - (square - correction));
}

} // namespace
} // namespace polynet
