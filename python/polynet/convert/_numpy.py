"""NumPy: the bases of numpy.polynomial, poly1d, and arrays of exponents and coefficients."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from fractions import Fraction
from typing import Any

import numpy as np

from .._exact import MAX_DEGREE, check_bits, excerpt, to_fraction
from ..errors import InvalidInputError, SizeLimitError
from ..labels import in_order
from ._variables import Foreign, univariate

# p_0 = 1, p_(k+1) = (a t + b) p_k - c p_(k-1) with (a, b, c) as functions of k
# (Abramowitz and Stegun, table 22.7).
_Recurrence = Callable[[int], tuple[Fraction | int, Fraction | int, Fraction | int]]
_RECURRENCES: dict[str, _Recurrence] = {
    "Polynomial": lambda k: (1, 0, 0),
    "Chebyshev": lambda k: (2, 0, 1) if k else (1, 0, 0),
    "Legendre": lambda k: (Fraction(2 * k + 1, k + 1), 0, Fraction(k, k + 1)),
    "Hermite": lambda k: (2, 0, 2 * k),
    "HermiteE": lambda k: (1, 0, k),
    "Laguerre": lambda k: (Fraction(-1, k + 1), Fraction(2 * k + 1, k + 1), Fraction(k, k + 1)),
}


def read(obj: Any, variables: Sequence[str]) -> Foreign | None:
    """Return the terms of an object of numpy.polynomial, or of a poly1d.

    Its coefficients, domain and window count with their exact values, as if NumPy mapped the
    domain to the window without rounding. The variable of the window is kept.
    """
    if isinstance(obj, np.poly1d):
        return univariate([_number(c) for c in obj.coeffs[::-1]], obj.variable, variables)
    bases = sys.modules.get("numpy.polynomial")  # takes NumPy some milliseconds to import
    for basis, recurrence in _RECURRENCES.items():
        if bases is not None and isinstance(obj, getattr(bases, basis)):
            terms = _monomial_basis(obj, recurrence)
            symbol = getattr(obj, "symbol", "x")  # NumPy 1.23 has no other
            return univariate(terms, symbol, variables, _window(obj))
    return None


def _window(obj: Any) -> tuple[Fraction, Fraction]:
    """Return origin and unit of the window's variable w_0 + (x - d_0) (w_1 - w_0)/(d_1 - d_0)."""
    (d0, d1), (w0, w1) = ([_number(end) for end in ends] for ends in (obj.domain, obj.window))
    if d0 == d1 or w0 == w1:
        raise InvalidInputError(
            f"the domain {excerpt(obj.domain)} or the window {excerpt(obj.window)} is a single "
            "point"
        )
    unit = (d1 - d0) / (w1 - w0)
    return d0 - w0 * unit, unit


def _monomial_basis(obj: Any, recurrence: _Recurrence) -> list[Fraction]:
    """Return the coefficients of the powers of the window's variable."""
    coefficients = [_number(c) for c in obj.coef]
    if len(coefficients) > MAX_DEGREE + 1:
        raise SizeLimitError(f"the degree exceeds {MAX_DEGREE}")
    total = [Fraction(0)] * len(coefficients)
    before, current = [Fraction(0)], [Fraction(1)]
    for k, coefficient in enumerate(coefficients):
        for i, value in enumerate(current):
            total[i] += coefficient * value
        a, b, c = recurrence(k)
        # Multiply by a t + b, subtract c times the one before.
        new = [b * value for value in current] + [Fraction(0)]
        for i, value in enumerate(current):
            new[i + 1] += a * value
        for i, value in enumerate(before if c else ()):
            new[i] -= c * value
        for value in new:
            check_bits(value, "a coefficient")
        before, current = current, new
    return total


def _number(value: object) -> Fraction:
    return to_fraction(value, "a coefficient")


def from_arrays(exponents: Any, coefficients: Any, variables: Sequence[str]) -> Foreign:
    """Pair the rows of exponents, shape (T, n), with coefficients of shape (T,) or (T, m)."""
    rows = np.asarray(in_order(exponents, variables))
    if isinstance(coefficients, np.ndarray):
        values = coefficients
    elif isinstance(coefficients, (str, bytes, Mapping, Set)) or not isinstance(
        coefficients, Iterable
    ):
        raise InvalidInputError(f"the coefficients must be a list, not {excerpt(coefficients)}")
    else:
        try:
            values = np.array(list(coefficients), dtype=object)
        except ValueError:
            raise InvalidInputError("the rows of coefficients have different lengths") from None
    if rows.size == 0:
        rows = rows.reshape(-1, len(variables)).astype(int)
    shape = (values.shape[:1] or (0,))[0], len(variables)
    if rows.dtype.kind not in "iu" or rows.shape != shape or values.ndim not in (1, 2):
        raise InvalidInputError(
            f"the exponents must be integers of shape ({shape[0]}, {shape[1]}), a row for each "
            f"coefficient, a column for each variable, not {rows.dtype} of shape {rows.shape}; the "
            f"coefficients have shape {values.shape}"
        )
    keys = list(map(tuple, rows.tolist()))
    if len(set(keys)) != len(keys):
        raise InvalidInputError("some exponents are given twice; add their coefficients")
    columns = [values] if values.ndim == 1 else list(values.T)
    return Foreign([dict(zip(keys, c.tolist(), strict=True)) for c in columns], values.ndim == 1)
