"""python-flint: fmpq_mpoly, fmpz_mpoly, fmpq_poly, fmpz_poly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._exact import to_fraction
from ._variables import Foreign, over, univariate


def read(obj: Any, variables: Sequence[str], flint: Any) -> Foreign | None:
    """Return the terms of a polynomial of python-flint over the rationals or the integers."""
    if isinstance(obj, (flint.fmpq_poly, flint.fmpz_poly)):
        coefficients = [to_fraction(c, "a coefficient") for c in obj.coeffs()]
        return univariate(coefficients, None, variables)
    if not isinstance(obj, (flint.fmpq_mpoly, flint.fmpz_mpoly)):
        return None
    powers = ((tuple(map(int, e)), c) for e, c in obj.to_dict().items())
    return Foreign([over(powers, obj.context().names(), variables)], True)
