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

/// A polynomial as Python hands it over: for each term the exponents and the exact coefficient as a
/// text, "n" or "n/d"; then the variables that are not x but (x - origin)/unit, with both as texts.
using Terms = std::pair<std::vector<std::pair<std::vector<std::uint32_t>, std::string>>,
                        std::vector<std::tuple<std::uint32_t, std::string, std::string>>>;
std::vector<polynet::ExactPolynomial> polynomials_from(const std::vector<Terms> &polynomials);

/// A polynomial that the core made: enclosures (lower, upper) of the coefficients.
using EnclosedTerms = std::vector<std::pair<std::vector<std::uint32_t>, std::pair<double, double>>>;

} // namespace polynet_python
