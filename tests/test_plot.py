"""Pictures show the numbers that the package computes: its own, and those of the documents."""

import sys
from pathlib import Path

import numpy as np
import pytest

import polynet as pn

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

from polynet import plot  # noqa: E402

sys.path.append(str(Path(__file__).parents[1] / "docs"))
import figures  # noqa: E402


@pytest.fixture(autouse=True)
def close_figures():
    """Leave no figure behind."""
    yield
    pyplot.close("all")


@pytest.fixture(name="axes")
def new_axes():
    return pyplot.subplots()[1]


def test_gate_error_shows_the_leading_term(axes):
    gate = pn.Gate("logistic", bias=-1.0, scale=0.1)
    figures.gate_error(gate, axes)
    (term, *_) = gate.error_terms(2)
    corner = gate.scale**2 * term.coefficient[0] / 3  # u^2 + v^2 = 2
    levels = axes.collections[0].levels
    assert min(abs(levels[0] - corner), abs(levels[-1] - corner)) < 0.1 * abs(corner)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_error_against_scale_has_its_minimum_inside(dtype, axes):
    figures.error_against_scale(axes, dtype=dtype)
    total, truncation, rounding = (line.get_ydata() for line in axes.lines)
    assert 0 < np.argmin(total) < len(total) - 1
    # Both parts are within the total, up to the rounding of their sum.
    assert np.all(np.maximum(truncation, rounding) <= total)
    assert truncation[0] > rounding[0]
    assert truncation[-1] < rounding[-1]


@pytest.mark.parametrize("by", ["gates", "neurons"])
def test_certificate_lines_stay_below_upper_and_reach_lower(by):
    net = pn.compile("x*y - z**2/2", {"x": (-1, 1), "y": (-1, 1), "z": (0, 2)})
    proved = net.certify(by=by)
    axes = plot.certificate(net, proved)
    assert len(axes.lines) == 3
    assert all(np.max(line.get_ydata()) <= proved.upper for line in axes.lines)
    with pytest.raises(pn.InvalidInputError, match="output 1"):
        plot.certificate(net, proved, output=1)
    with pytest.raises(pn.InvalidInputError, match="another network"):
        plot.certificate(net.merged(), proved)


def test_neurons_against_depth_are_the_papers_counts(axes):
    figures.neurons_against_depth(16, axes)
    (line,) = axes.lines
    counts = dict(zip(line.get_xdata(), line.get_ydata(), strict=True))
    # arXiv:1705.05502, theorem 5.1: 80, 60, 60 neurons with 2, 3, 4 layers.
    assert {k: counts[k] for k in (2, 3, 4)} == {2: 80, 3: 60, 4: 60}


def test_plots_go_where_they_are_told(axes):
    net = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)})
    assert plot.certificate(net, net.certify(), ax=axes) is axes
