// The families of bindings, one file each, and what they share.
#pragma once

#include "polynet/float_environment.hpp"
#include "polynet/polynet.hpp"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

namespace polynet_python {

namespace py = pybind11;

void register_errors(py::module_ &module);
void register_interval(py::module_ &module);
void register_activation(py::module_ &module);
void register_stencil(py::module_ &module);
void register_network(py::module_ &module);
void register_certify(py::module_ &module);
void register_configuration(py::module_ &module);

/// For functions of Python that compute, or call what leaves the floating-point environment to its
/// caller.
using WithSoundFloats = py::call_guard<polynet::SoundFloats>;

class EvaluableNetwork;
/// The calls of a network, as methods of its class.
void register_evaluation(py::class_<EvaluableNetwork> &network);

/// A polynomial as Python hands it over: for each term the exponents and an enclosure (lower,
/// upper) of its coefficient.
using Terms = std::vector<std::pair<std::vector<std::uint32_t>, std::pair<double, double>>>;
std::vector<polynet::Polynomial> polynomials_from(const std::vector<Terms> &polynomials);

} // namespace polynet_python
