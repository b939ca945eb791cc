#include "register.hpp"

#include "polynet/elementary.hpp"

#include <pybind11/operators.h>

namespace polynet_python {

using polynet::Interval;

void register_interval(py::module_ &module) {
  py::class_<Interval>(module, "Interval",
                       "Outward-rounded interval; see cpp/include/polynet/interval.hpp.")
      .def(py::init<double, double>(), py::arg("lower"), py::arg("upper"))
      .def_property_readonly("lower", &Interval::lo)
      .def_property_readonly("upper", &Interval::hi)
      .def(py::self + py::self)
      .def(py::self - py::self)
      .def(py::self * py::self)
      .def(py::self / py::self)
      .def(-py::self)
      .def("__pow__", [](const Interval &x, int n) { return polynet::pow(x, n); })
      .def("exp", [](const Interval &x) { return polynet::exp(x); })
      .def("expm1", [](const Interval &x) { return polynet::expm1(x); })
      .def("tanh", [](const Interval &x) { return polynet::tanh(x); })
      .def("sqrt", [](const Interval &x) { return polynet::sqrt(x); })
      .def("log", [](const Interval &x) { return polynet::log(x); })
      .def("log1p", [](const Interval &x) { return polynet::log1p(x); })
      .def("sin", [](const Interval &x) { return polynet::sin(x); })
      .def("cos", [](const Interval &x) { return polynet::cos(x); })
      .def("atan", [](const Interval &x) { return polynet::atan(x); })
      .def("erf", [](const Interval &x) { return polynet::erf(x); })
      .def("__repr__", [](const Interval &x) {
        return "Interval(" + py::repr(py::float_(x.lo())).cast<std::string>() + ", " +
               py::repr(py::float_(x.hi())).cast<std::string>() + ")";
      });
}

} // namespace polynet_python
