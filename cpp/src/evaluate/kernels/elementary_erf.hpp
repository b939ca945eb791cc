// erf and the activations made of it.
#pragma once

#include "elementary.hpp"

namespace polynet {
namespace {

/// (erf a - a)/a for w = a^2 <= 1, within 2^-56.3 (2^-28.4).
POLYNET_INLINE double erf_tail(double w) {
  return polynomial(w, 0x1.06eba8214db69p-3, -0x1.812746b0379e6p-2, 0x1.ce2f21a042b20p-4,
                    -0x1.b82ce3128499fp-6, 0x1.565bcd0db032cp-8, -0x1.c02db3d8edcb2p-11,
                    0x1.f9a321a12d396p-14, -0x1.f4d1df3a3da22p-17, 0x1.b9def1a7fc9e6p-20,
                    -0x1.5f1d37095a26bp-23, 0x1.f7a414b3eaaa5p-27, -0x1.386ac76bbf90ap-30,
                    0x1.0579ba3956675p-34);
}
POLYNET_INLINE float erf_tail(float w) {
  return polynomial(w, 0x1.06eba8p-3f, -0x1.81273ep-2f, 0x1.ce2cf8p-4f, -0x1.b7f90ep-6f,
                    0x1.5405b4p-8f, -0x1.a3f70ap-11f, 0x1.496a3cp-14f);
}

/// (1 + x) e^(x^2/2) Phi(-x), Phi the normal distribution, for 0 <= x <= 39 (14.5) and
/// q = (x - 5)/(x + 5): within 2^-53.6 (2^-24.6) of it, relatively.
POLYNET_INLINE double mills(double q) {
  return polynomial(
      q, 0x1.d8979b0f2b39dp-2, -0x1.76ff86859eb0ep-4, 0x1.fc66cc64a1512p-6, 0x1.47c1d0305321ep-7,
      -0x1.b08e0007b9320p-6, 0x1.92037bab5f027p-6, -0x1.f11aab023b723p-7, 0x1.ab6d03879bd43p-8,
      -0x1.b75f4fd061b43p-10, 0x1.05720070ba0a6p-17, 0x1.7e61f34276b4ap-13, -0x1.c1b23abfaa50ap-15,
      -0x1.4c131e3bae721p-17, 0x1.300907f29bd0dp-17, -0x1.2719a4ddddfe4p-24, -0x1.5f81d6b5b3843p-20,
      0x1.0b48ec1ba3ef7p-23, 0x1.a9b2d2bf8bafcp-23, -0x1.784f292cc5440p-26, -0x1.0ede01b4f16c9p-25,
      0x1.00d2f42ee06bdp-31, 0x1.0925c7138d3e7p-28, 0x1.7f9b5784adedap-31);
}
POLYNET_INLINE float mills(float q) {
  return polynomial(q, 0x1.d8979cp-2f, -0x1.76ff86p-4f, 0x1.fc6732p-6f, 0x1.47c226p-7f,
                    -0x1.b09614p-6f, 0x1.91fd7cp-6f, -0x1.f0aa80p-7f, 0x1.ac6076p-8f,
                    -0x1.c07becp-10f, -0x1.6a82a0p-15f, 0x1.aac0a8p-13f);
}
/// Phi(-x) e^(x^2/2).
template <typename T> POLYNET_INLINE T mills_ratio(T x) {
  return mills((x - T(5)) / (x + T(5))) / (T(1) + x);
}

template <typename T, Reach reach> POLYNET_INLINE T erf(T x) {
  const T most = sizeof(T) == 8 ? T(6) : T(4); // from here on it rounds to 1
  const T a = clamp_far<reach>(magnitude(x), T(0), most), square = a * a;
  // erfc a = 2 Phi(-sqrt(2) a) <= 0.16 on this side, so that its error counts little.
  const Exponential<T> e = exponential<Reach::near>(-square); // normal
  const T ratio = T(2) * mills_ratio(T(0x1.6a09e667f3bcdp0) * a);
  const T complement = multiply_add(ratio, e.p, ratio) * e.first;
  return with_sign_of(x, a < T(1) ? multiply_add(a, erf_tail(square), a) : T(1) - complement);
}

/// x Phi(x).
template <typename T, Reach reach> POLYNET_INLINE T gelu(T x) {
  const T most = sizeof(T) == 8 ? T(38.7) : T(14.5);
  const T a = clamp_far<reach>(magnitude(x), T(0), most);
  const Sum2<T> square = product(a, a);
  const Exponential<T> e = exponential<reach>(Sum2<T>{T(-0.5) * square.high, T(-0.5) * square.low});
  const T ratio = mills_ratio(a);
  const T tail = multiply_add(ratio, e.p, ratio) * e.first;
  return x < T(0) ? -a * tail * e.second : x * (T(1) - tail * e.second);
}

} // namespace
} // namespace polynet
