#include "polynet/evaluate.hpp"

#include "elements.hpp"
#include "polynet/float_environment.hpp"

namespace polynet {

template <typename T>
std::optional<std::pair<std::size_t, std::size_t>>
first_outside(const std::vector<Interval> &box, const Matrix<const T> &x, std::size_t count) {
  const SoundFloats floats; // subnormal numbers are no zeros
  for (std::size_t n = 0; n < count; ++n)
    for (std::size_t j = 0; j < box.size(); ++j)
      if (!box[j].contains(static_cast<double>(load(x, n, j))))
        return std::pair(n, j);
  return std::nullopt;
}

template std::optional<std::pair<std::size_t, std::size_t>>
first_outside(const std::vector<Interval> &, const Matrix<const double> &, std::size_t);
template std::optional<std::pair<std::size_t, std::size_t>>
first_outside(const std::vector<Interval> &, const Matrix<const float> &, std::size_t);

} // namespace polynet
