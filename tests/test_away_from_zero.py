"""Products on boxes away from zero: tight by the error's gradient, and never too tight."""

from fractions import Fraction

import flint
import numpy as np
import pytest

import balls
import polynet as pn


def product(count, low, high, dtype):
    names = [f"x{i}" for i in range(count)]
    polynomial = pn.Polynomial({(1,) * count: 1}, names)
    return pn.compile(polynomial, dict.fromkeys(names, (low, high)), dtype=dtype)


def styblinski_tang(dtype):
    terms = (f"(x{i}**4 - 16*x{i}**2 + 5*x{i})/2" for i in range(5))
    return pn.compile(" + ".join(terms), {f"x{i}": (-5, 5) for i in range(5)}, dtype=dtype)


def part_of(net, rng):
    """The network on a part of its box: some inputs points, some whole, some shortened."""
    box = {}
    for name, low, high in zip(net.box.variables, net.box.lower, net.box.upper, strict=True):
        share = rng.random(2) * rng.choice([0, 0.3, 1])
        ends = (low + (high - low) * rng.choice([1 - share, share])).astype(net.dtype)
        box[name] = (float(min(ends)), float(max(ends)))
    rebuild, ((activation, dtype, form, _, *gates), polynomials, _, single) = net.__reduce__()
    state = (activation, dtype, form, list(box.values()), *gates)
    return rebuild(state, polynomials, pn.Box(box), single)


def error_at(net, point):
    """A ball around the real-number function's distance from the polynomial."""
    exact = [Fraction(float(t)) for t in point]
    return abs(balls.real_number_function(net, exact) - balls.ball(net.polynomials[0](exact)))


def attack(net, bounds, rng, count):
    """Corners, random points and neighbours of the witness, judged in balls."""
    low, high = np.array(net.box.lower), np.array(net.box.upper)
    share = rng.random((count, len(low)))
    share[: count // 2] = share[: count // 2] > 0.5
    near = np.clip(bounds.truncation_witness + 0.02 * (share[-4:] - 0.5), low, high)
    for point in [*(low + (high - low) * share), *near, low, high]:
        assert error_at(net, point) <= flint.arb(bounds.truncation_upper)
    assert error_at(net, bounds.truncation_witness) >= flint.arb(bounds.truncation_lower)


@pytest.fixture(autouse=True)
def precision():
    before, flint.ctx.prec = flint.ctx.prec, 300
    yield
    flint.ctx.prec = before


# Twice as many factors take ten times as long: of the largest one box in each format.
@pytest.mark.parametrize(
    ("count", "low", "high", "dtype"),
    [
        (8, 0.5, 2, "float64"),
        (8, 0.5, 2, "float32"),
        (8, 1, 1.5, "float64"),
        (8, 1, 1.5, "float32"),
        (16, 0.5, 2, "float64"),
        (16, 1, 1.5, "float32"),
    ],
)
def test_products_away_from_zero_are_certified_to_a_percent(count, low, high, dtype):
    net = product(count, low, high, dtype)
    certificate = net.certify(ratio=1.01)
    bounds = certificate.outputs[0]
    assert bounds.truncation_ratio <= 1.01
    assert certificate.boxes <= 100
    attack(net, bounds, np.random.default_rng(count), 8)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("make", [lambda d: product(8, 0.5, 2, d), styblinski_tang])
def test_no_part_of_the_box_contradicts_its_certificate(make, dtype):
    whole = make(dtype)
    rng = np.random.default_rng(1)
    for _ in range(12):
        net = part_of(whole, rng)
        bounds = net.certify(max_boxes=int(rng.choice([1, 9]))).outputs[0]
        attack(net, bounds, rng, 12)


def test_styblinski_tang_takes_few_parts():
    certificate = styblinski_tang("float64").certify(ratio=1.01)
    assert certificate.outputs[0].truncation_ratio <= 1.01
    assert certificate.boxes <= 50
