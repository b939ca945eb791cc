"""Taylor models: a polynomial with exact rational coefficients, and how far off it may be.

The variables are t_1..t_n, each in [-1, 1]: the input x_i is m_i + h_i t_i with m_i and h_i the
exact middle and half width of its range. A Model encloses a function f of t, |f(t) - p(t)| <= rest.
Sums and products of polynomials are exact; what is dropped to keep them short goes into the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from flint import Ordering, arb, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from .errors import NotProvedError

__all__ = ["Model", "Space", "exact", "floor_log2", "require_short", "to_fmpq"]

MAX_PRODUCTS = 10_000_000
SHORT_PRODUCT = 20_000
LEVEL_BITS = 5


def exact(x: float | Fraction) -> fmpq:
    """Return a float or a fraction as the rational number that it is."""
    return fmpq(*x.as_integer_ratio())


def to_fmpq(x: arb) -> fmpq:
    """Return the exact midpoint of a ball."""
    mantissa, exponent = x.mid().man_exp()
    return mantissa * fmpq(2) ** int(exponent)


def floor_log2(x: arb) -> int:
    """Return the largest k with 2^k <= x, or one more where the ball leaves that open."""
    value = x.log_base(2).floor().upper().unique_fmpz()
    if value is None:
        raise NotProvedError("a bound is infinite or undefined")
    return int(value)


def require_short(p: fmpq_mpoly, q: fmpq_mpoly) -> None:
    """Refuse a product that would take too long."""
    if len(p) * len(q) > MAX_PRODUCTS:
        raise NotProvedError("a product of polynomials is too long for this checker")


@dataclass(frozen=True)
class Model:
    """``|f - polynomial| <= rest`` on the whole cube [-1, 1]^n."""

    polynomial: fmpq_mpoly
    rest: arb

    @cached_property
    def size(self) -> arb:
        """An upper bound of |f|: the sum of the absolute values of all coefficients."""
        return (sum((arb(abs(c)) for c in self.polynomial.coeffs()), arb(0)) + self.rest).upper()

    def levels(self) -> list[Model]:
        """Share the terms out by the size of their coefficients; the rest goes with the first."""
        levels: dict[int, dict[tuple[int, ...], fmpq]] = {}
        for powers, c in self.polynomial.to_dict().items():
            bits = int(c.p).bit_length() - int(c.q).bit_length()
            levels.setdefault(-bits // LEVEL_BITS, {})[powers] = c
        context = self.polynomial.context()
        parts = [context.from_dict(levels[level]) for level in sorted(levels)]
        rests = [self.rest] + [arb(0)] * len(parts)
        return [Model(part, rest) for part, rest in zip(parts, rests, strict=False)] or [self]

    def times(self, other: Model, amount: arb) -> Model:
        """Multiply, (p + r)(q + s) = p q + p s + q r + r s, dropping about `amount` if it pays."""
        if len(self.polynomial) * len(other.polynomial) < SHORT_PRODUCT:
            rest = self.size * other.rest + other.size * self.rest
            return Model(self.polynomial * other.polynomial, rest.upper())
        left, right = self.levels(), other.levels()
        share = amount / (len(left) * len(right))
        polynomial, rest = 0 * self.polynomial, arb(0)
        for a in left:
            for b in right:
                if a.size * b.size <= share:
                    rest += a.size * b.size
                else:
                    require_short(a.polynomial, b.polynomial)
                    polynomial += a.polynomial * b.polynomial
                    rest += a.size * b.rest + b.size * a.rest
        return Model(polynomial, rest.upper())


class Space:
    """The polynomials in t over one box."""

    def __init__(self, box: Iterable[tuple[float, float]]) -> None:
        ends = [(exact(low), exact(high)) for low, high in box]
        self.middle = [(low + high) / 2 for low, high in ends]
        self.half = [(high - low) / 2 for low, high in ends]
        self.context = fmpq_mpoly_ctx.get([("t", len(ends))], Ordering.lex)

    def constant(self, value: fmpq) -> Model:
        """Return a constant."""
        return Model(self.context.constant(value), arb(0))

    def inputs(self) -> list[Model]:
        """Return the inputs x_i = m_i + h_i t_i."""
        return [
            Model(h * t + m, arb(0))
            for m, h, t in zip(self.middle, self.half, self.context.gens(), strict=True)
        ]

    def combination(self, terms: Iterable[tuple[Model, fmpq]], constant: fmpq) -> Model:
        """Return the sum of weight * model, plus the constant."""
        polynomial, rest = self.context.constant(constant), arb(0)
        for model, weight in terms:
            polynomial += weight * model.polynomial
            rest += abs(arb(weight)) * model.rest
        return Model(polynomial, rest.upper())

    def shortened(self, model: Model, amount: arb) -> Model:
        """Round all coefficients to multiples of a power of two, which moves f by <= `amount`."""
        count = len(model.polynomial)
        if not amount > 0 or not count:
            return model
        # A power of two near amount/count: a coefficient moves by at most half of it.
        grid = fmpq(2) ** floor_log2(amount / count)
        rounded = {
            powers: n * grid
            for powers, c in model.polynomial.to_dict().items()
            if (n := (c / grid + fmpq(1, 2)).floor())
        }
        moved = arb(grid) * count / 2
        return Model(self.context.from_dict(rounded), (model.rest + moved).upper())
