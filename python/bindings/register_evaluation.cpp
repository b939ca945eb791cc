// Calls of a network: points in, values out, without copies where NumPy's layout allows.
#include "evaluable_network.hpp"
#include "evaluate/plan/plan.hpp"

namespace polynet_python {

namespace {

using polynet::Dtype;
using polynet::Matrix;

// Below this much work, in instructions times points, giving up the interpreter's lock costs more
// than it is worth.
constexpr std::size_t short_work = 20000;

template <typename T> const py::dtype &native_dtype() {
  PYBIND11_CONSTINIT static py::gil_safe_call_once_and_store<py::dtype> dtype;
  return dtype.call_once_and_store_result([] { return py::dtype::of<T>(); }).get_stored();
}

// A NumPy scalar: its C interface (numpy/__multiarray_api.h, entry 60, PyArray_Scalar) makes one in
// a fraction of the time that the type's constructor takes.
template <typename T> py::object scalar(T value) {
  using MakeScalar = PyObject *(*)(void *, PyObject *, PyObject *);
  PYBIND11_CONSTINIT static py::gil_safe_call_once_and_store<MakeScalar> function;
  const MakeScalar make =
      function
          .call_once_and_store_result([] {
            const py::object api =
                py::detail::import_numpy_core_submodule("multiarray").attr("_ARRAY_API");
            void **entries = static_cast<void **>(PyCapsule_GetPointer(api.ptr(), nullptr));
            return reinterpret_cast<MakeScalar>(entries[60]);
          })
          .get_stored();
  PyObject *result = make(&value, native_dtype<T>().ptr(), nullptr);
  if (!result)
    throw py::error_already_set();
  return py::reinterpret_steal<py::object>(result);
}

template <typename T> bool has_dtype(const py::array &array) {
  const py::dtype dtype = array.dtype(), &native = native_dtype<T>();
  // All arrays share one object, but those whose dtype has metadata.
  return dtype.is(native) || (dtype.num() == native.num() && dtype.byteorder() == '=');
}

// One axis of points, or several that a single step walks through.
struct Axis {
  py::ssize_t length, x_step, y_step;
};

// The axes of x before the coordinates, as few as both layouts allow; at least one.
std::vector<Axis> point_axes(const py::array &x, const py::array &y) {
  std::vector<Axis> axes{{1, 0, 0}};
  for (py::ssize_t k = 0; k + 1 < x.ndim(); ++k) {
    const Axis next{x.shape(k), x.strides(k), y.strides(k)};
    Axis &last = axes.back();
    if (last.length == 1 ||
        (last.x_step == next.length * next.x_step && last.y_step == next.length * next.y_step))
      last = {last.length * next.length, next.x_step, next.y_step};
    else if (next.length != 1)
      axes.push_back(next);
  }
  return axes;
}

template <typename T>
void evaluate_axes(const polynet::Evaluator &evaluator, const std::vector<Axis> &axes,
                   std::size_t depth, Matrix<const T> x, Matrix<T> y, int threads) {
  const Axis &axis = axes[depth];
  x.row_step = axis.x_step;
  y.row_step = axis.y_step;
  if (depth + 1 == axes.size())
    return evaluator(x, static_cast<std::size_t>(axis.length), y, threads);
  for (py::ssize_t k = 0; k < axis.length; ++k)
    evaluate_axes(evaluator, axes, depth + 1, x.row(static_cast<std::size_t>(k)),
                  y.row(static_cast<std::size_t>(k)), threads);
}

// Evaluates x of shape (..., inputs) into y of shape (..., outputs) or, for one output, (...).
template <typename T>
void evaluate_into(const polynet::Evaluator &evaluator, const py::array &x, py::array &y,
                   int threads) {
  const Matrix<const T> from{static_cast<const T *>(x.data()), 0, x.strides(x.ndim() - 1)};
  const Matrix<T> to{static_cast<T *>(y.mutable_data()), 0,
                     y.ndim() == x.ndim() ? y.strides(y.ndim() - 1) : 0};
  if (x.ndim() == 1)
    return evaluator(from, 1, to);
  const std::vector<Axis> axes = point_axes(x, y);
  const auto work = static_cast<std::size_t>(x.size()) * evaluator.plan().tape.instructions.size();
  if (work < short_work)
    return evaluate_axes(evaluator, axes, 0, from, to, threads);
  const py::gil_scoped_release release;
  evaluate_axes(evaluator, axes, 0, from, to, threads);
}

// An array for the values at x: of the shape of x with the coordinates replaced by the columns.
template <typename T> py::array new_values(const py::array &x, std::size_t columns, bool single) {
  std::vector<py::ssize_t> shape(x.shape(), x.shape() + x.ndim() - 1);
  if (!single)
    shape.push_back(static_cast<py::ssize_t>(columns));
  return py::array_t<T>(std::move(shape));
}

template <typename T>
py::object evaluate(const polynet::Evaluator &evaluator, const py::array &x, py::handle out,
                    int threads, bool single) {
  if (!has_dtype<T>(x) || x.ndim() < 1 ||
      x.shape(x.ndim() - 1) != static_cast<py::ssize_t>(evaluator.inputs()))
    return py::reinterpret_borrow<py::object>(Py_NotImplemented);
  if (out.is_none() && x.ndim() == 1 && single) {
    T value;
    evaluator(Matrix<const T>{static_cast<const T *>(x.data()), 0, x.strides(0)}, 1,
              Matrix<T>{&value, 0, 0});
    return scalar(value);
  }
  py::array y = out.is_none() ? new_values<T>(x, evaluator.outputs(), single)
                              : py::reinterpret_borrow<py::array>(out);
  evaluate_into<T>(evaluator, x, y, threads);
  return std::move(y);
}

py::object evaluate(const polynet::Evaluator &evaluator, py::handle points, py::handle out,
                    int threads, bool single) {
  // Subclasses have rules of their own (masks), which the caller knows.
  if (Py_TYPE(points.ptr()) != py::detail::npy_api::get().PyArray_Type_)
    return py::reinterpret_borrow<py::object>(Py_NotImplemented);
  const auto x = py::reinterpret_borrow<py::array>(points);
  return evaluator.plan().dtype == Dtype::float32
             ? evaluate<float>(evaluator, x, out, threads, single)
             : evaluate<double>(evaluator, x, out, threads, single);
}

// An evaluator that the first call makes. Other threads wait for it without the GIL, which the
// user's activation may need meanwhile.
const polynet::Evaluator &made(const polynet::Evaluators &evaluators,
                               const polynet::Evaluator &(polynet::Evaluators::*evaluator)()
                                   const) {
  const py::gil_scoped_release release;
  return (evaluators.*evaluator)();
}

// evaluate(points, out, threads, single, by_gates), by vectorcall: the time of a call of one point
// counts.
PyObject *evaluate_raw(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
  if (count != 5) {
    PyErr_SetString(PyExc_TypeError, "evaluate takes points, out, threads, single, by_gates");
    return nullptr;
  }
  const long threads = PyLong_AsLong(arguments[2]);
  if (threads == -1 && PyErr_Occurred())
    return nullptr;
  auto *network = static_cast<EvaluableNetwork *>(
      reinterpret_cast<py::detail::instance *>(self)->get_value_and_holder().value_ptr());
  try {
    const polynet::Evaluators &evaluators = *network->evaluators;
    return evaluate(arguments[4] == Py_True ? evaluators.gates()
                                            : made(evaluators, &polynet::Evaluators::neurons),
                    arguments[0], arguments[1], static_cast<int>(threads), arguments[3] == Py_True)
        .release()
        .ptr();
  } catch (py::error_already_set &error) {
    error.restore();
  } catch (...) {
    py::detail::try_translate_exceptions();
  }
  return nullptr;
}

py::object evaluate_with_derivatives(const EvaluableNetwork &self, const py::array &points,
                                     int threads) {
  return evaluate(made(*self.evaluators, &polynet::Evaluators::jacobian), points, py::none(),
                  threads, false);
}

template <typename T> py::object first_outside(const EvaluableNetwork &self, const py::array &x) {
  if (!has_dtype<T>(x) || x.ndim() != 2 ||
      x.shape(1) != static_cast<py::ssize_t>(self.network.box.size()))
    throw polynet::Error(polynet::ErrorCode::invalid_input,
                         "points are of shape (N, inputs) and of the network's dtype");
  const auto found = polynet::first_outside<T>(
      self.network.box, {static_cast<const T *>(x.data()), x.strides(0), x.strides(1)},
      static_cast<std::size_t>(x.shape(0)));
  return py::cast(found);
}

py::dict configuration() {
  py::dict result;
  py::list usable;
  for (std::size_t k = 0; const polynet::Kernels *kernels = polynet::usable_kernels(k); ++k)
    usable.append(kernels->name);
  result["instruction_sets"] = usable;
  result["instruction_set"] = polynet::kernels().name;
  result["fused_multiply_add"] = polynet::kernels().fused_multiply_add;
  result["compiler"] = polynet::compiler_version();
  result["eigen"] = polynet::eigen_version();
  return result;
}

} // namespace

void register_evaluation(py::class_<EvaluableNetwork> &network) {
  static PyMethodDef evaluate_method{
      "evaluate", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&evaluate_raw)),
      METH_FASTCALL,
      "The values, by gates or by neurons, at an array of the dtype and of shape (..., inputs), "
      "into `out` (which must fit) unless it is None, NotImplemented for anything else."};
  auto *type = reinterpret_cast<PyTypeObject *>(network.ptr());
  network.attr("evaluate") =
      py::reinterpret_steal<py::object>(PyDescr_NewMethod(type, &evaluate_method));
  network
      .def("evaluate_with_derivatives", &evaluate_with_derivatives, py::arg("points"),
           py::arg("threads"))
      .def_property_readonly("uses_neurons",
                             [](const EvaluableNetwork &self) {
                               return polynet::uses_neurons(self.evaluators->gates().plan());
                             })
      .def(
          "first_outside",
          [](const EvaluableNetwork &self, const py::array &points) {
            return self.network.dtype == Dtype::float32 ? first_outside<float>(self, points)
                                                        : first_outside<double>(self, points);
          },
          py::arg("points"));
}

void register_configuration(py::module_ &module) { module.def("configuration", &configuration); }

} // namespace polynet_python
