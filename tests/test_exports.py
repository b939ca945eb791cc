"""Every export runs in its own runtime and stays within the network's certificate."""

import copy
import io
import json
import pickle
import platform
import re
import shutil
import subprocess
import sys
from fractions import Fraction
from functools import cache

import flint
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun
from test_activation_user import tanh as user_tanh

import activation_ulp
import cases
import polynet as pn
import runtimes

FPBENCH = {case.name: case for case in cases.fpbench()}
EXPRESSION, BOX = "x*y*z - z**2/3 + x/7", {"x": (-1, 1), "y": (0, 2), "z": (-3, -1)}
ACTIVATIONS = pn.activation_names()

FUSED = ("-O3", "-ffp-contract=fast", *["-mfma"] * (platform.machine() == "x86_64"))
needs_c = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
RUNTIMES = {
    "onnx": runtimes.onnx_runtime,
    "torch": runtimes.torch_runtime,
    "jax": runtimes.jax_runtime,
    "c": lambda net: runtimes.c_runtime(net, "neurons", "-O2"),
}


@pytest.fixture(params=[pytest.param(name, marks=[needs_c] * (name == "c")) for name in RUNTIMES])
def runtime(request):
    """Each target, skipped where its package is not installed."""
    if request.param in ("torch", "jax"):
        pytest.importorskip(request.param)
    if request.param == "jax":
        import jax

        jax.config.update("jax_enable_x64", True)
    return RUNTIMES[request.param]


@cache
def fpbench_network(name, dtype, form):
    case = FPBENCH[name]
    net = pn.compile(case.polynomial, case.box, dtype=dtype, form=form)
    return net, cases.sample(net, 500, seed=0)


@cache
def activation_network(activation, dtype):
    net = pn.compile(EXPRESSION, BOX, activation=activation, dtype=dtype)
    return net, cases.sample(net, 500, seed=0)


@cache
def bound(net, by):
    return Fraction(net.certify(by=by).upper)


def check_values(net, by, values, points):
    """No value may be farther off than the certificate says, judged exactly."""
    assert values.dtype == net.dtype
    assert np.isfinite(values).all()
    errors = np.abs(values - cases.values(net.polynomials[0], points))
    for k in np.argsort(errors)[-10:]:
        exact = net.polynomials[0]([Fraction(float(t)) for t in points[k]])
        assert abs(Fraction(float(values[k])) - exact) <= bound(net, by)


@pytest.mark.parametrize("form", ["factored", "merged"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", FPBENCH)
def test_fpbench_stays_within_the_certificate_in_every_runtime(runtime, name, dtype, form):
    net, points = fpbench_network(name, dtype, form)
    check_values(net, "neurons", runtime(net)(points), points)


FAR = {"x": (1023, 1025), "y": (-2001, -1999), "z": (-1, 1)}


@pytest.mark.parametrize("form", ["factored", "merged"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_networks_with_an_origin_stay_within_the_certificate(runtime, dtype, form):
    net = pn.compile("(x-1024)**3*(y+2000) - (x-1024)*z/3", FAR, dtype=dtype, form=form)
    points = cases.sample(net, 500, seed=0)
    check_values(net, "neurons", runtime(net)(points), points)
    check_values(net, "gates", net(points), points)


@needs_c
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_c_by_gates_subtracts_the_origin(dtype):
    net = pn.compile("(x-1024)**3*(y+2000) - (x-1024)*z/3", FAR, dtype=dtype)
    points = cases.sample(net, 500, seed=0)
    check_values(net, "gates", runtimes.c_runtime(net, "gates", "-O2")(points), points)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_stays_within_the_certificate(runtime, activation, dtype):
    net, points = activation_network(activation, dtype)
    if runtime is runtimes.onnx_runtime and not runtimes.has_onnx(net):
        with pytest.raises(onnxruntime.capi.onnxruntime_pybind11_state.NotImplemented):
            runtime(net)
        return
    check_values(net, "neurons", runtime(net)(points), points)


class Erf(OpRun):
    """The reference evaluator's own is rounded to float32."""

    op_domain = ""

    def _run(self, x):
        return (runtimes.erf(x),)


@pytest.mark.parametrize("activation", sorted(runtimes.SINGLE_ONLY))
def test_what_onnxruntime_lacks_in_float64_is_valid_onnx(tmp_path, activation):
    net, points = activation_network(activation, "float64")
    net.to_onnx(tmp_path / "net.onnx")
    evaluator = ReferenceEvaluator(str(tmp_path / "net.onnx"), new_ops=[Erf])
    (values,) = evaluator.run(None, {"x": points})
    check_values(net, "neurons", values[:, 0], points)


def worst_ulp(runtime, activation, dtype):
    """Near the biases of gates, in the unit of benchmarks/activation_ulp.py."""
    with flint.ctx.workprec(200):
        regions = activation_ulp.near_biases(activation, dtype, 400, np.random.default_rng(0))
        return max(region.largest_error(runtime) for region in regions)


@pytest.mark.filterwarnings("ignore:(invalid value|divide by zero)")  # in what Where leaves out
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_compositions_of_onnx_operators_are_as_accurate_as_the_certificates_assume(
    tmp_path, activation, dtype
):
    net = activation_ulp.alone(activation, dtype)
    net.to_onnx(tmp_path / "net.onnx")
    evaluator = ReferenceEvaluator(str(tmp_path / "net.onnx"), new_ops=[Erf])
    worst = worst_ulp(lambda points: evaluator.run(None, {"x": points})[0][:, 0], activation, dtype)
    assert worst <= (4 if dtype == "float64" else 6)


@needs_c
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations_in_c_are_as_accurate_as_the_certificates_assume(activation, dtype):
    runtime = runtimes.c_runtime(activation_ulp.alone(activation, dtype), "neurons")
    assert worst_ulp(runtime, activation, dtype) <= (4 if dtype == "float64" else 1)


@needs_c
@pytest.mark.parametrize("flags", [("-O0",), FUSED], ids=" ".join)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", FPBENCH)
def test_c_by_gates_stays_within_the_certificate_by_gates(name, dtype, flags):
    net, points = fpbench_network(name, dtype, "factored")
    check_values(net, "gates", runtimes.c_runtime(net, "gates", *flags)(points), points)


@needs_c
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_c_by_gates_needs_no_activation(tmp_path, activation):
    net, points = activation_network(activation, "float64")
    check_values(net, "gates", runtimes.c_runtime(net, "gates")(points), points)
    net.to_c(tmp_path / "net.c")
    assert not re.search(r"\b(exp|erf|tanh|sqrt)\(", (tmp_path / "net.c").read_text())


@needs_c
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    "options",
    [
        {"hidden_layers": 1},
        {"scale": 0.5},
        {"scale": 2**-7, "bias": -1.0},
        {"activation": "exp"},
        {"activation": "tanh", "hidden_layers": 1, "scale": 0.25},
    ],
    ids=str,
)
@pytest.mark.parametrize("expression", [EXPRESSION, "x**3*y - z", "x*y"])
def test_c_by_gates_has_gates_of_every_kind(expression, options, dtype):
    net = pn.compile(expression, BOX, dtype=dtype, **options)
    points = cases.sample(net, 200, seed=0)
    values = runtimes.c_runtime(net, "gates")(points)
    check_values(net, "gates", values, points)
    # Apart from fused multiply-adds the operations are those of the network itself.
    unit = np.finfo(dtype).eps * max(1.0, np.max(np.abs(values)))
    np.testing.assert_allclose(values, net(points), rtol=0, atol=32 * unit)


@needs_c
def test_c_by_gates_is_not_a_number_where_nothing_is_proved():
    net = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)})
    values = runtimes.c_runtime(net, "gates")(np.array([[1.0, 1.0], [2.0, 0.5], [np.nan, 0.0]]))
    assert np.isnan(values).tolist() == [False, True, True]


@needs_c
@pytest.mark.parametrize("by", ["gates", "neurons"])
@pytest.mark.parametrize("expression", ["5", "x/3 - 2*y + 1/7", "x**2", "x*y"])
@pytest.mark.parametrize("form", ["factored", "merged"])
def test_small_networks_compile_without_warnings(expression, by, form):
    net = pn.compile(expression, BOX, form=form)
    points = cases.sample(net, 20, seed=0)
    check_values(net, by, runtimes.c_runtime(net, by)(points), points)


@needs_c
@pytest.mark.parametrize("flag", ["-ffast-math", "-Ofast"])
def test_c_refuses_fast_math(flag):
    net = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)})
    with pytest.raises(subprocess.CalledProcessError):
        runtimes.c_runtime(net, "gates", flag)


@pytest.mark.parametrize("name", ["a-b.c", "net.h", "net", "ü.c", ".c"])
def test_c_names_that_are_no_functions_are_refused(tmp_path, name):
    net = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)})
    with pytest.raises(pn.InvalidInputError, match="names the C function"):
        net.to_c(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_c_in_a_way_that_does_not_exist_or_converge_is_refused(tmp_path):
    net = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)}, scale=4.0)
    with pytest.raises(pn.InvalidInputError, match="known: gates, neurons"):
        net.to_c(tmp_path / "net.c", by="magic")
    with pytest.raises(pn.NotCertifiedError, match="by neurons"):
        net.to_c(tmp_path / "net.c")


def test_several_outputs_are_the_columns(tmp_path):
    net = pn.compile([EXPRESSION, "x**2", "7"], BOX)
    points = cases.sample(net, 50, seed=0)
    net.to_onnx(tmp_path / "net.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "net.onnx")
    (values,) = session.run(None, {"x": points})
    assert values.shape == (len(points), 3)
    for k, output in enumerate(net.certify(by="neurons").outputs):
        exact = cases.values(net.polynomials[k], points)
        assert np.max(np.abs(values[:, k] - exact)) <= output.upper


def test_onnx_metadata_say_what_the_network_is(tmp_path):
    net = pn.compile(EXPRESSION, BOX)
    certificate = net.certify(by="neurons")
    net.to_onnx(tmp_path / "net.onnx", certificate=certificate)
    model = onnx.load(tmp_path / "net.onnx")
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", 14)]
    entries = {entry.key: entry.value for entry in model.metadata_props}
    assert entries["polynet.activation"] == "logistic"
    assert entries["polynet.form"] == "factored"
    assert json.loads(entries["polynet.polynomials"]) == [str(net.polynomials[0])]
    assert pn.Box(json.loads(entries["polynet.box"])) == net.box
    written = json.loads(entries["polynet.certificate"])
    assert written["outputs"][0]["upper"] == certificate.upper
    assert written["activation_ulp"] == 2
    net.to_onnx(tmp_path / "bare.onnx")
    bare = onnx.load(tmp_path / "bare.onnx")
    assert "polynet.certificate" not in {entry.key for entry in bare.metadata_props}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda net: net.certify(by="gates"), "way of evaluating is 'gates'"),
        (lambda net: net.merged().certify(by="neurons"), "form is 'merged'"),
        (lambda net: compiled("float32", "x*y").certify(by="neurons"), "dtype is 'float32'"),
        (lambda net: compiled("float64", "x", "y").certify(by="neurons"), "outputs is 2"),
    ],
)
def test_another_certificate_is_refused(tmp_path, change, message):
    net = compiled("float64", "x*y")
    with pytest.raises(pn.InvalidInputError, match=message):
        net.to_onnx(tmp_path / "net.onnx", certificate=change(net))
    assert list(tmp_path.iterdir()) == []


def compiled(dtype, *expressions):
    return pn.compile(expressions, {"x": (-1, 1), "y": (-1, 1)}, dtype=dtype)


@pytest.mark.parametrize("activation", ["logistic", "arctan"])
def test_torch_modules_are_ordinary(activation):
    torch = pytest.importorskip("torch")
    state = torch.random.get_rng_state()
    net, points = activation_network(activation, "float64")
    module = net.to_torch()
    assert torch.equal(torch.random.get_rng_state(), state)  # no random initialisation
    assert type(module) is torch.nn.Sequential
    x = torch.from_numpy(points)
    expected = module(x)
    buffer = io.BytesIO()
    torch.save(module, buffer)
    buffer.seek(0)
    restored = torch.load(buffer, weights_only=False)
    for twin in (copy.deepcopy(module), pickle.loads(pickle.dumps(module)), restored):
        assert torch.equal(twin(x), expected)
    expected.sum().backward()
    assert all(parameter.grad is not None for parameter in module.parameters())


def test_jax_functions_are_pure():
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    net = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)})
    apply, parameters = net.to_jax()
    point = np.array([0.25, -0.5])
    slope = jax.grad(lambda x: apply(parameters, x)[0])(point)
    np.testing.assert_allclose(slope, point[::-1], atol=1e-6)
    many = jax.vmap(apply, (None, 0))(parameters, np.tile(point, (3, 1)))
    assert many.shape == (3, 1)
    jax.config.update("jax_enable_x64", False)
    with pytest.raises(pn.InvalidInputError, match="jax_enable_x64"):
        net.to_jax()


def test_activations_of_the_user_cannot_be_exported(tmp_path):
    net = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)}, activation=user_tanh("my_tanh"))
    for export in (
        lambda: net.to_onnx(tmp_path / "net.onnx"),
        lambda: net.to_c(tmp_path / "net.c", by="neurons"),
        lambda: net.save(tmp_path / "net.safetensors"),
    ):
        with pytest.raises(pn.InvalidInputError, match="activation 'my_tanh'"):
            export()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("package", "extra", "call"),
    [
        ("onnx", "onnx", lambda net, path: net.to_onnx(path)),
        ("torch", "torch", lambda net, path: net.to_torch()),
        ("jax", "jax", lambda net, path: net.to_jax()),
        ("sympy", "sympy", lambda net, path: net.polynomials[0].to_sympy()),
        ("safetensors", "safetensors", lambda net, path: net.save(path)),
    ],
)
def test_a_missing_package_is_named_with_its_extra(tmp_path, monkeypatch, package, extra, call):
    net = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)})
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    real = __import__("importlib").import_module

    def without(name):
        if name.split(".")[0] == package:
            raise ModuleNotFoundError(f"No module named {package!r}", name=package)
        return real(name)

    monkeypatch.setattr("polynet._optional.importlib.import_module", without)
    with pytest.raises(pn.MissingPackageError, match=re.escape(f'"polynet-gates[{extra}]"')):
        call(net, tmp_path / "file")
