"""Polynomials with dyadic coefficients, and how much was dropped of them.

The variables are t_1..t_n in [-1, 1]: the input x_i is m_i + h_i t_i. A Model encloses a polynomial
of t; the coefficients of what it lacks are at most `rest` in all. Sums and products are exact; what
is dropped to keep them short goes into the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import nextafter, prod

import numpy as np
from flint import Ordering, arb, fmpq, fmpz, fmpz_mpoly, fmpz_mpoly_ctx

from .errors import NotProvedError
from .intervals import Array
from .limits import MAX_EXPONENT, Budget, allow

__all__ = ["Dyadic", "Model", "Space", "dyadic", "exact", "floor_log2"]

Dyadic = tuple[fmpz, int]
"""An integer times a power of two."""

MAX_DEGREE = 1024
# Of what is turned into floating-point numbers: terms, and their size in units, as a power of two.
MAX_TERMS, LARGEST_RATIO = 1_000_000, 900
# Coefficients that are no dyadic fractions are rounded to this many bits.
FRACTION_BITS = 640


def exact(x: float | Fraction) -> fmpq:
    """Return a float or a fraction as the rational number that it is."""
    return fmpq(*x.as_integer_ratio())


def dyadic(x: float | arb) -> Dyadic:
    """Return a float, or the midpoint of a ball, as integer times power of two."""
    middle = arb(x) if isinstance(x, float) else x.mid()
    if not middle.is_finite():
        raise NotProvedError("a number is infinite or undefined")
    mantissa, exponent = middle.man_exp()
    return mantissa, _checked(int(exponent))


def floor_log2(x: arb) -> int:
    """Return the largest k with 2^k <= x for the upper end of the ball x, a positive one."""
    upper = x.upper()
    if not (upper.is_finite() and upper > 0):
        raise NotProvedError("a bound is infinite, undefined or not positive")
    mantissa, exponent = upper.man_exp()
    return _checked(int(exponent) + int(mantissa).bit_length() - 1)


def _checked(exponent: int) -> int:
    if abs(exponent) > MAX_EXPONENT:
        raise NotProvedError("a number is too large or too small for this checker")
    return exponent


def _beyond(x: fmpq, end: float) -> float:
    """Return x if it is a float64, else the next one towards `end`."""
    value = int(x.p) / int(x.q)
    return value if exact(value) == x else nextafter(value, end)


def _power_of_two(exponent: int) -> arb:
    return arb(2) ** exponent


@dataclass(frozen=True)
class Model:
    """A polynomial f, which is numerator 2^exponent and another one of norm `rest` at most."""

    numerator: fmpz_mpoly
    exponent: int
    rest: arb

    @cached_property
    def norm(self) -> arb:
        """An upper bound of what is kept: the sum of the coefficients' absolute values."""
        total = sum(map(abs, self.numerator.coeffs()), fmpz(0))
        return (arb(total) * _power_of_two(self.exponent)).upper()

    @cached_property
    def size(self) -> arb:
        """An upper bound of |f|."""
        return (self.norm + self.rest).upper()

    @cached_property
    def bits(self) -> int:
        """How long a coefficient is at most."""
        return floor_log2(self.norm) - self.exponent + 1 if self.norm > 0 else 0

    def rounded(self, accuracy: float) -> Model:
        """Round all coefficients to a power of two: moves f by about `accuracy` of the norm."""
        coefficients = self.numerator.coeffs()
        if not coefficients:
            return self
        if accuracy >= 1.0:
            return Model(0 * self.numerator, 0, self.size)
        bits = int(max(map(abs, coefficients))).bit_length()
        sizes = np.abs([int(c) / (1 << bits) for c in coefficients])
        allowed = accuracy * float(sizes.sum())
        # Those below half that power of two vanish, the others lose no more than that.
        powers = range(bits + 1, 0, -1)
        half = next(
            (k - 1 for k in powers if np.minimum(sizes, 2.0 ** (k - 1 - bits)).sum() <= allowed), 0
        )
        if not half:
            return self
        context, step = self.numerator.context(), fmpz(1) << half
        terms = {a: (c + step) // (2 * step) for a, c in self.numerator.to_dict().items()}
        numerator = context.from_dict({a: c for a, c in terms.items() if c})
        lost = Model(self.numerator - 2 * step * numerator, self.exponent, self.rest)
        return Model(numerator, self.exponent + half + 1, lost.size)

    def in_units(self, unit: int) -> dict[tuple[int, ...], float]:
        """Return the polynomial divided by 2^unit, its coefficients correctly rounded."""
        shift = self.exponent - unit
        ratio = floor_log2(self.norm + _power_of_two(unit)) - unit
        if len(self.numerator) > MAX_TERMS or ratio > LARGEST_RATIO:
            raise NotProvedError("a polynomial is too long or too large for this checker")
        allow(nanoseconds=len(self.numerator) * (400 + (self.bits + abs(shift)) / 4))
        up, down = 1 << max(shift, 0), 1 << max(-shift, 0)
        coefficients = [int(c) * up / down for c in self.numerator.coeffs()]
        return dict(zip(self.numerator.monoms(), coefficients, strict=True))


class Space:
    """The polynomials in t over one box, whose variables may be bits: 0 or 1, nothing between.

    m_i and h_i are middle and half width of the range of x_i; bits are as they are. If not
    `centred`, variables away from 0 are only scaled: m_i is 0.
    """

    def __init__(
        self,
        box: Iterable[tuple[float, float]],
        bits: frozenset[int] = frozenset(),
        budget: Budget | None = None,
        *,
        centred: bool = True,
    ) -> None:
        self.box = tuple(box)
        self.context = fmpz_mpoly_ctx.get([("t", len(self.box))], Ordering.lex)
        self.bits = bits
        self.budget = budget or Budget()
        ends = [(exact(low), exact(high)) for low, high in self.box]
        self.middle = [
            (low + high) / 2 if i not in bits and (centred or low * high <= 0) else fmpq(0)
            for i, (low, high) in enumerate(ends)
        ]
        self.half = [
            max(abs(high - m), abs(low - m))
            for m, (low, high) in zip(self.middle, ends, strict=True)
        ]

    def ends(self, box: Iterable[tuple[float, float]]) -> tuple[Array, Array]:
        """Return float64 ends around the range of every t over a part of the box."""
        low, high = [], []
        for (a, b), m, h in zip(box, self.middle, self.half, strict=True):
            low.append(_beyond((exact(a) - m) / h, -1.0) if h else 0.0)
            high.append(_beyond((exact(b) - m) / h, 1.0) if h else 0.0)
        return np.array(low), np.array(high)

    def constant(self, value: fmpq) -> Model:
        """Return a constant."""
        rest = arb(0)
        exponent = 1 - int(value.q).bit_length()
        if value.q != 1 << -exponent:
            exponent -= FRACTION_BITS
            rest = _power_of_two(exponent)
        number = (value * (1 << -exponent)).floor()
        return Model(self.context.constant(number), exponent, rest)

    def inputs(self) -> list[Model]:
        """Return the inputs x_i = m_i + h_i t_i."""
        result = []
        for m, h, t in zip(self.middle, self.half, self.context.gens(), strict=True):
            (a, i), (b, j) = ((c.p, 1 - int(c.q).bit_length()) for c in (m, h))
            low = min(i, j)
            result.append(Model(a * (1 << (i - low)) + t * b * (1 << (j - low)), low, arb(0)))
        return result

    def sum(self, terms: Iterable[tuple[Model, Dyadic]]) -> Model:
        """Return the sum of weight * model."""
        scaled = [(m, mantissa, m.exponent + e) for m, (mantissa, e) in terms if mantissa]
        if not scaled:
            return Model(self.context.constant(0), 0, arb(0))
        exponent = min(e for _, _, e in scaled)
        bits = max(m.bits + int(c).bit_length() + e - exponent for m, c, e in scaled)
        self._allow(sum(len(m.numerator) for m, _, _ in scaled), bits)
        numerators, rest = [], arb(0)
        for model, mantissa, e in scaled:
            numerators.append(model.numerator * (mantissa * (fmpz(1) << (e - exponent))))
            rest += abs(arb(mantissa)) * _power_of_two(e - model.exponent) * model.rest
        while len(numerators) > 1:  # by pairs, for a sum of many short ones
            self.budget.spend()
            odd = [numerators.pop()] if len(numerators) % 2 else []
            numerators = [a + b for a, b in zip(numerators[::2], numerators[1::2], strict=True)]
            numerators += odd
        return Model(numerators[0], exponent, rest.upper())

    def product(self, a: Model, b: Model) -> Model:
        """Multiply: (p + r)(q + s) = p q + p s + q r + r s."""
        p, q = a.numerator, b.numerator
        if int(p.total_degree() + q.total_degree()) > MAX_DEGREE:
            raise NotProvedError("a polynomial has too large a degree for this checker")
        shape = (int(max(i + j, 0)) + 1 for i, j in zip(p.degrees(), q.degrees(), strict=True))
        self._allow(min(len(p) * len(q), prod(shape)), a.bits + b.bits)
        words = (1 + a.bits // 64) * (1 + b.bits // 64)
        self.budget.spend(nanoseconds=len(p) * len(q) * (30 + words))
        rest = a.norm * b.rest + b.size * a.rest
        return Model(self._on_bits(p * q), a.exponent + b.exponent, rest.upper())

    def _allow(self, terms: int, bits: int) -> None:
        """Ask for a polynomial of so many terms, with coefficients of so many bits."""
        self.budget.spend(
            nanoseconds=terms * (200 + bits / 16),
            size=terms * (200 + 16 * len(self.box) + bits / 4),
        )

    def _on_bits(self, p: fmpz_mpoly) -> fmpz_mpoly:
        """Put t for all powers of t that is 0 or 1."""
        if all(p.degrees()[i] <= 1 for i in self.bits):
            return p
        result: dict[tuple[int, ...], fmpz] = {}
        for powers, c in p.to_dict().items():
            key = tuple(min(e, 1) if i in self.bits else e for i, e in enumerate(powers))
            result[key] = result.get(key, fmpz(0)) + c
        return self.context.from_dict(result)
