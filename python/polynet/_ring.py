"""The ring of exact polynomials: what a polynomial holds, and + - * **."""

from __future__ import annotations

import operator
from fractions import Fraction
from typing import ClassVar, TypeAlias, TypeVar

from ._exact import Terms, add_into, excerpt, is_number, multiply, pack, power, to_fraction, unpack
from ._floats import sound_floats
from ._local import Local, expand
from .errors import InvalidInputError

Exponents: TypeAlias = tuple[int, ...]
T = TypeVar("T", bound="Ring")


class Ring:
    """Nonzero terms in variables that may have an origin and a unit."""

    __slots__ = ("_local", "_terms", "_variables")

    # numpy scalars and arrays leave `scalar * polynomial` to this class.
    __array_ufunc__: ClassVar[None] = None

    _terms: dict[Exponents, Fraction]
    _variables: tuple[str, ...]
    # Index of a variable -> origin and unit, where they are not 0 and 1; in ascending order.
    _local: dict[int, Local]

    def _set(
        self, packed: Terms, variables: tuple[str, ...], local: dict[int, Local] | None = None
    ) -> None:
        count = len(variables)
        self._terms = {unpack(key, count): packed[key] for key in sorted(packed, reverse=True)}
        self._variables = variables
        self._local = local or {}

    @classmethod
    def _from_packed(
        cls: type[T],
        packed: Terms,
        variables: tuple[str, ...],
        local: dict[int, Local] | None = None,
    ) -> T:
        polynomial = cls.__new__(cls)
        polynomial._set(packed, variables, local)
        return polynomial

    def _packed(self: T) -> Terms:
        return {pack(exponents): value for exponents, value in self._terms.items()}

    def expanded(self: T) -> T:
        """Return the same polynomial with terms in x itself: no origins, all units 1.

        Raises
        ------
        SizeLimitError
            If a limit is exceeded.
        """
        if not self._local:
            return self
        packed = expand(self._packed(), self._local, len(self._variables))
        return self._from_packed(packed, self._variables)

    @property
    def degree(self) -> int:
        """The total degree; 0 for the zero polynomial."""
        return sum(next(iter(self._terms), ()))

    def __add__(self: T, other: object) -> T:
        """Add a polynomial over the same variables, or an exact number."""
        pair = self._with(other)
        return NotImplemented if pair is None else pair[0]._plus(pair[1], 1)

    __radd__ = __add__

    def __neg__(self: T) -> T:
        """Negate."""
        negated = {k: -c for k, c in self._packed().items()}
        return self._from_packed(negated, self._variables, self._local)

    def __sub__(self: T, other: object) -> T:
        """Subtract a polynomial over the same variables, or an exact number."""
        pair = self._with(other)
        return NotImplemented if pair is None else pair[0]._plus(pair[1], -1)

    def __rsub__(self: T, other: object) -> T:
        """Subtract from an exact number."""
        return (-self).__add__(other)

    def __mul__(self: T, other: object) -> T:
        """Multiply by a polynomial over the same variables, or by an exact number."""
        pair = self._with(other)
        if pair is None:
            return NotImplemented
        left, terms = pair
        product = multiply(left._packed(), terms, len(self._variables))
        return self._from_packed(product, self._variables, left._local)

    __rmul__ = __mul__

    def __pow__(self: T, exponent: int) -> T:
        """Raise to a nonnegative integer power; p**0 is 1 also for p = 0."""
        if isinstance(exponent, bool) or not hasattr(exponent, "__index__"):
            return NotImplemented
        k = operator.index(exponent)
        if k < 0:
            raise InvalidInputError(f"the power must be nonnegative, not {excerpt(k)}")
        packed = power(self._packed(), k, len(self._variables))
        return self._from_packed(packed, self._variables, self._local)

    @sound_floats
    def _with(self: T, other: object) -> tuple[T, Terms] | None:
        """Return both operands in the same variables, or None if the other is none."""
        if is_number(other):
            value = to_fraction(other, "the operand")
            return self, {0: value} if value else {}
        if not isinstance(other, Ring):
            return None
        if other._variables != self._variables:
            raise InvalidInputError(
                f"the polynomials have the variables {excerpt(self._variables)} and "
                f"{excerpt(other._variables)}; bring them together with over(variables)"
            )
        if other._local == self._local:
            return self, other._packed()
        return self.expanded(), other.expanded()._packed()

    def _plus(self: T, terms: Terms, factor: int) -> T:
        total = self._packed()
        add_into(total, terms, factor)
        return self._from_packed(total, self._variables, self._local)

    def __eq__(self, other: object) -> bool:
        """Compare variables and coefficients; a number or a text is never equal."""
        if not isinstance(other, Ring):
            return NotImplemented
        return self._identity() == other._identity()

    def __hash__(self) -> int:
        """Hash variables and coefficients, in time linear in the terms."""
        variables, local, terms = self._identity()
        return hash((variables, tuple(local.items()), tuple(terms.items())))

    def _identity(self) -> tuple[tuple[str, ...], dict[int, Local], dict[Exponents, Fraction]]:
        return self._variables, self._local, self._terms
