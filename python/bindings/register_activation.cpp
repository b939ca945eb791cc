#include "register.hpp"

namespace polynet_python {

namespace {

using polynet::Activation;
using polynet::Interval;

// A Python object that C++ threads without the interpreter's lock may copy and drop.
std::shared_ptr<const py::object> shared_without_lock(py::object object) {
  return {new py::object(std::move(object)), [](const py::object *held) {
            const py::gil_scoped_acquire lock;
            delete held;
          }};
}

[[noreturn]] void reject(const std::string &name, const std::string &message) {
  throw polynet::Error(polynet::ErrorCode::invalid_input, "activation '" + name + "': " + message);
}

std::vector<Interval> checked_taylor(const std::string &name, const py::object &taylor,
                                     const Interval &x, int order) {
  std::vector<std::pair<double, double>> pairs;
  try {
    pairs = taylor(x.lo(), x.hi(), order).cast<std::vector<std::pair<double, double>>>();
  } catch (const py::cast_error &) {
    reject(name, "taylor must return a sequence of (lower, upper) pairs of floats");
  }
  if (pairs.size() != static_cast<std::size_t>(order) + 1)
    reject(name, "taylor must return order + 1 = " + std::to_string(order + 1) + " pairs, not " +
                     std::to_string(pairs.size()));
  std::vector<Interval> result;
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    const auto &[lower, upper] = pairs[k];
    if (!(lower <= upper))
      reject(name, "the enclosure of coefficient " + std::to_string(k) +
                       " that taylor returned has its ends out of order or NaN");
    result.emplace_back(lower, upper);
  }
  return result;
}

std::shared_ptr<Activation> user_defined(const std::string &name, py::object value,
                                         py::object taylor, const std::string &symmetry,
                                         double product_bias, double copy_bias) {
  const auto shared_value = shared_without_lock(std::move(value));
  const auto shared_taylor = shared_without_lock(std::move(taylor));
  auto s = std::make_shared<Activation>();
  s->name = name;
  s->symmetry = polynet::symmetry_from_name(symmetry);
  s->product_bias = product_bias;
  s->copy_bias = copy_bias;
  s->curvature_bias = product_bias;
  s->value = [name, shared_value](double x) {
    const py::gil_scoped_acquire lock;
    try {
      return (*shared_value)(x).cast<double>();
    } catch (const py::cast_error &) {
      reject(name, "value must return a float");
    }
  };
  s->taylor = [name, shared_taylor](const Interval &x, int order) {
    const py::gil_scoped_acquire lock;
    return checked_taylor(name, *shared_taylor, x, order);
  };
  return s;
}

} // namespace

void register_activation(py::module_ &module) {
  py::class_<Activation, std::shared_ptr<Activation>>(module, "Activation",
                                                      "One activation function.")
      .def(py::init([](const std::string &name) {
             return std::const_pointer_cast<Activation>(polynet::activation(name));
           }),
           py::arg("name"))
      .def_static("user_defined", &user_defined, py::arg("name"), py::arg("value"),
                  py::arg("taylor"), py::arg("symmetry"), py::arg("product_bias"),
                  py::arg("copy_bias"))
      .def_readonly("name", &Activation::name)
      .def_readonly("built_in", &Activation::built_in)
      .def_property_readonly("symmetry",
                             [](const Activation &s) { return std::string(name_of(s.symmetry)); })
      .def_readonly("product_bias", &Activation::product_bias)
      .def_readonly("copy_bias", &Activation::copy_bias)
      .def_readonly("curvature_bias", &Activation::curvature_bias)
      .def_readonly("runtime_magnitude", &Activation::runtime_magnitude)
      .def_readonly("onnx", &Activation::onnx)
      .def_readonly("torch", &Activation::torch)
      .def("value", &polynet::value_at, WithSoundFloats(), py::arg("x"))
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
