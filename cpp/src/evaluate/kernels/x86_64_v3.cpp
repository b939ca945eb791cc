#include "body.hpp"
#include "units.hpp"

namespace polynet {
constexpr Kernels x86_64_v3_kernels = kernels_of("x86-64-v3");
}
