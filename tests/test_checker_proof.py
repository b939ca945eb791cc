"""The checker's proof of an upper bound, part by part: down to what is attained, and no further."""

from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import inf
from operator import mul

import numpy as np
import pytest
from certificates import off_by, small

pytest.importorskip("flint")

from flint import arb

from polynet.checker.arithmetic import settings
from polynet.checker.errors import NotProvedError, RefutedError
from polynet.checker.ideal import Ideal
from polynet.checker.intervals import Functions, Intervals
from polynet.checker.models import Space
from polynet.checker.proof import _bounds, prove_at_most
from polynet.checker.propagation import propagate
from polynet.checker.reading import read
from polynet.checker.subdivision import Part


@pytest.fixture(autouse=True)
def arithmetic():
    with settings():
        yield


@pytest.fixture(scope="module")
def claims():
    return {name: read(data) for name, data in small().items()}


class Linear:
    """c_0 + c.u on parts, as an error would be enclosed: exactly."""

    def __init__(self, constant, slopes):
        self.constant, self.slopes = constant, np.array(slopes)

    def __call__(self, u):
        c = self.slopes[:, None]
        low = self.constant + (np.minimum(c * u.low, c * u.high)).sum(axis=0)
        high = self.constant + (np.maximum(c * u.low, c * u.high)).sum(axis=0)
        slopes = np.broadcast_to(c, u.low.shape)[None]
        return Functions(Intervals(low[None], high[None]), Intervals(slopes, slopes))


@pytest.mark.parametrize("constant", [0.5, -0.5])
@pytest.mark.parametrize("slopes", [(0.25, -2.0), (-3.0, 0.5)])
def test_a_part_s_bound_is_the_largest_absolute_value_and_hardly_more(constant, slopes):
    low, high = np.array([[0.0, -1.0], [0.25, 0.0]]), np.array([[1.0, -0.5], [0.5, 0.125]])
    function = Linear(constant, slopes)
    above, _, _ = _bounds(function, low, high, -inf, 0.0)
    for k in range(2):
        corners = [
            sum(map(mul, map(Fraction, (constant, *slopes)), map(Fraction, (1.0, x, y))))
            for x, y in product(*zip(low[:, k], high[:, k], strict=True))
        ]
        largest = max(map(abs, corners))
        assert largest < Fraction(above[k]) <= largest * (1 + Fraction(1, 2**40))


class Bent:
    """u^2 - u in one variable: its slope has either sign about 1/2."""

    def __call__(self, u):
        one = Intervals(-np.ones_like(u.low), -np.ones_like(u.low))
        slope = u + u + one
        return Functions(u * u + u * one, Intervals(slope.low[None], slope.high[None]))


def test_what_a_variable_s_move_to_an_end_costs_is_paid():
    """On [0, 1/2 + 1/16] the slope is from -1 to 1/8: the largest value is -(-1/4), at 1/2."""
    low, high = np.array([[0.25]]), np.array([[0.5625]])
    for allowance in (0.0, 2.0**-6, 2.0**-4, 1.0):
        above, _, _ = _bounds(Bent(), low, high, -inf, allowance)
        assert 0.25 <= above[0] <= 0.5
    # The centre and its slopes: the mean value theorem, with the radius to either side.
    above, _, _ = _bounds(Bent(), np.array([[0.46875]]), np.array([[0.53125]]), -inf, 0.0)
    middle, spread = Fraction(1, 4), Fraction(1, 16) * Fraction(1, 32)
    assert middle + spread <= above[0] <= middle + spread + Fraction(1, 2**40)


def test_a_bound_is_proved_down_to_what_is_attained_and_no_further(claims):
    """The error is 1/2 everywhere: at most 1/2 and a little, and not less."""
    claim = off_by(claims["exact"], 0.5)
    network = propagate(Ideal(claim, Space(claim.box)), 2.0**-40)

    def prove(bound):
        return prove_at_most(network, 0, arb(bound), 2.0**-40, [Part(claim.box)], (1.0,))

    assert prove(0.5 + 2.0**-24) == 1
    with pytest.raises(NotProvedError, match="too close"):
        prove(0.5 - 2.0**-52)
    with pytest.raises(RefutedError):
        prove(0.5 - 2.0**-24)
    other = off_by(claims["exact"], -0.5)  # of the other sign
    network = propagate(Ideal(other, Space(claim.box)), 2.0**-40)
    assert prove(0.5 + 2.0**-24) == 1
    with pytest.raises(RefutedError):
        prove(0.5 - 2.0**-24)


def test_a_larger_error_far_from_the_witness_is_found(claims):
    """1 - x^2 on [-1, 1]: nothing at the ends, where it is looked for first."""
    claim = replace(off_by(claims["exact"], 1), box=((-1.0, 1.0),))
    (p,) = claim.polynomials
    p = replace(p, terms={**p.terms, (2,): p.terms[(2,)] + 1})
    claim = replace(claim, polynomials=(p,))
    network = propagate(Ideal(claim, Space(claim.box)), 2.0**-40)
    for bound in (0.6, 0.99, 1.001):
        stack = [Part(claim.box)]
        if bound > 1:
            assert prove_at_most(network, 0, arb(bound), 2.0**-40, stack, (1.0,))
        else:
            with pytest.raises(RefutedError):
                prove_at_most(network, 0, arb(bound), 2.0**-40, stack, (1.0,))


def test_splits_are_in_the_middle_of_what_can_be_split():
    lower, upper = Part(((-1.0, 1.0), (0.0, 2.0**-1073))).split(1)
    assert (lower.box, upper.box) == (
        ((-1.0, 1.0), (0.0, 2.0**-1074)),
        ((-1.0, 1.0), (2.0**-1074, 2.0**-1073)),
    )
    lower, upper = Part(((-1.0, 3.0), (0.0, 2.0**-1074))).split(1)  # nothing lies inside
    assert (lower.box[0], upper.box[0]) == ((-1.0, 1.0), (1.0, 3.0))
    assert not Part(((0.0, 2.0**-1074), (1.0, 1.0))).can_split()
