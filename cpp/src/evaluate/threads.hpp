// Threads for one call, started and joined in it: 22 us, where waking one of a pool and hearing
// from it takes 6 to 10 us (x86-64, Linux), of the 100 us and more that each thread works. So there
// is no state that a fork, the end of the process or an unloaded library could find in disorder.
#pragma once

#include <cstddef>
#include <functional>

namespace polynet {

/// Calls task(first, last) on ranges that make up 0 ... count - 1, at most `grain` long, on up to
/// `threads` threads. The first exception that a task throws is thrown here, after all have ended.
void parallel_for(std::size_t count, std::size_t grain, int threads,
                  const std::function<void(std::size_t, std::size_t)> &task);

} // namespace polynet
