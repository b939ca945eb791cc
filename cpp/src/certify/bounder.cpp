#include "bounder.hpp"

#include "supremum.hpp"

namespace polynet {

namespace {

using Intervals = std::vector<Interval>;

Intervals negated(Intervals xs) {
  for (Interval &x : xs)
    x = -x;
  return xs;
}

} // namespace

Bounder::Bounder(const ErrorFunction &error, std::vector<double> tolerances)
    : tolerances_(std::move(tolerances)), bits_(error.network().bits),
      gradient_(error, tolerances_) {}

PartBound Bounder::operator()(std::size_t output, const Part &part, Watch *watch) const {
  Intervals box;
  for (const auto &[lower, upper] : part)
    box.emplace_back(lower, upper);
  const Intervals of_difference = gradient_.difference_slopes(output, box);
  const auto slopes = [&](const Intervals &p) {
    check(watch);
    return gradient_.slopes(output, p, of_difference);
  };
  const auto range = [&](const Intervals &p) { return gradient_.error(output, p); };
  const EnclosedFunction error{range, slopes};
  const EnclosedFunction opposite{[&](const Intervals &p) { return -range(p); },
                                  [&](const Intervals &p) { return negated(slopes(p)); }};
  const Intervals on_part = slopes(box);
  const double slack = tolerances_[output] / static_cast<double>(part.size());
  PartBound above = upper_bound(error, box, on_part, bits_, slack);
  PartBound below = upper_bound(opposite, box, negated(on_part), bits_, slack);
  return above.upper >= below.upper ? above : below;
}

} // namespace polynet
