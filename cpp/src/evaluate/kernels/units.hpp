// The units: body.hpp compiled for each instruction set (see CMakeLists.txt for the flags).
#pragma once

#include "kernels.hpp"

namespace polynet {

/// Whatever the compiler targets by default: x86-64, or ARM64 with NEON and fused multiply-add.
extern const Kernels baseline_kernels;
extern const Kernels x86_64_v3_kernels;
extern const Kernels x86_64_v4_kernels;

} // namespace polynet
