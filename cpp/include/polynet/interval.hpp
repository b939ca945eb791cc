// Outward-rounded intervals: the only place of the library that rounds for a proof.
//
// Every operation computes in round-to-nearest and then widens by a bound on its rounding error:
// for a result r of one correctly rounded operation the exact value lies in [down(r), up(r)]
// (Rump, Zimmermann, Boldo, Melquiond, "Computing predecessor and successor in rounding to
// nearest", BIT 49, 2009). No rounding mode is ever switched for an operation. What this needs of
// the thread is set by SoundFloats (float_environment.hpp), which whoever computes with intervals
// holds; what it needs of the compiler is refused or prevented here, whatever options a user
// compiles with.
//
// An interval is never empty and its endpoints are never NaN; an overflow gives an infinite
// endpoint, and code that states a bound refuses infinite ones.
#pragma once

#if !defined(_MSVC_LANG) && __cplusplus < 201703L || defined(_MSVC_LANG) && _MSVC_LANG < 201703L
#error "polynet's headers need C++17; compile with -std=c++17 or later (/std:c++17)"
#endif

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <limits>

#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) ||     \
    (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ > 0)
#error "polynet's proofs do not survive -ffast-math; compile without it"
#endif
#if FLT_EVAL_METHOD != 0
#error                                                                                             \
    "polynet's proofs need doubles that are rounded as doubles; compile without x87 (-mfpmath=sse)"
#endif
static_assert(std::numeric_limits<double>::is_iec559, "polynet needs IEEE 754 doubles");

namespace polynet {

/// Unit roundoff of float64.
constexpr double unit_roundoff = 0x1p-53;

namespace detail {
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double largest = std::numeric_limits<double>::max();
constexpr double smallest = std::numeric_limits<double>::denorm_min();
constexpr double phi = unit_roundoff * (1 + 2 * unit_roundoff);

/// x, rounded. Where there is a fused multiply-add a compiler may otherwise contract the product
/// that x comes from with the sum that it goes into (GCC does, unless told -ffp-contract=off).
inline double rounded(double x) {
#if defined(__GNUC__) && (defined(__FMA__) || defined(__FMA4__))
  __asm__("" : "+x"(x));
#elif defined(__GNUC__) && defined(__aarch64__)
  __asm__("" : "+w"(x));
#elif defined(__GNUC__) && !defined(__x86_64__) && !defined(__i386__)
  __asm__("" : "+m"(x));
#endif
  return x;
}
} // namespace detail

/// A lower bound of the exact value whose correctly rounded value is r; NaN gives -infinity.
inline double down(double r) {
  r = detail::rounded(r);
  if (!(std::fabs(r) <= detail::largest))
    return r > 0 ? detail::largest : -detail::infinity;
  return r - (detail::rounded(std::fabs(r) * detail::phi) + detail::smallest);
}

/// An upper bound of the exact value whose correctly rounded value is r; NaN gives +infinity.
inline double up(double r) { return -down(-r); }

/// A closed interval of real numbers, lo <= hi.
class Interval {
public:
  /// The point 0.
  constexpr Interval() = default;
  /// The point x; a NaN stands for an unknown number, the whole line.
  Interval(double x) : Interval(x, x) {}
  /// [lo, hi]; endpoints out of order or NaN give the whole line.
  Interval(double lo, double hi) : lo_(detail::rounded(lo)), hi_(detail::rounded(hi)) {
    if (!(lo_ <= hi_)) {
      lo_ = -detail::infinity;
      hi_ = detail::infinity;
    }
  }

  double lo() const { return lo_; }
  double hi() const { return hi_; }
  /// A double inside the interval, near its centre when the interval is bounded.
  double mid() const {
    const double m = 0.5 * lo_ + 0.5 * hi_;
    return std::isnan(m) ? 0.0 : std::clamp(m, lo_, hi_);
  }
  /// Largest absolute value (IEEE 1788-2015, Table 9.2: mag).
  double mag() const { return std::max(std::fabs(lo_), std::fabs(hi_)); }
  /// Smallest absolute value (IEEE 1788-2015, Table 9.2: mig).
  double mig() const { return contains(0.0) ? 0.0 : std::min(std::fabs(lo_), std::fabs(hi_)); }
  /// An upper bound of the distance from mid() to either endpoint.
  double rad() const {
    const double m = mid();
    return std::max(up(hi_ - m), up(m - lo_));
  }
  bool contains(double x) const { return lo_ <= x && x <= hi_; }
  bool subset_of(const Interval &other) const { return other.lo_ <= lo_ && hi_ <= other.hi_; }
  bool is_bounded() const { return mag() <= detail::largest; }

private:
  double lo_ = 0.0;
  double hi_ = 0.0;
};

// The four operations, IEEE 1788-2015, Table 9.1: the result contains x op y for all x, y.

inline Interval operator-(const Interval &x) { return {-x.hi(), -x.lo()}; }
inline Interval operator+(const Interval &x, const Interval &y) {
  return {down(x.lo() + y.lo()), up(x.hi() + y.hi())};
}
inline Interval operator-(const Interval &x, const Interval &y) {
  return {down(x.lo() - y.hi()), up(x.hi() - y.lo())};
}
inline Interval operator*(const Interval &x, const Interval &y) {
  const double a = x.lo() * y.lo(), b = x.lo() * y.hi(), c = x.hi() * y.lo(), d = x.hi() * y.hi();
  // A NaN (0 * infinity) among the products must not be lost in min and max.
  if (std::isnan(a + b + c + d) &&
      (std::isnan(a) || std::isnan(b) || std::isnan(c) || std::isnan(d)))
    return {-detail::infinity, detail::infinity};
  return {down(std::min(std::min(a, b), std::min(c, d))),
          up(std::max(std::max(a, b), std::max(c, d)))};
}
/// A divisor that contains 0 gives the whole line.
inline Interval operator/(const Interval &x, const Interval &y) {
  if (y.contains(0.0) || !x.is_bounded() || !y.is_bounded())
    return {-detail::infinity, detail::infinity};
  const double a = x.lo() / y.lo(), b = x.lo() / y.hi(), c = x.hi() / y.lo(), d = x.hi() / y.hi();
  return {down(std::min(std::min(a, b), std::min(c, d))),
          up(std::max(std::max(a, b), std::max(c, d)))};
}
inline Interval &operator+=(Interval &x, const Interval &y) { return x = x + y; }
inline Interval &operator-=(Interval &x, const Interval &y) { return x = x - y; }
inline Interval &operator*=(Interval &x, const Interval &y) { return x = x * y; }

/// The smallest interval that contains both.
inline Interval hull(const Interval &x, const Interval &y) {
  return {std::min(x.lo(), y.lo()), std::max(x.hi(), y.hi())};
}
/// The common part of two enclosures of the same set (they meet, or one of them is wrong).
inline Interval intersect(const Interval &x, const Interval &y) {
  return {std::max(x.lo(), y.lo()), std::min(x.hi(), y.hi())};
}
/// [-r, r] for r >= 0.
inline Interval symmetric(double r) { return {-r, r}; }

/// {x^n}, tight for even n (IEEE 1788-2015, Table 9.1: pown); a negative n divides by {x^-n}.
Interval pow(const Interval &x, int n);
/// {e^x}; relative width a few units roundoff beyond that of x.
Interval exp(const Interval &x);
/// {e^x - 1}, relatively tight near 0.
Interval expm1(const Interval &x);
/// {tanh x}, relatively tight near 0.
Interval tanh(const Interval &x);

} // namespace polynet
