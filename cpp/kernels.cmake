# src/evaluate/kernels is compiled once for each instruction set; src/evaluate/kernels/dispatch.cpp chooses.
include(CheckCXXSourceCompiles)

set(POLYNET_KERNEL_OPTIONS)
if(NOT MSVC)
  # Loops marked `omp simd` are vectorised (no OpenMP runtime); the maths functions' errno and the
  # exception flags are given up, no rounding is. Where an instruction set can't, clang would warn.
  set(POLYNET_KERNEL_OPTIONS -O3 -fopenmp-simd -fno-math-errno -fno-trapping-math
                             -ffp-contract=off -Wno-psabi -Wno-pass-failed)
  set(CMAKE_REQUIRED_FLAGS -march=x86-64-v4)
  check_cxx_source_compiles("int main() { return __builtin_cpu_supports(\"x86-64-v4\"); }"
                            POLYNET_X86_64_LEVELS)
  unset(CMAKE_REQUIRED_FLAGS)
endif()

set_source_files_properties(src/evaluate/kernels/baseline.cpp PROPERTIES COMPILE_OPTIONS
                                                                "${POLYNET_KERNEL_OPTIONS}")
foreach(level v3 v4)
  set(unit src/evaluate/kernels/x86_64_${level}.cpp)
  if(POLYNET_X86_64_LEVELS)
    set_source_files_properties(
      ${unit} PROPERTIES COMPILE_OPTIONS "${POLYNET_KERNEL_OPTIONS};-march=x86-64-${level}")
  else()
    list(REMOVE_ITEM POLYNET_SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/${unit})
  endif()
endforeach()
if(POLYNET_X86_64_LEVELS)
  set_source_files_properties(src/evaluate/kernels/dispatch.cpp PROPERTIES COMPILE_DEFINITIONS
                                                                  POLYNET_X86_64_LEVELS)
endif()
