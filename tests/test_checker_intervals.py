"""The checker's interval arithmetic at its exact edges, against fractions.

Every operation must hold the exact range, and must be no wider than its formula says: one float64
beyond a rounded result, so that a rounding left out fails as well as a loosening.
"""

import itertools
from fractions import Fraction
from math import inf, nextafter

import numpy as np
import pytest

pytest.importorskip("flint")

from polynet.checker.intervals import TINY, UNIT, Functions, Intervals
from polynet.checker.polynomials import Polynomials

SMALLEST = 2.0**-1074
# Ties, thirds, neighbours of powers of two, subnormals, numbers that cancel.
NUMBERS = [0.0, 1.0, -1.0, 0.1, -1 / 3, 2.0**-53, 1 + 2.0**-52, -(2.0**-1000), 3e200, SMALLEST]
RANGES = [(a, b) for a, b in itertools.product(NUMBERS, NUMBERS) if a <= b]


def interval(low, high):
    return Intervals(np.array([low]), np.array([high]))


def outward(low, high):
    """What an operation that rounds its exact ends once, and then goes on by one, gives."""
    return nextafter(float(low), -inf), nextafter(float(high), inf)


def ends(result):
    return float(np.ravel(result.low)[0]), float(np.ravel(result.high)[0])


def test_sums_and_products_are_one_float64_beyond_their_rounded_ends():
    for (a, b), (c, d) in itertools.product(RANGES, RANGES):
        low, high = Fraction(a) + Fraction(c), Fraction(b) + Fraction(d)
        found = ends(interval(a, b) + interval(c, d))
        assert found == outward(low, high)
        assert found[0] < low <= high < found[1]
        products = [Fraction(p) * Fraction(q) for p in (a, b) for q in (c, d)]
        if max(map(abs, products)) < 1e300:
            found = ends(interval(a, b) * interval(c, d))
            assert found == outward(min(products), max(products))
            assert found[0] < min(products) <= max(products) < found[1]


def test_a_widened_interval_is_one_float64_beyond():
    for (a, b), radius in itertools.product(RANGES, (0.0, 2.0**-53, 0.1)):
        found = ends(interval(a, b).widened(np.array([radius])))
        assert found == outward(Fraction(a) - Fraction(radius), Fraction(b) + Fraction(radius))


def test_sizes_are_the_largest_absolute_values():
    assert [interval(a, b).size[0] for a, b in ((-3.0, 2.0), (-2.0, 3.0), (1.0, 2.0))] == [3, 3, 2]


@pytest.mark.parametrize("weights", [[2.0], [-3.0], [1.0, -2.0], [5.0, 0.0, -7.0, 2.0**-30]])
def test_a_combination_is_off_by_its_formula_and_one_float64(weights):
    """Integers and powers of two: in any order no sum is rounded, all of the width is the bound."""
    n = len(weights)
    low, high = np.arange(n) - 2.0, 2.0 * np.arange(n) - 1.0
    found = Intervals(low[:, None], high[:, None]).combined(np.array([weights]))
    terms = [sorted((w * a, w * b)) for w, a, b in zip(weights, low, high, strict=True)]
    sizes = [abs(w) * max(abs(a), abs(b)) for w, a, b in zip(weights, low, high, strict=True)]
    # N products with weights off by u each, added up: (1 + u)^(N + 1) - 1 at least.
    radius = 4 * (n + 4) * 2.0**-53 * sum(sizes) + TINY
    assert ends(found) == (
        nextafter(sum(a for a, _ in terms) - radius, -inf),
        nextafter(sum(b for _, b in terms) + radius, inf),
    )
    assert Fraction(radius) > ((1 + Fraction(UNIT)) ** (n + 1) - 1) * Fraction(sum(sizes))


def test_a_combination_of_zeros_leaves_room_for_what_underflows():
    zero = np.zeros((3, 1))
    found = ends(Intervals(zero, zero).combined(np.ones((1, 3))))
    assert found == (nextafter(-TINY, -inf), nextafter(TINY, inf))
    assert TINY >= 3 * 2.0**-1074  # of every product


def test_a_sum_along_an_axis_holds_the_exact_sum_and_a_neighbour_for_each_addition():
    numbers = np.array([[0.1, 0.2, 0.3, -0.6]]).T
    found = Intervals(numbers, numbers).sum(0)
    low = high = numbers[0, 0]
    for x in numbers[1:, 0]:
        low, high = nextafter(low + x, -inf), nextafter(high + x, inf)
    assert ends(found) == (low, high)
    assert low < sum(map(Fraction, numbers[:, 0])) < high


def point(x):
    """One function of two variables, or of none, at a point: all its numbers."""
    x = np.array(x, float)
    return Intervals(x, x)


def test_the_slopes_of_products_and_compositions_are_those_of_analysis():
    f = Functions(point([[3.0]]), point([[[1.0], [2.0]]]))
    g = Functions(point([[5.0]]), point([[[7.0], [-4.0]]]))
    product = f * g
    assert holds(product.values, [15.0])
    assert holds(product.slopes, [1 * 5 + 7 * 3, 2 * 5 - 4 * 3])
    assert holds((f + g).slopes, [8.0, -2.0])
    both = Functions.joined([f, g])
    assert holds(both.values, [3.0, 5.0])
    outer = Functions(point([[9.0]]), point([[[10.0], [-1.0]]]))
    assert holds(outer.of(both).slopes, [10 * 1 - 7, 10 * 2 + 4])
    assert holds(outer.of(both).values, [9.0])
    assert holds(both.sum().slopes, [8.0, -2.0])
    assert holds(both.combined(np.array([[2.0, -1.0]])).slopes, [2 - 7, 4 + 4])


def holds(intervals, exact):
    """Whether these numbers lie inside, and little else does."""
    low, high = np.ravel(intervals.low), np.ravel(intervals.high)
    return len(low) == len(exact) and all(
        Fraction(a) <= Fraction(x) <= Fraction(b) and b - a <= 2.0**-45 * max(1.0, abs(x))
        for a, b, x in zip(low, high, exact, strict=True)
    )


def test_even_powers_are_not_negative_and_odd_ones_are():
    terms = {(2,): 1.0}, {(3,): 1.0}, {(0,): -4.0}, {(1,): 1.0}
    found = Polynomials(terms, np.zeros(4), np.zeros((4, 1)))(point_range(-1.0, 2.0))
    width = 2.0**-40
    for k, (low, high) in enumerate([(0, 4), (-4, 8), (-4, -4), (-1, 2)]):
        # x^3 is x^2 x: [0, 4] [-1, 2] = [-4, 8].
        assert low - width < found.values.low[k, 0] <= low
        assert high <= found.values.high[k, 0] < high + width
    for k, (low, high) in enumerate([(-2, 4), (0, 12), (0, 0), (1, 1)]):
        assert low - width < found.slopes.low[k, 0, 0] <= low
        assert high <= found.slopes.high[k, 0, 0] < high + width


def point_range(low, high):
    return Intervals(np.array([[low]]), np.array([[high]]))


def test_what_is_dropped_of_a_polynomial_widens_values_and_slopes_by_exactly_that():
    rests, slope_rests = np.array([0.25, 0.0]), np.array([[0.5], [2.0]])
    found = Polynomials([{(1,): 1.0}, {(1,): 1.0}], rests, slope_rests)(point_range(1.0, 1.0))
    for k, (rest, slope) in enumerate([(0.25, 0.5), (0.0, 2.0)]):
        for intervals, off in ((found.values[k], rest), (found.slopes[k], slope)):
            low, high = ends(intervals)
            assert 1 - off - 2.0**-45 < low <= 1 - off
            assert 1 + off <= high < 1 + off + 2.0**-45


def test_a_polynomial_in_two_variables_has_both_slopes():
    """x^2 y^3 - 2 y at (2, 3), where everything is an integer."""
    found = Polynomials([{(2, 3): 1.0, (0, 1): -2.0}], np.zeros(1), np.zeros((1, 2)))(
        point([[2.0], [3.0]])
    )
    assert holds(found.values, [4 * 27 - 6])
    assert holds(found.slopes, [2 * 2 * 27, 4 * 3 * 9 - 2])
