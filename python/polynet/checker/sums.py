"""Rounding errors of one floating-point sum, whatever the order of summation.

The standard model of IEEE 754 rounding to nearest: a computed result r is off by at most half a
unit in the last place of r, and by at most one smallest normal number more where subnormals may be
flushed to zero. Fused multiply-add only leaves roundings out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate

from flint import arb

from .models import floor_log2

__all__ = ["FORMATS", "Format", "Sum"]


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

    def half_ulp(self, size: arb) -> arb:
        """Return half a unit in the last place of the largest number up to `size`."""
        exponent = self.least_exponent
        if size > self.smallest_normal:
            exponent = floor_log2(size.upper())
        return arb(2) ** (exponent - self.precision)


# IEEE 754-2019, table 3.5.
FORMATS = {
    "float64": Format(53, -1022, (2 - arb(2) ** -52) * arb(2) ** 1023),
    "float32": Format(24, -126, (2 - arb(2) ** -23) * arb(2) ** 127),
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
            numerator, denominator = abs(weight).as_integer_ratio()
            is_power_of_two = (numerator * denominator).bit_count() == 1
            error = arb(0) if is_power_of_two else self.format.half_ulp(abs(weight) * largest)
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
        positive = list(accumulate(sorted(self.positive, key=float, reverse=True)))
        negative = list(accumulate(sorted(self.negative, key=float, reverse=True)))
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
