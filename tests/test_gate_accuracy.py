"""One gate by its series, every activation and scale, against balls of 600 bits."""

from fractions import Fraction

import flint
import numpy as np
import pytest

import balls
import polynet as pn

SCALES = (0.5, 0.375, 0.3125, 0.25, 2.0**-3, 2.0**-6, 2.0**-14)
# The largest scales at which products have a series, where poles near the real axis end it: in
# float64 and in float32.
LAST_SERIES = {
    "algebraic": (0.3125, 0.375),
    "arctan": (0.3125, 0.375),
    "gelu_tanh": (0.375, 0.5),
}


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
def test_a_gate_has_a_series_within_4_eps_up_to_the_promised_scale(activation, expression, dtype):
    box = {v: (-1, 1) for v in "xy" if v in expression}
    points = np.random.default_rng(0).uniform(-1, 1, (12, len(box))).astype(dtype)
    last = max(SCALES)
    if expression == "x*y" and activation in LAST_SERIES:
        last = LAST_SERIES[activation][dtype == "float32"]
    for scale in SCALES:
        net = pn.compile(
            expression, box, activation=activation, scale=scale, construction="paper", dtype=dtype
        )
        assert net._handle.uses_neurons == (scale > last), scale
        if scale <= last:
            assert largest_error(net, points) <= 4, scale
