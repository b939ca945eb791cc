#include "register.hpp"

PYBIND11_MODULE(_core, module, pybind11::mod_gil_not_used()) {
  using namespace polynet_python;
  module.doc() = "The C++ core of polynet; the public interface is the package polynet.";
  module.attr("__version__") = POLYNET_VERSION;
  register_errors(module);
  register_interval(module);
  register_activation(module);
  register_stencil(module);
  register_network(module);
  register_certify(module);
  register_configuration(module);
}
