// What the proofs and the evaluation need of a thread's floating point: rounding to nearest,
// subnormal numbers kept, no traps.
#pragma once

#if defined(__x86_64__) || defined(_M_X64) || defined(__SSE2__)
#include <xmmintrin.h>
#define POLYNET_X86_FLOATS
#elif defined(__aarch64__) && defined(__GNUC__)
#define POLYNET_ARM64_FLOATS
#else
#include <cfenv>
#endif
#include <cstdint>

namespace polynet {

/// Sets this thread's floating-point environment to the one the library needs, for as long as the
/// object lives; then what was before is there again, in whatever way the scope is left. Where
/// nothing needs to be set it only reads the control registers, in a few nanoseconds.
///
/// A thread may be in another environment because a library built with -Ofast was loaded
/// (subnormals are flushed), or because someone left fesetround() behind. The library's functions
/// that make, prove, write out or evaluate networks hold such an object themselves, the C functions
/// too, and the threads of an evaluation. Who computes with intervals or models, or with an
/// activation's functions, holds one around it.
///
/// Error (float_environment) where the environment cannot be set: an emulator, or a processor
/// without subnormal numbers.
class SoundFloats {
public:
  SoundFloats() : before_(current()) {
    if (!is_sound(before_))
      set();
  }
  ~SoundFloats() {
    if (changed_)
      restore(before_);
  }
  SoundFloats(const SoundFloats &) = delete;
  SoundFloats &operator=(const SoundFloats &) = delete;

private:
#if defined(POLYNET_X86_FLOATS)
  // The control and status register of SSE, and the control word of the x87 unit, which long double
  // and some C libraries still compute with.
  struct Registers {
    unsigned sse;
    std::uint16_t x87;
  };
  static Registers current() {
    Registers r{_mm_getcsr(), 0x37f};
#if defined(__GNUC__)
    __asm__ __volatile__("fnstcw %0" : "=m"(r.x87));
#endif
    return r;
  }
  // Flush to zero, the rounding, the masks of traps, subnormals are zeros; rounding and masks.
  static constexpr unsigned sse_bits = 0xffc0, sse_sound = 0x1f80;
  static constexpr unsigned x87_bits = 0x0c3f, x87_sound = 0x003f;
  static bool is_sound(const Registers &r) {
    return (r.sse & sse_bits) == sse_sound && (r.x87 & x87_bits) == x87_sound;
  }
#elif defined(POLYNET_ARM64_FLOATS)
  using Registers = std::uint64_t; // FPCR, of which 0 is the default
  static Registers current() {
    Registers fpcr;
    __asm__ __volatile__("mrs %0, fpcr" : "=r"(fpcr));
    return fpcr;
  }
  static bool is_sound(Registers fpcr) { return fpcr == 0; }
#else
  using Registers = std::fenv_t;
  static Registers current();
  static bool is_sound(const Registers &);
#endif
  void set();
  static void restore(const Registers &registers);

  Registers before_;
  bool changed_ = false;
};

} // namespace polynet
