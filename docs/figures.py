"""Draws the documents' figures with polynet.plot, so that they show what the package computes."""

from collections.abc import Callable
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot
from matplotlib.axes import Axes

import polynet as pn
from polynet import plot


def _gate_errors(generic: Axes, balanced: Axes) -> None:
    plot.gate_error(pn.Gate("logistic", bias=-1.0, scale=0.25), generic)
    generic.set_title("bias -1: order scale$^2$")
    plot.gate_error(pn.Gate("logistic", scale=0.25), balanced)
    balanced.set_title("s'''' = 0: order scale$^4$")


def _scales(generic: Axes, balanced: Axes) -> None:
    plot.error_against_scale("logistic", bias=-1.0, ax=generic)
    generic.set_title("bias -1")
    plot.error_against_scale("logistic", ax=balanced)
    balanced.set_title("s'''' = 0")


def _certificates(by_gates: Axes, by_neurons: Axes) -> None:
    net = pn.compile("x*y*z - z**2/2", {"x": (-1, 1), "y": (-1, 1), "z": (0, 2)})
    plot.certificate(net, net.certify(by="gates"), ax=by_gates)
    plot.certificate(net, net.certify(by="neurons"), ax=by_neurons)


def _depths(few: Axes, many: Axes) -> None:
    plot.neurons_against_depth(8, few)
    plot.neurons_against_depth(32, many)


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
