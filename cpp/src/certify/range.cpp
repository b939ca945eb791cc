#include "range.hpp"

#include "ends.hpp"

namespace polynet {

namespace {

// What moving a variable to an end may cost, relative to the sum of the coefficients.
constexpr double almost = 0x1p-16;

// The Bernstein coefficients of degree d on [a, b] of t^0 ... t^d, one column each: entry (i, k) is
// the mean of all products of k of the numbers a (d - i times) and b (i times), the polar form of
// t^k. Adding a number y to the list makes p_k = (1 - k/m) p_k + (k/m) y p_(k-1). In [-1, 1] no
// entry exceeds 1 and each of these d steps adds an error of at most 5 units roundoff.
std::vector<double> bernstein_matrix(int d, double a, double b) {
  const auto size = static_cast<std::size_t>(d) + 1;
  std::vector<double> matrix(size * size);
  for (int i = 0; i <= d; ++i) {
    double *p = &matrix[static_cast<std::size_t>(i) * size];
    p[0] = 1.0;
    for (int m = 1; m <= d; ++m) {
      const double y = m <= d - i ? a : b;
      p[m] = y * p[m - 1];
      for (int k = m - 1; k > 0; --k)
        p[k] = (double(m - k) / m) * p[k] + (double(k) / m) * y * p[k - 1];
    }
  }
  return matrix;
}

// Applies the matrix along an axis, `inner` being the product of the sizes of those after it.
void apply(const std::vector<double> &matrix, std::size_t size, std::size_t inner,
           const std::vector<double> &in, std::vector<double> &out) {
  for (std::size_t start = 0; start < in.size(); start += size * inner)
    for (std::size_t i = 0; i < size; ++i) {
      double *row = &out[start + i * inner];
      std::fill_n(row, inner, 0.0);
      for (std::size_t k = 0; k < size; ++k) {
        const double w = matrix[i * size + k];
        const double *source = &in[start + k * inner];
        for (std::size_t j = 0; j < inner; ++j)
          row[j] += w * source[j];
      }
    }
}

// Leaves out the highest powers of each variable while the terms that have them stay small.
void lower_degrees(Model &m, double negligible) {
  std::vector<int> degrees = m.degrees();
  for (std::size_t i = 0; i < m.variables; ++i) {
    std::vector<double> sizes(static_cast<std::size_t>(degrees[i]) + 1, 0.0);
    for (std::size_t k = 0; k < m.terms(); ++k)
      sizes[static_cast<std::size_t>(m.power(k, i))] += std::fabs(m.coefficients[k]);
    int degree = degrees[i];
    double dropped = 0.0;
    const double share = negligible / static_cast<double>(m.variables);
    while (degree > 0 && dropped + sizes[static_cast<std::size_t>(degree)] <= share)
      dropped += sizes[static_cast<std::size_t>(degree--)];
    if (degree == degrees[i])
      continue;
    for (std::size_t k = 0; k < m.terms(); ++k)
      if (m.power(k, i) > degree) {
        m.rest = up(m.rest + std::fabs(m.coefficients[k]));
        m.coefficients[k] = 0.0;
      }
    m.sweep(0.0);
  }
}

// m with the variables that are points in the box put in.
Model reduced(const Model &m, const std::vector<Interval> &box) {
  ModelSum sum(m.variables);
  const std::size_t w = m.words();
  Model term;
  term.variables = m.variables;
  term.max_power = m.max_power;
  for (std::size_t k = 0; k < m.terms(); ++k) {
    Interval factor = 1.0;
    term.coefficients.assign(1, m.coefficients[k]);
    term.keys.assign(&m.keys[k * w], &m.keys[k * w] + w);
    for (std::size_t i = 0; i < m.variables; ++i)
      if (const int p = m.power(k, i); p > 0 && box[i].lo() == box[i].hi()) {
        factor *= pow(box[i], p);
        term.keys[i / Model::per_word] -= static_cast<std::uint64_t>(p)
                                          << (16 * (i % Model::per_word));
      }
    sum.add(term, factor);
  }
  Model result = sum.take();
  result.rest = up(result.rest + m.rest);
  return result;
}

} // namespace

std::optional<BernsteinRange> BernsteinRange::of(Model m, double negligible, std::size_t limit) {
  lower_degrees(m, negligible);
  BernsteinRange range;
  range.degrees_ = m.degrees();
  std::size_t size = 1;
  for (const int d : range.degrees_) {
    size *= static_cast<std::size_t>(d) + 1;
    if (size > limit || d > max_degree)
      return std::nullopt;
  }
  range.coefficients_.assign(size, 0.0);
  for (std::size_t k = 0; k < m.terms(); ++k) {
    std::size_t index = 0;
    for (std::size_t i = 0; i < m.variables; ++i)
      index = index * (static_cast<std::size_t>(range.degrees_[i]) + 1) +
              static_cast<std::size_t>(m.power(k, i));
    range.coefficients_[index] = m.coefficients[k];
  }
  range.rest_ = m.rest;
  range.norm_ = m.norm();
  return range;
}

ModelRange BernsteinRange::operator()(const std::vector<Interval> &part) const {
  std::vector<double> b = coefficients_, next(b.size());
  double roundings = 0.0;
  std::size_t inner = 1;
  for (std::size_t i = degrees_.size(); i-- > 0;) {
    const int d = degrees_[i];
    if (d == 0)
      continue;
    const std::size_t size = static_cast<std::size_t>(d) + 1;
    apply(bernstein_matrix(d, part[i].lo(), part[i].hi()), size, inner, b, next);
    b.swap(next);
    inner *= size;
    // 5 d from the matrix, d + 1 from the sums of products.
    roundings += 6.0 * d + 2.0;
  }
  std::size_t worst = 0;
  double bound = 0.0;
  for (std::size_t k = 0; k < b.size(); ++k)
    if (!(std::fabs(b[k]) <= bound)) {
      bound = std::fabs(b[k]);
      worst = k;
    }
  // Every coefficient is a sum of c times products of entries of at most 1, so the roundings of all
  // axes are relative to the norm; the second term is for underflow.
  const double count = static_cast<double>(b.size() * (degrees_.size() + 1));
  const double error = up(up(roundings * 0x1.1p-53) * norm_) + count * count * detail::smallest;
  ModelRange range{up(up(bound + error) + rest_), {}, 0};

  // The largest slope at the worst coefficient, among the variables where it is not at an end.
  range.point.resize(degrees_.size());
  double steepest = -1.0;
  std::size_t stride = 1, index = worst;
  for (std::size_t i = degrees_.size(); i-- > 0;) {
    const int d = degrees_[i];
    const auto size = static_cast<std::size_t>(d) + 1;
    const std::size_t at = index % size;
    index /= size;
    const double share = d > 0 ? double(at) / d : 0.5;
    range.point[i] = part[i].lo() * (1.0 - share) + part[i].hi() * share;
    const double left = at > 0 ? std::fabs(b[worst] - b[worst - stride]) : 0.0;
    const double right = at < size - 1 ? std::fabs(b[worst] - b[worst + stride]) : 0.0;
    const bool inside = at > 0 && at < size - 1;
    const double slope = d * std::max(left, right) * (inside ? 1.0 : 1e-3);
    if (slope > steepest && part[i].lo() < part[i].hi()) {
      steepest = slope;
      range.direction = i;
    }
    stride *= size;
  }
  return range;
}

ModelRange termwise_range(const Model &m, const std::vector<Interval> &part) {
  const std::size_t n = m.variables;
  const int max_power = std::max(m.max_power, 1);
  const double slack = almost * m.norm();
  ModelRange worst{0.0, {}, 0};
  for (const double sign : {1.0, -1.0}) {
    std::vector<Interval> box = part, slopes;
    const double paid = move_to_ends(box, slopes, sign, slack, [&](const auto &b) {
      return gradient(m, PowerTable(b, max_power));
    });
    // The face's own values are values of m too, so that bounding their absolute value loses
    // nothing.
    if (const auto bernstein =
            BernsteinRange::of(reduced(m, box), 0.0, BernsteinRange::few_coefficients)) {
      ModelRange range = (*bernstein)(box);
      range.bound = up(range.bound + paid);
      if (range.bound > worst.bound || worst.point.empty())
        worst = range;
      continue;
    }
    const Interval range = m(PowerTable(box, max_power));
    const double bound = up((sign > 0.0 ? range.hi() : -range.lo()) + paid);
    if (bound <= worst.bound && !worst.point.empty())
      continue;
    worst = {bound, {}, 0};
    double steepest = -1.0;
    for (std::size_t i = 0; i < n; ++i) {
      worst.point.push_back(sign * slopes[i].mid() >= 0.0 ? box[i].hi() : box[i].lo());
      const double change = slopes[i].mag() * (box[i].hi() - box[i].lo());
      if (change > steepest) {
        steepest = change;
        worst.direction = i;
      }
    }
  }
  return worst;
}

} // namespace polynet
