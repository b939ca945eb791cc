"""Exact sparse polynomials in several variables, with rational coefficients."""

import operator
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, final

from ._exact import (
    MAX_BITS,
    MAX_DEGREE,
    MAX_PRODUCTS,
    MAX_TERMS,
    MAX_VARIABLES,
    ExactNumber,
    Terms,
    add_into,
    check_exponents,
    check_names,
    evaluate,
    excerpt,
    is_number,
    multiply,
    outward,
    pack,
    power,
    to_fraction,
    unpack,
)
from ._floats import sound_floats
from ._parse import MAX_NESTING, MAX_OPERATORS, MAX_TEXT_LENGTH, parse_terms
from ._text import write_monomial, write_terms
from .convert import from_arrays, read, to_sympy
from .errors import InvalidInputError, SizeLimitError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = [
    "MAX_BITS",
    "MAX_DEGREE",
    "MAX_NESTING",
    "MAX_OPERATORS",
    "MAX_PRODUCTS",
    "MAX_TERMS",
    "MAX_TEXT_LENGTH",
    "MAX_VARIABLES",
    "Polynomial",
    "core_terms",
]

Exponents = tuple[int, ...]

# repr() shows the terms up to this number; beyond, a summary.
_REPR_TERMS = 20


@final
class Polynomial:
    """An exact polynomial: immutable, hashable, picklable.

    Equal means the same variables in the same order and the same coefficients. The limits MAX_* of
    this module hold for every polynomial and every intermediate product.

    Parameters
    ----------
    terms : mapping of exponents to coefficient
        A key is a tuple with one nonnegative integer per variable; for one variable the integer
        itself will do. A coefficient is an int, Fraction, float (its exact binary value), Decimal,
        numpy scalar or a text such as '1/3', '0.1' or '1e-3' (its exact decimal value).
    variables : sequence of str
        The names of the variables: distinct Python identifiers.

    Raises
    ------
    InvalidInputError
        If a key, a coefficient or a name is none of these.
    SizeLimitError
        If a limit is exceeded.

    Examples
    --------
    >>> str(Polynomial({(2, 1): "0.1", (0, 0): -3}, ["x", "y"]))
    '1/10*x**2*y - 3'
    """

    __slots__ = ("_terms", "_variables")

    # numpy scalars and arrays leave `scalar * polynomial` to this class.
    __array_ufunc__: ClassVar[None] = None

    _terms: dict[Exponents, Fraction]
    _variables: tuple[str, ...]

    @sound_floats
    def __init__(self, terms: Mapping[Any, ExactNumber], variables: Sequence[str]) -> None:
        names = check_names(variables)
        if not isinstance(terms, Mapping):
            raise InvalidInputError(
                f"terms must be a mapping {{exponents: coefficient}}, not {excerpt(terms)}"
            )
        if len(terms) > MAX_TERMS:
            raise SizeLimitError(f"{len(terms)} terms; at most {MAX_TERMS} are kept")
        packed: Terms = {}
        for key, coefficient in terms.items():
            exponents = pack(check_exponents(key, names))
            if exponents in packed:
                raise InvalidInputError(f"the exponents {excerpt(key)} are given twice; add them")
            packed[exponents] = to_fraction(coefficient, f"the coefficient of {excerpt(key)}")
        self._set({key: value for key, value in packed.items() if value}, names)

    def _set(self, packed: Terms, variables: tuple[str, ...]) -> None:
        count = len(variables)
        self._terms = {unpack(key, count): packed[key] for key in sorted(packed, reverse=True)}
        self._variables = variables

    @classmethod
    def _from_packed(cls, packed: Terms, variables: tuple[str, ...]) -> "Polynomial":
        polynomial = cls.__new__(cls)
        polynomial._set(packed, variables)
        return polynomial

    def _packed(self) -> Terms:
        return {pack(exponents): value for exponents, value in self._terms.items()}

    @classmethod
    def parse(cls, text: str, variables: Sequence[str] | None = None) -> "Polynomial":
        """Return the polynomial that an expression denotes, exactly; nothing is ever executed.

        The text may hold integers, decimals (0.1 is one tenth), variables, + - * and parentheses,
        / by a nonzero constant and ** by a nonnegative integer constant, with Python's precedence.

        Parameters
        ----------
        text : str
            The expression, at most MAX_TEXT_LENGTH characters.
        variables : sequence of str, optional
            The variables in order; by default the names that occur, x2 before x10.

        Raises
        ------
        InvalidInputError
            If the text is anything else; the message shows the culprit, its column and a remedy.
        SizeLimitError
            If a limit is exceeded, found before the expansion is carried out where possible.
        """
        return cls._from_packed(*parse_terms(text, variables))

    @classmethod
    @sound_floats
    def coerce(cls, obj: object, variables: Sequence[str]) -> "Polynomial":
        """Return `obj` as a polynomial over `variables`.

        Parameters
        ----------
        obj : Polynomial, str, mapping, number, or another package's polynomial
            A polynomial whose variables occur in `variables`, an expression, a mapping of exponents
            to coefficient, a constant; a SymPy expression or Poly, an object of numpy.polynomial or
            a poly1d, an fmpq_mpoly, fmpz_mpoly, fmpq_poly or fmpz_poly of python-flint. Floats in
            them count with their exact values. One whose variable has no name, and one of NumPy,
            takes the only variable.
        variables : sequence of str
            The variables of the result, in order.

        Raises
        ------
        InvalidInputError
            If `obj` is none of these or uses another variable.
        SizeLimitError
            If a limit is exceeded.
        """
        if isinstance(obj, Polynomial):
            return obj.over(variables)
        if isinstance(obj, str):
            return cls.parse(obj, variables)
        if isinstance(obj, Mapping):
            return cls(obj, variables)
        if is_number(obj):
            value = to_fraction(obj, "the constant polynomial")
            return cls._from_packed({0: value} if value else {}, check_names(variables))
        foreign = read(obj, variables)
        if foreign is not None:
            return cls(foreign, variables)
        raise InvalidInputError(
            "a polynomial must be a Polynomial, a text such as 'x**2 - y/3', a mapping "
            "{exponents: coefficient}, a number, or a polynomial of SymPy, NumPy or python-flint, "
            f"not {excerpt(obj)} of type {type(obj).__name__}"
        )

    @classmethod
    @sound_floats
    def from_arrays(
        cls, exponents: "ArrayLike", coefficients: Iterable[ExactNumber], variables: Sequence[str]
    ) -> "Polynomial":
        """Return sum of coefficients[t] * product of variables[i]**exponents[t, i].

        Parameters
        ----------
        exponents : array_like of int, shape (T, n)
            No row may occur twice.
        coefficients : iterable of exact numbers, length T
        variables : sequence of str, length n

        Raises
        ------
        InvalidInputError
            If the shapes, the numbers or the names do not fit.
        SizeLimitError
            If a limit is exceeded.
        """
        return cls(from_arrays(exponents, coefficients, len(check_names(variables))), variables)

    def to_dict(self) -> dict[Exponents, Fraction]:
        """Return exponents -> nonzero coefficient, in the order of `terms`, as a new dict."""
        return dict(self._terms)

    def to_sympy(self) -> Any:
        """Return a SymPy expression with the same terms, rational coefficients and names.

        Raises
        ------
        MissingPackageError
            Without the package sympy: ``pip install "polynet-gates[sympy]"``.
        """
        return to_sympy(self._terms, self._variables)

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables, in order."""
        return self._variables

    @property
    def terms(self) -> Mapping[Exponents, Fraction]:
        """Exponents -> nonzero coefficient, read-only.

        In graded lexicographic order: highest degree first, then highest power of the first
        variable first, and so on.
        """
        return MappingProxyType(self._terms)

    @property
    def degree(self) -> int:
        """The total degree; 0 for the zero polynomial."""
        return sum(next(iter(self._terms), ()))

    def over(self, variables: Sequence[str]) -> "Polynomial":
        """Return the same polynomial over other variables, including every one that it uses.

        Raises
        ------
        InvalidInputError
            If a used variable is missing.
        """
        names = check_names(variables)
        if names == self._variables:
            return self
        used = {i for exponents in self._terms for i, e in enumerate(exponents) if e}
        missing = [self._variables[i] for i in sorted(used) if self._variables[i] not in names]
        if missing:
            raise InvalidInputError(
                f"the polynomial uses {', '.join(missing)}; known variables: "
                f"{', '.join(names) or 'none'}"
            )
        place = {name: i for i, name in enumerate(self._variables)}
        # A new variable reads the zero appended to the exponents.
        order = [place.get(name, len(place)) for name in names]
        packed = {pack(tuple((*e, 0)[i] for i in order)): c for e, c in self._terms.items()}
        return self._from_packed(packed, names)

    @sound_floats
    def enclosures(self) -> tuple[list[Exponents], list[tuple[float, float]]]:
        """Return each term's exponents and the tightest float64 interval around its coefficient.

        The bounds are the largest float64 <= coefficient and the smallest one >= coefficient: equal
        exactly when the coefficient is a float64.

        Raises
        ------
        InvalidInputError
            If a coefficient lies beyond the range of float64.
        """
        intervals = []
        for exponents, coefficient in self._terms.items():
            try:
                intervals.append(outward(coefficient, "float64"))
            except OverflowError as error:
                term = write_monomial(exponents, self._variables) or "1"
                raise InvalidInputError(
                    f"the coefficient of {term} is {error}; rescale the polynomial"
                ) from None
        return list(self._terms), intervals

    @sound_floats
    def __call__(self, point: Sequence[ExactNumber]) -> Fraction:
        """Return the exact value at a point, one number per variable.

        Raises
        ------
        InvalidInputError
            If the point does not have one finite number per variable.
        """
        if isinstance(point, str) or not isinstance(point, Iterable):
            raise InvalidInputError(
                f"the point must be a sequence of numbers, not {excerpt(point)}"
            )
        values = [to_fraction(value, f"coordinate {i}") for i, value in enumerate(point)]
        if len(values) != len(self._variables):
            raise InvalidInputError(
                f"the point has {len(values)} coordinates; "
                f"the polynomial has {len(self._variables)} variables"
            )
        return evaluate(self._terms, values)

    def __add__(self, other: object) -> "Polynomial":
        """Add a polynomial over the same variables, or an exact number."""
        terms = self._operand(other)
        if terms is None:
            return NotImplemented
        return self._plus(terms, 1)

    __radd__ = __add__

    def __neg__(self) -> "Polynomial":
        """Negate."""
        return self._from_packed({k: -c for k, c in self._packed().items()}, self._variables)

    def __sub__(self, other: object) -> "Polynomial":
        """Subtract a polynomial over the same variables, or an exact number."""
        terms = self._operand(other)
        if terms is None:
            return NotImplemented
        return self._plus(terms, -1)

    def __rsub__(self, other: object) -> "Polynomial":
        """Subtract from an exact number."""
        return (-self).__add__(other)

    def __mul__(self, other: object) -> "Polynomial":
        """Multiply by a polynomial over the same variables, or by an exact number."""
        terms = self._operand(other)
        if terms is None:
            return NotImplemented
        product = multiply(self._packed(), terms, len(self._variables))
        return self._from_packed(product, self._variables)

    __rmul__ = __mul__

    def __pow__(self, exponent: int) -> "Polynomial":
        """Raise to a nonnegative integer power; p**0 is 1 also for p = 0."""
        if isinstance(exponent, bool) or not hasattr(exponent, "__index__"):
            return NotImplemented
        k = operator.index(exponent)
        if k < 0:
            raise InvalidInputError(f"the power must be nonnegative, not {excerpt(k)}")
        packed = power(self._packed(), k, len(self._variables))
        return self._from_packed(packed, self._variables)

    @sound_floats
    def _operand(self, other: object) -> Terms | None:
        """Return the other operand's terms, or None if it is no polynomial and no number."""
        if is_number(other):
            value = to_fraction(other, "the operand")
            return {0: value} if value else {}
        if not isinstance(other, Polynomial):
            return None
        if other._variables != self._variables:
            raise InvalidInputError(
                f"the polynomials have the variables {excerpt(self._variables)} and "
                f"{excerpt(other._variables)}; bring them together with over(variables)"
            )
        return other._packed()

    def _plus(self, terms: Terms, factor: int) -> "Polynomial":
        total = self._packed()
        add_into(total, terms, factor)
        return self._from_packed(total, self._variables)

    def __eq__(self, other: object) -> bool:
        """Compare variables and coefficients; a number or a text is never equal."""
        if not isinstance(other, Polynomial):
            return NotImplemented
        return self._variables == other._variables and self._terms == other._terms

    def __hash__(self) -> int:
        """Hash variables and coefficients, in time linear in the terms."""
        return hash((self._variables, tuple(self._terms.items())))

    def __reduce__(self) -> tuple[type["Polynomial"], tuple[object, ...]]:
        """Pickle by the terms, which read back through the checks."""
        return Polynomial, (self._terms, self._variables)

    def __str__(self) -> str:
        """Write what parse(text, p.variables) reads back, within MAX_TEXT_LENGTH characters."""
        return write_terms(self._terms, self._variables)

    def __repr__(self) -> str:
        """Show the call that gives this polynomial, or a summary of a long one."""
        if len(self._terms) <= _REPR_TERMS:
            return f"Polynomial.parse({str(self)!r}, {self._variables!r})"
        count = len(self._variables)
        return f"<Polynomial in {count} variables: degree {self.degree}, {len(self._terms)} terms>"


def core_terms(polynomial: Polynomial) -> list[tuple[list[int], tuple[float, float]]]:
    """Return a polynomial as the core takes it: exponents with enclosed coefficients."""
    exponents, coefficients = polynomial.enclosures()
    return [(list(e), interval) for e, interval in zip(exponents, coefficients, strict=True)]
