"""Exact sparse polynomials in several variables, with rational coefficients."""

from collections.abc import Iterable, Mapping, Sequence, Set
from fractions import Fraction
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, final

from ._arguments import as_flag
from ._exact import (
    MAX_BITS,
    MAX_DEGREE,
    MAX_PRODUCTS,
    MAX_TERMS,
    MAX_VARIABLES,
    ExactNumber,
    Terms,
    check_exponents,
    evaluate,
    excerpt,
    is_several,
    pack,
    to_fraction,
)
from ._floats import sound_floats
from ._local import read_local
from ._names import check_names, quote
from ._parse import MAX_NESTING, parse_terms
from ._ring import Exponents, Ring
from ._text import write_local, write_terms
from ._tokens import MAX_TEXT_LENGTH
from .convert import from_arrays, one, to_sympy
from .errors import InvalidInputError, SizeLimitError
from .labels import coordinates

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from . import _core

__all__ = [
    "MAX_BITS",
    "MAX_DEGREE",
    "MAX_NESTING",
    "MAX_PRODUCTS",
    "MAX_TERMS",
    "MAX_TEXT_LENGTH",
    "MAX_VARIABLES",
    "Polynomial",
    "core_terms",
]

# repr() shows the terms up to this number; beyond, a summary.
_REPR_TERMS = 20


@final
class Polynomial(Ring):
    """An exact polynomial: immutable, hashable, picklable.

    Equal means the same variables in the same order, with the same origins and units, and the same
    coefficients. The limits MAX_* of this module hold for every polynomial and every intermediate
    product.

    Parameters
    ----------
    terms : mapping of exponents to coefficient
        A key is a tuple with one nonnegative integer per variable; for one variable the integer
        itself will do. A coefficient is an int, Fraction, float (its exact binary value), Decimal,
        numpy scalar or a text such as '1/3', '0.1' or '1e-3' (its exact decimal value).
    variables : sequence of str
        The names of the variables: distinct texts, or SymPy symbols.
    origin, unit : mapping of variable to exact number, optional
        Where given, the terms are not in x but in (x - origin)/unit: a polynomial about a point, in
        units of its own, is kept as it is.

    Raises
    ------
    InvalidInputError
        If a key, a coefficient, a name, an origin or a unit is none of these, or a unit is 0.
    SizeLimitError
        If a limit is exceeded.

    Examples
    --------
    >>> str(Polynomial({(2, 1): "0.1", (0, 0): -3}, ["x", "y"]))
    '1/10*x**2*y - 3'
    >>> str(Polynomial({2: 3}, ["t"], origin={"t": 2000}, unit={"t": 50}))
    '3*((t - 2000)/50)**2'
    """

    __slots__ = ()

    @sound_floats
    def __init__(
        self,
        terms: Mapping[Any, ExactNumber],
        variables: Sequence[str],
        *,
        origin: Mapping[str, ExactNumber] | None = None,
        unit: Mapping[str, ExactNumber] | None = None,
    ) -> None:
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
        nonzero = {key: value for key, value in packed.items() if value}
        self._set(
            nonzero,
            names,
            read_local(names, {} if origin is None else origin, {} if unit is None else unit),
        )

    @classmethod
    def parse(
        cls, text: str, variables: Sequence[str] | None = None, *, loose: bool = False
    ) -> "Polynomial":
        """Return the polynomial that an expression denotes, exactly; nothing is ever executed.

        The text may hold integers, decimals (0.1 is one tenth), variables, + - * and parentheses,
        / by a nonzero constant and ** by a nonnegative integer constant, with Python's precedence.
        A name that is no identifier stands in braces: ``2*{temp C}**2``.

        Parameters
        ----------
        text : str
            The expression, at most MAX_TEXT_LENGTH characters.
        variables : sequence of str, optional
            The variables in order; by default the names that occur, x2 before x10.
        loose : bool
            Also read ``^`` for a power, ``pow(x, 2)``, and factors side by side, ``2x y^2``. What
            could be meant in two ways is refused: ``1/2x``, ``x(y + 1)``, ``x 2``.

        Raises
        ------
        InvalidInputError
            If the text is anything else; the message shows the culprit, its column and a remedy.
        SizeLimitError
            If a limit is exceeded, found before the expansion is carried out where possible.
        """
        return cls._from_packed(*parse_terms(text, variables, loose=as_flag(loose, "loose")))

    @classmethod
    @sound_floats
    def coerce(cls, obj: object, variables: Sequence[str]) -> "Polynomial":
        """Return `obj` as a polynomial over `variables`.

        Parameters
        ----------
        obj : Polynomial, str, mapping, number, or another package's polynomial
            A polynomial whose variables occur in `variables`, an expression, a mapping of exponents
            to coefficient, a constant, or a polynomial of another package (docs/inputs.md). Its
            variables are matched by name, floats in it count with their exact values.
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
        found = one(obj, variables)
        return cls(found.outputs[0], variables, origin=found.origin, unit=found.unit)

    @classmethod
    @sound_floats
    def from_arrays(
        cls, exponents: "ArrayLike", coefficients: Iterable[Any], variables: Sequence[str]
    ) -> Any:
        """Return sum of coefficients[t] * product of variables[i]**exponents[t, i].

        Parameters
        ----------
        exponents : array_like of int, shape (T, n)
            No row may occur twice. Columns that have names are matched with the variables.
        coefficients : iterable of exact numbers, shape (T,) or (T, m)
        variables : sequence of str, length n

        Returns
        -------
        Polynomial, or tuple of m Polynomial for coefficients of shape (T, m)

        Raises
        ------
        InvalidInputError
            If the shapes, the numbers or the names do not fit.
        SizeLimitError
            If a limit is exceeded.
        """
        given = from_arrays(exponents, coefficients, check_names(variables))
        polynomials = tuple(cls(terms, variables) for terms in given.outputs)
        return polynomials[0] if given.single else polynomials

    def to_sympy(self) -> Any:
        """Return a SymPy expression with the same terms, rational coefficients and names.

        A variable with an origin or a unit is written as (x - origin)/unit.

        Raises
        ------
        MissingPackageError
            Without the package sympy: ``pip install "polynet-gates[sympy]"``.
        """
        return to_sympy(self._terms, self._variables, self._local)

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables, in order."""
        return self._variables

    @property
    def terms(self) -> Mapping[Exponents, Fraction]:
        """Exponents -> nonzero coefficient, read-only.

        In graded lexicographic order: highest degree first, then highest power of the first
        variable first, and so on. The variables are (x - origin)/unit.
        """
        return MappingProxyType(self._terms)

    @property
    def origin(self) -> Mapping[str, Fraction]:
        """The origins that are not 0, by variable, read-only."""
        return MappingProxyType({self._variables[i]: o for i, (o, _) in self._local.items() if o})

    @property
    def unit(self) -> Mapping[str, Fraction]:
        """The units that are not 1, by variable, read-only."""
        return MappingProxyType(
            {self._variables[i]: u for i, (_, u) in self._local.items() if u != 1}
        )

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
        local = {k: self._local[i] for k, i in enumerate(order) if i in self._local}
        return self._from_packed(packed, names, local)

    @sound_floats
    def __call__(self, point: Sequence[ExactNumber]) -> Fraction:
        """Return the exact value at a point, one number per variable, or {name: number}.

        Raises
        ------
        InvalidInputError
            If the point does not have one finite number per variable.
        """
        if isinstance(point, (str, bytes, Set)) or not is_several(point):
            raise InvalidInputError(
                f"the point must be a sequence of numbers, not {excerpt(point)}"
            )
        given = coordinates(point, self._variables)
        values = [to_fraction(value, f"coordinate {i}") for i, value in enumerate(given)]
        if len(values) != len(self._variables):
            raise InvalidInputError(
                f"the point has {len(values)} coordinates; "
                f"the polynomial has {len(self._variables)} variables"
            )
        for i, (origin, unit) in self._local.items():
            values[i] = (values[i] - origin) / unit
        return evaluate(self._terms, values)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by the terms, which read back through the checks."""
        made = partial(Polynomial, origin=dict(self.origin), unit=dict(self.unit))
        return made, (self._terms, self._variables)

    def __str__(self) -> str:
        """Write what parse(text, p.variables) reads back, within MAX_TEXT_LENGTH characters.

        Origins and units are read back expanded.
        """
        names = [quote(name) for name in self._variables]
        for i, local in self._local.items():
            names[i] = write_local(names[i], *local)
        return write_terms(self._terms, names)

    def __repr__(self) -> str:
        """Show the call that gives this polynomial, or a summary of a long one."""
        if len(self._terms) <= _REPR_TERMS and not self._local:
            return f"Polynomial.parse({str(self)!r}, {self._variables!r})"
        if len(self._terms) <= _REPR_TERMS:
            terms, origin, unit = (
                {key: str(value) for key, value in exact.items()}
                for exact in (self._terms, self.origin, self.unit)
            )
            return f"Polynomial({terms}, {self._variables!r}, origin={origin}, unit={unit})"
        count = len(self._variables)
        return f"<Polynomial in {count} variables: degree {self.degree}, {len(self._terms)} terms>"


def core_terms(polynomial: Polynomial) -> "_core.Terms":
    """Return a polynomial as the core takes it: exact texts."""
    _, local, terms = polynomial._identity()
    return (
        [(list(exponents), str(c)) for exponents, c in terms.items()],
        [(i, str(origin), str(unit)) for i, (origin, unit) in local.items()],
    )
