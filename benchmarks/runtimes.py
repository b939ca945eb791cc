"""Ways to run the layers of a network outside polynet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import polynet as pn

Runtime = Callable[[NDArray[np.floating]], NDArray[np.floating]]

ONNX_NAMES = {"logistic": "Sigmoid", "tanh": "Tanh"}


def numpy_runtime(net: pn.Network) -> Runtime:
    """Evaluate the layers with NumPy."""

    def logistic(x: NDArray[Any]) -> NDArray[Any]:
        return 1 / (1 + np.exp(-x))

    activations = {"logistic": logistic, "tanh": np.tanh, None: lambda x: x}
    layers = net.layers

    def run(points: NDArray[np.floating]) -> NDArray[np.floating]:
        current = points
        for weight, bias, activation in layers:
            current = activations[activation](current @ weight.T + bias)
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
            nodes.append(onnx.helper.make_node(ONNX_NAMES[activation], [current], [f"a{k}"]))
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

    activations = {"logistic": torch.sigmoid, "tanh": torch.tanh, None: lambda x: x}
    layers = [(torch.tensor(w), torch.tensor(b), activations[a]) for w, b, a in net.layers]

    def run(points: NDArray[np.floating]) -> NDArray[np.floating]:
        current = torch.from_numpy(points)
        for weight, bias, activation in layers:
            current = activation(torch.nn.functional.linear(current, weight, bias))
        return current[:, 0].numpy()

    return run
