#include "threads.hpp"

#include "polynet/float_environment.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace polynet {

void parallel_for(std::size_t count, std::size_t grain, int threads,
                  const std::function<void(std::size_t, std::size_t)> &task) {
  const std::size_t ranges = (count + grain - 1) / grain;
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex failing;
  const auto work = [&] {
    const SoundFloats floats;
    for (std::size_t k = next++; k < ranges; k = next++)
      try {
        task(k * grain, std::min(count, (k + 1) * grain));
      } catch (...) {
        const std::lock_guard<std::mutex> lock(failing);
        if (!failure)
          failure = std::current_exception();
        next = ranges;
      }
  };
  std::vector<std::thread> others;
  const std::size_t wanted = std::min<std::size_t>(static_cast<std::size_t>(threads), ranges);
  try {
    while (others.size() + 1 < wanted)
      others.emplace_back(work);
  } catch (const std::system_error &) {
    // The system has no more threads: fewer will do.
  }
  work();
  for (std::thread &thread : others)
    thread.join();
  if (failure)
    std::rethrow_exception(failure);
}

} // namespace polynet
