# The headers as somebody else's compiler options meet them.
if(MSVC)
  return()
endif()
include(CheckCXXCompilerFlag)
include(CheckCXXSourceRuns)

# Intervals in a program that may contract products and sums, on a CPU that can.
set(CONTRACTING -O2 -ffp-contract=fast)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  list(APPEND CONTRACTING -mfma)
endif()
list(JOIN CONTRACTING " " CMAKE_REQUIRED_FLAGS)
check_cxx_source_runs("
  double __attribute__((noinline)) f(double a, double b, double c) { return a * b + c; }
  int main() { return f(1.0 + 0x1p-30, 1.0 + 0x1p-30, -(1.0 + 0x1p-29)) == 0x1p-60 ? 0 : 1; }"
                      POLYNET_CONTRACTS)
unset(CMAKE_REQUIRED_FLAGS)
if(POLYNET_CONTRACTS)
  add_executable(polynet_contracting_user main.cpp test_interval.cpp)
  set_target_properties(polynet_contracting_user PROPERTIES UNITY_BUILD OFF)
  target_include_directories(polynet_contracting_user PRIVATE ${PROJECT_SOURCE_DIR}/cpp/src)
  target_include_directories(polynet_contracting_user SYSTEM PRIVATE ${DOCTEST_INCLUDE_DIR})
  target_link_libraries(polynet_contracting_user PRIVATE polynet::polynet Threads::Threads)
  target_compile_options(polynet_contracting_user PRIVATE ${CONTRACTING})
  add_test(NAME contracting_user COMMAND polynet_contracting_user)
  add_test(NAME contraction
           COMMAND ${CMAKE_CXX_COMPILER} -std=c++17 ${CONTRACTING} -S -o -
                   -I${PROJECT_SOURCE_DIR}/cpp/include ${CMAKE_CURRENT_LIST_DIR}/contraction.cpp)
  set_tests_properties(contraction PROPERTIES FAIL_REGULAR_EXPRESSION "fn?m(add|sub|la|ls)")
endif()

# Options that would break the proofs, and C++14, are refused by a message, whatever the header.
function(add_refusal name header message)
  add_test(NAME refuses_${name}_${header}
           COMMAND ${CMAKE_CXX_COMPILER} -fsyntax-only -std=c++17 ${ARGN}
                   -I${PROJECT_SOURCE_DIR}/cpp/include
                   ${PROJECT_SOURCE_DIR}/cpp/include/polynet/${header}.hpp)
  set_tests_properties(refuses_${name}_${header} PROPERTIES PASS_REGULAR_EXPRESSION "${message}")
endfunction()
foreach(header interval polynet certify evaluate)
  add_refusal(cxx14 ${header} "polynet's headers need C\\+\\+17" -std=c++14)
  add_refusal(fast_math ${header} "do not survive -ffast-math" -ffast-math)
  add_refusal(finite_math ${header} "do not survive -ffast-math" -ffinite-math-only)
  check_cxx_compiler_flag(-mfpmath=387 POLYNET_HAS_X87)
  if(POLYNET_HAS_X87)
    add_refusal(x87 ${header} "compile without x87" -mfpmath=387)
  endif()
endforeach()
