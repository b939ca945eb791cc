"""Where a foreign polynomial's variables stand among ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple

from .._exact import excerpt
from .._names import check_names, normal_name
from ..errors import InvalidInputError

# What NumPy calls the variable of a polynomial if nobody does.
_DEFAULT_SYMBOL = "x"


class Foreign(NamedTuple):
    """Polynomials of another package: of each the exponents of our variables -> coefficient.

    Zeros may be among the coefficients, and numbers of any kind that `to_fraction` reads.
    """

    outputs: list[Mapping[Any, Any]]
    single: bool  # one polynomial, not a sequence of one
    # Of variables that stand for (x - origin)/unit, by our names.
    origin: Mapping[str, Fraction] = MappingProxyType({})
    unit: Mapping[str, Fraction] = MappingProxyType({})


def place(name: str, variables: Sequence[str]) -> int:
    """Return the index of a variable, or raise InvalidInputError."""
    normal = normal_name(name)
    if normal not in variables:
        raise InvalidInputError(
            f"the polynomial uses {excerpt(name)}; known variables: "
            f"{', '.join(variables) or 'none'}"
        )
    return variables.index(normal)


def over(
    terms: Mapping[Any, Any] | Iterable[tuple[Any, Any]],
    foreign: Sequence[str],
    variables: Sequence[str],
) -> dict[tuple[int, ...], Any]:
    """Return terms in the foreign variables as terms in ours, matched by name.

    Raises
    ------
    InvalidInputError
        If two foreign variables have the same name, or one that is used is none of ours.
    """
    names = check_names(variables)
    normal = [normal_name(name) for name in foreign]
    place_of = {name: i for i, name in enumerate(normal)}
    if len(place_of) != len(normal):
        twice = next(name for name in normal if normal.count(name) > 1)
        raise InvalidInputError(
            f"two variables of the polynomial are named {excerpt(twice)}; rename one"
        )
    unknown = [i for i, name in enumerate(normal) if name not in names]
    # One of ours that is not foreign reads the zero appended to the exponents.
    order = [place_of.get(name, len(normal)) for name in names]
    result = {}
    for exponents, coefficient in terms.items() if isinstance(terms, Mapping) else terms:
        for i in unknown:
            if exponents[i]:
                place(foreign[i], names)
        key = (*exponents, 0)
        result[tuple([key[i] for i in order])] = coefficient
    return result


def univariate(
    coefficients: Sequence[Fraction],
    name: str | None,
    variables: Sequence[str],
    local: tuple[Fraction, Fraction] = (Fraction(0), Fraction(1)),
) -> Foreign:
    """Return sum of coefficients[k] * ((v - origin)/unit)**k, v the variable of that name.

    Without a name of its own (None or NumPy's default) it is the only variable.
    """
    names = check_names(variables)
    if name is None and len(names) != 1:
        raise InvalidInputError(
            "a polynomial whose variable has no name needs exactly one variable, not "
            f"{', '.join(names) or 'none'}"
        )
    unnamed = name is None or (name == _DEFAULT_SYMBOL and len(names) == 1)
    index = 0 if unnamed or not any(coefficients[1:]) else place(str(name), names)
    terms = {
        tuple(k if i == index else 0 for i in range(len(names))): coefficient
        for k, coefficient in enumerate(coefficients)
    }
    origin, unit = ({names[index]: number} if names else {} for number in local)
    return Foreign([terms], True, origin, unit)
