"""Ranges of polynomials on [-1, 1]^n by Bernstein coefficients, in parts if need be.

A polynomial lies between its smallest and its largest Bernstein coefficient, and the coefficients
of the corners are its values there. The coefficients are computed in float64 with an a-priori
bound on all rounding errors: every number here is a sum of products with factors that add up to at
most 1 in absolute value, so that n operations are off by at most gamma_n = n u/(1 - n u) times the
largest number (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from math import comb, prod

import numpy as np
from flint import arb, fmpq, fmpq_mpoly
from numpy.typing import NDArray

from .errors import NotProvedError, RefutedError
from .models import Model, floor_log2
from .subdivision import Part

__all__ = ["prove_at_most", "supremum"]

MAX_COEFFICIENTS = 1 << 24
UNIT = 2.0**-53
Tensor = NDArray[np.float64]
Terms = dict[tuple[int, ...], fmpq]


@cache
def _to_bernstein(degree: int, low: int) -> Tensor:
    """Row i holds the i-th Bernstein coefficients on [low, 1] of 1, t, ..., t^degree.

    That of t^j is the mean of the products of j of `degree` numbers, i of them 1, the others `low`,
    which is -1 or 0: at most 1 in absolute value.
    """
    rows = [
        [
            sum(comb(i, j - k) * comb(degree - i, k) * low**k for k in range(j + 1))
            / comb(degree, j)
            for j in range(degree + 1)
        ]
        for i in range(degree + 1)
    ]
    return np.array(rows)


def _coefficients(terms: Terms, unit: fmpq, lows: Sequence[int]) -> tuple[Tensor, float]:
    """Return the Bernstein coefficients of polynomial/unit, and a bound on their errors.

    The range of the i-th variable is [lows[i], 1].
    """
    degrees = _degrees(terms)
    power = np.zeros([d + 1 for d in degrees])
    for exponents, c in terms.items():
        ratio = c / unit
        power[exponents] = int(ratio.p) / int(ratio.q)  # correctly rounded
    total = float(np.abs(power).sum())
    for axis, (degree, low) in enumerate(zip(degrees, lows, strict=True)):
        matrix = _to_bernstein(degree, low)
        power = np.moveaxis(np.tensordot(matrix, power, (1, axis)), 0, axis)
    operations = sum(degrees) + 4 * len(degrees) + power.size.bit_length() + 4
    return power, 4 * operations * UNIT * total + 1e-300


def _degrees(terms: Terms) -> list[int]:
    return [max(e) for e in zip(*terms, strict=True)]


def _is_small(terms: Terms) -> bool:
    return prod(d + 1 for d in _degrees(terms)) <= MAX_COEFFICIENTS


def _terms(polynomial: fmpq_mpoly) -> Terms:
    return {tuple(map(int, e)): c for e, c in polynomial.to_dict().items()}


def _reduced(terms: Terms) -> tuple[Terms, list[int]]:
    """Divide by the largest common monomial, at most 1 in size; write t^2 as a variable on [0, 1].

    The result's absolute value is nowhere smaller. Second: the lower ends of its variables' ranges.
    """
    least = [min(e) for e in zip(*terms, strict=True)]
    divided = {tuple(e - m for e, m in zip(key, least, strict=True)): terms[key] for key in terms}
    steps = [2 if all(e % 2 == 0 for e in column) else 1 for column in zip(*divided, strict=True)]
    result = {tuple(e // s for e, s in zip(k, steps, strict=True)): c for k, c in divided.items()}
    return result, [0 if step == 2 else -1 for step in steps]


def _groups(terms: Terms) -> list[Terms]:
    """Share the terms out among polynomials in few variables each."""
    groups: list[tuple[set[int], Terms]] = []
    for exponents in sorted(terms, key=lambda e: sum(x == 0 for x in e)):
        variables = {i for i, e in enumerate(exponents) if e}
        for known, group in groups:
            if variables <= known:
                group[exponents] = terms[exponents]
                break
        else:
            groups.append((variables, {exponents: terms[exponents]}))
    return [group for _, group in groups]


def _largest(terms: Terms, unit: fmpq) -> float:
    """Return a bound of |polynomial/unit|, the whole cube at once."""
    if not terms:
        return 0.0
    reduced, lows = _reduced(terms)
    if _is_small(reduced):
        b, error = _coefficients(reduced, unit, lows)
        return (float(np.abs(b).max()) + error) * (1 + 4 * UNIT)
    groups = _groups(terms)
    if len(groups) > 1:
        return sum(_largest(group, unit) for group in groups) * (1 + 4 * len(groups) * UNIT)
    total = sum((arb(abs(c / unit)) for c in terms.values()), arb(0))
    return float(total.upper()) * (1 + 4 * UNIT)


def supremum(model: Model) -> arb:
    """Return an upper bound of |f| on the cube."""
    if model.size.is_zero():
        return arb(0)
    unit = fmpq(2) ** floor_log2(model.size)
    largest = arb(_largest(_terms(model.polynomial), unit))
    return (largest * arb(unit) + model.rest).upper().min(model.size)


def prove_at_most(model: Model, bound: arb, root: Part, tick: Callable[[], None]) -> int:
    """Prove |f| <= bound on the cube, and return how many parts that took.

    Raises
    ------
    RefutedError
        If |f| is larger at a corner of a part.
    NotProvedError
        If it is not proved before `tick` raises, or at all.
    """
    if not model.rest < bound:
        raise NotProvedError("what was dropped is larger than the bound")
    unit = fmpq(2) ** floor_log2(bound)
    target = float(((bound - model.rest) / arb(unit)).lower()) * (1 - 4 * UNIT)
    beyond = float(((bound + model.rest) / arb(unit)).upper()) * (1 + 4 * UNIT)
    terms = _terms(model.polynomial)
    largest = _largest(terms, unit)
    if largest <= target:
        return 1
    if not _is_small(terms):
        raise NotProvedError(
            "it has too many variables to be split, and is only bounded by "
            f"{float((arb(largest) * arb(unit) + model.rest).upper()):.6e}"
        )
    stack = [(*_coefficients(terms, unit, [-1] * len(root.box)), root)]
    count = 0
    while stack:
        tick()
        b, error, part = stack.pop()
        count += 1
        largest = float(np.abs(b).max())
        if largest + error <= target:
            continue
        corners = np.abs(b[np.ix_(*([0, -1] for _ in b.shape))])
        place = np.unravel_index(int(corners.argmax()), corners.shape)
        corner = part.corner([int(end) for end in place])
        if float(corners.max()) - error > beyond:
            raise RefutedError(f"it is larger at the point {corner}")
        # A corner's coefficient is the value there, which no split makes smaller.
        if float(corners.max()) + error > target or not part.can_split():
            raise NotProvedError(f"it is too close to the bound near {corner}")
        axis, fraction, halves = part.split(_best_axis(b, part))
        left, right = _de_casteljau(b, axis, fraction)
        error += 8 * (b.shape[axis] + 1) * UNIT * largest
        # The half with the larger coefficients last, so that it is looked at first.
        pair = [(left, error, halves[0]), (right, error, halves[1])]
        stack += sorted(pair, key=lambda entry: float(np.abs(entry[0]).max()))
    return count


def _best_axis(b: Tensor, part: Part) -> int:
    """Return the axis along which the coefficients change most."""
    changes = [
        float(np.abs(np.diff(b, axis=axis)).max()) * (b.shape[axis] - 1) if b.shape[axis] > 1 else 0
        for axis in range(b.ndim)
    ]
    ranked: Sequence[int] = sorted(range(b.ndim), key=lambda axis: -changes[axis])
    return next((axis for axis in ranked if part.is_wide(axis)), 0)


def _de_casteljau(b: Tensor, axis: int, fraction: float) -> tuple[Tensor, Tensor]:
    """Return the coefficients of both parts, divided at that fraction of the range.

    Each step takes means, (1 - fraction) a + fraction b, with at most four roundings.
    """
    b = np.moveaxis(b, axis, 0)
    left, right = np.empty_like(b), np.empty_like(b)
    row = b
    for k in range(len(b)):
        left[k], right[len(b) - 1 - k] = row[0], row[-1]
        row = (1.0 - fraction) * row[:-1] + fraction * row[1:]
    return np.moveaxis(left, 0, axis), np.moveaxis(right, 0, axis)
