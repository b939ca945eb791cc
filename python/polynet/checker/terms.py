"""Polynomials in float64, and what is known of them on parts of [-1, 1]^n.

Every number here is a sum of the terms' coefficients times factors of at most 1 in size (in a
derivative, times an exponent too), so that N operations are off by at most
gamma_N = N u/(1 - N u) times the sum of the coefficients (Higham, Accuracy and Stability of
Numerical Algorithms, section 3.1). Parts are given by the lower and the upper ends of their ranges,
each of which may be off by a unit in the last place.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "UNIT",
    "Array",
    "Ends",
    "Terms",
    "at_corners",
    "bernstein",
    "on_face",
    "steepest",
    "sweep",
    "values_at",
]

UNIT = 2.0**-53
Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Ends = tuple[Array, Array]


@dataclass(frozen=True)
class Terms:
    """``sum of coefficient * t^exponents``, one row of exponents for each coefficient."""

    exponents: Integers
    coefficients: Array

    @property
    def norm(self) -> float:
        """The sum of the coefficients' absolute values."""
        return float(np.abs(self.coefficients).sum())

    @property
    def degrees(self) -> Integers:
        """The largest exponent of each variable."""
        degrees: Integers = self.exponents.max(axis=0, initial=0)
        return degrees

    def count(self) -> float:
        """Return how many Bernstein coefficients there are."""
        return prod(float(d + 1) for d in self.degrees)

    @property
    def slip(self) -> float:
        """A bound of the rounding errors of any number worked out here, the ends' included."""
        operations = len(self.coefficients) + 16 * int((self.degrees + 4).sum())
        return 4 * (operations + 64) * UNIT * self.norm + 1e-290


def bernstein(terms: Terms, low: Array, high: Array) -> Array:
    """Return the Bernstein coefficients over a part; each variable that occurs is an axis."""
    used = np.flatnonzero(terms.degrees)
    if not used.size:
        return np.array(terms.coefficients.sum())
    b: Array = np.zeros(terms.degrees[used] + 1)
    np.add.at(b, tuple(terms.exponents[:, used].T), terms.coefficients)
    for axis, i in enumerate(used):
        matrix = _to_bernstein(int(terms.degrees[i]), float(low[i]), float(high[i]))
        b = np.moveaxis(np.tensordot(matrix, b, (1, axis)), 0, axis)
    return b


def _to_bernstein(degree: int, low: float, high: float) -> Array:
    """Column j holds the Bernstein coefficients on [low, high] of t^j.

    The i-th is the mean of the products of j of `degree` numbers, i of them `high`, the others
    `low`. One more number y, the m-th, makes (1 - j/m) p_j + (j/m) y p_{j-1} of these means p.
    """
    means = np.zeros((degree + 1, degree + 1))
    means[:, 0] = 1.0
    row = np.arange(degree + 1)
    for m in range(1, degree + 1):
        y = np.where(m <= degree - row, low, high)[:, None]
        share = np.arange(1, m + 1) / m
        means[:, 1 : m + 1] = (1.0 - share) * means[:, 1 : m + 1] + share * y * means[:, :m]
    return means


def steepest(terms: Terms, b: Array) -> int:
    """Return the variable along which the Bernstein coefficients change most."""
    changes = np.zeros(terms.degrees.size)
    for axis, i in enumerate(np.flatnonzero(terms.degrees)):
        changes[i] = float(np.abs(np.diff(b, axis=axis)).max()) * (b.shape[axis] - 1)
    return int(np.argmax(changes))


def on_face(terms: Terms, low: Array, high: Array) -> Terms:
    """Put in the variables that are points."""
    coefficients = terms.coefficients.copy()
    powers = _powers(low[None], terms.degrees)
    for i in np.flatnonzero(low == high):
        coefficients *= powers[i][terms.exponents[:, i], 0]
    exponents = np.where(low == high, 0, terms.exponents)
    distinct, places = np.unique(exponents, axis=0, return_inverse=True)
    sums = np.bincount(places.ravel(), coefficients, len(distinct))
    return Terms(distinct, sums.astype(np.float64))


def _powers(points: Array, degrees: Integers) -> list[Array]:
    """Return, for each variable, its powers from 0 on at each point: one row each."""
    return [
        np.cumprod(np.vstack([np.ones(len(points)), np.tile(x, (int(d), 1))]), axis=0)
        for x, d in zip(points.T, degrees, strict=True)
    ]


def _power_ranges(terms: Terms, low: Array, high: Array) -> list[Ends]:
    ranges = []
    degrees = terms.degrees
    for a, b in zip(_powers(low, degrees), _powers(high, degrees), strict=True):
        below, above = np.minimum(a, b), np.maximum(a, b)
        if len(a) > 2:
            below[2::2, (a[1] < 0) & (b[1] > 0)] = 0.0
        ranges.append((below, above))
    return ranges


def _times(a: Ends, b: Ends) -> Ends:
    first, second, third, fourth = a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]
    low = np.minimum(np.minimum(first, second), np.minimum(third, fourth))
    return low, np.maximum(np.maximum(first, second), np.maximum(third, fourth))


def sweep(terms: Terms, low: Array, high: Array, sign: Array) -> tuple[Ends, Ends]:
    """Enclose sign * polynomial over each part, and its partial derivatives."""
    ranges = _power_ranges(terms, low, high)
    ones = np.ones((len(terms.coefficients), len(low)))
    before = [(ones, ones)]  # products of the factors before each variable's
    for (below, above), e in zip(ranges, terms.exponents.T, strict=True):
        before.append(_times(before[-1], (below[e], above[e])))
    values = _weighted(terms.coefficients, before.pop(), sign[:, 0])
    after = ones, ones
    slopes = np.zeros((2, *low.shape))
    margin = terms.slip
    for i in reversed(range(low.shape[1])):
        (below, above), e = ranges[i], terms.exponents[:, i]
        lowered = np.maximum(e - 1, 0)
        products = _times(_times(before.pop(), after), (below[lowered], above[lowered]))
        slopes[:, :, i] = _weighted(terms.coefficients * e, products, sign[:, 0])
        after = _times(after, (below[e], above[e]))
    slips = margin * np.maximum(terms.degrees, 1)
    return values, (slopes[0] - slips, slopes[1] + slips)


def _weighted(weights: Array, products: Ends, sign: Array) -> Ends:
    """Enclose sign * sum of weight * product."""
    positive, negative = np.maximum(weights, 0.0), np.minimum(weights, 0.0)
    low = positive @ products[0] + negative @ products[1]
    high = positive @ products[1] + negative @ products[0]
    return np.where(sign > 0, low, -high), np.where(sign > 0, high, -low)


def values_at(terms: Terms, points: Array) -> Array:
    """Return the values at some points, one a row."""
    monomials = np.ones((len(terms.coefficients), len(points)))
    for powers, e in zip(_powers(points, terms.degrees), terms.exponents.T, strict=True):
        monomials *= powers[e]
    return terms.coefficients @ monomials


def at_corners(terms: Terms, ends: Ends) -> float:
    """Return a large absolute value at a corner, by moving one variable after the other."""
    best = 0.0
    for point in ends:
        value = -1.0
        while True:
            others = np.tile(point, (len(point), 1))
            np.fill_diagonal(others, ends[0] + ends[1] - point)
            points = np.vstack([point, others])
            values = np.abs(values_at(terms, points))
            if not values.max() > value:
                break
            point, value = points[values.argmax()], float(values.max())
        best = max(best, value)
    return best
