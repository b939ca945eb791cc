"""The parts of the box into which a proof divides it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Part"]

Range = tuple[float, float]


@dataclass(frozen=True)
class Part:
    """A part of the box. A bit is divided into its two values, wherever its range is."""

    box: tuple[Range, ...]
    bits: frozenset[int] = frozenset()

    def split(self, axis: int) -> tuple[Part, Part]:
        """Divide it in the middle along `axis`, or along the first one that can be divided."""
        axis = next(i for i in (axis, *range(len(self.box))) if self.is_wide(i))
        (low, high), at = self.box[axis], _middle(*self.box[axis])
        lower, upper = ((low, low), (high, high)) if axis in self.bits else ((low, at), (at, high))
        before, after = self.box[:axis], self.box[axis + 1 :]
        return (
            Part((*before, lower, *after), self.bits),
            Part((*before, upper, *after), self.bits),
        )

    def is_wide(self, axis: int) -> bool:
        """Whether a float64 lies strictly inside the range."""
        low, high = self.box[axis]
        return low < _middle(low, high) < high

    def can_split(self) -> bool:
        """Whether any range can be divided."""
        return any(self.is_wide(axis) for axis in range(len(self.box)))


def _middle(low: float, high: float) -> float:
    return 0.5 * low + 0.5 * high
