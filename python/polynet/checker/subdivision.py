"""The parts of the box: a certificate's split tree, and further splits below its leaves.

The tree only guides the proof. Each split divides a range at one fraction, the same for both parts,
so that together they cover it whatever that fraction is.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from .errors import NotProvedError

__all__ = ["Part", "tree"]

Split = tuple[int, float]
Range = tuple[float, float]


class Part:
    """A part of the box, and how it is divided, if it is."""

    def __init__(self, box: tuple[Range, ...]) -> None:
        self.box = box
        self.children: tuple[Part, Part] | None = None
        self.axis = 0
        self.fraction = 0.5

    def divide(self, axis: int, at: float) -> tuple[Part, Part]:
        """Divide the range of one variable at a point strictly inside."""
        low, high = self.box[axis]
        if not low < at < high:
            raise NotProvedError(
                f"the subdivision splits variable {axis} at {at!r}, outside ({low!r}, {high!r})"
            )
        self.axis = axis
        self.fraction = float((Fraction(at) - Fraction(low)) / (Fraction(high) - Fraction(low)))
        before, after = self.box[:axis], self.box[axis + 1 :]
        lower, upper = Part((*before, (low, at), *after)), Part((*before, (at, high), *after))
        self.children = lower, upper
        return self.children

    def split(self, axis: int) -> tuple[int, float, tuple[Part, Part]]:
        """Return the split that the file gives, or a new one in the middle along `axis`."""
        if self.children is None:
            self.divide(axis, _middle(*self.box[axis]))
        assert self.children is not None
        return self.axis, self.fraction, self.children

    def is_wide(self, axis: int) -> bool:
        """Whether a float64 lies strictly inside the range."""
        low, high = self.box[axis]
        return low < _middle(low, high) < high

    def can_split(self) -> bool:
        """Whether any range can be divided."""
        return any(self.is_wide(axis) for axis in range(len(self.box)))

    def corner(self, ends: Sequence[int]) -> tuple[float, ...]:
        """Return a corner: the lower end of a range for 0, the upper end otherwise."""
        return tuple(r[min(int(end), 1)] for r, end in zip(self.box, ends, strict=True))


def _middle(low: float, high: float) -> float:
    return 0.5 * low + 0.5 * high


def tree(box: tuple[Range, ...], preorder: Sequence[Split | None]) -> Part:
    """Build the tree from its preorder: a split, the lower part, the upper part; None is a leaf.

    Raises
    ------
    NotProvedError
        If the list ends early or goes on, or a split lies outside its part: then the leaves do not
        cover the box.
    """
    root = Part(box)
    waiting = [root]
    for split in preorder:
        if not waiting:
            raise NotProvedError("the subdivision goes on after its last leaf")
        part = waiting.pop()
        if split is not None:
            lower, upper = part.divide(*split)
            waiting += [upper, lower]
    if waiting:
        raise NotProvedError(f"the subdivision lacks {len(waiting)} leaves")
    return root
