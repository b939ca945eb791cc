// The errors polynet raises: one list, one exception type.
#pragma once

#include <cstdio>
#include <stdexcept>
#include <string>

namespace polynet {

/// Why a request was refused. Each code has one exception class at the Python face.
enum class ErrorCode {
  invalid_input,     ///< an argument breaks its documented requirement
  size_limit,        ///< the request is larger than a documented limit
  not_certified,     ///< a bound could not be proved
  time_limit,        ///< the caller ended a search before it had found anything
  float_environment, ///< the thread's floating-point environment is unsound and cannot be set
  internal,          ///< a fault in polynet: what was proved contradicts itself
};

/// The only exception type that leaves the library; what() names the culprit and the remedy.
class Error : public std::runtime_error {
public:
  Error(ErrorCode code, const std::string &message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const noexcept { return code_; }

private:
  ErrorCode code_;
};

/// A number as messages show it.
inline std::string text(double x) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.9g", x);
  return buffer;
}

} // namespace polynet
