"""The parts of the box: a certificate's split tree, and further splits below its leaves.

The tree only guides the proof.
"""

from __future__ import annotations

from collections.abc import Sequence

from .errors import NotProvedError

__all__ = ["Part", "tree"]

Split = tuple[int, float]
Range = tuple[float, float]


class Part:
    """A part of the box, and how it is divided, if it is.

    A bit is divided into its two values, wherever its range is.
    """

    def __init__(self, box: tuple[Range, ...], bits: frozenset[int] = frozenset()) -> None:
        self.box, self.bits = box, bits
        self.children: tuple[Part, Part] | None = None

    def divide(self, axis: int, at: float) -> tuple[Part, Part]:
        """Divide the range of one variable at a point strictly inside."""
        low, high = self.box[axis]
        if not low < at < high:
            raise NotProvedError(
                f"the subdivision splits variable {axis} at {at!r}, outside ({low!r}, {high!r})"
            )
        lower, upper = ((low, low), (high, high)) if axis in self.bits else ((low, at), (at, high))
        before, after = self.box[:axis], self.box[axis + 1 :]
        self.children = (
            Part((*before, lower, *after), self.bits),
            Part((*before, upper, *after), self.bits),
        )
        return self.children

    def split(self, axis: int) -> tuple[Part, Part]:
        """Return the split that the file gives, or a new one in the middle along `axis`."""
        if self.children is None:
            axes = (axis, *range(len(self.box)))
            axis = next(i for i in axes if self.is_wide(i))
            self.divide(axis, _middle(*self.box[axis]))
        assert self.children is not None
        return self.children

    def is_wide(self, axis: int) -> bool:
        """Whether a float64 lies strictly inside the range."""
        low, high = self.box[axis]
        return low < _middle(low, high) < high

    def can_split(self) -> bool:
        """Whether any range can be divided."""
        return any(self.is_wide(axis) for axis in range(len(self.box)))


def _middle(low: float, high: float) -> float:
    return 0.5 * low + 0.5 * high


def tree(
    box: tuple[Range, ...],
    preorder: Sequence[Split | None],
    bits: frozenset[int] = frozenset(),
) -> Part:
    """Build the tree from its preorder: a split, the lower part, the upper part; None is a leaf.

    Raises
    ------
    NotProvedError
        If the list ends early or goes on, or a split lies outside its part: then the leaves do not
        cover the box.
    """
    root = Part(box, bits)
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
