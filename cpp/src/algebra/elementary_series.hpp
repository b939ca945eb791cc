// The series of the elementary functions on reduced arguments, each with its remainder.
//
// A remainder stands outermost, where it is relative to the whole: inside Horner's rule the steps
// after it would shrink it. The type of the intervals is a parameter so that a test can evaluate
// the same formulas without rounding, which by itself would hide a remainder that is too small.
#pragma once

namespace polynet {

/// e^y - 1 for |y| <= 0.36: sum_{k=1..n} y^k/k!. The remainder after n = 15 terms is below
/// |y|^16/16! e^|y| < 0.36^15/16! * 1.44 * |y| < 2^-65 |y|.
template <typename I> I expm1_series(const I &y) {
  I sum = 0.0;
  for (int k = 15; k >= 2; --k)
    sum = (sum + 1.0) * y / I(k);
  return y * (sum + 1.0 + I(-0x1p-65, 0x1p-65));
}

/// ln((1 + z)/(1 - z)) = 2 artanh z for |z| < 0.177: 2 sum z^(2n+1)/(2n + 1); after n = 12 the rest
/// of the sum is below |z| z^26/27/(1 - z^2) < 2^-69 |z|.
template <typename I> I log_series(const I &z) {
  const I z2 = pow(z, 2);
  I sum = 0.0;
  for (int n = 12; n >= 1; --n)
    sum = (sum + I(1.0) / I(2 * n + 1)) * z2;
  return z * (sum + 1.0 + I(-0x1p-69, 0x1p-69)) * 2.0;
}

/// sin y and cos y for |y| < 0.8: alternating, so that the rest is below the first term left out,
/// 0.8^20/21! < 2^-71 (relative to y) and 0.8^20/20! < 2^-67.
template <typename I> I sin_series(const I &y) {
  const I y2 = pow(y, 2);
  I sum = 0.0;
  for (int n = 18; n >= 2; n -= 2)
    sum = (sum + 1.0) * y2 / I(-n * (n + 1));
  return y * (sum + 1.0 + I(-0x1p-71, 0x1p-71));
}
template <typename I> I cos_series(const I &y) {
  const I y2 = pow(y, 2);
  I sum = 0.0;
  for (int n = 18; n >= 2; n -= 2)
    sum = (sum + 1.0) * y2 / I(-(n - 1) * n);
  return sum + 1.0 + I(-0x1p-67, 0x1p-67);
}

/// arctan r for |r| < 0.199: alternating, and the rest after r^27/27 is below r r^28/29 < 2^-69 r.
template <typename I> I atan_series(const I &r) {
  const I minus_r2 = -pow(r, 2);
  I sum = 0.0;
  for (int n = 13; n >= 1; --n)
    sum = (sum + I(1.0) / I(2 * n + 1)) * minus_r2;
  return r * (sum + 1.0 + I(-0x1p-69, 0x1p-69));
}

} // namespace polynet
