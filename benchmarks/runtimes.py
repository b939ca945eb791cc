"""Ways to run the layers of a network outside polynet."""

from __future__ import annotations

import ctypes
import math
import subprocess
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

import polynet as pn
from polynet._core import Activation

Runtime = Callable[[NDArray[np.floating]], NDArray[np.floating]]


def unit(activation: str, values: NDArray[Any], dtype: Any) -> NDArray[Any]:
    """Return what certificates count the activation's errors in at these values of it."""
    kind = np.finfo(dtype)
    least = max(Activation(activation).runtime_magnitude, float(kind.tiny))
    exponent = np.frexp(np.maximum(np.abs(values), least))[1]
    return np.ldexp(1.0, exponent - kind.nmant - 1)


def erf(x: NDArray[Any]) -> NDArray[Any]:
    """Evaluate erf in double; NumPy has none."""
    return np.vectorize(math.erf, otypes=[np.float64])(x).astype(x.dtype)


def erfc(x: NDArray[Any]) -> NDArray[Any]:
    """Evaluate 1 - erf in double."""
    return np.vectorize(math.erfc, otypes=[np.float64])(x).astype(x.dtype)


def logistic(x: NDArray[Any]) -> NDArray[Any]:
    """1/(1 + e^-x)."""
    return 1 / (1 + np.exp(-x))


def mish(x: NDArray[Any]) -> NDArray[Any]:
    """X tanh(ln(1 + e^x))."""
    return x * np.tanh(np.log1p(np.exp(x)))


def gelu_tanh(x: NDArray[Any]) -> NDArray[Any]:
    """X/(1 + e^-y), y = 2 sqrt(2/pi) (x + 0.044715 x^3)."""
    c = x.dtype.type(2 * math.sqrt(2 / math.pi))
    return x * logistic(c * (x + x.dtype.type(0.044715) * x**3))


NUMPY: dict[str | None, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "algebraic": lambda x: x / np.sqrt(1 + x * x),
    "arctan": np.arctan,
    "cos": np.cos,
    "erf": erf,
    "exp": np.exp,
    "gaussian": lambda x: np.exp(-x * x / 2),
    "gelu": lambda x: x * (erfc(-x.astype(float) * math.sqrt(0.5)) / 2).astype(x.dtype),
    "gelu_tanh": gelu_tanh,
    "logcosh": lambda x: np.log1p(2 * np.sinh(x / 2) ** 2),
    "logistic": logistic,
    "mish": mish,
    "requ": lambda x: np.maximum(x, 0) ** 2,
    "silu": lambda x: x * logistic(x),
    "sin": np.sin,
    "softplus": lambda x: np.logaddexp(x.dtype.type(0), x),
    "tanh": np.tanh,
    None: lambda x: x,
}

# onnxruntime has no float64 kernels of the operators that these take.
SINGLE_ONLY = {"arctan", "erf", "gelu"}


def has_onnx(net: pn.Network) -> bool:
    """Return whether onnxruntime can evaluate the network."""
    return net.dtype == "float32" or net.activation not in SINGLE_ONLY


def numpy_runtime(net: pn.Network) -> Runtime:
    """Evaluate the layers with NumPy."""
    layers = net.layers

    def run(points: NDArray[np.floating]) -> NDArray[np.floating]:
        current = points
        for weight, bias, activation in layers:
            current = NUMPY[activation](current @ weight.T + bias)
        return current[:, 0]

    return run


def onnx_runtime(net: pn.Network) -> Runtime:
    """Evaluate the exported model with onnxruntime."""
    import onnxruntime

    with TemporaryDirectory() as folder:
        net.to_onnx(Path(folder, "net.onnx"))
        model = Path(folder, "net.onnx").read_bytes()
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return lambda points: session.run(None, {"x": points})[0][:, 0]


def torch_runtime(net: pn.Network) -> Runtime:
    """Evaluate the exported module with torch."""
    import torch

    module = net.to_torch().requires_grad_(False)
    return lambda points: module(torch.from_numpy(points))[:, 0].numpy()


def jax_runtime(net: pn.Network) -> Runtime:
    """Evaluate the exported function with JAX, compiled; float64 needs jax_enable_x64."""
    import jax

    apply, parameters = net.to_jax()
    compiled = jax.jit(apply)
    return lambda points: np.asarray(compiled(parameters, points))[:, 0]


def c_runtime(net: pn.Network, by: str, *flags: str) -> Runtime:
    """Compile the exported C file, strictly, and call its function point by point."""
    with TemporaryDirectory() as folder:
        source, library = Path(folder, "net.c"), Path(folder, "net.so")
        net.to_c(source, by=by)
        command = ["cc", "-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", *flags]
        command += ["-shared", "-fPIC", "-o", str(library), str(source)]
        subprocess.run([*command, "-lm"] if by == "neurons" else command, check=True)
        function = ctypes.CDLL(str(library)).polynet_net
    function.restype = None
    outputs = len(net.polynomials)

    def run(points: NDArray[np.floating]) -> NDArray[np.floating]:
        values = np.empty((len(points), outputs), net.dtype)
        for x, y in zip(np.ascontiguousarray(points), values, strict=True):
            function(ctypes.c_void_p(x.ctypes.data), ctypes.c_void_p(y.ctypes.data))
        return values[:, 0]

    return run
