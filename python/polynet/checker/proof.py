"""Prove a bound of the error, part by part.

Where the error rises with a variable on all of a part, or falls by little, its largest value there
is found at the upper end of that variable, but for what it falls. Over what is left it is in its
range, and as far from its value in the centre as its slopes let it (mean value theorem).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from flint import arb
from numpy.typing import NDArray

from .error import ErrorFunction
from .errors import NotProvedError, RefutedError
from .intervals import UNIT, Array, Functions, Intervals
from .limits import MAX_PARTS
from .models import floor_log2
from .propagation import Propagation
from .subdivision import Part

__all__ = ["prove_at_most"]

# Parts that are worked on together; these times the numbers that one takes.
BATCH, WORK = 256, 1 << 20


def prove_at_most(
    network: Propagation,
    output: int,
    bound: arb,
    accuracy: float,
    stack: list[Part],
    point: tuple[float, ...],
) -> int:
    """Prove |network - polynomial| <= bound on the box, and return how many parts that took.

    `stack`: parts that cover the box; they are taken off. `point`: one of the box where it is
    likely to be large.

    Raises
    ------
    RefutedError
        If it is larger at a point.
    NotProvedError
        If it is not proved before the time is over, or at all.
    """
    space = network.ideal.space
    if bound == 0 and not network.series and network.ideal.differences[output].size == 0:
        return 1
    unit = floor_log2(bound)
    error = ErrorFunction(network, output, unit, accuracy)
    scaled = bound * arb(2) ** -unit
    target = float(np.nextafter(float(scaled.lower()), 0.0))
    beyond = float(np.nextafter(float(scaled.upper()), np.inf))
    batch = 1 + min(BATCH, WORK // (error.width + 1))
    found = 0.0

    def step() -> None:
        """Ask for one evaluation of the error on a batch."""
        space.budget.spend(nanoseconds=50.0 * error.width, size=50.0 * error.width * batch)

    def attain(low: Array, high: Array) -> None:
        """Compare the bound with the error at points, each between two close ones."""
        nonlocal found
        values = error(Intervals(low, high)).values
        found = max(found, float(values.low.max()), float((-values.high).max()))
        if found > beyond:
            raise RefutedError(f"it is larger, {float(found * arb(2) ** unit):.6e}")
        if not values.size.max() <= target:
            raise NotProvedError("it is too close to the bound at a point")

    low, high = space.ends((x, x) for x in point)
    attain(low[:, None], high[:, None])
    tried = 0
    while stack:
        parts = [stack.pop() for _ in range(min(len(stack), batch))]
        step()
        tried += len(parts)
        if tried > MAX_PARTS:
            raise NotProvedError(f"it is not proved on {MAX_PARTS} parts of the box")
        ends = [space.ends(part.box) for part in parts]
        low, high = (np.array(side).T for side in zip(*ends, strict=True))
        (still,) = np.nonzero(~(error(Intervals(low, high)).values.size[0] <= target))
        if not still.size:
            continue
        low, high = low[:, still], high[:, still]
        # What a bound may be too large by where the error is largest.
        uppers, axes, up = _bounds(error, low, high, target, target - found, step)
        attain(
            np.where(up, np.nextafter(high, -1.0), low), np.where(up, high, np.nextafter(low, 1.0))
        )
        for k, upper, axis in zip(still, uppers, axes, strict=True):
            part = parts[k]
            if not upper <= target:
                if not part.can_split():
                    raise NotProvedError(f"it is too close to the bound in {part.box}")
                stack += part.split(int(axis))
    return tried


def _bounds(
    error: Callable[[Intervals], Functions],
    low: Array,
    high: Array,
    target: float,
    allowance: float,
    step: Callable[[], None] = lambda: None,
) -> tuple[Array, NDArray[np.int64], NDArray[np.bool_]]:
    """Bound |error| on parts, say where to divide each, and which of its corners is worth a look.

    `allowance`: how much too large the bounds may be. `step` is called before every evaluation.
    """
    parts, growth = low.shape[1], 1 + 4 * (len(low) + 8) * UNIT
    sign = np.repeat([1.0, -1.0], parts)
    low, high = np.tile(low, 2), np.tile(high, 2)
    paid, share = np.zeros(2 * parts), allowance / (4 * len(low))
    while True:
        step()
        here = error(Intervals(low, high))
        above = _largest(here.values, sign, paid)
        least = np.where(sign > 0, here.slopes.low[0], -here.slopes.high[0])
        most = np.where(sign > 0, here.slopes.high[0], -here.slopes.low[0])
        fall = np.maximum(-least, 0.0) * (high - low) * growth
        rise = np.maximum(most, 0.0) * (high - low) * growth
        # All at once: a slope's enclosure on a part holds on its faces too.
        moved = (np.minimum(fall, rise) <= share) & (high > low) & (above > target)
        if not moved.any():
            break
        paid = (paid + (np.minimum(fall, rise) * moved).sum(axis=0)) * growth
        up = fall <= rise
        low, high = np.where(moved & up, high, low), np.where(moved & ~up, low, high)
    middle = 0.5 * low + 0.5 * high
    radius = np.maximum(high - middle, middle - low)
    spread = (np.maximum(-least, most) * radius).sum(axis=0) * growth
    centre = error(Intervals(middle, middle)).values
    above = np.minimum(above, _largest(centre, sign, (paid + spread) * growth))
    worst = np.where(above[:parts] >= above[parts:], 0, parts) + np.arange(parts)
    axes = np.argmax(np.maximum(fall, rise)[:, worst], axis=0)
    return above[worst], axes, (least + most >= 0)[:, worst]


def _largest(values: Intervals, sign: Array, more: Array) -> Array:
    """Bound sign * value + more from above."""
    largest = np.where(sign > 0, values.high[0], -values.low[0])
    above: Array = np.nextafter(largest + more, np.inf)
    return above
