"""Variables of a polynomial's own, (x - origin)/unit, and the way back to x."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TypeAlias

from ._exact import (
    ExactNumber,
    Terms,
    add_into,
    excerpt,
    multiply,
    pack,
    power,
    to_fraction,
    unpack,
)
from .errors import InvalidInputError

Local: TypeAlias = tuple[Fraction, Fraction]
"""Origin and unit of one variable."""


def read_local(
    variables: tuple[str, ...],
    origins: Mapping[str, ExactNumber],
    units: Mapping[str, ExactNumber],
) -> dict[int, Local]:
    """Return, by the variables' indices, what is not (0, 1).

    Raises
    ------
    InvalidInputError
        If a mapping is none, names no variable, or holds no number, or a unit is 0.
    """
    known = ", ".join(variables) or "none"
    for what, given in (("origin", origins), ("unit", units)):
        if not isinstance(given, Mapping):
            raise InvalidInputError(
                f"{what} must be a mapping of variable to number, not {excerpt(given)}"
            )
        for name in given:
            if name not in variables:
                raise InvalidInputError(f"{what} names {excerpt(name)}; known variables: {known}")
    local = {}
    for i, name in enumerate(variables):
        origin = to_fraction(origins.get(name, 0), f"the origin of {name}")
        unit = to_fraction(units.get(name, 1), f"the unit of {name}")
        if not unit:
            raise InvalidInputError(f"the unit of {name} is 0; give a number other than 0")
        if origin or unit != 1:
            local[i] = (origin, unit)
    return local


def expand(terms: Terms, local: Mapping[int, Local], count: int) -> Terms:
    """Return the terms in x itself, within the limits of `_exact`."""
    total: Terms = {}
    for key, coefficient in terms.items():
        exponents = list(unpack(key, count))
        product: Terms = {}
        for i, (origin, unit) in local.items():
            if exponents[i]:
                x = {pack(tuple(int(k == i) for k in range(count))): 1 / unit}
                if origin:
                    x[0] = -origin / unit
                factor = power(x, exponents[i], count)
                product = multiply(product, factor, count) if product else factor
                exponents[i] = 0
        rest = {pack(tuple(exponents)): coefficient}
        add_into(total, multiply(product, rest, count) if product else rest)
    return total
