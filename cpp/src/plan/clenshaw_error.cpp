#include "clenshaw_error.hpp"

namespace polynet {

namespace {

double ways(int n, int k) {
  double product = 1.0;
  for (int i = 1; i <= k; ++i)
    product = product * (n - k + i) / i;
  return product;
}

// T_n^(k)(1), which is the largest on [-1, 1].
double largest_derivative(int n, int k) {
  double product = 1.0;
  for (int i = 0; i < k; ++i)
    product *= double(n - i) * (n + i) / (2.0 * i + 1.0);
  return product;
}

} // namespace

// Take the signs of all operands one by one: the states of an operand's t signs with k of D are
// C(t, k) equal ones of k signs, and b_p over that number obeys
//
//     b_(p,s) = [s = target] c_p + 2 sum_(signs not in s) b_(p+1,s+sign)
//               + 2 sum_(signs in s) y^2 b_(p+1,s-sign) - b_(p+2,s),
//
// so that bounds need to know of a state only how many signs it has, k of m. The entry of U_j(W),
// or T_j(W), that leads from k signs to others takes D for those that come in and y^2 D for those
// that go: it is at most U_j's largest derivative of the order d of their number, times y^2 for
// each of the latter. What is lost in one entry is like a change of c_p there. So an entry of
// computed b_p is at most that of exact c_n, n >= p, plus those of all that was lost from n on; and
// the result is off by all that was lost, times T_p's derivatives. All numbers here are positive:
// their own roundings, fewer than 2^32 one after the other, are a factor in the end.
double clenshaw_error(const std::vector<double> &c, int order, int operands, double largest,
                      const FloatFormat &format) {
  const auto degree = static_cast<int>(c.size()) - 1;
  const auto at = [](auto &table, int p, int k) -> double & {
    return table[static_cast<std::size_t>(p)][static_cast<std::size_t>(k)];
  };
  using Table = std::vector<std::vector<double>>;
  const std::vector<double> row(static_cast<std::size_t>(order) + 2, 0.0);
  Table u(c.size(), row), size(c.size() + 2, row), lost(c.size(), row);
  for (int j = 0; j <= degree; ++j)
    for (int d = 0; d <= order; ++d)
      at(u, j, d) = largest_derivative(j + 1, d + 1) / (j + 1.0);
  // Products and sums of an entry, and what is behind 2 k y^2.
  const double roundings = 3.0 * operands + 12.0, square = largest * largest;
  const double each = roundings * format.unit_roundoff / (1.0 - roundings * format.unit_roundoff);
  double error = 0.0;
  for (int p = degree; p >= 0; --p)
    for (int k = p % 2; k <= std::min(p, order); k += 2) {
      const double more = 2.0 * (order - k) * at(size, p + 1, k + 1);
      const double fewer = k > 0 ? 2.0 * k * at(size, p + 1, k - 1) : 0.0;
      const double target = k == order ? std::fabs(c[static_cast<std::size_t>(p)]) : 0.0;
      at(lost, p, k) = each * (target + at(size, p + 2, k) + more + square * fewer) +
                       8.0 * roundings * (1.0 + fewer) * format.smallest_normal;
      error += ways(order, k) * at(lost, p, k) * largest_derivative(p, k);
      double sum = 0.0;
      for (int n = p; n <= degree; ++n) {
        sum += std::fabs(c[static_cast<std::size_t>(n)]) * at(u, n - p, order - k);
        for (int out = 0; out <= k; ++out)
          for (int in = 0; in <= order - k; ++in)
            sum += ways(k, out) * ways(order - k, in) * std::pow(square, out) *
                   at(lost, n, k - out + in) * at(u, n - p, out + in);
      }
      at(size, p, k) = sum;
    }
  return error * (1.0 + 0x1p-20);
}

} // namespace polynet
