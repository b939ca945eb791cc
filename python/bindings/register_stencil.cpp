#include "register.hpp"

namespace polynet_python {

void register_stencil(py::module_ &module) {
  using polynet::Stencil;
  py::class_<Stencil>(module, "Stencil", "One finite-difference stencil of the core's table.")
      .def(py::init([](const std::string &name) { return polynet::stencil(name); }))
      .def_property_readonly("name", [](const Stencil &s) { return s.name; })
      .def_readonly("operands", &Stencil::operands)
      .def_property_readonly("order", &Stencil::order)
      .def_property_readonly("neurons", [](const Stencil &s) { return s.neurons.size(); })
      .def_property_readonly(
          "nodes",
          [](const Stencil &s) {
            std::vector<std::pair<int, std::vector<int>>> nodes;
            for (const polynet::StencilNode &node : s.neurons)
              nodes.emplace_back(
                  node.weight,
                  std::vector<int>(node.direction.begin(), node.direction.begin() + s.operands));
            return nodes;
          })
      .def_property_readonly("target",
                             [](const Stencil &s) {
                               return std::vector<int>(s.target.begin(),
                                                       s.target.begin() + s.operands);
                             })
      .def_readonly("constant_weight", &Stencil::constant_weight)
      .def_property_readonly("halved",
                             [](const Stencil &s) { return s.parity != polynet::Parity::none; })
      .def_readonly("bits", &Stencil::bits)
      .def(
          "normalisation",
          [](const Stencil &s, const polynet::Activation &activation, double bias, double scale) {
            return polynet::normalisation(activation, s, bias, scale);
          },
          WithSoundFloats(), py::arg("activation"), py::arg("bias"), py::arg("scale"))
      .def(
          "moment",
          [](const Stencil &s, int order) {
            std::vector<std::tuple<std::vector<int>, std::int64_t, std::int64_t>> terms;
            for (const polynet::MomentTerm &term : polynet::moment(s, order))
              terms.emplace_back(
                  std::vector<int>(term.powers.begin(), term.powers.begin() + s.operands),
                  term.numerator, term.denominator);
            return terms;
          },
          py::arg("order"));
}

} // namespace polynet_python
