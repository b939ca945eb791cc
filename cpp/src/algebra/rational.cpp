#include "rational.hpp"

#include "polynet/error.hpp"

#include <string>

namespace polynet {

namespace {

constexpr std::size_t max_digits = 100'000;
// More bits than a double has, so that what is cut off is seen below its last bit.
constexpr long quotient_bits = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

[[noreturn]] void refuse(std::string_view text) {
  throw Error(ErrorCode::invalid_input,
              "a coefficient must be a number such as '1/3', '-0.5' or '1e-3', not '" +
                  std::string(text.substr(0, 40)) + "'");
}

// Powers of two out of n.
void make_odd(Dyadic &x) {
  if (x.n == 0) {
    x.exponent = 0;
  } else if (const auto zeros = lsb(abs(x.n)); zeros > 0) {
    x.n >>= zeros;
    x.exponent += static_cast<long>(zeros);
  }
}

Integer power_of_ten(long exponent) {
  return boost::multiprecision::pow(Integer(10), static_cast<unsigned>(exponent));
}

// digits [. digits] [e [sign] digits], as numerator and power of ten.
Rational unsigned_decimal(std::string_view text, std::string_view whole) {
  std::string digits;
  long exponent = 0;
  std::size_t i = 0;
  bool point = false;
  for (; i < text.size() && (is_digit(text[i]) || (text[i] == '.' && !point)); ++i)
    if (text[i] == '.') {
      point = true;
    } else {
      digits += text[i];
      exponent -= point ? 1 : 0;
    }
  if (digits.empty())
    refuse(whole);
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    const bool negative = ++i < text.size() && text[i] == '-';
    i += i < text.size() && (text[i] == '-' || text[i] == '+') ? 1 : 0;
    long shift = 0;
    const std::size_t first = i;
    for (; i < text.size() && is_digit(text[i]); ++i)
      shift = std::min(10 * shift + (text[i] - '0'), 10L * static_cast<long>(max_digits));
    if (i == first)
      refuse(whole);
    exponent += negative ? -shift : shift;
  }
  if (i != text.size())
    refuse(whole);
  if (digits.size() > max_digits || std::labs(exponent) > static_cast<long>(max_digits))
    throw Error(ErrorCode::size_limit, "the coefficient '" + std::string(whole.substr(0, 40)) +
                                           "...' has more than 100000 digits");
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1)); // 0 means octal
  Rational number{{Integer(digits), 0}, 1};
  if (exponent >= 0)
    number.numerator.n *= power_of_ten(exponent);
  else
    number.denominator = power_of_ten(-exponent);
  return number;
}

// m 2^exponent and its upper neighbour, for m of at most 53 bits; rounded outward where double
// ends on either side.
Interval between(std::uint64_t m, bool exact, long exponent) {
  const int e = static_cast<int>(std::clamp(exponent, -4000L, 4000L));
  const double lo = std::ldexp(static_cast<double>(m), e);
  const double hi = exact ? lo : std::ldexp(static_cast<double>(m + 1), e);
  const bool rounded = e < -1074 && std::ldexp(lo, -e) != static_cast<double>(m); // subnormal
  if (rounded || (e < -1074 && !exact))
    return {std::max(0.0, lo - detail::smallest), hi + detail::smallest};
  return {std::min(lo, detail::largest), hi};
}

} // namespace

long bits(const Integer &n) { return n == 0 ? 0 : static_cast<long>(msb(abs(n))) + 1; }

Dyadic Dyadic::of(double x) {
  int exponent = 0;
  const double fraction = std::frexp(x, &exponent);
  Dyadic d{Integer(static_cast<std::int64_t>(std::ldexp(fraction, 53))), exponent - 53};
  make_odd(d);
  return d;
}

Dyadic &Dyadic::operator+=(const Dyadic &other) {
  if (other.n == 0)
    return *this;
  if (n == 0)
    return *this = other;
  if (const long shift = other.exponent - exponent; shift >= 0) {
    n += other.n << static_cast<unsigned long>(shift);
  } else {
    n <<= static_cast<unsigned long>(-shift);
    n += other.n;
    exponent = other.exponent;
  }
  return *this;
}

Dyadic pow(const Dyadic &x, std::uint32_t k) {
  return {boost::multiprecision::pow(x.n, k), x.exponent * static_cast<long>(k)};
}

void Rational::reduce() {
  Dyadic divisor{denominator, 0};
  make_odd(divisor);
  numerator.exponent -= divisor.exponent;
  Integer common = gcd(numerator.n, divisor.n);
  if (divisor.n < 0)
    common = -common;
  numerator.n /= common;
  denominator = divisor.n / common;
  make_odd(numerator);
}

Rational rational_from(std::string_view text) {
  std::string_view rest = text;
  const bool negative = !rest.empty() && rest[0] == '-';
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+'))
    rest.remove_prefix(1);
  const std::size_t slash = rest.find('/');
  Rational number = unsigned_decimal(rest.substr(0, slash), text);
  if (slash != std::string_view::npos) {
    const Rational divisor = unsigned_decimal(rest.substr(slash + 1), text);
    if (divisor.numerator.n == 0)
      throw Error(ErrorCode::invalid_input, "the coefficient '" + std::string(text.substr(0, 40)) +
                                                "' has the denominator 0");
    number.numerator.n *= divisor.denominator;
    number.denominator *= divisor.numerator.n;
  }
  if (negative)
    number.numerator.n = -number.numerator.n;
  number.reduce();
  return number;
}

Interval enclosed(const Dyadic &numerator, const Integer &denominator) {
  if (numerator.n == 0)
    return 0.0;
  const Integer magnitude = abs(numerator.n);
  // The quotient of magnitude 2^shift, cut to an integer of 64 or 65 bits.
  const long shift = quotient_bits + bits(denominator) - bits(magnitude);
  Integer quotient, rest;
  if (shift >= 0)
    divide_qr(Integer(magnitude << static_cast<unsigned long>(shift)), denominator, quotient, rest);
  else
    divide_qr(magnitude, Integer(denominator << static_cast<unsigned long>(-shift)), quotient,
              rest);
  const long cut = bits(quotient) - 53;
  const auto m = static_cast<std::uint64_t>(quotient >> static_cast<unsigned long>(cut));
  const bool exact = rest == 0 && (quotient == (Integer(m) << static_cast<unsigned long>(cut)));
  const Interval size = between(m, exact, numerator.exponent - shift + cut);
  return numerator.n < 0 ? -size : size;
}

} // namespace polynet
