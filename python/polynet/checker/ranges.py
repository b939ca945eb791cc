"""Ranges of polynomials on parts of [-1, 1]^n.

In the Bernstein basis of its degrees a polynomial lies between its smallest and its largest
coefficient. Where there are too many of them, variables in which the polynomial is monotone, or
nearly so, are moved to an end of their range first, and terms of high degree are bounded apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, nextafter

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from .errors import NotProvedError, RefutedError
from .models import Model, Space, exact, floor_log2
from .subdivision import Part
from .terms import (
    UNIT,
    Array,
    Ends,
    Terms,
    at_corners,
    bernstein,
    on_face,
    steepest,
    sweep,
    values_at,
)

__all__ = ["Range", "enclosure", "prove_at_most"]

# Bernstein coefficients: at most, to begin with, and where variables have been moved to an end.
MAX_COEFFICIENTS = 1 << 20
FEW_COEFFICIENTS = 1 << 17
FACE_COEFFICIENTS = 1 << 13
MAX_TERMS = 1_000_000
# How often a part is halved for the range of a wire.
DIVISIONS = 5
# Parts that are worked on together; terms, or coefficients, times parts.
BATCH, WORK = 64, 1 << 17
# Of a polynomial to its bound, as a power of two.
LARGEST_RATIO = 900


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


def _terms(model: Model, unit: int) -> Terms:
    """Return the polynomial divided by 2^unit, its coefficients correctly rounded."""
    if len(model.numerator) > MAX_TERMS:
        raise NotProvedError("a polynomial is too long for this checker")
    shift = model.exponent - unit
    up, down = 1 << max(shift, 0), 1 << max(-shift, 0)
    coefficients = [int(c) * up / down for c in model.numerator.coeffs()]
    variables = model.numerator.context().nvars()
    exponents = np.array(model.numerator.monoms(), np.int64).reshape(-1, variables)
    return Terms(exponents, np.array(coefficients))


def _ends(ranges: list[tuple[fmpq, fmpq]]) -> Ends:
    """Return float64 ends around rational ranges in [-1, 1]."""

    def nearest(end: fmpq, beyond: float) -> float:
        value = int(end.p) / int(end.q)
        return value if exact(value) == end else nextafter(value, beyond)

    low = [nearest(a, -1.0) for a, _ in ranges]
    high = [nearest(b, 1.0) for _, b in ranges]
    return np.array(low), np.array(high)


def enclosure(space: Space, model: Model) -> Range:
    """Enclose f over the whole box."""
    size = model.size
    if size.is_zero() or len(model.numerator) > MAX_TERMS:
        return Range((-size).lower(), size)
    unit = floor_log2(size)
    low, high = _extremes(_terms(model, unit), _ends(space.coordinates(space.box)))
    scale = arb(2) ** unit
    return Range(
        (scale * arb(low) - model.rest).lower().max(-size),
        (scale * arb(high) + model.rest).upper().min(size),
    )


def _extremes(terms: Terms, ends: Ends) -> tuple[float, float]:
    """Bound a polynomial over the whole box from below and above."""
    slip = 2 * terms.slip
    whole = ends[0][None], ends[1][None]
    (low,), (high,) = sweep(terms, *whole, np.ones((1, 1)))[0]
    _, terms, first, second = next(_forms(terms, whole))
    if terms.count() <= FACE_COEFFICIENTS:
        b_low, b_high = _bernstein_extremes(terms, first[0], second[0], DIVISIONS)
        low, high = max(low, b_low), min(high, b_high)
    return float(low) - slip, float(high) + slip


def _bernstein_extremes(
    terms: Terms, low: Array, high: Array, divisions: int
) -> tuple[float, float]:
    b = bernstein(terms, low, high)
    corners = b[np.ix_(*([0, -1] for _ in b.shape))]
    extremes = float(b.min()), float(b.max())
    # A corner's coefficient is the value there.
    if not divisions or extremes == (float(corners.min()), float(corners.max())):
        return extremes
    axis = steepest(terms, b)
    before, after = high.copy(), low.copy()
    before[axis] = after[axis] = (low[axis] + high[axis]) / 2
    parts = (low, before), (after, high)
    lows, highs = zip(
        *(_bernstein_extremes(terms, *part, divisions - 1) for part in parts), strict=True
    )
    return min(lows), max(highs)


def prove_at_most(
    space: Space, model: Model, bound: arb, root: Part, point: tuple[float, ...]
) -> int:
    """Prove |f| <= bound on the box, and return how many parts that took.

    `point`: one of the box where |f| is likely to be large.

    Raises
    ------
    RefutedError
        If |f| is larger at a point.
    NotProvedError
        If it is not proved before the time is over, or at all.
    """
    if model.size <= bound:
        return 1
    if not model.rest < bound:
        raise NotProvedError("what was dropped is larger than the bound")
    unit = floor_log2(bound)
    if floor_log2(model.size) > unit + LARGEST_RATIO:
        raise NotProvedError("it is far smaller than the polynomial's coefficients")
    scale = arb(2) ** unit
    target = float(((bound - model.rest) / scale).lower()) * (1 - 4 * UNIT)
    beyond = float(((bound + model.rest) / scale).upper()) * (1 + 4 * UNIT)
    terms = _terms(model, unit)
    slip = terms.slip
    work = terms.count()
    batch = 1 + min(
        BATCH, WORK // int(work if work <= MAX_COEFFICIENTS else len(terms.coefficients))
    )
    low, _ = _ends(space.coordinates((x, x) for x in point))
    found = max(
        at_corners(terms, _ends(space.coordinates(root.box))),
        abs(float(values_at(terms, low[None])[0])),
    )
    stack, parts_tried = [root], 0
    while stack:
        space.tick()
        parts = [stack.pop() for _ in range(min(len(stack), batch))]
        parts_tried += len(parts)
        ends = [_ends(space.coordinates(part.box)) for part in parts]
        low, high = (np.array(side) for side in zip(*ends, strict=True))
        found = max(found, float(np.abs(values_at(terms, (low + high) / 2)).max()))
        if found - slip > beyond:
            raise RefutedError(f"it is larger, {found * 2.0**unit:.6e}")
        # What a bound may be too large by where the polynomial is largest.
        allowance = target - found - slip
        uppers, axes = _bounds(terms, (low, high), slip, target, max(allowance, 0.0))
        for part, upper, axis in zip(parts, uppers, axes, strict=True):
            if upper <= target:
                continue
            if allowance < 0.0 or not part.can_split():
                raise NotProvedError(f"it is too close to the bound in {part.box}")
            stack += part.split(int(axis))
    return parts_tried


def _bounds(
    terms: Terms, ends: Ends, slip: float, target: float, allowance: float
) -> tuple[Array, NDArray[np.int64]]:
    """Bound the absolute value over parts, and say along which variable to divide each.

    `allowance`: how much too large the bounds may be where the polynomial is largest. Elsewhere
    they may be more, which is tried first, with fewer terms.
    """
    uppers, axes = np.full(len(ends[0]), inf), np.argmax(ends[1] - ends[0], axis=1)
    for share, limit in ((max(target / 4, allowance), FEW_COEFFICIENTS), (allowance, inf)):
        for factors, some, low, high in _forms(terms, ends):
            (still,) = np.nonzero(uppers > target)
            if not still.size:
                return uppers, axes
            rest, some = _lowered(some, share / 2)
            if some.count() > limit:
                continue
            if some.count() <= MAX_COEFFICIENTS:
                tensors = [bernstein(some, low[k], high[k]) for k in still]
                found = np.array([np.abs(b).max() for b in tensors])
                directions = np.array([steepest(some, b) for b in tensors])
            else:
                found, directions = _faces(some, low[still], high[still], target, share / 4)
            bounds = (factors[still] * (found + slip) + rest + slip) * (1 + 8 * UNIT)
            axes[still] = np.where(bounds < uppers[still], directions, axes[still])
            uppers[still] = np.minimum(uppers[still], bounds)
    return uppers, axes


def _forms(terms: Terms, ends: Ends) -> Iterator[tuple[Array, Terms, Array, Array]]:
    """Write the polynomial as numbers times another one that is nowhere smaller in size.

    That is itself, or itself divided by the largest common monomial. Where a variable occurs in
    even powers alone its square is the variable. The ends of the parts are those of its variables.
    """
    least = terms.exponents.min(axis=0)
    size = np.maximum(np.abs(ends[0]), np.abs(ends[1]))
    for divisor in (0 * least, least) if least.any() else (least,):
        exponents = terms.exponents - divisor
        even = (exponents % 2 == 0).all(axis=0)
        exponents[:, even] //= 2
        first, second = ends[0] ** 2, ends[1] ** 2
        inside = (ends[0] < 0) & (ends[1] > 0)
        least_square = np.where(inside, 0.0, np.minimum(first, second) * (1 - 4 * UNIT))
        largest_square = np.minimum(np.maximum(first, second) * (1 + 4 * UNIT) + 1e-290, 1.0)
        factors = np.ones(len(size))
        for i in np.flatnonzero(divisor):
            for _ in range(divisor[i]):
                factors *= size[:, i]
        factors = np.minimum(factors * (1 + 4 * int(divisor.sum()) * UNIT) + 1e-290, 1.0)
        low, high = np.where(even, least_square, ends[0]), np.where(even, largest_square, ends[1])
        yield factors, Terms(exponents, terms.coefficients), low, high


def _lowered(terms: Terms, allowance: float) -> tuple[float, Terms]:
    """Drop the highest powers of variables while that is worth it; first: a bound of them."""
    dropped = 0.0
    while True:
        degrees = terms.degrees
        sizes = np.abs(terms.coefficients)
        costs = [
            float(sizes[terms.exponents[:, i] == d].sum()) if d else inf
            for i, d in enumerate(degrees)
        ]
        i = int(np.argmin(costs))
        count = terms.count()
        share = 1 if count > MAX_COEFFICIENTS else 2 if count > FACE_COEFFICIENTS else 32
        if dropped + costs[i] > allowance / share:
            return dropped * (1 + len(sizes) * UNIT), terms
        dropped += costs[i] * (1 + len(sizes) * UNIT)
        kept = terms.exponents[:, i] < degrees[i]
        terms = Terms(terms.exponents[kept], terms.coefficients[kept])


def _faces(
    terms: Terms, low: Array, high: Array, target: float, allowance: float
) -> tuple[Array, NDArray[np.int64]]:
    """Bound polynomials on parts, both signs, variables moved to where they are largest.

    One in which a polynomial falls a little, somewhere, may be moved up too if that is paid for.
    """
    parts = len(low)
    sign = np.repeat([1.0, -1.0], parts)[:, None]
    low, high = np.tile(low, (2, 1)), np.tile(high, (2, 1))
    paid, share = np.zeros(2 * parts), allowance / (2 * low.shape[1])
    while True:
        (_, above), slopes = sweep(terms, low, high, sign)
        width = high - low
        fall = np.maximum(-slopes[0], 0.0) * width * (1 + 8 * UNIT)
        rise = np.maximum(slopes[1], 0.0) * width * (1 + 8 * UNIT)
        # All at once: a slope's enclosure on a part holds on its faces too.
        moved = (np.minimum(fall, rise) <= share) & (width > 0)
        if not moved.any():
            break
        paid += (np.minimum(fall, rise) * moved).sum(axis=1) * (1 + 64 * UNIT)
        up = fall <= rise
        low, high = np.where(moved & up, high, low), np.where(moved & ~up, low, high)
    bounds = above + paid
    for k in np.flatnonzero(bounds > target):
        face = on_face(terms, low[k], high[k])
        if face.count() <= FACE_COEFFICIENTS:
            b = float((sign[k] * bernstein(face, low[k], high[k])).max())
            bounds[k] = min(bounds[k], b + paid[k])
    worst = np.where(bounds[:parts] >= bounds[parts:], 0, parts) + np.arange(parts)
    return bounds[worst], np.argmax(np.maximum(fall, rise)[worst], axis=1)
