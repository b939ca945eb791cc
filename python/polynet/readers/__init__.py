"""Polynomials in the formats of other programs, beside what `Polynomial.coerce` takes."""

from __future__ import annotations

from fractions import Fraction

from .._exact import excerpt
from .._fpcore import is_fpcore, read_program
from ..errors import InvalidInputError
from ..polynomial import Polynomial
from ._tables import read_da

__all__ = ["read_da", "read_fpcore"]


def read_fpcore(text: str) -> tuple[Polynomial, dict[str, tuple[Fraction, Fraction]]]:
    """Read an FPCore of FPBench (https://fpbench.org/spec) that is a polynomial.

    Parameters
    ----------
    text : str
        ``(FPCore (x y) :pre (<= -1 x y 1) expression)`` with let, let*, + - * /, fma and pow;
        divisors and powers are constants. Annotations of precision change nothing: the polynomial
        is the expression in real numbers, decimals exact.

    Returns
    -------
    polynomial : Polynomial
        Over the arguments, in order. `Polynomial.parse` and `compile` read such a text too.
    ranges : dict
        The range of each variable that :pre bounds on both sides by constants. Other conditions are
        left out, so that the ranges contain every point that :pre admits.

    Raises
    ------
    InvalidInputError
        If it is anything else; the message shows the culprit, its column and a remedy.
    SizeLimitError
        If a limit is exceeded.

    Examples
    --------
    >>> polynomial, ranges = read_fpcore("(FPCore (x) :pre (<= 0 x 1/2) (- (* x x) 1))")
    >>> str(polynomial), ranges["x"]
    ('x**2 - 1', (Fraction(0, 1), Fraction(1, 2)))
    """
    if not isinstance(text, str) or not is_fpcore(text):
        raise InvalidInputError(f"an FPCore begins with '(FPCore', not {excerpt(text)}")
    program = read_program(text)
    return Polynomial._from_packed(program.terms, program.variables), program.ranges
