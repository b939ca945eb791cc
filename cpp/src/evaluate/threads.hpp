// Threads for one call.
#pragma once

#include <cstddef>
#include <functional>

namespace polynet {

/// Calls task(first, last) on ranges that make up 0 ... count - 1, at most `grain` long, on up to
/// `threads` threads. The first exception that a task throws is thrown here, after all have ended.
void parallel_for(std::size_t count, std::size_t grain, int threads,
                  const std::function<void(std::size_t, std::size_t)> &task);

} // namespace polynet
