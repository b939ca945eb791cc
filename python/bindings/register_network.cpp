#include "evaluable_network.hpp"
#include "evaluate/plan/plan.hpp"
#include "python_watch.hpp"

namespace polynet_python {

namespace {

using polynet::Affine;
using polynet::Dtype;
using polynet::Interval;
using polynet::Network;

template <typename T> py::tuple dense(const polynet::Layer &layer) {
  py::array_t<T> weight({layer.rows(), layer.columns}), bias(layer.rows());
  std::fill_n(weight.mutable_data(), weight.size(), T(0));
  auto w = weight.template mutable_unchecked<2>();
  auto b = bias.template mutable_unchecked<1>();
  for (int row = 0; row < layer.rows(); ++row) {
    const auto r = static_cast<std::size_t>(row);
    b(row) = static_cast<T>(layer.bias[r]);
    for (int k = layer.row_start[r]; k < layer.row_start[r + 1]; ++k)
      w(row, layer.column[static_cast<std::size_t>(k)]) =
          static_cast<T>(layer.weight[static_cast<std::size_t>(k)]);
  }
  return py::make_tuple(weight, bias, layer.activated);
}

std::vector<py::tuple> dense_layers(const EvaluableNetwork &self) {
  std::vector<py::tuple> result;
  for (const polynet::Layer &layer : polynet::layers(self.network))
    result.push_back(self.network.dtype == Dtype::float32 ? dense<float>(layer)
                                                          : dense<double>(layer));
  return result;
}

// A network's state as plain tuples and lists (State in _core.pyi). They are put together here one
// by one: a C++ type of all of it takes seconds to compile.

py::list state_of(const std::vector<Affine> &forms) {
  py::list states;
  for (const Affine &form : forms)
    states.append(py::make_tuple(form.terms, form.constant));
  return states;
}

py::tuple state_of(const Network &net) {
  py::list box, hidden;
  for (const Interval &x : net.box)
    box.append(py::make_tuple(x.lo(), x.hi()));
  for (const polynet::HiddenLayer &layer : net.hidden) {
    py::list gates;
    for (const polynet::Gate &gate : layer.gates) {
      const auto operands = gate.operands.begin();
      gates.append(py::make_tuple(gate.stencil->name, gate.bias, gate.scale,
                                  std::vector<int>(operands, operands + gate.stencil->operands)));
    }
    hidden.append(py::make_tuple(state_of(layer.operands), gates));
  }
  return py::make_tuple(net.activation->name, name_of(net.dtype), name_of(net.form), box,
                        net.origin, hidden, state_of(net.outputs));
}

std::vector<Affine> forms_from(const py::handle &states) {
  std::vector<Affine> forms;
  for (const py::handle item : states) {
    const auto state = item.cast<py::tuple>();
    forms.push_back(
        {state[0].cast<std::vector<std::pair<int, double>>>(), state[1].cast<double>()});
  }
  return forms;
}

polynet::Gate gate_from(const py::tuple &state) {
  const auto name = state[0].cast<std::string>();
  const auto operands = state[3].cast<std::vector<int>>();
  const polynet::Stencil &stencil = polynet::stencil(name);
  if (operands.size() != static_cast<std::size_t>(stencil.operands))
    throw polynet::Error(polynet::ErrorCode::invalid_input,
                         "not a valid network: a " + name + " gate has " +
                             std::to_string(stencil.operands) + " operands, not " +
                             std::to_string(operands.size()));
  polynet::Gate gate{&stencil, state[1].cast<double>(), state[2].cast<double>(), {}};
  std::copy(operands.begin(), operands.end(), gate.operands.begin());
  return gate;
}

Network network_from(const py::tuple &state, const std::vector<bool> &bits) {
  if (state.size() != 7)
    throw py::type_error("a network's state has seven entries");
  Network net;
  try {
    net.activation = polynet::activation(state[0].cast<std::string>());
    net.dtype = polynet::dtype_from_name(state[1].cast<std::string>());
    net.form = polynet::form_from_name(state[2].cast<std::string>());
    for (const auto &[lower, upper] : state[3].cast<std::vector<std::pair<double, double>>>())
      net.box.emplace_back(lower, upper);
    net.origin = state[4].cast<std::vector<double>>();
    for (const py::handle item : state[5]) {
      const auto layer = item.cast<py::tuple>();
      net.hidden.push_back({forms_from(layer[0]), {}});
      for (const py::handle gate : layer[1])
        net.hidden.back().gates.push_back(gate_from(gate.cast<py::tuple>()));
    }
    net.outputs = forms_from(state[6]);
  } catch (const py::cast_error &error) {
    throw py::type_error(error.what());
  }
  net.bits = bits;
  polynet::validate(net);
  return net;
}

// How the plan evaluates each of its series: the instruction, its orders and constants (docs of
// Opcode), without one the weights, step and moments of PlannedGate; target powers and ranges.
// Then the series of each hidden layer's gates. Error (not_certified) if a gate has none.
std::string instruction_of(const polynet::PlannedGate &s) {
  if (s.stencil->bits > 0)
    return "sign";
  if (s.constants.empty())
    return "orders";
  if (s.opcode != polynet::Opcode::product_series)
    return s.opcode == polynet::Opcode::copy_series ? "copy" : "square";
  return s.orders <= polynet::unrolled_orders ? "product" : "long_product";
}

py::tuple gate_series(const EvaluableNetwork &self) {
  const polynet::Plan &plan = self.evaluators->gates().plan();
  py::list series;
  for (const polynet::PlannedGate &s : plan.planned) {
    if (!s.contract)
      throw polynet::Error(polynet::ErrorCode::not_certified,
                           "a gate's series does not converge on its operands; evaluate by "
                           "neurons or use a smaller scale");
    const int n = s.stencil->operands;
    py::list moments;
    for (int i = 0; i < n; ++i)
      moments.append(s.moments[static_cast<std::size_t>(i)]);
    series.append(py::make_tuple(
        instruction_of(s), s.orders, s.constants.empty() ? s.weights : s.constants, s.step, moments,
        std::vector<int>(s.stencil->target.begin(), s.stencil->target.begin() + n),
        std::vector<double>(s.range.begin(), s.range.begin() + n)));
  }
  py::list series_of;
  for (const std::vector<std::size_t> &layer : plan.planned_of)
    series_of.append(layer);
  return py::make_tuple(series, series_of);
}

std::unique_ptr<EvaluableNetwork>
compile(const std::vector<Terms> &polynomials, const std::vector<std::pair<double, double>> &box,
        std::shared_ptr<const polynet::Activation> activation, const std::string &dtype,
        const std::string &form, const std::string &construction, std::optional<double> bias,
        std::optional<double> scale, std::optional<int> hidden_layers,
        std::optional<double> tolerance, std::vector<bool> bits, std::optional<double> sharpness,
        std::optional<double> time_limit, py::object report) {
  PythonWatch watch(time_limit, std::move(report));
  polynet::CompileOptions options;
  options.activation = std::move(activation);
  options.dtype = polynet::dtype_from_name(dtype);
  options.form = polynet::form_from_name(form);
  options.construction = polynet::construction_from_name(construction);
  options.bias = bias;
  options.scale = scale;
  options.hidden_layers = hidden_layers;
  options.tolerance = tolerance;
  options.bits = std::move(bits);
  options.sharpness = sharpness;
  options.watch = &watch;
  std::vector<Interval> intervals;
  for (const auto &[lower, upper] : box)
    intervals.emplace_back(lower, upper);
  const std::vector<polynet::ExactPolynomial> converted = polynomials_from(polynomials);
  const py::gil_scoped_release release;
  return std::make_unique<EvaluableNetwork>(polynet::compile(converted, intervals, options));
}

// Per hidden layer, per gate: the kernel's contract, infinite where it has none.
py::list kernel_errors(const EvaluableNetwork &self) {
  py::list errors;
  const polynet::Plan &plan = self.evaluators->gates().plan();
  for (const std::vector<std::size_t> &layer : plan.planned_of) {
    py::list of_layer;
    for (const std::size_t index : layer) {
      const polynet::PlannedGate &series = plan.planned[index];
      const double none = polynet::detail::infinity;
      of_layer.append(py::make_tuple(series.contract ? series.contract->relative_error : none,
                                     series.contract ? series.contract->absolute_error : none));
    }
    errors.append(of_layer);
  }
  return errors;
}

// The certifier keeps the network alive that it is about.
std::shared_ptr<polynet::Certifier> certifier(const EvaluableNetwork &self,
                                              const std::vector<Terms> &polynomials, bool by_gates,
                                              double ratio, std::size_t max_boxes,
                                              double activation_ulp) {
  struct Owner {
    std::shared_ptr<const polynet::Evaluators> evaluators;
    polynet::Certifier certifier;
  };
  const std::vector<polynet::ExactPolynomial> converted = polynomials_from(polynomials);
  PythonWatch watch;
  const py::gil_scoped_release release;
  const polynet::CertifyOptions options{by_gates ? polynet::Way::gates : polynet::Way::neurons,
                                        ratio, max_boxes, activation_ulp};
  const std::shared_ptr<Owner> owner(
      new Owner{self.evaluators, polynet::Certifier(self.network, converted, options, &watch)});
  return {owner, &owner->certifier};
}

std::vector<EnclosedTerms> error_terms(const EvaluableNetwork &self, int order) {
  std::vector<polynet::Polynomial> polynomials;
  {
    const py::gil_scoped_release release;
    polynomials = polynet::error_terms(self.network, order);
  }
  std::vector<EnclosedTerms> result;
  for (const polynet::Polynomial &p : polynomials) {
    result.emplace_back();
    for (const auto &[monomial, coefficient] : p.terms()) {
      std::vector<std::uint32_t> exponents(self.network.box.size(), 0);
      for (const polynet::Factor &f : monomial)
        exponents[f.variable] = f.power;
      result.back().emplace_back(std::move(exponents),
                                 std::make_pair(coefficient.lo(), coefficient.hi()));
    }
  }
  return result;
}

// Probabilities along the last axis of values of any shape.
template <typename T>
py::array_t<T> softmax(const py::array_t<T, py::array::c_style> &values,
                       const std::vector<double> &mu) {
  const auto classes = static_cast<py::ssize_t>(mu.size());
  if (values.ndim() < 1 || classes == 0 || values.shape(values.ndim() - 1) != classes)
    throw polynet::Error(polynet::ErrorCode::invalid_input,
                         "softmax takes one value per class along the last axis");
  py::array_t<T> result(std::vector<py::ssize_t>(values.shape(), values.shape() + values.ndim()));
  std::copy_n(values.data(), values.size(), result.mutable_data());
  polynet::softmax(result.mutable_data(), static_cast<std::size_t>(values.size() / classes), mu);
  return result;
}

std::pair<double, double> softmax_bounds(const EvaluableNetwork &self,
                                         const std::vector<Terms> &polynomials,
                                         const std::vector<double> &errors,
                                         const std::vector<std::pair<double, double>> &mu,
                                         double exp_ulp) {
  std::vector<Interval> enclosed;
  for (const auto &[lower, upper] : mu)
    enclosed.emplace_back(lower, upper);
  const polynet::SoftmaxBounds bounds = polynet::softmax_bounds(
      self.network, polynomials_from(polynomials), errors, enclosed, exp_ulp);
  return {bounds.logit_error, bounds.probability_error};
}

} // namespace

std::vector<polynet::ExactPolynomial> polynomials_from(const std::vector<Terms> &polynomials) {
  std::vector<polynet::ExactPolynomial> result;
  for (const auto &[terms, local] : polynomials) {
    polynet::ExactPolynomial p;
    for (const auto &[exponents, coefficient] : terms) {
      polynet::Monomial monomial;
      for (std::uint32_t i = 0; i < exponents.size(); ++i)
        if (exponents[i] > 0)
          monomial.push_back({i, exponents[i]});
      p.add(monomial, coefficient);
    }
    for (const auto &[variable, origin, unit] : local)
      p = p.unscaled(variable, origin, unit);
    result.push_back(std::move(p));
  }
  return result;
}

void register_network(py::module_ &module) {
  module.def("construction_names", &polynet::construction_names);
  py::class_<EvaluableNetwork> network(module, "Network", "A compiled network of gates.");
  register_evaluation(network);
  network
      .def_static("compile", &compile, py::arg("polynomials"), py::arg("box"),
                  py::arg("activation"), py::arg("dtype"), py::arg("form"), py::arg("construction"),
                  py::arg("bias"), py::arg("scale"), py::arg("hidden_layers"), py::arg("tolerance"),
                  py::arg("bits"), py::arg("sharpness"), py::arg("time_limit"), py::arg("report"),
                  WithSoundFloats())
      .def("layers", &dense_layers)
      .def(
          "address",
          [](EvaluableNetwork &self, const std::vector<Terms> &polynomials) {
            return reinterpret_cast<std::uintptr_t>(self.c_handle(polynomials));
          },
          py::arg("polynomials"))
      .def("kernel_errors", &kernel_errors)
      .def("certifier", &certifier, py::arg("polynomials"), py::arg("by_gates"), py::arg("ratio"),
           py::arg("max_boxes"), py::arg("activation_ulp"), WithSoundFloats())
      .def("error_terms", &error_terms, py::arg("order"), WithSoundFloats())
      .def("gate_series", &gate_series)
      .def("softmax_bounds", &softmax_bounds, py::arg("polynomials"), py::arg("errors"),
           py::arg("mu"), py::arg("exp_ulp"), WithSoundFloats())
      .def_property_readonly("activation",
                             [](const EvaluableNetwork &self) {
                               return std::const_pointer_cast<polynet::Activation>(
                                   self.network.activation);
                             })
      .def("state", [](const EvaluableNetwork &self) { return state_of(self.network); })
      .def_static(
          "from_state",
          [](const py::tuple &state, const std::vector<bool> &bits) {
            return std::make_unique<EvaluableNetwork>(network_from(state, bits));
          },
          py::arg("state"), py::arg("bits") = std::vector<bool>())
      .def(
          "with_form",
          [](const EvaluableNetwork &self, const std::string &form) {
            PythonWatch watch;
            const py::gil_scoped_release release;
            return std::make_unique<EvaluableNetwork>(
                polynet::with_form(self.network, polynet::form_from_name(form), &watch));
          },
          py::arg("form"))
      .def_property_readonly("hidden_neurons", [](const EvaluableNetwork &self) {
        std::vector<int> neurons;
        for (const polynet::HiddenLayer &layer : self.network.hidden)
          neurons.push_back(layer.neurons());
        return neurons;
      });
  module.def("softmax", &softmax<double>, py::arg("values"), py::arg("mu"));
  module.def("softmax", &softmax<float>, py::arg("values"), py::arg("mu"));
}

} // namespace polynet_python
