"""Where a foreign polynomial's variables stand among ours."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from fractions import Fraction

from .._exact import excerpt
from .._names import check_names
from ..errors import InvalidInputError


def place(name: str, variables: Sequence[str]) -> int:
    """Return the index of a variable, or raise InvalidInputError."""
    normal = unicodedata.normalize("NFKC", name)
    if normal not in variables:
        raise InvalidInputError(
            f"the polynomial uses {excerpt(name)}; known variables: "
            f"{', '.join(variables) or 'none'}"
        )
    return variables.index(normal)


def univariate(
    coefficients: Sequence[Fraction], name: str | None, variables: Sequence[str]
) -> dict[tuple[int, ...], Fraction]:
    """Return sum of coefficients[k] * v**k: v is the only variable, or of several the named one."""
    names = check_names(variables)
    if len(names) != 1 and name is None:
        raise InvalidInputError(
            "a polynomial whose variable has no name needs exactly one variable, not "
            f"{', '.join(names) or 'none'}"
        )
    index = 0 if len(names) == 1 or name is None else place(name, names)
    return {
        tuple(k if i == index else 0 for i in range(len(names))): coefficient
        for k, coefficient in enumerate(coefficients)
    }
