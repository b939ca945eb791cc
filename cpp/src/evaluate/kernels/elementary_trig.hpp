// sin, cos and arctan.
#pragma once

#include "elementary.hpp"

namespace polynet {
namespace {

/// x = (quarter + 4 n) pi/2 + r, |r| <= pi/4 (a little more), r in two parts.
template <typename T> struct Angle {
  Sum2<T> r;
  Bits<T> quarter;
};

// pi/2 in three parts, of 43, 43 and 53 bits (18, 18, 24): k times the first two is exact for
// k < 2^10 (2^6), and no x up to `near` is so close to a multiple of pi/2 that the third's rounding
// matters.
template <typename T> struct HalfPi;
template <> struct HalfPi<double> {
  static constexpr double first = 0x1.921fb54442cp0, second = 0x1.18469898cc4p-44,
                          third = 0x1.1701b839a252p-88, inverse = 0x1.45f306dc9c883p-1,
                          near = 1024.0;
};
template <> struct HalfPi<float> {
  static constexpr float first = 0x1.921f8p0f, second = 0x1.aa22p-19f, third = 0x1.68c234p-39f,
                         inverse = 0x1.45f306p-1f, near = 64.0f;
};

/// The angle 0 <= x <= near, after Cody and Waite.
template <typename T> POLYNET_INLINE Angle<T> near_angle(T x) {
  using P = HalfPi<T>;
  const T shifted = multiply_add(x, P::inverse, Layout<T>::round);
  const T k = shifted - Layout<T>::round;
  const T a = multiply_add(-k, P::first, x); // exact
  const T b = multiply_add(-k, P::second, a);
  const T b_rest = multiply_add(-k, P::second, a - b);
  const T rest = multiply_add(-k, P::third, b_rest);
  const T high = b + rest;
  return {{high, (b - high) + rest}, bits_of(shifted)};
}

/// The angle of any finite x >= 64, from 256 bits of 2/pi (Payne and Hanek 1983).
POLYNET_INLINE Angle<double> far_angle(double x) {
  constexpr std::uint32_t two_over_pi[] = {
      0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab,
      0xdebbc561, 0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e,
      0xe88235f5, 0x2ebb4484, 0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4, 0x9c845f8b,
      0xbdf9283b, 0x1ff897ff, 0xde05980f, 0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7,
      0x4f463f66, 0x9e5fea2d, 0x7527bac7, 0xebe5f17b, 0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1,
      0x1f8d5d08, 0x56033046, 0xfc7b6bab, 0xf0cfbc20, 0x9af4361d};
  constexpr int words = 8;
  const std::uint64_t bits = bits_of(x);
  const int exponent = static_cast<int>(bits >> 52) - 1075;
  const std::uint64_t m = (bits & ~(~std::uint64_t(0) << 52)) | std::uint64_t(1) << 52;
  // Words before `from` contribute multiples of 4 to x 2/pi, those after `words` of them nothing
  // within 2^-170. The product with m, an integer in 32-bit digits, lowest first:
  const int from = exponent < 2 ? 0 : (exponent - 2) / 32;
  std::uint32_t digits[words + 4] = {}; // words + 2, and zeros for bits_from
  for (int half = 0; half < 2; ++half) {
    const std::uint64_t factor = half == 0 ? m & 0xffffffff : m >> 32;
    std::uint64_t carry = 0;
    for (int i = 0; i < words; ++i) {
      carry += factor * two_over_pi[from + words - 1 - i] + digits[i + half];
      digits[i + half] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    digits[words + half] = static_cast<std::uint32_t>(carry);
  }
  const auto bits_from = [&](int position) {
    const int word = position / 32, shift = position % 32;
    const std::uint64_t low = digits[word] | std::uint64_t(digits[word + 1]) << 32;
    return shift == 0 ? low : low >> shift | std::uint64_t(digits[word + 2]) << (64 - shift);
  };
  const int point = 32 * (from + words) - exponent; // the number of bits after the binary point
  const auto fraction = static_cast<std::int64_t>(bits_from(point - 64));
  const std::uint64_t below = bits_from(point - 128);
  // The fraction as a signed number in [-1/2, 1/2): its upper 53 bits and what follows.
  const std::int64_t upper = fraction & ~std::int64_t(0x7ff);
  const std::uint64_t lower = static_cast<std::uint64_t>(fraction & 0x7ff) << 53 | below >> 11;
  const double a = static_cast<double>(upper) * 0x1p-64, b = static_cast<double>(lower) * 0x1p-117;
  const double high = a + b, low = (a - high) + b;
  constexpr double half_pi = 0x1.921fb54442d18p+0, half_pi_rest = 0x1.1a62633145c07p-54;
  const Sum2<double> r = product(high, half_pi);
  const std::uint64_t quarter = bits_from(point) + (fraction < 0 ? 1 : 0);
  return {{r.high, r.low + (high * half_pi_rest + low * half_pi)}, quarter};
}

/// (sin r - r)/r and cos r - 1 + r^2/2 for w = r^2, |r| <= 0.7855, within 2^-56.4 and 2^-59.5
/// (2^-26.8, 2^-32.5).
POLYNET_INLINE double sin_tail(double w) {
  return w * polynomial(w, -0x1.5555555555548p-3, 0x1.111111110f7c7p-7, -0x1.a01a019bfccafp-13,
                        0x1.71de3566ccd1ep-19, -0x1.ae5e59bdcb05dp-26, 0x1.5d8f92a84d00cp-33);
}
POLYNET_INLINE float sin_tail(float w) {
  return w * polynomial(w, -0x1.555546p-3f, 0x1.11073ap-7f, -0x1.99436cp-13f);
}
POLYNET_INLINE double cos_tail(double w) {
  return w * w *
         polynomial(w, 0x1.555555555554bp-5, -0x1.6c16c16c14f88p-10, 0x1.a01a019c83661p-16,
                    -0x1.27e4f7ea146c5p-22, 0x1.1ee9d7383aa14p-29, -0x1.8fa4573526e8dp-37);
}
POLYNET_INLINE float cos_tail(float w) {
  return w * w * polynomial(w, 0x1.55554ap-5f, -0x1.6c0c32p-10f, 0x1.99eb2ep-16f);
}

/// sin(r + quarter pi/2).
template <typename T> POLYNET_INLINE T sin_of(const Angle<T> &angle) {
  const T r = angle.r.high, low = angle.r.low, w = r * r, half = T(0.5) * w;
  const T sine = r + multiply_add(r, sin_tail(w), low);
  const T cosine = T(1) - (half - (cos_tail(w) - r * low));
  const T value = (angle.quarter & 1) != 0 ? cosine : sine;
  return from_bits<T>(bits_of(value) ^ (angle.quarter & 2) << (8 * sizeof(T) - 2));
}

/// sin x (shift 0) or cos x (shift 1), |x| <= near.
template <typename T, int shift> POLYNET_INLINE T near_sin(T x) {
  Angle<T> angle = near_angle(magnitude(x));
  angle.quarter += shift;
  const T value = sin_of(angle);
  return shift == 0 ? from_bits<T>(bits_of(value) ^ (bits_of(x) & Layout<T>::sign)) : value;
}

/// The same for any x.
template <typename T, int shift> POLYNET_INLINE T any_sin(T x) {
  const T a = magnitude(x);
  if (!(a > HalfPi<T>::near))
    return near_sin<T, shift>(x);
  if (!(a <= (sizeof(T) == 8 ? T(0x1.fffffffffffffp1023) : T(0x1.fffffep127f))))
    return x - x; // NaN
  Angle<double> angle = far_angle(double(a));
  angle.quarter += shift;
  const T value = static_cast<T>(sin_of(angle));
  return shift == 0 && x < T(0) ? -value : value;
}

/// (arctan t - t)/t for w = t^2, |t| <= 0.41422, within 2^-57.5 (2^-28.3).
POLYNET_INLINE double atan_tail(double w) {
  return w * polynomial(w, -0x1.555555555553dp-2, 0x1.99999999957cbp-3, -0x1.24924922aa3b2p-3,
                        0x1.c71c70e505943p-4, -0x1.745cf8c25aaa6p-4, 0x1.3b11177fc837cp-4,
                        -0x1.10eba7c4e3d4ep-4, 0x1.df0e70a4a7f88p-5, -0x1.9ccf362004352p-5,
                        0x1.37cd60e5933e4p-5, -0x1.2559912e51749p-6);
}
POLYNET_INLINE float atan_tail(float w) {
  return w * polynomial(w, -0x1.55554ap-2f, 0x1.999196p-3f, -0x1.23b51cp-3f, 0x1.b1ebd2p-4f,
                        -0x1.f1eb96p-5f);
}

/// arctan |x| = arctan t + 0, pi/4 or pi/2 with t = |x|, (|x| - 1)/(|x| + 1) or -1/|x|.
template <typename T> POLYNET_INLINE T arctan(T x) {
  constexpr bool wide = sizeof(T) == 8;
  const T half_pi = wide ? T(0x1.921fb54442d18p0) : T(0x1.921fb6p0f);
  const T half_pi_rest = wide ? T(0x1.1a62633145c07p-54) : T(-0x1.777a5cp-25f);
  const T a = magnitude(x);
  const bool middle = a > T(0.41421356), far = a > T(2.4142134);
  const T t = (far ? T(-1) : (middle ? a - T(1) : a)) / (far ? a : (middle ? a + T(1) : T(1)));
  const T multiple = far ? T(1) : (middle ? T(0.5) : T(0));
  const T tail = multiply_add(t, atan_tail(t * t), multiple * half_pi_rest);
  return with_sign_of(x, multiple * half_pi + (t + tail));
}

} // namespace
} // namespace polynet
