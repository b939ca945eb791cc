#include "kernels.hpp"

#include "polynet/error.hpp"
#include "units.hpp"

#include <array>
#include <cstdlib>

namespace polynet {

namespace {

std::array<const Kernels *, 4> find_usable() {
  std::array<const Kernels *, 4> found{&baseline_kernels};
#ifdef POLYNET_X86_64_LEVELS
  std::size_t n = 1;
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v3"))
    found[n++] = &x86_64_v3_kernels;
  if (__builtin_cpu_supports("x86-64-v4"))
    found[n++] = &x86_64_v4_kernels;
#endif
  return found;
}

const Kernels &choose() {
  const char *wanted = std::getenv("POLYNET_ISA");
  const Kernels *best = nullptr;
  std::string known;
  for (std::size_t k = 0; (best = usable_kernels(k)); ++k) {
    if (wanted && std::string(best->name) == wanted)
      return *best;
    known += (known.empty() ? "" : ", ") + std::string(best->name);
    if (!usable_kernels(k + 1) && (!wanted || !*wanted))
      return *best;
  }
  throw Error(ErrorCode::invalid_input, "POLYNET_ISA names '" + std::string(wanted) +
                                            "', which this build or CPU lacks; it has: " + known);
}

} // namespace

const Kernels *usable_kernels(std::size_t k) {
  static const auto found = find_usable();
  return k < found.size() ? found[k] : nullptr;
}

const Kernels &kernels() {
  static const Kernels &chosen = choose();
  return chosen;
}

} // namespace polynet
