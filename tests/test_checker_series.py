"""The checker's gates as series, their remainders, and the activations, at their exact edges."""

from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import pairwise, product
from math import factorial, prod

import mpmath
import numpy as np
import pytest

pytest.importorskip("flint")

from flint import arb, fmpq
from taylor_values import FUNCTIONS

from polynet.checker import activations
from polynet.checker.activations import largest_coefficient, range_and_slope, taylor
from polynet.checker.arithmetic import settings
from polynet.checker.claim import Gate, Node, Stencil
from polynet.checker.error import _polynomials, _unit, _up
from polynet.checker.errors import NotProvedError
from polynet.checker.intervals import Intervals
from polynet.checker.limits import Budget
from polynet.checker.series import (
    Series,
    _moments,
    monomial_size,
    normalisation,
    series_of,
    sign_factor,
    sign_series,
)

CLOSE = arb(2) ** -250


@pytest.fixture(autouse=True)
def arithmetic():
    with settings():
        yield


PRODUCT = Stencil(
    "product", (1, 1), tuple(Node(a * b, (a, b)) for a, b in product((1, -1), (1, -1))), 0
)
SQUARE = Stencil("square", (2,), (Node(1, (1,)), Node(1, (-1,))), -2)
SIGN = Stencil("bits", (0,), (Node(1, (1,)),), -1)


def gate(stencil, bias=1.0, scale=0.25):
    return Gate(stencil, bias, scale, tuple(range(len(stencil.target))))


def is_close(found, expected):
    """Whether two balls are the same number, as far as anyone can see."""
    return bool(abs(found - expected) <= CLOSE * abs(expected).max(arb(1)))


@pytest.mark.parametrize("name", sorted(activations.FORMULAS))
@pytest.mark.parametrize("x", ["-5/4", "0", "2"])
def test_activations_are_their_formulas_by_mpmath(name, x):
    mp = mpmath.mp
    with mpmath.workdps(60):
        at = Fraction(x)
        expected = mp.taylor(FUNCTIONS[name], mp.mpf(at.numerator) / at.denominator, 6)
        found = taylor(name, arb(fmpq(at.numerator, at.denominator)), 6)
        for c, d in zip(expected, found, strict=True):
            assert abs(c - mp.mpf(d.mid().str(60, radius=False))) < mp.mpf(10) ** -25


def test_a_ball_s_coefficients_hold_those_of_all_its_numbers():
    for name in activations.FORMULAS:
        wide = taylor(name, arb(0.5, 0.125), 5)
        for x in (0.375, 0.5, 0.625):
            assert all(c.contains(d) for c, d in zip(wide, taylor(name, arb(x), 5), strict=True))


def test_requ_is_a_square_right_of_0_and_nothing_left_of_it():
    assert taylor("requ", arb(3), 3) == [9, 6, 1, 0]
    assert taylor("requ", arb(-3), 3) == [0, 0, 0, 0]
    for x in (arb(0, 0.5), arb(2.0**-30, 2.0**-20)):
        with pytest.raises(NotProvedError, match="across 0"):
            taylor("requ", x, 3)


@pytest.mark.parametrize("name", ["exp", "sin"])
@pytest.mark.parametrize("order", [0, 1, 2, 7])
@pytest.mark.parametrize(("middle", "radius"), [(0.5, 0.0), (-1.0, 2.0**-7), (0.25, 0.3)])
def test_the_largest_coefficient_on_an_interval_is_no_less_and_hardly_more(
    name, order, middle, radius
):
    """For e^x it is that at the upper end, for sine up to where 1 is attained."""
    found = largest_coefficient(name, arb(middle), arb(radius), order)
    if name == "exp":
        true = (arb(middle) + arb(radius)).exp() / factorial(order)
        assert found >= true.lower()
        assert found <= true * (1 + arb(10) ** -9)
    else:
        ends = [taylor("sin", arb(middle) + s * arb(radius), order)[order] for s in (-1, 1)]
        assert all(found >= abs(c).lower() for c in ends)
        assert found <= (1 + arb(2) ** -13) / factorial(order)


@pytest.mark.parametrize(("middle", "radius"), [(0.0, 1.0), (3.0, 0.1), (-2.0, 7.5), (1.0, 0.0)])
def test_pieces_cover_the_interval(middle, radius):
    pieces = list(activations._pieces(arb(middle), arb(radius)))
    assert all(h <= 2.0**-7 for _, h in pieces)
    assert (pieces[0][0] - pieces[0][1]).lower() <= middle - arb(radius)
    assert (pieces[-1][0] + pieces[-1][1]).upper() >= middle + arb(radius)
    for (m, h), (n, k) in pairwise(pieces):
        assert not m + h < n - k


def test_too_large_a_range_is_refused():
    with pytest.raises(NotProvedError, match="too large a range"):
        list(activations._pieces(arb(0), arb(activations.MAX_PIECES * 2.0**-7)))


@pytest.mark.parametrize(("middle", "radius"), [(0.5, 2.0**-8), (-1.0, 0.3), (0.5, 0.0)])
def test_range_and_slope_of_exp_are_those_at_its_ends(middle, radius):
    low, high, slope = range_and_slope("exp", arb(middle), arb(radius))
    least, most = ((arb(middle) + s * arb(radius)).exp() for s in (-1, 1))
    assert low <= least.upper()
    assert high >= most.lower()
    assert slope >= most.lower()
    assert low >= least * (1 - arb(2) ** -6)
    assert high <= most * (1 + arb(2) ** -6)
    assert slope <= most * (1 + arb(10) ** -9)


def test_the_range_of_a_function_that_turns_inside_holds_the_turn():
    low, high, slope = range_and_slope("cos", arb(0), arb(2.0**-8))
    assert low <= arb(2.0**-8).cos().upper()
    assert 1 <= high <= 1 + arb(2) ** -14
    assert slope >= arb(2.0**-8).sin().lower()


def test_the_normalisation_is_the_formula():
    """N = s_m(b) l^m S_t/t!: of requ, 2 l^2 times the moment over t!; of e^x, e^b in place of 2."""
    assert is_close(normalisation("requ", gate(PRODUCT)), arb(2) * arb(0.0625) * 4)
    assert is_close(normalisation("requ", gate(SQUARE)), arb(2) * arb(0.0625) * 2 / 2)
    assert is_close(normalisation("exp", gate(PRODUCT)), arb(1).exp() * arb(0.0625) * 4)
    assert normalisation("tanh", gate(SIGN, 0.0)) == 1
    with pytest.raises(NotProvedError, match="may be 0"):
        normalisation("tanh", gate(PRODUCT, 0.0))


def moments(stencil, order):
    """sum over k of w_k d_k^a, one by one."""
    found = {}
    for powers in product(range(order + 1), repeat=len(stencil.target)):
        if sum(powers) == order:
            total = sum(
                n.weight * prod(d**p for d, p in zip(n.direction, powers, strict=True))
                for n in stencil.nodes
            )
            if total:
                found[powers] = total
    return found


UNEVEN = Stencil(
    "any", (1, 2, 0), (Node(3, (2, -1, 0)), Node(-5, (1, 1, 4)), Node(7, (2, -1, 3))), 2
)


@pytest.mark.parametrize("stencil", [PRODUCT, SQUARE, UNEVEN], ids=lambda s: s.name)
def test_moments_are_the_sums_over_the_nodes(stencil):
    weights = {node.direction: node.weight for node in stencil.nodes}
    for order in range(1, 6):
        assert dict(_moments(weights, order, Budget())) == moments(stencil, order)


def expanded(stencil, largest, accuracy=2.0**-30, scale=0.25, reach=(1.5, 0.5)):
    asked = []

    def bound(bias, steps, order):
        asked.append((bias, steps, order))
        return arb(largest)

    g = gate(stencil, 0.5, scale)
    sizes = [arb(r) for r in reach[: len(stencil.target)]]
    return series_of("exp", g, sizes, arb(accuracy), bound, Budget()), asked


@pytest.mark.parametrize("stencil", [PRODUCT, SQUARE], ids=lambda s: s.name)
def test_coefficients_and_remainders_are_those_of_taylor_s_theorem(stencil):
    reach, scale, largest = (1.5, 0.5), arb(0.25), arb(3)
    series, asked = expanded(stencil, 3.0)
    order = asked[-1][2]
    n = normalisation("exp", series.gate)
    # |d.z| on the box is the sum of |d_i| times the reach.
    sizes = [
        scale * sum(abs(d) * r for d, r in zip(node.direction, reach, strict=False))
        for node in stencil.nodes
    ]
    bias, steps, _ = asked[-1]
    assert bias == 0.5
    assert arb(steps) / 64 >= max(sizes, key=float)
    remainder = sum(abs(v.weight) * s**order for v, s in zip(stencil.nodes, sizes, strict=True))
    assert is_close(series.remainder, largest * remainder / n)
    assert series.remainder >= (largest * remainder / n).lower()
    for i in range(len(stencil.target)):
        slope = sum(
            abs(v.weight * v.direction[i]) * scale * s ** (order - 1)
            for v, s in zip(stencil.nodes, sizes, strict=True)
        )
        assert is_close(series.slope_remainder[i], largest * order * slope / n)
    leading = arb(0.5).exp()
    for powers, c in series.coefficients.items():
        j = sum(powers)
        moment = moments(stencil, j).get(powers, 0) + (stencil.constant_weight if j == 0 else 0)
        expected = leading * scale**j * moment / prod(map(factorial, powers)) / n
        assert is_close(c, expected)
        assert c.overlaps(expected)
    # Nothing is left out: every moment below the order has its coefficient.
    assert set(series.coefficients) == {
        powers for j in range(1, order) for powers in moments(stencil, j)
    }


def test_a_constant_that_does_not_cancel_is_a_coefficient():
    series, _ = expanded(replace(SQUARE, constant_weight=1), 3.0)
    n = normalisation("exp", series.gate)
    assert is_close(series.coefficients[(0,)], 3 * arb(0.5).exp() / n)


def at_the_end(radius, bias, _, order):
    return (arb(bias) + radius).exp() / factorial(order)


def test_the_series_holds_the_gate_itself_to_the_last_bit_of_its_remainder():
    """Of e^x at all corners of the box, where the largest derivative is known."""
    for stencil in (PRODUCT, SQUARE):
        g, reach = gate(stencil, 0.5), [arb(1.5), arb(0.5)][: len(stencil.target)]
        radius = arb(0.25) * sum(reach)
        largest = partial(at_the_end, radius)
        series = series_of("exp", g, reach, arb(1), largest, Budget())
        n = normalisation("exp", g)
        for signs in product((-1, 1), repeat=len(reach)):
            z = [s * r for s, r in zip(signs, reach, strict=True)]
            value = stencil.constant_weight * arb(0.5).exp()
            for node in stencil.nodes:
                inner = sum(d * x for d, x in zip(node.direction, z, strict=True))
                value += node.weight * (arb(0.5) + arb(0.25) * inner).exp()
            kept = sum(c * monomial_size(z, a) for a, c in series.coefficients.items())
            off = abs(value / n - kept)
            assert off <= series.remainder
            assert off >= series.remainder / 8


def test_sizes_and_slopes_of_a_series_are_exact_sums():
    series = Series(
        gate(PRODUCT), [arb(2), arb(2)], {(1, 1): arb(1.25), (2, 0): arb(-0.5), (0, 0): arb(3)},
        arb(0.125), [arb(0.5), arb(0.25)],
    )  # fmt: skip
    assert series.own == {(1, 1): arb(0.25), (2, 0): arb(-0.5), (0, 0): arb(3)}
    z = [arb(2), arb(1)]
    assert series.own_size(z) == 0.25 * 2 + 0.5 * 4 + 3 + 0.125
    assert series.slope(0, z) == 1.25 * 1 + 2 * 0.5 * 2 + 0.5
    assert series.slope(1, z) == 1.25 * 2 + 0.25
    assert monomial_size([arb(-2), arb(3)], (3, 1)) == -24


@pytest.mark.parametrize("bits", [2, 3, 5])
def test_a_product_of_bits_is_its_sign_but_for_the_tail(bits):
    g = gate(SIGN, 0.0, 4.0)
    series = sign_series("tanh", g, bits)
    factor, off = sign_factor("tanh", g, bits)
    values = [(4 * arb(2 * k + 1) / 2).tanh() for k in range(bits)]  # at 1/2, 3/2, ...
    for value in values:
        assert abs(value - factor) <= off * (1 + CLOSE)
    assert is_close(2 * off, values[-1] - values[0])
    assert series.remainder == off
    assert series.reach == [arb(bits) - 0.375]
    slope = 4 * (1 - arb(1.5).tanh() ** 2)
    assert is_close(series.slope_remainder[0], slope.max(2 * off))
    blunt = gate(SIGN, 0.0, 0.25)  # there the jump counts, not the slope
    (bound,) = sign_series("tanh", blunt, bits).slope_remainder
    assert bound >= (arb(1) / 4 * (1 - (arb(3) / 32).tanh() ** 2)).lower()


@pytest.mark.parametrize(
    "change", [{"bias": 0.5}, {"stencil": replace(SIGN, constant_weight=-2)},
               {"stencil": replace(SIGN, nodes=(Node(1, (2,)),))}],
)  # fmt: skip
def test_only_the_difference_of_a_sigmoid_and_its_centre_is_a_sign(change):
    with pytest.raises(NotProvedError, match="is not s"):
        sign_series("tanh", replace(gate(SIGN, 0.0), **change), 2)


def test_units_are_powers_of_two_above():
    for size, unit in ((1.0, 1), (0.999, 0), (2.0**-30, -29), (0.0, -3999)):
        assert _unit(arb(size)) == unit
    third = arb(1) / 3
    assert Fraction(_up(third)) > Fraction(1, 3)
    assert _up(arb(1)) == 1 + 2.0**-52


@pytest.mark.parametrize("stencil", [PRODUCT, SQUARE], ids=lambda s: s.name)
def test_a_gate_s_error_is_taken_apart_without_a_rest(stencil):
    """d = g(y) - y^t + (terms of order m >= 2 in e of y^t - z^t) times (1 - 1/m) m: exactly."""
    m = len(stencil.target)
    own = {(2, 1)[:m]: arb(0.5), (4, 0)[:m]: arb(-0.25), stencil.target: arb(1.125)}
    off = arb(2) ** -6
    series = Series(gate(stencil), [arb(1)] * m, own, off, [arb(2) ** -5] * m)
    y, e = (0.75, -0.5)[:m], (0.25, 0.125)[:m]
    z = [a - b for a, b in zip(y, e, strict=True)]
    # y is given in units of 2, e of 1/4, the result of 1/8.
    u = [a / 2 for a in y] + [b * 4 for b in e]
    point = Intervals(*2 * (np_column(u),))
    found = _polynomials(series, [1] * m, [-2] * m, -3)(point).values
    t = stencil.target
    linear = sum(
        t[i] * e[i] * power(z, [p - (k == i) for k, p in enumerate(t)]) for i in range(m) if t[i]
    )
    added = sum(Fraction(float(c)) * power(y, a) for a, c in series.own.items())
    d = added + power(y, t) - power(z, t) - linear
    (target, relative, rest, carried) = (found[k] for k in range(4))
    low, high = (float(x[0]) for x in (rest.low, rest.high))
    gate_part = Fraction(float(target.low[0])) * Fraction(float(relative.low[0]))
    # The remainder, in units of 1/8, is what the rest is wide, on either side.
    assert high - low == pytest.approx(2 * 8 * 2.0**-6, rel=2.0**-40)
    assert high - low >= 2 * 8 * 2.0**-6
    assert abs((gate_part + Fraction(low + high) / 2) / 8 - d) < Fraction(2) ** -45
    assert abs(Fraction(float(carried.low[0])) / 8 - linear) < Fraction(2) ** -45


def np_column(numbers):
    return np.array(numbers)[:, None]


def power(numbers, powers):
    return prod(Fraction(x) ** p for x, p in zip(numbers, powers, strict=True))


def test_binomials_of_the_error_are_those_of_the_target():
    """Of (1, 1): u f + e v - 2 e f is what is of first order in e, e f what is of second."""
    series = Series(gate(PRODUCT), [arb(1)] * 2, {}, arb(0), [arb(0)] * 2)
    polynomials = _polynomials(series, [0, 0], [0, 0], 0)
    table = {
        tuple(map(int, p)): polynomials.coefficients[:, k].tolist()
        for k, p in enumerate(polynomials.powers.T)
    }
    assert {p: c[3] for p, c in table.items() if c[3]} == {
        (0, 1, 1, 0): 1.0, (1, 0, 0, 1): 1.0, (0, 0, 1, 1): -2.0
    }  # fmt: skip
    assert {p: c[2] for p, c in table.items() if c[2]} == {(0, 0, 1, 1): 1.0}
