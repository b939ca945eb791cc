"""Draws the documents' figures, so that they show what the package computes.

Every function draws into the axes it is given.
"""

from collections.abc import Callable
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import pyplot
from matplotlib.axes import Axes

import polynet as pn
from polynet import plot


def gate_error(gate: pn.Gate, axes: Axes) -> None:
    """Draw the relative error g(u, v)/(u v) - 1 of a product gate on [-1, 1]^2 as contours.

    It is ``scale**2 * s_4/s_2 * (u**2 + v**2)/6`` and higher orders (arXiv:1608.08225, eq. 11).
    """
    net = pn.compile(
        gate.target,
        dict.fromkeys(gate.target.variables, (-1, 1)),
        activation=gate.activation,
        bias=gate.bias,
        scale=gate.scale,
        construction="paper",
    )
    side = np.linspace(-1.0, 1.0, 82)  # an even number of points: none is 0
    u, v = np.meshgrid(side, side)
    error = net(np.stack([u, v], axis=-1)) / (u * v) - 1.0
    axes.figure.colorbar(axes.contourf(u, v, error, levels=20), ax=axes)
    axes.set(xlabel="u", ylabel="v", aspect="equal", title=f"g(u, v)/(u v) - 1, {gate.activation}")


def error_against_scale(axes: Axes, *, bias: float | None = None, dtype: str = "float64") -> None:
    """Draw the certified error of u v on [-1, 1]^2 by neurons against the gate's scale.

    The truncation falls with the scale, the rounding grows like its inverse square: the best scale
    lies where they meet (docs/theory.md, section 5).
    """
    rows = []
    for exponent in range(-1, -31, -1):
        box = {"u": (-1, 1), "v": (-1, 1)}
        net = pn.compile("u*v", box, bias=bias, scale=2.0**exponent, dtype=dtype)
        try:
            (bounds,) = net.certify(by="neurons").outputs
        except pn.NotCertifiedError:
            break  # smaller scales overflow too
        rows.append((2.0**exponent, bounds.upper, bounds.truncation_upper, bounds.rounding))
    scale, total, truncation, rounding = zip(*rows, strict=True)
    axes.loglog(scale, total, label="total")
    axes.loglog(scale, truncation, "--", label="truncation")
    axes.loglog(scale, rounding, ":", label="rounding")
    axes.set(xlabel="scale", ylabel="certified error", title=f"u v, logistic, {dtype}")
    axes.legend()


def neurons_against_depth(factors: int, axes: Axes) -> None:
    """Draw the hidden neurons of the product of `factors` inputs against the hidden layers.

    Networks are built for every depth that exists with gates of at most eight operands: few layers
    take exponentially many neurons (arXiv:1705.05502, theorem 5.1).
    """
    box = {f"x{i}": (-1, 1) for i in range(factors)}
    counts = {}
    for layers in range(1, factors.bit_length() + 1):
        try:
            counts[layers] = pn.compile("*".join(box), box, hidden_layers=layers).neurons
        except pn.SizeLimitError:
            continue  # too few layers for gates of eight operands
    axes.semilogy(list(counts), list(counts.values()), "o-")
    axes.set(xlabel="hidden layers", ylabel="neurons", title=f"product of {factors} inputs")
    axes.set_xticks(list(counts))


def _gate_errors(generic: Axes, balanced: Axes) -> None:
    gate_error(pn.Gate("logistic", bias=-1.0, scale=0.25), generic)
    generic.set_title("bias -1: order scale$^2$")
    gate_error(pn.Gate("logistic", scale=0.25), balanced)
    balanced.set_title("s'''' = 0: order scale$^4$")


def _scales(generic: Axes, balanced: Axes) -> None:
    error_against_scale(generic, bias=-1.0)
    generic.set_title("bias -1")
    error_against_scale(balanced)
    balanced.set_title("s'''' = 0")


def _certificates(by_gates: Axes, by_neurons: Axes) -> None:
    net = pn.compile("x*y*z - z**2/2", {"x": (-1, 1), "y": (-1, 1), "z": (0, 2)})
    plot.certificate(net, net.certify(by="gates"), ax=by_gates)
    plot.certificate(net, net.certify(by="neurons"), ax=by_neurons)


def _depths(few: Axes, many: Axes) -> None:
    neurons_against_depth(8, few)
    neurons_against_depth(32, many)


FIGURES: dict[str, Callable[[Axes, Axes], None]] = {
    "gate_error": _gate_errors,
    "scales": _scales,
    "certificates": _certificates,
    "depths": _depths,
}


def draw_all(folder: Path) -> None:
    """Draw every figure, two pictures side by side, into SVG files of the folder."""
    folder.mkdir(exist_ok=True)
    for name, draw in FIGURES.items():
        figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
        draw(left, right)
        figure.savefig(folder / f"{name}.svg")
        pyplot.close(figure)
