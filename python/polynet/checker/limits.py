"""What a file may hold and a proof may cost: asked before anything is done, in one place."""

from __future__ import annotations

import time
from math import inf

from .errors import NotProvedError

__all__ = ["Budget", "allow"]

# Of a file.
MAX_FILE_BYTES = 1 << 25
MAX_DIGITS = 18
MAX_NUMBER_LENGTH = 4096
MAX_TEXT_LENGTH = 256
MAX_DEGREE = 512
MAX_ORDER = 9
MAX_WEIGHT, MAX_DIRECTION = 1 << 40, 1 << 10
MAX_ACTIVATION_ULP = 1e6
MAX_NEURONS = 1 << 20
# Entries of the largest dense matrix that a layer's numbers make.
MAX_DENSE = 1 << 26

# Of a proof: what one step may take, during which nobody looks at the clock.
STEP_NANOSECONDS = 1 << 31
STEP_BYTES = 1 << 28
# Of all terms of one gate's series.
SERIES_NANOSECONDS = 1 << 31
# A proof's numbers lie between 2^-MAX_EXPONENT and 2^MAX_EXPONENT.
MAX_EXPONENT = 1 << 14
MAX_PARTS = 1 << 20


def allow(*, nanoseconds: float = 0.0, size: float = 0.0) -> None:
    """Refuse a step that would take about so much time, or so many bytes.

    Raises
    ------
    NotProvedError
        If that is too much.
    """
    if not nanoseconds <= STEP_NANOSECONDS:
        raise NotProvedError("the proof would take more work than this checker does")
    if not size <= STEP_BYTES:
        raise NotProvedError("the proof would take more memory than this checker uses")


class Budget:
    """The time of one proof, and the work that is left to a part of it."""

    def __init__(self, seconds: float = inf, *, nanoseconds: float = inf) -> None:
        self._deadline = time.perf_counter() + seconds
        self._left = nanoseconds

    def part(self, nanoseconds: float) -> Budget:
        """Return a budget that ends at the same time, for so much work at most."""
        return Budget(self._deadline - time.perf_counter(), nanoseconds=nanoseconds)

    def spend(self, *, nanoseconds: float = 0.0, size: float = 0.0) -> None:
        """Ask for the next step, which takes about that long, and so many bytes.

        Raises
        ------
        NotProvedError
            If the time is over, or the step or what was done so far is too much.
        """
        if time.perf_counter() > self._deadline:
            raise NotProvedError("the time for the proof is over")
        allow(nanoseconds=nanoseconds, size=size)
        self._left -= nanoseconds
        if self._left < 0.0:
            raise NotProvedError("the proof would take more work than this checker does")
