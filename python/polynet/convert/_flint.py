"""python-flint: fmpq_mpoly, fmpz_mpoly, fmpq_poly, fmpz_poly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from .._names import check_names
from ._variables import place, univariate


def read(obj: Any, variables: Sequence[str], flint: Any) -> dict[tuple[int, ...], Fraction] | None:
    """Return the terms of a polynomial of python-flint over the rationals or the integers."""
    if isinstance(obj, (flint.fmpq_poly, flint.fmpz_poly)):
        return univariate([_fraction(c) for c in obj.coeffs()], None, variables)
    if not isinstance(obj, (flint.fmpq_mpoly, flint.fmpz_mpoly)):
        return None
    names = check_names(variables)
    foreign = obj.context().names()
    terms = {}
    for powers, coefficient in obj.to_dict().items():
        exponents = [0] * len(names)
        for name, power in zip(foreign, powers, strict=True):
            if power:
                exponents[place(name, names)] = int(power)
        terms[tuple(exponents)] = _fraction(coefficient)
    return terms


def _fraction(number: Any) -> Fraction:
    """Convert an fmpq or an fmpz."""
    if hasattr(number, "q"):
        return Fraction(int(number.p), int(number.q))
    return Fraction(int(number))
