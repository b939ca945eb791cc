"""Ranges of ideal operands and gates on the whole box.

In the Bernstein basis of its degrees a polynomial lies between its smallest and its largest
coefficient.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

import numpy as np
from flint import arb

from .intervals import UNIT, Array, Intervals
from .models import Model, Space, floor_log2
from .polynomials import MAX_MONOMIALS, Polynomials

__all__ = ["Range", "enclosure"]

# Bernstein coefficients at most, and how often the box is halved.
MAX_COEFFICIENTS = 1 << 13
DIVISIONS = 5


@dataclass(frozen=True)
class Range:
    """Between `low` and `high`."""

    low: arb
    high: arb

    @property
    def size(self) -> arb:
        """The largest absolute value."""
        return abs(self.low).max(abs(self.high)).upper()

    def __add__(self, other: Range) -> Range:
        """Enclose all sums."""
        return Range((self.low + other.low).lower(), (self.high + other.high).upper())

    def times(self, factor: arb) -> Range:
        """Enclose all multiples by a number."""
        ends = factor * self.low, factor * self.high
        return Range(ends[0].min(ends[1]).lower(), ends[0].max(ends[1]).upper())


def enclosure(space: Space, model: Model) -> Range:
    """Enclose a model over the whole box."""
    size = model.size
    if size.is_zero() or len(model.numerator) > MAX_MONOMIALS:
        return Range((-size).lower(), size)
    space.budget.spend(nanoseconds=len(model.numerator) * (500 + 100 * len(space.box)))
    unit = floor_log2(size)
    low, high = _extremes(model.in_units(unit), *space.ends(space.box))
    scale = arb(2) ** unit
    return Range(
        (scale * arb(low) - model.rest).lower().max(-size),
        (scale * arb(high) + model.rest).upper().min(size),
    )


def _extremes(
    terms: Mapping[tuple[int, ...], float], low: Array, high: Array
) -> tuple[float, float]:
    polynomial = Polynomials([terms], np.zeros(1), np.zeros((1, len(low))))
    natural = polynomial(Intervals(low[:, None], high[:, None])).values
    least, most = natural.low[0, 0], natural.high[0, 0]
    degrees = polynomial.powers.max(axis=1, initial=0)
    (used,) = np.nonzero(degrees)
    if used.size and prod(float(d + 1) for d in degrees) <= MAX_COEFFICIENTS:
        coefficients = np.zeros(degrees[used] + 1)
        coefficients[tuple(polynomial.powers[used])] = polynomial.coefficients[0]
        below, above = _bernstein_extremes(coefficients, low[used], high[used], DIVISIONS)
        operations = len(terms) + 16 * int((degrees + 4).sum())
        slip = 4 * (operations + 64) * UNIT * float(np.abs(coefficients).sum()) + 1e-290
        least, most = max(least, below - slip), min(most, above + slip)
    return float(least), float(most)


def _bernstein_extremes(
    coefficients: Array, low: Array, high: Array, divisions: int
) -> tuple[float, float]:
    """Every variable has a degree of 1 at least, so that the corners are coefficients."""
    b = coefficients
    for axis, degree in enumerate(b.shape):
        matrix = _to_bernstein(degree - 1, float(low[axis]), float(high[axis]))
        b = np.moveaxis(np.tensordot(matrix, b, (1, axis)), 0, axis)
    corners = b[np.ix_(*([0, -1] for _ in b.shape))]
    extremes = float(b.min()), float(b.max())
    # A corner's coefficient is the value there.
    if not divisions or extremes == (float(corners.min()), float(corners.max())):
        return extremes
    changes = [np.abs(np.diff(b, axis=k)).max(initial=0.0) * b.shape[k] for k in range(b.ndim)]
    axis = int(np.argmax(changes))
    before, after = high.copy(), low.copy()
    before[axis] = after[axis] = (low[axis] + high[axis]) / 2
    first = _bernstein_extremes(coefficients, low, before, divisions - 1)
    second = _bernstein_extremes(coefficients, after, high, divisions - 1)
    return min(first[0], second[0]), max(first[1], second[1])


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
