"""SymPy: expressions and Poly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from .._exact import (
    Terms,
    add_into,
    check_bits,
    excerpt,
    multiply,
    pack,
    power,
    unpack,
)
from .._names import check_names
from .._optional import require
from ..errors import InvalidInputError, SizeLimitError
from ._variables import place


def read(obj: Any, variables: Sequence[str], sympy: Any) -> dict[tuple[int, ...], Fraction] | None:
    """Return the terms of an expression or Poly, multiplied out within our own limits.

    A Float counts with its exact value; SymPy's own expansion would round.
    """
    if isinstance(obj, sympy.Poly):
        if obj.domain.is_FiniteField:
            raise InvalidInputError(f"{excerpt(obj)} is a polynomial over a finite field")
        obj = obj.as_expr()
    if not isinstance(obj, sympy.Expr):
        return None
    names = check_names(variables)
    try:
        terms = _terms(obj, names, sympy)
    except RecursionError:
        raise SizeLimitError("the expression is nested too deeply; use sympy.expand") from None
    return {unpack(key, len(names)): value for key, value in terms.items()}


def _terms(expr: Any, names: tuple[str, ...], sympy: Any) -> Terms:
    count = len(names)
    if expr.is_Rational or expr.is_Float:
        ratio = expr if expr.is_Rational else sympy.Rational(expr)
        value = Fraction(int(ratio.p), int(ratio.q))
        check_bits(value, "a coefficient")
        return {0: value} if value else {}
    if expr.is_Symbol:
        index = place(expr.name, names)
        return {pack(tuple(int(i == index) for i in range(count))): Fraction(1)}
    if expr.is_Add:
        total: Terms = {}
        for part in expr.args:
            add_into(total, _terms(part, names, sympy))
        return total
    if expr.is_Mul:
        product: Terms = {0: Fraction(1)}
        for part in expr.args:
            product = multiply(product, _terms(part, names, sympy), count)
        return product
    if expr.is_Pow and expr.exp.is_Integer and expr.exp >= 0:
        return power(_terms(expr.base, names, sympy), int(expr.exp), count)
    raise InvalidInputError(
        f"{excerpt(str(expr))} is no polynomial with rational coefficients; simplify the "
        "expression, or round irrational numbers"
    )


def to_sympy(terms: Mapping[tuple[int, ...], Fraction], variables: Sequence[str]) -> Any:
    """Return the sum of the terms as a SymPy expression."""
    sympy = require("sympy", "sympy")
    symbols = [sympy.Symbol(name) for name in variables]
    return sympy.Add(
        *(
            sympy.Rational(c.numerator, c.denominator)
            * sympy.Mul(*(s**e for s, e in zip(symbols, exponents, strict=True) if e))
            for exponents, c in terms.items()
        )
    )
