"""One gate by its series, every activation and scale, against balls of 600 bits."""

from fractions import Fraction

import flint
import numpy as np
import pytest

import balls
import polynet as pn

SCALES = (0.5, 0.375, 0.25, 2.0**-3, 2.0**-6, 2.0**-14)


@pytest.fixture(autouse=True)
def precision():
    with flint.ctx.workprec(600):
        yield


def largest_error(net, points):
    """In units of eps, relatively to the network's real-number function."""
    worst = 0.0
    for point, value in zip(points, net(points), strict=True):
        exact = balls.real_number_function(net, [Fraction(float(t)) for t in point])
        worst = max(worst, float(abs(flint.arb(float(value)) / exact - 1).mid()))
    return worst / np.finfo(net.dtype).eps


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("expression", ["x*y", "x**2"])
@pytest.mark.parametrize("activation", pn.activation_names())
def test_a_gate_by_its_series_is_within_4_eps_at_every_scale(activation, expression, dtype):
    box = {v: (-1, 1) for v in "xy" if v in expression}
    points = np.random.default_rng(0).uniform(-1, 1, (12, len(box))).astype(dtype)
    in_series = []
    for scale in SCALES:
        net = pn.compile(
            expression, box, activation=activation, scale=scale, construction="paper", dtype=dtype
        )
        if not net._handle.uses_neurons:
            in_series.append(scale)
            assert largest_error(net, points) <= 4, scale
    # Poles near the real axis end the series of some; not of the default.
    assert set(SCALES[3:]) <= set(in_series)
    assert activation != "logistic" or len(in_series) == len(SCALES)
