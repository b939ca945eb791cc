"""Arrays of float64 intervals, rounded outward, and functions enclosed with their slopes.

IEEE 754 rounds every operation to nearest, so that the neighbouring number lies beyond the exact
result. A comparison with a number that is not finite proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["UNIT", "Array", "Functions", "Intervals"]

Array = NDArray[np.float64]
UNIT = 2.0**-53
# More than what underflow takes from a sum of products.
TINY = 1e-290


@dataclass(frozen=True, eq=False)
class Intervals:
    """All numbers from `low` to `high`, entry by entry."""

    low: Array
    high: Array

    @property
    def size(self) -> Array:
        """The largest absolute values."""
        return np.maximum(np.abs(self.low), np.abs(self.high))

    def __getitem__(self, index: Any) -> Intervals:
        """Return some of the intervals."""
        return Intervals(self.low[index], self.high[index])

    def __add__(self, other: Intervals) -> Intervals:
        """Enclose all sums."""
        return _outward(self.low + other.low, self.high + other.high)

    def __mul__(self, other: Intervals) -> Intervals:
        """Enclose all products."""
        a, b = self.low * other.low, self.low * other.high
        c, d = self.high * other.low, self.high * other.high
        low = np.minimum(np.minimum(a, b), np.minimum(c, d))
        return _outward(low, np.maximum(np.maximum(a, b), np.maximum(c, d)))

    def widened(self, radius: Array) -> Intervals:
        """Enclose all numbers that are at most `radius` farther off."""
        return _outward(self.low - radius, self.high + radius)

    def combined(self, weights: Array) -> Intervals:
        """Enclose weights @ numbers; each weight may be off by half a unit in the last place.

        In whichever order N products are added up, with fused multiply-add or without, the sum is
        off by at most N u/(1 - N u) times that of their absolute values (Higham, Accuracy and
        Stability of Numerical Algorithms, section 3.1).
        """
        positive, negative = np.maximum(weights, 0.0), np.minimum(weights, 0.0)
        low = np.tensordot(positive, self.low, 1) + np.tensordot(negative, self.high, 1)
        high = np.tensordot(positive, self.high, 1) + np.tensordot(negative, self.low, 1)
        slip = 4 * (weights.shape[1] + 4) * UNIT
        radius = slip * np.tensordot(np.abs(weights), self.size, 1) + TINY
        return Intervals(low, high).widened(radius)

    def sum(self, axis: int) -> Intervals:
        """Enclose all sums along an axis that is not empty."""
        parts = zip(np.moveaxis(self.low, axis, 0), np.moveaxis(self.high, axis, 0), strict=True)
        return reduce(add, (Intervals(low, high) for low, high in parts))


def _outward(low: Array, high: Array) -> Intervals:
    return Intervals(np.nextafter(low, -np.inf), np.nextafter(high, np.inf))


@dataclass(frozen=True, eq=False)
class Functions:
    """k functions of n variables on some parts of their domain.

    `values` have the shape (k, parts), `slopes`, the partial derivatives, (k, n, parts).
    """

    values: Intervals
    slopes: Intervals

    def __getitem__(self, index: Any) -> Functions:
        """Return some of the functions."""
        return Functions(self.values[index], self.slopes[index])

    def __add__(self, other: Functions) -> Functions:
        """Enclose the sums."""
        return Functions(self.values + other.values, self.slopes + other.slopes)

    def __mul__(self, other: Functions) -> Functions:
        """Enclose the products."""
        a, b = self.values[:, None], other.values[:, None]
        return Functions(self.values * other.values, self.slopes * b + other.slopes * a)

    def combined(self, weights: Array) -> Functions:
        """Enclose weights @ functions."""
        return Functions(self.values.combined(weights), self.slopes.combined(weights))

    def sum(self) -> Functions:
        """Enclose the sum of all functions."""
        return Functions(self.values.sum(0)[None], self.slopes.sum(0)[None])

    def of(self, inner: Functions) -> Functions:
        """Enclose these functions of others: by the chain rule."""
        slopes = (self.slopes[:, :, None] * inner.slopes[None]).sum(1)
        return Functions(self.values, slopes)

    @staticmethod
    def joined(functions: list[Functions]) -> Functions:
        """Put functions of the same variables together."""

        def join(pairs: list[Intervals]) -> Intervals:
            lows, highs = [p.low for p in pairs], [p.high for p in pairs]
            return Intervals(np.concatenate(lows), np.concatenate(highs))

        return Functions(join([f.values for f in functions]), join([f.slopes for f in functions]))
