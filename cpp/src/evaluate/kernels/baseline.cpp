#include "body.hpp"
#include "units.hpp"

namespace polynet {
constexpr Kernels baseline_kernels = kernels_of("baseline");
}
