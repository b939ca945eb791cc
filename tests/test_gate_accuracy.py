"""One gate by its series, every activation and scale, against balls of 600 bits."""

from fractions import Fraction

import flint
import numpy as np
import pytest

import balls
import polynet as pn

SCALES = (0.5, 0.4375, 0.375, 0.25, 2.0**-3, 2.0**-6, 2.0**-14)


@pytest.fixture(autouse=True)
def precision():
    with flint.ctx.workprec(600):
        yield


def one_gate(expression, activation, scale, dtype):
    """The gate and points of its box, corners among them."""
    box = {v: (-1, 1) for v in "xy" if v in expression}
    net = pn.compile(
        expression, box, activation=activation, scale=scale, construction="paper", dtype=dtype
    )
    points = np.random.default_rng(0).uniform(-1, 1, (12, len(box))).astype(dtype)
    points[0], points[1, 0], points[1, -1] = 1.0, 1.0, -1.0
    return net, points


def exact(net, point):
    return balls.real_number_function(net, [Fraction(float(t)) for t in point])


def relative_error(net, value, ball):
    """In units of eps."""
    return float(abs(flint.arb(float(value)) / ball - 1).mid()) / np.finfo(net.dtype).eps


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("expression", ["x*y", "x**2"])
@pytest.mark.parametrize("activation", pn.activation_names())
def test_a_gate_has_a_series_within_4_eps_at_every_scale(activation, expression, dtype):
    for scale in SCALES:
        net, points = one_gate(expression, activation, scale, dtype)
        assert not net._handle.uses_neurons, scale
        for point, value in zip(points, net(points), strict=True):
            assert relative_error(net, value, exact(net, point)) <= 4, scale


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("expression", ["x*y", "x**2"])
@pytest.mark.parametrize("activation", ["algebraic", "arctan", "gelu_tanh", "mish", "tanh"])
def test_derivatives_of_long_series_are_accurate(activation, expression, dtype):
    # A polynomial of least degree follows the series less closely in its slope.
    step = Fraction(1, 2**200)
    for scale in SCALES[:3]:
        net, points = one_gate(expression, activation, scale, dtype)
        for point, row in zip(points, net.value_and_jacobian(points)[1], strict=True):
            at = [Fraction(float(t)) for t in point]
            for i, slope in enumerate(row):
                ends = [
                    balls.real_number_function(net, [*at[:i], at[i] + h, *at[i + 1 :]])
                    for h in (step, -step)
                ]
                exact_slope = (ends[0] - ends[1]) / balls.ball(2 * step)
                assert relative_error(net, slope, exact_slope) <= 16, scale
