#include "register.hpp"

namespace polynet_python {

namespace {

// The Python class that stands for each code, in polynet/errors.py.
const char *class_name(polynet::ErrorCode code) {
  switch (code) {
  case polynet::ErrorCode::invalid_input:
    return "InvalidInputError";
  case polynet::ErrorCode::size_limit:
    return "SizeLimitError";
  case polynet::ErrorCode::not_certified:
    return "NotCertifiedError";
  case polynet::ErrorCode::time_limit:
    return "TimeLimitError";
  case polynet::ErrorCode::float_environment:
    return "FloatEnvironmentError";
  case polynet::ErrorCode::internal:
    return "InternalError";
  }
  return "PolynetError";
}

} // namespace

void register_errors(py::module_ &) {
  py::register_local_exception_translator([](std::exception_ptr pointer) {
    try {
      if (pointer)
        std::rethrow_exception(pointer);
    } catch (const polynet::Error &error) {
      const py::object type = py::module_::import("polynet.errors").attr(class_name(error.code()));
      py::set_error(type, error.what());
    }
  });
}

} // namespace polynet_python
