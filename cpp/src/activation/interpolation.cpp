#include "approximation.hpp"

#include "algebra/elementary.hpp"

namespace polynet {

namespace {

// cos(pi k/(2 nodes)), k < 4 nodes.
std::vector<Interval> cosines(int nodes) {
  std::vector<Interval> all;
  for (int k = 0; k < 4 * nodes; ++k)
    all.push_back(cos(pi() * double(k) / Interval(2.0 * nodes)));
  return all;
}

// sum_n e_n T_n with these values at the zeros of T_nodes:
// e_n = 2/nodes sum_i values_i cos(n (2 i + 1) pi/(2 nodes)), e_0 half of that.
std::vector<Interval> through(const std::vector<Interval> &values,
                              const std::vector<Interval> &cosine) {
  const std::size_t nodes = values.size();
  std::vector<Interval> e;
  for (std::size_t n = 0; n < nodes; ++n) {
    Interval sum = 0.0;
    for (std::size_t i = 0; i < nodes; ++i)
      sum += values[i] * cosine[(2 * i + 1) * n % (4 * nodes)];
    e.push_back(sum * (n == 0 ? 1.0 : 2.0) / Interval(double(nodes)));
  }
  return e;
}

} // namespace

ChebyshevSeries interpolate(const std::function<Interval(const Interval &)> &value,
                            double derivative_bound, double reach, int nodes) {
  const std::vector<Interval> cosine = cosines(nodes);
  std::vector<Interval> values;
  for (std::size_t i = 0; i < static_cast<std::size_t>(nodes); ++i)
    values.push_back(value(cosine[2 * i + 1] * reach));
  const Interval rest = pow(Interval(reach) * 0.5, nodes) * derivative_bound * 2.0;
  return {reach, through(values, cosine), rest.hi()};
}

} // namespace polynet
