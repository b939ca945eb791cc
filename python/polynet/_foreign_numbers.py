"""Numbers of other packages: SymPy's Float, mpmath's mpf, gmpy2's mpfr, python-flint's fmpz, fmpq.

Nothing is imported for it; rationals that register with Python's `numbers` need nothing of this.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

_RATIONAL = ("fmpz", "fmpq")
_BINARY = ("Float", "mpf", "mpfr", "RealElement")


def is_foreign_number(value: object) -> bool:
    """Whether `read_foreign_number` reads a value of this type."""
    kind = type(value)
    package = kind.__module__.partition(".")[0]
    if package == "flint":
        return kind.__name__ in _RATIONAL
    return package in ("sympy", "mpmath", "gmpy2") and kind.__name__ in _BINARY


def read_foreign_number(value: Any, max_exponent: int) -> Fraction | None:
    """Return the exact value, or None if a float's exponent is too large to be multiplied out.

    Raises
    ------
    ValueError
        If it is not finite.
    """
    if type(value).__name__ == "fmpz":
        return Fraction(int(value))
    if type(value).__name__ == "fmpq":
        return Fraction(int(value.p), int(value.q))
    # (-1)**sign * mantissa * 2**exponent; infinities and NaN have the mantissa 0 and a negative
    # exponent (mpmath, libmp/libmpf.py).
    sign, mantissa, exponent, bits = value._mpf_
    if not mantissa:
        if exponent < 0:
            raise ValueError("not finite")
        return Fraction(0)
    if abs(exponent) > max_exponent + bits:
        return None
    magnitude = int(mantissa) * Fraction(2) ** int(exponent)
    return -magnitude if sign else magnitude
