"""Rounding errors of one floating-point sum, whatever the order of summation, or from the left.

The standard model of IEEE 754 rounding to nearest: a computed result r is off by at most half a
unit in the last place of r, and by at most one smallest normal number more where subnormals may be
flushed to zero. Fused multiply-add only leaves roundings out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from math import frexp

from flint import arb

from .claim import Affine
from .models import floor_log2

__all__ = ["FORMATS", "Computed", "Format", "Sum", "sum_from_left"]


@dataclass(frozen=True)
class Format:
    """A floating-point format: significant bits, exponent of the smallest normal number."""

    precision: int
    least_exponent: int
    largest: arb

    @property
    def smallest_normal(self) -> arb:
        """The smallest normal number."""
        return arb(2) ** self.least_exponent

    @property
    def finest_grid(self) -> int:
        """Every number is a multiple of 2 to this power, the smallest subnormal number."""
        return self.least_exponent - self.precision + 1

    def input_grid(self, low: float, high: float) -> int:
        """Return a k such that 2^k divides every number of the format from `low` to `high`."""
        least = 0.0 if low <= 0.0 <= high else min(abs(low), abs(high))
        return (
            max(frexp(least)[1] - self.precision, self.finest_grid) if least else self.finest_grid
        )

    def rounding(self, size: arb, grid: int) -> arb:
        """Bound what a multiple of 2^grid of that size loses when it is rounded."""
        return arb(0) if size <= arb(2) ** (grid + self.precision) else self.half_ulp(size)

    def half_ulp(self, size: arb) -> arb:
        """Return half a unit in the last place of the largest number up to `size`."""
        exponent = self.least_exponent
        if size > self.smallest_normal:
            exponent = floor_log2(size.upper())
        return arb(2) ** (exponent - self.precision)


# IEEE 754-2019, table 3.5.
FORMATS = {
    "float64": Format(53, -1022, arb((2.0 - 2.0**-52) * 2.0**1023)),
    "float32": Format(24, -126, arb((2.0 - 2.0**-23) * 2.0**127)),
}


@dataclass
class Sum:
    """The sum of products ``w x`` and of a constant, with bounds of every product."""

    format: Format
    products: arb = field(default_factory=lambda: arb(0))  # errors of the products
    flushed: arb = field(default_factory=lambda: arb(0))
    positive: list[arb] = field(default_factory=list)
    negative: list[arb] = field(default_factory=list)
    sizes: list[arb] = field(default_factory=list)

    def add_constant(self, value: float) -> None:
        """Add a constant; 0 adds no rounding."""
        if value:
            self._add(arb(value), arb(value), arb(0))

    def add_product(self, weight: float, low: arb, high: arb) -> None:
        """Add weight times a number between `low` and `high`; a weight of 0 adds no rounding."""
        if weight:
            ends = weight * low, weight * high
            largest = abs(low).max(abs(high))
            exact = _is_power_of_two(weight)
            error = arb(0) if exact else self.format.half_ulp(abs(weight) * largest)
            self.flushed += abs(weight) + largest
            self._add(ends[0].min(ends[1]), ends[0].max(ends[1]), error)

    def _add(self, low: arb, high: arb, error: arb) -> None:
        size = abs(low).max(abs(high)).upper()
        self.products += error
        self.positive.append((high + error).upper().max(arb(0)))
        self.negative.append((error - low).upper().max(arb(0)))
        self.sizes.append((size + error).upper())

    def rounding(self, total: arb) -> arb:
        """Bound the error of the computed sum, whose exact value is at most `total` in size.

        A tree of additions with n leaves has n - 1 inner nodes. The j-th smallest has at most
        j + 1 leaves, because a node with k leaves has k - 2 smaller ones below it. Alternatively
        the leaves below a node, or all others (then the node's value is the total less theirs), are
        at most (j + 3)/2 for the j-th of the n - 2 nodes below the root, counted by the smaller of
        the two numbers c: there are c - 2 smaller nodes on the small side, and c - 2 on the other,
        below the smallest node there with at least c leaves. A sum of k terms is at most that of
        the k largest positive terms, or of the k largest negative ones.
        """
        n = len(self.sizes)
        positive = list(accumulate(sorted(self.positive, reverse=True)))
        negative = list(accumulate(sorted(self.negative, reverse=True)))
        unit = arb(2) ** -self.format.precision
        everything = sum(self.sizes, arb(0))
        # What earlier roundings may have added to a partial sum: gamma_n times all terms.
        earlier = everything * n * unit / (1 - n * unit) + 4 * self.tiny()
        if not everything + earlier < self.format.largest / 2:
            return arb.pos_inf()
        largest = [(p.max(q) + earlier).upper() for p, q in zip(positive, negative, strict=True)]
        end = self.format.half_ulp((total + self.products + earlier).upper().min(largest[-1]))
        by_size = sum((self.format.half_ulp(largest[j]) for j in range(1, n - 1)), arb(0))
        by_side = sum(
            (
                self.format.half_ulp((total + self.products + largest[(j + 3) // 2 - 1]).upper())
                for j in range(1, n - 1)
            ),
            arb(0),
        )
        additions = by_size.min(by_side) + end if n > 1 else arb(0)
        return (self.products + additions + self.tiny()).upper()

    def tiny(self) -> arb:
        """Return what flushing may lose: a smallest normal number per factor and per result."""
        return (self.flushed + 4 * len(self.sizes) - 2) * self.format.smallest_normal


@dataclass(frozen=True)
class Computed:
    """A computed number: the range of its exact value, its error, and that 2^grid divides it."""

    low: arb
    high: arb
    error: arb
    grid: int


def sum_from_left(number: Format, form: Affine, sources: list[Computed], size: arb) -> arb:
    """Bound the error of constant + w_1 x_1 + w_2 x_2 + ..., added up in this order.

    Every step, fused or not, loses at most half a unit in the last place of the largest partial
    sum that is possible there: the terms so far, or the whole, at most `size`, less those to come.
    Multiples of a power of two for which the format has bits enough are added without loss.
    """
    if not form.terms:
        return arb(0)
    products = [
        (
            (w * sources[k].low).min(w * sources[k].high),
            (w * sources[k].low).max(w * sources[k].high),
        )
        for k, w in form.terms
    ]
    missing_low = sum((low for low, _ in products), arb(0))
    missing_high = sum((high for _, high in products), arb(0))
    low = high = arb(form.constant)
    error, flushed, grid = arb(0), arb(2), _grid(form.constant)
    for step, ((k, weight), (least, most)) in enumerate(zip(form.terms, products, strict=True)):
        x = sources[k]
        product = abs(least).max(abs(most)) + abs(weight) * x.error
        own_grid = _grid(weight) + x.grid
        rounded = arb(0) if _is_power_of_two(weight) else number.rounding(product, own_grid)
        missing_low, missing_high = missing_low - least, missing_high - most
        low = (low + least).max(-size - missing_high)
        high = (high + most).min(size - missing_low)
        grid = min(grid, own_grid)
        error += abs(weight) * x.error + rounded
        if step > 0 or form.constant:
            error += number.rounding((abs(low).max(abs(high)) + error).upper(), grid)
        if not (product + rounded).max(abs(low).max(abs(high)) + error) < number.largest / 2:
            return arb.pos_inf()
        flushed += abs(weight) + abs(x.low).max(abs(x.high)) + x.error + 2
    return (error + flushed * number.smallest_normal).upper()


def _is_power_of_two(x: float) -> bool:
    return abs(frexp(x)[0]) == 0.5


def _grid(x: float) -> int:
    """Return the largest k such that 2^k divides x; a large number for 0."""
    if not x:
        return 1 << 20
    numerator, denominator = x.as_integer_ratio()
    return (numerator & -numerator).bit_length() - denominator.bit_length()
