#include "register.hpp"

#include "algebra/elementary.hpp"

#include <pybind11/operators.h>

#include <optional>

namespace polynet_python {

using polynet::Interval;

namespace {

// A `with` block of Python in the environment that the library needs.
class SoundFloatsBlock {
public:
  void enter() { floats_.emplace(); }
  void exit(const py::args &) { floats_.reset(); }

private:
  std::optional<polynet::SoundFloats> floats_;
};

} // namespace

void register_interval(py::module_ &module) {
  py::class_<SoundFloatsBlock>(module, "SoundFloats",
                               "The floating-point environment of a `with` block.")
      .def(py::init<>())
      .def("__enter__", &SoundFloatsBlock::enter)
      .def("__exit__", &SoundFloatsBlock::exit);
  py::class_<Interval>(module, "Interval",
                       "Outward-rounded interval; see cpp/include/polynet/interval.hpp.")
      .def(py::init<double, double>(), WithSoundFloats(), py::arg("lower"), py::arg("upper"))
      .def_property_readonly("lower", &Interval::lo)
      .def_property_readonly("upper", &Interval::hi)
      .def(py::self + py::self, WithSoundFloats())
      .def(py::self - py::self, WithSoundFloats())
      .def(py::self * py::self, WithSoundFloats())
      .def(py::self / py::self, WithSoundFloats())
      .def(-py::self)
      .def(
          "__pow__", [](const Interval &x, int n) { return polynet::pow(x, n); }, WithSoundFloats())
      .def(
          "exp", [](const Interval &x) { return polynet::exp(x); }, WithSoundFloats())
      .def(
          "expm1", [](const Interval &x) { return polynet::expm1(x); }, WithSoundFloats())
      .def(
          "tanh", [](const Interval &x) { return polynet::tanh(x); }, WithSoundFloats())
      .def(
          "sqrt", [](const Interval &x) { return polynet::sqrt(x); }, WithSoundFloats())
      .def(
          "log", [](const Interval &x) { return polynet::log(x); }, WithSoundFloats())
      .def(
          "log1p", [](const Interval &x) { return polynet::log1p(x); }, WithSoundFloats())
      .def(
          "sin", [](const Interval &x) { return polynet::sin(x); }, WithSoundFloats())
      .def(
          "cos", [](const Interval &x) { return polynet::cos(x); }, WithSoundFloats())
      .def(
          "atan", [](const Interval &x) { return polynet::atan(x); }, WithSoundFloats())
      .def(
          "erf", [](const Interval &x) { return polynet::erf(x); }, WithSoundFloats())
      .def("__repr__", [](const Interval &x) {
        return "Interval(" + py::repr(py::float_(x.lo())).cast<std::string>() + ", " +
               py::repr(py::float_(x.hi())).cast<std::string>() + ")";
      });
}

} // namespace polynet_python
