"""Errors of the activations of NumPy, onnxruntime and torch, in units in the last place.

    python benchmarks/activation_ulp.py [--points 20000] [ACTIVATION ...]

A certificate for the evaluation by neurons assumes that where a gate uses the activation,
|computed - s| is at most so many ulp of the largest |s| there. Prints the largest error found, in
this sense, over all gates with arguments within some r <= 1 of the default bias of the products or
of the copies; and in ulp of s itself for |x| <= 20. The activations are the formulas and operators
of benchmarks/runtimes.py. In float64 random points are judged by 200-bit balls; in float32 every
number (every k-th where there are more than 2^23; near 0 random ones of all exponents) by float64.
Needs python-flint.
"""

from __future__ import annotations

import argparse
import importlib.util
from types import SimpleNamespace

import flint
import numpy as np

import balls
import polynet as pn
import runtimes
from polynet._core import Activation
from polynet.export import Exports


def reference(name: str, points) -> tuple[np.ndarray, np.ndarray]:
    """Return the exact values as unevaluated sums of two doubles."""
    if points.dtype == np.float32:
        value = Activation(name).value
        high = np.fromiter((value(float(t)) for t in points), float, len(points))
        return high, np.zeros_like(high)
    exact = [balls.ACTIVATIONS[name](flint.arb(float(t))) for t in points]
    high = np.array([float(value.mid()) for value in exact])
    low = [float((v - flint.arb(float(h))).mid()) for v, h in zip(exact, high, strict=True)]
    return high, np.array(low)


def ulp(magnitudes, dtype) -> np.ndarray:
    """Return the spacing of the dtype's numbers at the magnitudes."""
    kind = np.finfo(dtype)
    exponent = np.frexp(np.maximum(magnitudes, kind.tiny))[1]
    return np.ldexp(1.0, exponent - kind.nmant - 1)


def largest_error(values, exact, distances=None) -> float:
    """Return the largest error, in ulp of s, or of the largest |s| at no larger a distance."""
    high, low = exact
    errors, magnitudes = np.abs((values.astype(float) - high) - low), np.abs(high)
    if distances is not None:
        order = np.argsort(distances)
        errors, magnitudes = errors[order], np.maximum.accumulate(magnitudes[order])
    return float(np.max(errors / ulp(magnitudes, values.dtype)))


def neighbourhood(bias: float, dtype: str, count: int, rng) -> np.ndarray:
    """Return points within 1 of the bias; around 0, of all exponents down to 2^-40."""
    if bias == 0.0:
        points = rng.uniform(0.5, 1, count) * 2.0 ** -rng.integers(0, 40, count)
        return (points * rng.choice([-1, 1], count)).astype(dtype)
    if dtype == "float64":
        return bias + rng.uniform(-1, 1, count) * 2.0 ** -rng.integers(0, 6, count)
    ends = np.maximum(np.array([abs(bias) - 1, abs(bias) + 1], np.float32), np.float32(0.01))
    first, last = ends.view(np.int32)
    every = np.arange(first, last, 1 + (last - first >> 23), dtype=np.int32)
    return np.copysign(every.view(np.float32), np.float32(bias))


class Neuron(Exports):
    """One neuron without weights, as the exports see a network."""

    box = SimpleNamespace(variables=("x",), lower=(0.0,), upper=(0.0,))
    polynomials, form = (None,), "factored"

    def __init__(self, activation: str, dtype: str) -> None:
        self.activation, self.dtype = activation, dtype
        one, zero = np.ones((1, 1), dtype), np.zeros(1, dtype)
        self.layers = [(one, zero, activation), (one, zero, None)]


def evaluations(name: str, dtype: str):
    """Yield the runtimes' activations as networks of one neuron."""
    neuron = Neuron(name, dtype)
    yield "numpy", runtimes.numpy_runtime(neuron)
    if importlib.util.find_spec("onnxruntime") and runtimes.has_onnx(neuron):
        yield "onnxruntime", runtimes.onnx_runtime(neuron)
    if importlib.util.find_spec("torch"):
        yield "torch", runtimes.torch_runtime(neuron)


def main() -> None:
    """Print a line for every activation, dtype and runtime."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("activations", nargs="*", metavar="ACTIVATION")
    parser.add_argument("--points", type=int, default=20_000)
    options = parser.parse_args()
    flint.ctx.prec = 200
    rng = np.random.default_rng(0)
    print(
        "| activation | dtype | runtime | near the product bias | near the copy bias | [-20, 20] |"
    )
    print("|---|---|---|---|---|---|")
    for name in options.activations or pn.activation_names():
        row = Activation(name)
        for dtype in ("float64", "float32"):
            regions = [
                neighbourhood(bias, dtype, options.points, rng)
                for bias in (row.product_bias, row.copy_bias)
            ]
            regions.append(rng.uniform(-20, 20, options.points).astype(dtype))
            exact = [reference(name, points) for points in regions]
            distances = [abs(regions[0] - row.product_bias), abs(regions[1] - row.copy_bias), None]
            for runtime, evaluate in evaluations(name, dtype):
                cells = [
                    largest_error(evaluate(points[:, None]), values, distance)
                    for points, values, distance in zip(regions, exact, distances, strict=True)
                ]
                text = " | ".join(f"{c:.2f}" if c < 100 else f"{c:.1e}" for c in cells)
                print(f"| {name} | {dtype} | {runtime} | {text} |", flush=True)


if __name__ == "__main__":
    main()
