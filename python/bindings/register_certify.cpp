#include "python_watch.hpp"

namespace polynet_python {

namespace {

using polynet::Certifier;
using TaskTuple = std::pair<std::size_t, std::vector<polynet::Part>>;
using BoundTuple = std::tuple<double, std::vector<double>, std::size_t>;

} // namespace

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
  py::class_<Certifier, std::shared_ptr<Certifier>>(module, "Certifier",
                                                    "A certification in steps.")
      .def("next",
           [](Certifier &self) {
             polynet::Task task;
             {
               const py::gil_scoped_release release;
               task = self.next();
             }
             return TaskTuple(task.output, std::move(task.parts));
           })
      .def(
          "bounds",
          [](const Certifier &self, std::size_t output, std::vector<polynet::Part> parts) {
            PythonWatch watch;
            const py::gil_scoped_release release;
            std::vector<BoundTuple> result;
            for (polynet::PartBound &bound : self.bounds({output, std::move(parts)}, &watch))
              result.emplace_back(bound.upper, std::move(bound.candidate), bound.direction);
            return result;
          },
          py::arg("output"), py::arg("parts"))
      .def(
          "accept",
          [](Certifier &self, std::vector<BoundTuple> tuples) {
            const py::gil_scoped_release release;
            std::vector<polynet::PartBound> bounds;
            for (auto &[upper, candidate, direction] : tuples)
              bounds.push_back({upper, std::move(candidate), direction});
            self.accept(bounds);
          },
          py::arg("bounds"))
      .def("so_far", &Certifier::so_far, py::arg("output"))
      .def("certificate", [](const Certifier &self) {
        PythonWatch watch;
        const py::gil_scoped_release release;
        return self.certificate(&watch);
      });
}

} // namespace polynet_python
