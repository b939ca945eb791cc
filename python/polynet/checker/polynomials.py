"""Polynomials with float64 coefficients, several at a time, on parts of a box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .errors import NotProvedError
from .intervals import Array, Functions, Intervals
from .limits import allow

__all__ = ["Polynomials"]

Powers = tuple[int, ...]
MAX_MONOMIALS = 100_000


class Polynomials:
    """``sum of coefficient * x^powers``, one row of coefficients for each polynomial.

    A coefficient may be off by half a unit in the last place; what the polynomials enclose may be
    farther off, by `rests` in value and by `slope_rests` in its partial derivatives.
    """

    def __init__(
        self,
        rows: Sequence[Mapping[Powers, float]],
        rests: Array,
        slope_rests: Array,
    ) -> None:
        places: dict[Powers, int] = {}
        for row in rows:
            for powers in row:
                places.setdefault(powers, len(places))
        if len(places) > MAX_MONOMIALS:
            raise NotProvedError("the network's polynomials are too long for this checker")
        allow(size=8.0 * len(places) * (len(rows) + slope_rests.shape[1]))
        self.powers = np.array(list(places), np.int64).reshape(-1, slope_rests.shape[1]).T
        self.coefficients = np.zeros((len(rows), len(places)))
        for k, row in enumerate(rows):
            for powers, c in row.items():
                self.coefficients[k, places[powers]] = c
        self.rests, self.slope_rests = rests, slope_rests

    def __call__(self, x: Intervals) -> Functions:
        """Enclose values and slopes on parts; `x` has the shape (variables, parts)."""
        known = [_powers(x[i], int(e.max(initial=0))) for i, e in enumerate(self.powers)]
        one = np.ones((self.powers.shape[1], x.low.shape[1]))
        # The products of the factors before each variable's, then of those after it.
        before, after = [Intervals(one, one)], Intervals(one, one)
        for powers, e in zip(known, self.powers, strict=True):
            before.append(before[-1] * powers[e])
        values = before.pop().combined(self.coefficients).widened(self.rests[:, None])
        slopes = np.empty((2, len(self.rests), *x.low.shape))
        for i in reversed(range(len(known))):
            e = self.powers[i]
            products = before.pop() * after * known[i][np.maximum(e - 1, 0)]
            slope = products.combined(self.coefficients * e).widened(self.slope_rests[:, i, None])
            slopes[0][:, i], slopes[1][:, i] = slope.low, slope.high
            after = after * known[i][e]
        return Functions(values, Intervals(*slopes))


def _powers(x: Intervals, degree: int) -> Intervals:
    """Enclose the powers from 0 to `degree`, one row each."""
    one = np.ones_like(x.low)
    powers = [Intervals(one, one)]
    for k in range(1, degree + 1):
        power = powers[-1] * x if k > 1 else x
        powers.append(Intervals(np.maximum(power.low, 0.0), power.high) if k % 2 == 0 else power)
    return Intervals(np.stack([p.low for p in powers]), np.stack([p.high for p in powers]))
