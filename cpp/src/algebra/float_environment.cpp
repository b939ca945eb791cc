#include "polynet/float_environment.hpp"

#include "polynet/error.hpp"

#include <limits>

namespace polynet {

namespace {

// Seen from results, whatever the registers say.
bool arithmetic_is_sound() {
  volatile double one = 1.0, little = 0x1p-60, minus = -1.0;
  volatile double tiny = std::numeric_limits<double>::min(), half = 0.5;
  volatile float single = std::numeric_limits<float>::min(), single_half = 0.5f;
  return one + little == 1.0 && one - little == 1.0 && minus - little == -1.0 &&
         tiny * half != 0.0 && tiny * half / half == tiny && single * single_half != 0.0f;
}

} // namespace

#if defined(POLYNET_X86_FLOATS)

void SoundFloats::restore(const Registers &registers) {
  _mm_setcsr(registers.sse);
#if defined(__GNUC__)
  __asm__ __volatile__("fldcw %0" : : "m"(registers.x87));
#endif
}

#elif defined(POLYNET_ARM64_FLOATS)

void SoundFloats::restore(const Registers &fpcr) {
  __asm__ __volatile__("msr fpcr, %0" : : "r"(fpcr));
}

#else

SoundFloats::Registers SoundFloats::current() {
  Registers environment;
  std::fegetenv(&environment);
  return environment;
}

bool SoundFloats::is_sound(const Registers &) {
  return std::fegetround() == FE_TONEAREST && arithmetic_is_sound();
}

void SoundFloats::restore(const Registers &environment) { std::fesetenv(&environment); }

#endif

void SoundFloats::set() {
#if defined(POLYNET_X86_FLOATS)
  restore({(before_.sse & ~sse_bits) | sse_sound,
           static_cast<std::uint16_t>((before_.x87 & ~x87_bits) | x87_sound)});
#elif defined(POLYNET_ARM64_FLOATS)
  restore(0);
#else
  std::fesetenv(FE_DFL_ENV);
#endif
  changed_ = true;
  if (arithmetic_is_sound())
    return;
  restore(before_); // no destructor follows
  throw Error(ErrorCode::float_environment,
              "this thread rounds elsewhere than to nearest or flushes subnormal numbers to zero, "
              "and that cannot be changed here (an emulator, or a processor without subnormal "
              "numbers); polynet proves nothing there: use another machine");
}

} // namespace polynet
