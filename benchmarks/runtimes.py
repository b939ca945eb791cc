"""Ways to run the layers of a network outside polynet."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import polynet as pn

Runtime = Callable[[NDArray[np.floating]], NDArray[np.floating]]


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

# ONNX operators from the argument "x" to the value "y": (operator, inputs, output); numbers are
# constants of the network's dtype.
Step = tuple[str, tuple[str | float, ...], str]
_HALF_SQUARE: tuple[Step, ...] = (("Mul", ("x", "x"), "s"), ("Mul", ("s", -0.5), "h"))
_ONE_PLUS_SQUARE: tuple[Step, ...] = (("Mul", ("x", "x"), "s"), ("Add", ("s", 1.0), "p"))
ONNX: dict[str, tuple[Step, ...]] = {
    "algebraic": (*_ONE_PLUS_SQUARE, ("Sqrt", ("p",), "r"), ("Div", ("x", "r"), "y")),
    "arctan": (("Atan", ("x",), "y"),),
    "cos": (("Cos", ("x",), "y"),),
    "erf": (("Erf", ("x",), "y"),),
    "exp": (("Exp", ("x",), "y"),),
    "gaussian": (*_HALF_SQUARE, ("Exp", ("h",), "y")),
    "gelu": (
        ("Mul", ("x", math.sqrt(0.5)), "z"),
        ("Erf", ("z",), "e"),
        ("Add", ("e", 1.0), "f"),
        ("Mul", ("f", 0.5), "p"),
        ("Mul", ("x", "p"), "y"),
    ),
    "gelu_tanh": (
        ("Mul", ("x", "x"), "s"),
        ("Mul", ("s", 0.044715), "t"),
        ("Add", ("t", 1.0), "u"),
        ("Mul", ("x", 2 * math.sqrt(2 / math.pi)), "v"),
        ("Mul", ("u", "v"), "w"),
        ("Sigmoid", ("w",), "l"),
        ("Mul", ("x", "l"), "y"),
    ),
    "logcosh": (
        ("Abs", ("x",), "a"),
        ("Mul", ("a", -2.0), "n"),
        ("Exp", ("n",), "e"),
        ("Add", ("e", 1.0), "p"),
        ("Log", ("p",), "l"),
        ("Sub", ("a", math.log(2)), "d"),
        ("Add", ("d", "l"), "y"),
    ),
    "logistic": (("Sigmoid", ("x",), "y"),),
    "mish": (("Softplus", ("x",), "p"), ("Tanh", ("p",), "t"), ("Mul", ("x", "t"), "y")),
    "requ": (("Relu", ("x",), "r"), ("Mul", ("r", "r"), "y")),
    "silu": (("Sigmoid", ("x",), "l"), ("Mul", ("x", "l"), "y")),
    "sin": (("Sin", ("x",), "y"),),
    "softplus": (("Softplus", ("x",), "y"),),
    "tanh": (("Tanh", ("x",), "y"),),
}

# onnxruntime has no float64 kernels of the operators that these take.
SINGLE_ONLY = {"arctan", "erf", "gelu", "mish", "softplus"}


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
    """Evaluate the layers with onnxruntime, as a chain of Gemm and activation nodes."""
    import onnx
    import onnxruntime

    nodes, initializers, current = [], [], "x"
    for k, (weight, bias, activation) in enumerate(net.layers):
        initializers += [
            onnx.numpy_helper.from_array(np.ascontiguousarray(weight), f"w{k}"),
            onnx.numpy_helper.from_array(np.ascontiguousarray(bias), f"b{k}"),
        ]
        nodes.append(
            onnx.helper.make_node("Gemm", [current, f"w{k}", f"b{k}"], [f"y{k}"], transB=1)
        )
        current = f"y{k}"
        if activation is not None:
            names = {"x": current, "y": f"a{k}"}
            for operator, arguments, result in ONNX[activation]:
                inputs = []
                for argument in arguments:
                    if isinstance(argument, str):
                        inputs.append(names.get(argument, f"{argument}{k}_"))
                        continue
                    inputs.append(f"c{len(initializers)}")
                    constant = np.array(argument, dtype=net.dtype)
                    initializers.append(onnx.numpy_helper.from_array(constant, inputs[-1]))
                output = names.get(result, f"{result}{k}_")
                nodes.append(onnx.helper.make_node(operator, inputs, [output]))
            current = f"a{k}"
    kind = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(net.dtype))
    graph = onnx.helper.make_graph(
        nodes,
        "network",
        [onnx.helper.make_tensor_value_info("x", kind, ["N", len(net.box.variables)])],
        [onnx.helper.make_tensor_value_info(current, kind, ["N", len(net.polynomials)])],
        initializers,
    )
    model = onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=9
    )
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return lambda points: session.run(None, {"x": points})[0][:, 0]


def torch_runtime(net: pn.Network) -> Runtime:
    """Evaluate the layers with torch."""
    import torch

    functional = torch.nn.functional
    activations = {
        "algebraic": lambda x: x / torch.sqrt(1 + x * x),
        "arctan": torch.atan,
        "cos": torch.cos,
        "erf": torch.erf,
        "exp": torch.exp,
        "gaussian": lambda x: torch.exp(-x * x / 2),
        "gelu": functional.gelu,
        "gelu_tanh": lambda x: functional.gelu(x, approximate="tanh"),
        "logcosh": lambda x: torch.log1p(2 * torch.sinh(x / 2) ** 2),
        "logistic": torch.sigmoid,
        "mish": functional.mish,
        "requ": lambda x: torch.relu(x) ** 2,
        "silu": functional.silu,
        "sin": torch.sin,
        "softplus": lambda x: functional.softplus(x, threshold=1000),
        "tanh": torch.tanh,
        None: lambda x: x,
    }
    layers = [(torch.tensor(w), torch.tensor(b), activations[a]) for w, b, a in net.layers]

    def run(points: NDArray[np.floating]) -> NDArray[np.floating]:
        current = torch.from_numpy(points)
        for weight, bias, activation in layers:
            current = activation(torch.nn.functional.linear(current, weight, bias))
        return current[:, 0].numpy()

    return run
