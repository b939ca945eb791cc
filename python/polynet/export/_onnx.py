"""ONNX: a chain of Gemm nodes and activations."""

from __future__ import annotations

import json
import math
import os
from dataclasses import asdict
from typing import Any, TypeAlias

import numpy as np

from .. import _core
from .._arguments import as_instance, as_path
from .._floats import sound_floats
from .._optional import require
from ..certificate import Certificate
from ..evaluation import Evaluable
from ._shared import activation_for, check_certificate

# The lowest that has all the operators below, so that most runtimes read it.
OPSET, IR_VERSION = 14, 7

# From the argument "x" to the value "y": (operator, inputs, output); numbers are constants of the
# network's dtype.
Step: TypeAlias = tuple[str, tuple[str | float, ...], str]


def _log1p(argument: str, result: str) -> tuple[Step, ...]:
    """ln(1 + t) as t ln(u)/(u - 1), u = 1 + t rounded: u's rounding error cancels."""
    return (
        ("Add", (argument, 1.0), "u"),
        ("Log", ("u",), "log"),
        ("Sub", ("u", 1.0), "part"),
        ("Div", ("log", "part"), "ratio"),
        ("Mul", (argument, "ratio"), "product"),
        ("Equal", ("part", 0.0), "tiny"),
        ("Where", ("tiny", argument, "product"), result),
    )


_SQUARE: Step = ("Mul", ("x", "x"), "square")
# e^-|x|.
_DECAY: tuple[Step, ...] = (
    ("Abs", ("x",), "magnitude"),
    ("Neg", ("magnitude",), "minus"),
    ("Exp", ("minus",), "decay"),
)
ACTIVATIONS: dict[str, tuple[Step, ...]] = {
    "algebraic": (
        _SQUARE,
        ("Add", ("square", 1.0), "sum"),
        ("Sqrt", ("sum",), "root"),
        ("Div", ("x", "root"), "y"),
    ),
    "arctan": (("Atan", ("x",), "y"),),
    "cos": (("Cos", ("x",), "y"),),
    "erf": (("Erf", ("x",), "y"),),
    "exp": (("Exp", ("x",), "y"),),
    "gaussian": (_SQUARE, ("Mul", ("square", -0.5), "power"), ("Exp", ("power",), "y")),
    "gelu": (
        ("Mul", ("x", math.sqrt(0.5)), "scaled"),
        ("Erf", ("scaled",), "erf"),
        ("Add", ("erf", 1.0), "sum"),
        ("Mul", ("sum", 0.5), "probability"),
        ("Mul", ("x", "probability"), "y"),
    ),
    # x/(1 + e^-z), z = x (a + b x^2), a = 2 sqrt(2/pi), b = 0.044715 a.
    "gelu_tanh": (
        _SQUARE,
        ("Mul", ("square", 0.044715 * 2.0 * math.sqrt(2.0 / math.pi)), "cubic"),
        ("Add", ("cubic", 2.0 * math.sqrt(2.0 / math.pi)), "sum"),
        ("Mul", ("x", "sum"), "z"),
        ("Sigmoid", ("z",), "probability"),
        ("Mul", ("x", "probability"), "y"),
    ),
    # |x| > 1: |x| - ln 2 + ln(1 + e^-2|x|). Else ln(1 + 2 sinh^2(x/2)), sinh^2 = t^2/(1 - t^2),
    # t = tanh(x/2).
    "logcosh": (
        *_DECAY,
        ("Mul", ("x", 0.5), "half"),
        ("Tanh", ("half",), "t"),
        ("Mul", ("t", "t"), "t2"),
        ("Sub", (1.0, "t2"), "rest"),
        ("Div", ("t2", "rest"), "sinh2"),
        ("Mul", ("sinh2", 2.0), "near"),
        ("Mul", ("decay", "decay"), "far"),
        ("Greater", ("magnitude", 1.0), "is_far"),
        ("Where", ("is_far", "far", "near"), "argument"),
        *_log1p("argument", "log1p"),
        ("Sub", ("magnitude", math.log(2.0)), "line"),
        ("Where", ("is_far", "line", 0.0), "offset"),
        ("Add", ("offset", "log1p"), "y"),
    ),
    "logistic": (("Sigmoid", ("x",), "y"),),
    "mish": (
        ("Softplus", ("x",), "softplus"),
        ("Tanh", ("softplus",), "tanh"),
        ("Mul", ("x", "tanh"), "y"),
    ),
    "requ": (("Relu", ("x",), "positive"), ("Mul", ("positive", "positive"), "y")),
    "silu": (("Sigmoid", ("x",), "probability"), ("Mul", ("x", "probability"), "y")),
    "sin": (("Sin", ("x",), "y"),),
    "softplus": (("Softplus", ("x",), "y"),),
    "tanh": (("Tanh", ("x",), "y"),),
}

# In float64 onnxruntime has no Softplus (here max(0, x) + ln(1 + e^-|x|)), and its Cos is off by
# 1e-16 near its zeros, where values are copied (here sin(pi/2 - x), pi/2 in two parts).
_SOFTPLUS: tuple[Step, ...] = (*_DECAY, *_log1p("decay", "log1p"), ("Relu", ("x",), "positive"))
FLOAT64: dict[str, tuple[Step, ...]] = {
    "cos": (
        ("Sub", (math.pi / 2.0, "x"), "high"),
        ("Add", ("high", 6.123233995736766e-17), "z"),
        ("Sin", ("z",), "y"),
    ),
    "softplus": (*_SOFTPLUS, ("Add", ("positive", "log1p"), "y")),
    "mish": (
        *_SOFTPLUS,
        ("Add", ("positive", "log1p"), "softplus"),
        ("Tanh", ("softplus",), "tanh"),
        ("Mul", ("x", "tanh"), "y"),
    ),
}


@sound_floats
def to_onnx(
    network: Evaluable, path: str | os.PathLike[str], *, certificate: Certificate | None = None
) -> None:
    """Write the layers as an ONNX model: input x of shape (N, n), output y of shape (N, m).

    Standard operators of opset 14, in the network's dtype. The model's metadata hold the
    polynomials, the box, and the certificate as JSON.

    Parameters
    ----------
    path : path-like
        The file to write.
    certificate : Certificate, optional
        ``network.certify(by="neurons")`` of this network.

    Raises
    ------
    InvalidInputError
        If the activation is the user's own, or the certificate is by gates or of another
        network.
    MissingPackageError
        Without the package onnx: ``pip install "polynet-gates[onnx]"``.
    """
    path = as_path(path)
    if certificate is not None:
        check_certificate(as_instance(certificate, "certificate", Certificate), network)
    onnx = require("onnx", "onnx")
    model = onnx_model(network)
    onnx.helper.set_model_props(model, _metadata(network, certificate))
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def onnx_model(network: Evaluable) -> Any:
    """Return a network as an ONNX model, without metadata."""
    steps = activation_for(ACTIVATIONS, network.activation, "ONNX")
    if network.dtype == "float64":
        steps = FLOAT64.get(network.activation, steps)
    onnx = require("onnx", "onnx")
    helper = onnx.helper
    graph = _Graph(onnx, network.dtype)
    current = "x"
    layers = network.layers
    for k, (weight, bias, activation) in enumerate(layers):
        output = "y" if k == len(layers) - 1 else f"linear{k}"
        inputs = [current, graph.constant(f"weight{k}", weight), graph.constant(f"bias{k}", bias)]
        graph.nodes.append(helper.make_node("Gemm", inputs, [output], transB=1))
        current = output
        if activation is not None:
            current = graph.activation(f"activation{k}", steps, current)
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(network.dtype))
    columns, rows = len(network.box.variables), len(network.polynomials)
    return helper.make_model(
        helper.make_graph(
            graph.nodes,
            "polynet",
            [helper.make_tensor_value_info("x", kind, ["N", columns])],
            [helper.make_tensor_value_info("y", kind, ["N", rows])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="polynet",
        producer_version=_core.__version__,
    )


class _Graph:
    """The nodes and constants collected so far."""

    def __init__(self, onnx: Any, dtype: str) -> None:
        self._onnx, self._dtype = onnx, dtype
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, value: object) -> str:
        array = np.ascontiguousarray(value, dtype=self._dtype)
        self.constants.append(self._onnx.numpy_helper.from_array(array, name))
        return name

    def scalar(self, value: float) -> str:
        array = np.array(value, dtype=self._dtype)
        name = f"constant{len(self.constants)}"
        self.constants.append(self._onnx.numpy_helper.from_array(array, name))
        return name

    def activation(self, name: str, steps: tuple[Step, ...], argument: str) -> str:
        """Append the steps, their values named after the activation."""
        names = {"x": argument, "y": name}
        for operator, inputs, output in steps:
            given = [
                names[value] if isinstance(value, str) else self.scalar(value) for value in inputs
            ]
            names.setdefault(output, f"{name}_{output}")
            self.nodes.append(self._onnx.helper.make_node(operator, given, [names[output]]))
        return name


def _metadata(network: Evaluable, certificate: Certificate | None) -> dict[str, str]:
    box = zip(network.box.lower, network.box.upper, strict=True)
    entries = {
        "polynet.version": _core.__version__,
        "polynet.activation": network.activation,
        "polynet.form": network.form,
        "polynet.box": json.dumps(dict(zip(network.box.variables, box, strict=True))),
        "polynet.polynomials": json.dumps([str(p) for p in network.polynomials]),
    }
    if certificate is not None:
        entries["polynet.certificate"] = json.dumps(asdict(certificate))
    return entries
