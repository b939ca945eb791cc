#include "attained.hpp"

#include "random.hpp"

namespace polynet {

namespace {

// With FPBench's polynomials in float32, more of either raise the error by less than a per cent.
constexpr int generations = 12;
constexpr std::size_t children = 64;
// A coordinate moves by up to 2^10 units in the last place.
constexpr double octaves = 11.0;

} // namespace

AttainedErrors::AttainedErrors(const Network &net, const Evaluator &evaluate,
                               const std::vector<ExactPolynomial> &polynomials)
    : net_(net), evaluate_(evaluate), polynomials_(polynomials.begin(), polynomials.end()),
      best_(polynomials.size()) {}

std::vector<double> AttainedErrors::values(const std::vector<std::vector<double>> &points) const {
  const auto run = [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> x, y(points.size() * net_.outputs.size());
    for (const std::vector<double> &point : points)
      for (const double coordinate : point)
        x.push_back(static_cast<T>(coordinate));
    evaluate_(x.data(), points.size(), y.data());
    return std::vector<double>(y.begin(), y.end());
  };
  return net_.dtype == Dtype::float32 ? run(0.0f) : run(0.0);
}

void AttainedErrors::try_points(const std::vector<std::vector<double>> &points) {
  const std::vector<double> value = values(points);
  for (std::size_t n = 0; n < points.size(); ++n)
    for (std::size_t k = 0; k < polynomials_.size(); ++k) {
      const Interval error =
          polynomials_[k].difference(value[n * polynomials_.size() + k], points[n]);
      Best &best = best_[k];
      best.largest = std::max(best.largest, error.mag());
      if (error.mig() > best.lower) {
        best.lower = error.mig();
        best.point = points[n];
      }
    }
}

void AttainedErrors::wander(std::size_t output) {
  Random random;
  const double ulp = 2.0 * float_format(net_.dtype).unit_roundoff;
  for (int generation = 0; generation < generations; ++generation) {
    std::vector<std::vector<double>> points(children, best_[output].point);
    for (std::vector<double> &point : points)
      for (std::size_t i = 0; i < point.size(); ++i) {
        const double direction = random() < 0.5 ? -1.0 : 1.0;
        const double steps = std::floor(std::exp2(octaves * random()) * 0.75);
        const double size = std::max(std::fabs(point[i]), net_.box[i].rad() / 1024.0);
        if (!net_.is_bit(i))
          point[i] = net_.nearest_input(i, point[i] + direction * steps * size * ulp);
      }
    try_points(points);
  }
}

} // namespace polynet
