#include "register.hpp"

namespace polynet_python {

void register_certify(py::module_ &module) {
  using polynet::Certificate;
  using polynet::OutputBounds;
  py::class_<OutputBounds>(module, "OutputBounds", "What is proved of one output.")
      .def_readonly("lower", &OutputBounds::lower)
      .def_readonly("upper", &OutputBounds::upper)
      .def_readonly("truncation_lower", &OutputBounds::truncation_lower)
      .def_readonly("truncation_upper", &OutputBounds::truncation_upper)
      .def_readonly("rounding", &OutputBounds::rounding)
      .def_readonly("witness", &OutputBounds::witness)
      .def_readonly("truncation_witness", &OutputBounds::truncation_witness);
  py::class_<Certificate>(module, "Certificate", "What is proved of a network.")
      .def_readonly("activation_ulp", &Certificate::activation_ulp)
      .def_readonly("outputs", &Certificate::outputs)
      .def_readonly("boxes", &Certificate::boxes);
}

} // namespace polynet_python
