// Random numbers that are the same on every machine.
#pragma once

#include <cstdint>

namespace polynet {

/// xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators", 2016).
class Random {
public:
  /// The next number, in [0, 1).
  double operator()() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return static_cast<double>((state_ * 0x2545f4914f6cdd1du) >> 11) * 0x1p-53;
  }

private:
  std::uint64_t state_ = 0x9e3779b97f4a7c15u;
};

} // namespace polynet
