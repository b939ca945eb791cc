"""Ranges of polynomials on parts of [-1, 1]^n.

In the Bernstein basis of its degrees a polynomial lies between its smallest and its largest
coefficient. Where there are too many of them, variables in which the polynomial is monotone, or
nearly so, are moved to an end of their range first, and terms of high degree are bounded apart.

All this is done in float64: every number here is a sum of the terms' coefficients times factors of
at most 1 in size (in a derivative, times an exponent too), so that N operations are off by at most
gamma_N = N u/(1 - N u) times the sum of the coefficients (Higham, Accuracy and Stability of
Numerical Algorithms, section 3.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, nextafter, prod

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from .errors import NotProvedError, RefutedError
from .models import Model, Space, exact, floor_log2
from .subdivision import Part

__all__ = ["Range", "enclosure", "prove_at_most"]

# Bernstein coefficients: at once, and where variables have been moved to an end.
MAX_COEFFICIENTS = 1 << 20
FACE_COEFFICIENTS = 1 << 13
MAX_TERMS = 1_000_000
# How often a part is halved for the range of a wire.
DIVISIONS = 5
# Terms times parts that are worked on together.
BATCH = 1 << 17
UNIT = 2.0**-53
Array = NDArray[np.float64]
Ends = tuple[Array, Array]


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


@dataclass(frozen=True)
class Terms:
    """``sum of coefficient * t^exponents``, one row of exponents for each coefficient."""

    exponents: NDArray[np.int64]
    coefficients: Array

    @property
    def norm(self) -> float:
        return float(np.abs(self.coefficients).sum())

    @property
    def degrees(self) -> NDArray[np.int64]:
        return self.exponents.max(axis=0, initial=0)

    def count(self) -> float:
        """How many Bernstein coefficients there are."""
        return prod(float(d + 1) for d in self.degrees)


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


def _slip(terms: Terms) -> float:
    """Bound the rounding errors of any number worked out here, relative to 1."""
    operations = len(terms.coefficients) + 16 * (int(terms.degrees.sum()) + 4 * terms.degrees.size)
    return 4 * (operations + 64) * UNIT * terms.norm + 1e-290


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
    slip = 2 * _slip(terms)
    whole = ends[0][None], ends[1][None]
    (low,), (high,) = _sweep(terms, *whole, np.ones((1, 1)))[0]
    _, terms, first, second = next(_forms(terms, whole))
    if terms.count() <= FACE_COEFFICIENTS:
        b_low, b_high = _bernstein_extremes(terms, first[0], second[0], DIVISIONS)
        low, high = max(low, b_low), min(high, b_high)
    return float(low) - slip, float(high) + slip


def _bernstein_extremes(
    terms: Terms, low: Array, high: Array, divisions: int
) -> tuple[float, float]:
    b = _bernstein(terms, low, high)
    corners = b[np.ix_(*([0, -1] for _ in b.shape))]
    extremes = float(b.min()), float(b.max())
    # A corner's coefficient is the value there.
    if not divisions or extremes == (float(corners.min()), float(corners.max())):
        return extremes
    axis = _steepest(terms, b)
    before, after = high.copy(), low.copy()
    before[axis] = after[axis] = (low[axis] + high[axis]) / 2
    parts = (low, before), (after, high)
    lows, highs = zip(
        *(_bernstein_extremes(terms, *part, divisions - 1) for part in parts), strict=True
    )
    return min(lows), max(highs)


def prove_at_most(space: Space, model: Model, bound: arb, root: Part) -> int:
    """Prove |f| <= bound on the box, and return how many parts that took.

    Raises
    ------
    RefutedError
        If |f| is larger at a point.
    NotProvedError
        If it is not proved before the time is over, or at all.
    """
    if not model.rest < bound:
        raise NotProvedError("what was dropped is larger than the bound")
    unit = floor_log2(bound)
    scale = arb(2) ** unit
    target = float(((bound - model.rest) / scale).lower()) * (1 - 4 * UNIT)
    beyond = float(((bound + model.rest) / scale).upper()) * (1 + 4 * UNIT)
    terms = _terms(model, unit)
    slip = _slip(terms)
    if terms.norm + slip <= target:
        return 1
    found = _at_corners(terms, _ends(space.coordinates(root.box)))
    stack, count = [root], 0
    while stack:
        space.tick()
        parts = [stack.pop() for _ in range(min(len(stack), 1 + BATCH // len(terms.coefficients)))]
        count += len(parts)
        ends = [_ends(space.coordinates(part.box)) for part in parts]
        low, high = (np.array(side) for side in zip(*ends, strict=True))
        found = max(found, float(np.abs(_values(terms, (low + high) / 2)).max()))
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
    return count


def _bounds(
    terms: Terms, ends: Ends, slip: float, target: float, allowance: float
) -> tuple[Array, NDArray[np.int64]]:
    """Bound the absolute value over parts, and say along which variable to divide each.

    `allowance`: how much too large the bounds may be.
    """
    count = len(ends[0])
    uppers, axes = np.full(count, inf), np.argmax(ends[1] - ends[0], axis=1)
    for factors, some, low, high in _forms(terms, ends):
        rest, some = _lowered(some, allowance / 4)
        if some.count() <= MAX_COEFFICIENTS:
            tensors = [_bernstein(some, *part) for part in zip(low, high, strict=True)]
            found = np.array([np.abs(b).max() for b in tensors])
            steepest = np.array([_steepest(some, b) for b in tensors])
        else:
            found, steepest = _faces(some, low, high, target, allowance / 4)
        bounds = (factors * (found + slip) + rest + slip) * (1 + 8 * UNIT)
        axes = np.where(bounds < uppers, steepest, axes)
        uppers = np.minimum(uppers, bounds)
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
        few = terms.count() <= MAX_COEFFICIENTS
        if dropped + costs[i] > (allowance / 64 if few else allowance):
            return dropped * (1 + len(sizes) * UNIT), terms
        dropped += costs[i] * (1 + len(sizes) * UNIT)
        kept = terms.exponents[:, i] < degrees[i]
        terms = Terms(terms.exponents[kept], terms.coefficients[kept])


def _bernstein(terms: Terms, low: Array, high: Array) -> Array:
    """Return the Bernstein coefficients over a part; each variable that occurs is an axis."""
    used = np.flatnonzero(terms.degrees)
    if not used.size:
        return np.array(terms.coefficients.sum())
    b: Array = np.zeros(terms.degrees[used] + 1)
    np.add.at(b, tuple(terms.exponents[:, used].T), terms.coefficients)
    for axis, i in enumerate(used):
        matrix = _to_bernstein(int(terms.degrees[i]), float(low[i]), float(high[i]))
        b = np.moveaxis(np.tensordot(matrix, b, (1, axis)), 0, axis)
    return b


def _to_bernstein(degree: int, low: float, high: float) -> Array:
    """Column j holds the Bernstein coefficients on [low, high] of t^j.

    The i-th is the mean of the products of j of `degree` numbers, i of them `high`, the others
    `low`. One more number y, the m-th, makes (1 - j/m) p_j + (j/m) y p_{j-1} of these means p.
    """
    means = np.zeros((degree + 1, degree + 1))
    means[:, 0] = 1.0
    row = np.arange(degree + 1)
    for m in range(1, degree + 1):
        y = np.where(m <= degree - row, low, high)[:, None]
        share = np.arange(1, m + 1) / m
        means[:, 1 : m + 1] = (1.0 - share) * means[:, 1 : m + 1] + share * y * means[:, :m]
    return means


def _steepest(terms: Terms, b: Array) -> int:
    """Return the variable along which the Bernstein coefficients change most."""
    changes = np.zeros(terms.degrees.size)
    for axis, i in enumerate(np.flatnonzero(terms.degrees)):
        changes[i] = float(np.abs(np.diff(b, axis=axis)).max()) * (b.shape[axis] - 1)
    return int(np.argmax(changes))


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
        (_, above), slopes = _sweep(terms, low, high, sign)
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
        face = _on_face(terms, low[k], high[k])
        if face.count() <= FACE_COEFFICIENTS:
            b = float((sign[k] * _bernstein(face, low[k], high[k])).max())
            bounds[k] = min(bounds[k], b + paid[k])
    worst = np.where(bounds[:parts] >= bounds[parts:], 0, parts) + np.arange(parts)
    return bounds[worst], np.argmax(np.maximum(fall, rise)[worst], axis=1)


def _on_face(terms: Terms, low: Array, high: Array) -> Terms:
    """Put in the variables that are points."""
    coefficients = terms.coefficients.copy()
    powers = _powers(low[None], terms.degrees)
    for i in np.flatnonzero(low == high):
        coefficients *= powers[i][terms.exponents[:, i], 0]
    exponents = np.where(low == high, 0, terms.exponents)
    distinct, places = np.unique(exponents, axis=0, return_inverse=True)
    return Terms(distinct, np.bincount(places.ravel(), coefficients, len(distinct)))


def _powers(points: Array, degrees: NDArray[np.int64]) -> list[Array]:
    """Return, for each variable, its powers from 0 on at each point: one row each."""
    return [
        np.cumprod(np.vstack([np.ones(len(points)), np.tile(x, (int(d), 1))]), axis=0)
        for x, d in zip(points.T, degrees, strict=True)
    ]


def _power_ranges(terms: Terms, low: Array, high: Array) -> list[Ends]:
    ranges = []
    degrees = terms.degrees
    for a, b in zip(_powers(low, degrees), _powers(high, degrees), strict=True):
        below, above = np.minimum(a, b), np.maximum(a, b)
        if len(a) > 2:
            below[2::2, (a[1] < 0) & (b[1] > 0)] = 0.0
        ranges.append((below, above))
    return ranges


def _times(a: Ends, b: Ends) -> Ends:
    first, second, third, fourth = a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]
    low = np.minimum(np.minimum(first, second), np.minimum(third, fourth))
    return low, np.maximum(np.maximum(first, second), np.maximum(third, fourth))


def _sweep(terms: Terms, low: Array, high: Array, sign: Array) -> tuple[Ends, Ends]:
    """Enclose sign * polynomial over each part, and its partial derivatives."""
    ranges = _power_ranges(terms, low, high)
    ones = np.ones((len(terms.coefficients), len(low)))
    before = [(ones, ones)]  # products of the factors before each variable's
    for (below, above), e in zip(ranges, terms.exponents.T, strict=True):
        before.append(_times(before[-1], (below[e], above[e])))
    values = _weighted(terms.coefficients, before.pop(), sign[:, 0])
    after = ones, ones
    slopes = np.zeros((2, *low.shape))
    margin = _slip(terms)
    for i in reversed(range(low.shape[1])):
        (below, above), e = ranges[i], terms.exponents[:, i]
        lowered = np.maximum(e - 1, 0)
        products = _times(_times(before.pop(), after), (below[lowered], above[lowered]))
        slopes[:, :, i] = _weighted(terms.coefficients * e, products, sign[:, 0])
        after = _times(after, (below[e], above[e]))
    slips = margin * np.maximum(terms.degrees, 1)
    return values, (slopes[0] - slips, slopes[1] + slips)


def _weighted(weights: Array, products: Ends, sign: Array) -> Ends:
    """Enclose sign * sum of weight * product."""
    positive, negative = np.maximum(weights, 0.0), np.minimum(weights, 0.0)
    low = positive @ products[0] + negative @ products[1]
    high = positive @ products[1] + negative @ products[0]
    return np.where(sign > 0, low, -high), np.where(sign > 0, high, -low)


def _values(terms: Terms, points: Array) -> Array:
    monomials = np.ones((len(terms.coefficients), len(points)))
    for powers, e in zip(_powers(points, terms.degrees), terms.exponents.T, strict=True):
        monomials *= powers[e]
    return terms.coefficients @ monomials


def _at_corners(terms: Terms, ends: Ends) -> float:
    """Return a large absolute value at a corner, by moving one variable after the other."""
    best = 0.0
    for point in ends:
        value = -1.0
        while True:
            others = np.tile(point, (len(point), 1))
            np.fill_diagonal(others, ends[0] + ends[1] - point)
            points = np.vstack([point, others])
            values = np.abs(_values(terms, points))
            if not values.max() > value:
                break
            point, value = points[values.argmax()], float(values.max())
        best = max(best, value)
    return best
