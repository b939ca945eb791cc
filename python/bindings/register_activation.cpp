#include "register.hpp"

namespace polynet_python {

void register_activation(py::module_ &module) {
  using polynet::Activation;
  using polynet::Interval;
  py::class_<Activation>(module, "Activation", "One activation function of the core's table.")
      .def(py::init([](const std::string &name) { return polynet::activation(name); }))
      .def_property_readonly("name", [](const Activation &s) { return std::string(s.name); })
      .def_readonly("odd", &Activation::odd)
      .def_readonly("product_bias", &Activation::product_bias)
      .def_readonly("copy_bias", &Activation::copy_bias)
      .def(
          "value", [](const Activation &s, double x) { return s.value(x); }, py::arg("x"))
      .def(
          "derivatives",
          [](const Activation &s, double x, int order) {
            return polynet::derivatives(s, x, order);
          },
          py::arg("x"), py::arg("order"))
      .def(
          "derivative_on",
          [](const Activation &s, int order, const Interval &x) {
            return polynet::derivative_on(s, order, x);
          },
          py::arg("order"), py::arg("x"));
  module.def("activation_names", &polynet::activation_names);
}

} // namespace polynet_python
