"""Errors of the activations of runtimes that networks are exported to, in units in the last place.

    python benchmarks/activation_ulp.py [--points 20000] [ACTIVATION ...]

A certificate for the evaluation by neurons assumes that where a gate uses the activation,
|computed - s| is at most so many ulp of the largest |s| there (of the cosine, ln cosh and the
logistic function, of 0.99). Prints the largest error found, in this sense, over all gates with
arguments within some r <= 1 of the default bias of the products or of the copies; and in ulp of s
itself, or of 0.99, for |x| <= 20. NumPy is given the formulas of
benchmarks/runtimes.py, the others what polynet exports. In float64 random points are judged by
200-bit balls; in float32 every number (every k-th where there are more than 2^23; near 0 random
ones of all exponents; for C, called point by point, every k-th) by float64. Needs python-flint.
"""

from __future__ import annotations

import argparse
import importlib.util
from types import SimpleNamespace
from typing import NamedTuple

import flint
import numpy as np

import balls
import polynet as pn
import runtimes
from polynet import export
from polynet._core import Activation


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


class Region(NamedTuple):
    """Arguments, what is exact there, and how far they are from a bias."""

    activation: str
    points: np.ndarray
    exact: tuple[np.ndarray, np.ndarray]
    distances: np.ndarray | None

    def largest_error(self, evaluate, most: int | None = None) -> float:
        """Return the largest error, in units of s, or of the largest |s| at no larger a distance.

        At about `most` of the points only, if given.
        """
        every = slice(None, None, max(1, len(self.points) // most) if most else 1)
        values = np.asarray(evaluate(self.points[every, None])).astype(float)
        high, low = self.exact[0][every], self.exact[1][every]
        errors, magnitudes = np.abs((values - high) - low), np.abs(high)
        if self.distances is not None:
            order = np.argsort(self.distances[every])
            errors, magnitudes = errors[order], np.maximum.accumulate(magnitudes[order])
        units = runtimes.unit(self.activation, magnitudes, self.points.dtype)
        return float(np.max(errors / units))


def neighbourhood(bias: float, dtype: str, count: int, rng, *, every: bool) -> np.ndarray:
    """Return points within 1 of the bias, or all of them; around 0, random of all exponents."""
    if bias == 0.0:
        points = rng.uniform(0.5, 1, count) * 2.0 ** -rng.integers(0, 40, count)
        return (points * rng.choice([-1, 1], count)).astype(dtype)
    if not every:
        return (bias + rng.uniform(-1, 1, count) * 2.0 ** -rng.integers(0, 6, count)).astype(dtype)
    ends = np.maximum(np.array([abs(bias) - 1, abs(bias) + 1], np.float32), np.float32(0.01))
    first, last = ends.view(np.int32)
    patterns = np.arange(first, last, 1 + (last - first >> 23), dtype=np.int32)
    return np.copysign(patterns.view(np.float32), np.float32(bias))


def near_biases(name: str, dtype: str, count: int, rng, *, every: bool = False) -> list[Region]:
    """Return the regions of gates: about the product bias and the copy bias."""
    row, result = Activation(name), []
    for bias in (row.product_bias, row.copy_bias):
        points = neighbourhood(bias, dtype, count, rng, every=every)
        result.append(Region(name, points, reference(name, points), np.abs(points - bias)))
    return result


class Alone(SimpleNamespace):
    """What the exports take for a network: an activation between two identity maps."""

    to_c = export.to_c
    to_jax = export.to_jax
    to_onnx = export.to_onnx
    to_torch = export.to_torch


def alone(activation: str, dtype: str) -> Alone:
    """Return a network that is only the activation."""
    one, zero = np.ones((1, 1), dtype), np.zeros(1, dtype)
    return Alone(
        activation=activation,
        box=pn.Box({"x": (-1, 1)}, dtype=dtype),
        dtype=dtype,
        form="factored",
        layers=(pn.Layer(one, zero, activation), pn.Layer(one, zero, None)),
        polynomials=(pn.Polynomial({1: 1}, ["x"]),),
    )


def evaluations(name: str, dtype: str):
    """Yield the name of each runtime that is installed, and the activation in it."""
    net = alone(name, dtype)
    yield "NumPy", runtimes.numpy_runtime(net)
    yield "C", runtimes.c_runtime(net, "neurons", "-O2")
    if importlib.util.find_spec("onnxruntime") and runtimes.has_onnx(net):
        yield "onnxruntime", runtimes.onnx_runtime(net)
    if importlib.util.find_spec("torch"):
        yield "torch", runtimes.torch_runtime(net)
    if importlib.util.find_spec("jax"):
        import jax

        jax.config.update("jax_enable_x64", True)
        yield "JAX", runtimes.jax_runtime(net)


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
        for dtype in ("float64", "float32"):
            regions = near_biases(name, dtype, options.points, rng, every=dtype == "float32")
            wide = rng.uniform(-20, 20, options.points).astype(dtype)
            regions.append(Region(name, wide, reference(name, wide), None))
            for runtime, evaluate in evaluations(name, dtype):
                most = 20_000 if runtime == "C" else None
                cells = [region.largest_error(evaluate, most) for region in regions]
                text = " | ".join(f"{c:.2f}" if c < 100 else f"{c:.1e}" for c in cells)
                print(f"| {name} | {dtype} | {runtime} | {text} |", flush=True)


if __name__ == "__main__":
    main()
