"""How accurate the activations are in the runtimes that networks are exported to.

Certificates by neurons assume that an activation is off by at most 4 (float64) or 6 (float32) units
in the last place of its largest value on the arguments that occur. Here: the largest error, in that
unit, at random arguments about the default biases, each activation exported between two identity
maps. Sampled, so lower bounds. Run: python benchmarks/activations.py
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import mpmath
import numpy as np

import polynet as pn
import runtimes
from polynet import export

RADII = (2.0**-9, 2.0**-6, 0.25, 0.5)

EXACT: dict[str, Callable[[mpmath.mpf], mpmath.mpf]] = {
    "algebraic": lambda x: x / mpmath.sqrt(1 + x * x),
    "arctan": mpmath.atan,
    "cos": mpmath.cos,
    "erf": mpmath.erf,
    "exp": mpmath.exp,
    "gaussian": lambda x: mpmath.exp(-x * x / 2),
    "gelu": lambda x: x * mpmath.ncdf(x),
    "gelu_tanh": lambda x: (
        x / (1 + mpmath.exp(-2 * mpmath.sqrt(2 / mpmath.pi) * (x + mpmath.mpf("0.044715") * x**3)))
    ),
    "logcosh": lambda x: mpmath.log(mpmath.cosh(x)),
    "logistic": lambda x: 1 / (1 + mpmath.exp(-x)),
    "mish": lambda x: x * mpmath.tanh(mpmath.log1p(mpmath.exp(x))),
    "requ": lambda x: max(x, mpmath.mpf(0)) ** 2,
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "sin": mpmath.sin,
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "tanh": mpmath.tanh,
}


class Alone(SimpleNamespace, export.Exports):
    """An activation between two identity maps, in place of a network."""


def alone(activation: str, dtype: str) -> Alone:
    """Return what the exports take for a network that is only the activation."""
    one, zero = np.ones((1, 1), dtype), np.zeros(1, dtype)
    return Alone(
        activation=activation,
        box=pn.Box({"x": (-1, 1)}, dtype=dtype),
        dtype=dtype,
        form="factored",
        layers=(pn.Layer(one, zero, activation), pn.Layer(one, zero, None)),
        polynomials=(pn.Polynomial({1: 1}, ["x"]),),
    )


def worst_ulp(runtime: runtimes.Runtime, activation: str, dtype: str) -> float:
    """Return the largest error at random arguments, in the unit of the head of this file."""
    gate = pn.Gate(activation)
    copy = pn.Gate(activation, kind="copy")
    precision = np.finfo(dtype).nmant + 1
    random = np.random.default_rng(0)
    worst = mpmath.mpf(0)
    with mpmath.workdps(50):
        for bias in sorted({gate.bias, copy.bias}):
            for radius in RADII:
                x = (bias + radius * random.uniform(-1, 1, 100)).astype(dtype)
                exact = [EXACT[activation](mpmath.mpf(float(t))) for t in x]
                largest = mpmath.frexp(max(map(abs, exact)))[1]
                unit = mpmath.ldexp(1, largest - precision)
                for value, wanted in zip(runtime(x.reshape(-1, 1)), exact, strict=True):
                    worst = max(worst, abs(mpmath.mpf(float(value)) - wanted) / unit)
    return float(worst)


def main() -> None:
    """Print the table."""
    import jax

    jax.config.update("jax_enable_x64", True)
    columns = {
        "NumPy": runtimes.numpy_runtime,
        "onnxruntime": runtimes.onnx_runtime,
        "torch": runtimes.torch_runtime,
        "JAX": runtimes.jax_runtime,
        "C": lambda net: runtimes.c_runtime(net, "neurons", "-O2"),
    }
    print("| activation | dtype |", *columns, sep=" | ", end=" |\n")
    for activation in pn.activation_names():
        for dtype in ("float64", "float32"):
            net = alone(activation, dtype)
            row = []
            for name, runtime in columns.items():
                if name == "onnxruntime" and not runtimes.has_onnx(net):
                    row.append("-")
                else:
                    row.append(f"{worst_ulp(runtime(net), activation, dtype):.1f}")
            print("|", " | ".join([activation, dtype, *row]), "|")


if __name__ == "__main__":
    main()
