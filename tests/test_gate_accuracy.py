"""One gate by its series, every activation and scale, against balls of 600 bits."""

import math
from fractions import Fraction

import flint
import numpy as np
import pytest

import balls
import polynet as pn
from polynet._core import Network, Stencil

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


# Factors or powers, in one hidden layer, and combinations of products at scales up to four times.
MONOMIALS = {
    "x*y*z": (1, 1, 1),
    "w*x*y*z": (1, 1, 1, 1),
    "u*v*w*x*y*z": (1, 1, 1, 1, 1, 1),
    "x**2*y": (2, 1),
    "x**3": (3,),
    "x**5": (5,),
    "product_richardson3": (1, 1),
    "square_richardson3": (2,),
}
# How far singularities are from the real line; infinite for the others.
DISTANCE = {
    "algebraic": 1.0,
    "arctan": 1.0,
    "tanh": math.pi / 2,
    "logcosh": math.pi / 2,
    "mish": 3 * math.pi / 4,
    "logistic": math.pi,
    "silu": math.pi,
    "softplus": math.pi,
}


def one_monomial(monomial, activation, scale, dtype):
    """The state of a network of one gate, its bias, and how far from it its neurons reach."""
    names = [v for v in "uvwxyz" if v in monomial.replace("square", "")]
    if not monomial.endswith("richardson3"):
        box = {v: (-1, 1) for v in names}
        net = pn.compile(
            monomial, box, activation=activation, scale=scale, hidden_layers=1, dtype=dtype
        )
        state = net._handle.state()
    else:
        gate = one_gate("x*y", activation, scale, dtype)[0]._handle.state()[-2][0][1][0]
        count = len(MONOMIALS[monomial])
        operands = [([(i, 1.0)], 0.0) for i in range(count)]
        layer = (operands, [(monomial, *gate[1:3], list(range(count)))])
        box = [(-1.0, 1.0)] * count
        state = (activation, dtype, "factored", box, [], [layer], [([(0, 1.0)], 0.0)])
    ((_, (gate,)),) = state[-2]
    reach = scale * max(sum(map(abs, d)) for _, d in Stencil(gate[0]).nodes)
    return state, gate[1], reach


def reach_of_series(activation, bias, dtype):
    """How far from their bias the neurons of a gate may reach such that it has a series."""
    if activation == "requ":
        return bias  # no more than two derivatives at 0
    if activation == "gelu_tanh":
        return 1.1  # no bounds of high derivatives
    if activation == "mish":  # they are enclosed to few digits
        return 0.7 if dtype == "float32" else 0.35
    if activation in DISTANCE:
        return 0.6 * math.hypot(DISTANCE[activation], bias)
    return 1.9 if activation in ("erf", "gaussian", "gelu") else math.inf


class Balls:
    """A network as balls.real_number_function reads it."""

    def __init__(self, state):
        self.state = state

    def __reduce__(self):
        return (None, (self.state,))


def monomial_points(count, dtype):
    points = np.random.default_rng(1).uniform(-1, 1, (6, count))
    points[0] = 1.0
    points[1] = [(-1.0) ** i for i in range(count)]
    points[2] *= 1e-3  # where neurons would cancel
    points[3, 0] = 1e-6
    return points.astype(dtype)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("monomial", MONOMIALS)
@pytest.mark.parametrize("activation", pn.activation_names())
def test_monomials_are_within_4_eps_well_within_the_distance_of_a_pole(activation, monomial, dtype):
    powers = MONOMIALS[monomial]
    if activation == "requ" and sum(powers) > 2:
        pytest.skip("no derivatives beyond the second")
    points = monomial_points(len(powers), dtype)
    eps = float(np.finfo(dtype).eps)
    for scale in (0.5, 0.35, 0.125, 2.0**-4):
        scale = float(np.dtype(dtype).type(scale))
        state, bias, reach = one_monomial(monomial, activation, scale, dtype)
        net = Network.from_state(state)
        if net.uses_neurons:
            assert reach > reach_of_series(activation, bias, dtype), scale
            continue
        (((relative, absolute),),) = net.kernel_errors()
        for point, value in zip(points, net.evaluate(points, None, 1, True, True), strict=True):
            at = [Fraction(float(t)) for t in point]
            exact = balls.real_number_function(Balls(state), at)
            target = math.prod(t**p for t, p in zip(at, powers, strict=True))
            error = abs(flint.arb(float(np.ravel(value)[0])) - exact)
            assert error <= balls.ball(Fraction(relative) * abs(target) + Fraction(absolute))
            assert error <= balls.ball(4 * Fraction(eps) * abs(target)), (scale, point)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("monomial", ["x*y*z", "w*x*y*z", "x**2*y", "x**5", "square_richardson3"])
@pytest.mark.parametrize("activation", ["arctan", "erf", "tanh"])
def test_derivatives_of_monomials_are_accurate(activation, monomial, dtype):
    powers = MONOMIALS[monomial]
    points = monomial_points(len(powers), dtype)
    step = Fraction(1, 2**200)
    for scale in (0.25, 0.125):
        state, _, _ = one_monomial(monomial, activation, scale, dtype)
        net = Network.from_state(state)
        if net.uses_neurons:
            assert scale == 0.25
            continue
        found = net.evaluate_with_derivatives(points, 1).reshape(len(points), -1)
        for point, row in zip(points, found[:, 1:], strict=True):
            at = [Fraction(float(t)) for t in point]
            for i, slope in enumerate(row):
                ends = [
                    balls.real_number_function(Balls(state), [*at[:i], at[i] + h, *at[i + 1 :]])
                    for h in (step, -step)
                ]
                exact = (ends[0] - ends[1]) / balls.ball(2 * step)
                rest = [t**p for t, p in zip(at, powers, strict=True)]
                rest[i] = powers[i] * at[i] ** (powers[i] - 1)
                error = abs(flint.arb(float(slope)) - exact) / balls.ball(abs(math.prod(rest)))
                assert float(error.mid()) <= 16 * np.finfo(dtype).eps, (scale, point, i)
