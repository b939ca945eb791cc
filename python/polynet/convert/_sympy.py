"""SymPy: expressions, Poly, and elements of its polynomial rings."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from .._exact import (
    MAX_DEGREE,
    Terms,
    add_into,
    degree,
    excerpt,
    multiply,
    pack,
    power,
    to_fraction,
    unpack,
)
from .._names import check_names
from .._optional import require
from ..errors import InvalidInputError, SizeLimitError
from ._variables import Foreign, over, place

_ONE = Fraction(1)


def read(obj: Any, variables: Sequence[str], sympy: Any) -> Foreign | None:
    """Return the terms of an expression, Poly or ring element, multiplied out within our limits.

    A Float counts with its exact value; SymPy's own expansion would round.
    """
    rings: Any = sys.modules.get("sympy.polys.rings")
    if rings is not None and isinstance(obj, rings.PolyElement):
        domain, generators, terms = obj.ring.domain, obj.ring.symbols, obj
    elif isinstance(obj, sympy.Poly):
        domain, generators, terms = obj.domain, obj.gens, obj.as_dict(native=True)
    elif isinstance(obj, sympy.Expr):
        return Foreign([_expression(obj, variables, sympy)], True)
    elif isinstance(obj, Mapping) and any(isinstance(key, sympy.Basic) for key in obj):
        raise InvalidInputError(
            "a mapping from SymPy expressions is not read; give the expression that it came from"
        )
    else:
        return None
    if domain.is_FiniteField:
        raise InvalidInputError(f"{excerpt(obj)} is a polynomial over a finite field")
    if not (domain.is_ZZ or domain.is_QQ or domain.is_RR):
        return Foreign([_expression(obj.as_expr(), variables, sympy)], True)
    symbols = _Symbols(sympy)
    names = []
    for generator in generators:
        name = symbols.name(generator)
        if name is None:
            raise InvalidInputError(
                f"{excerpt(str(generator))} is no variable; give a polynomial in symbols"
            )
        names.append(name)
    return Foreign([over(terms, names, variables)], True)


def check_symbols(objects: Iterable[Any], sympy: Any) -> None:
    """Refuse different symbols of one name among several objects, which names would not tell."""
    symbols = _Symbols(sympy)
    found = [obj for obj in objects if isinstance(obj, (sympy.Expr, sympy.Poly))]
    for obj in found if len(found) > 1 else ():
        for symbol in obj.free_symbols:
            symbols.name(symbol)


class _Symbols:
    """The names of what may stand for an input, each of one symbol only."""

    def __init__(self, sympy: Any) -> None:
        self.sympy = sympy
        self.compound = (
            sympy.core.function.AppliedUndef,
            sympy.Indexed,
            sympy.matrices.expressions.matexpr.MatrixElement,
        )
        self.known: dict[str, Any] = {}

    def name(self, expr: Any) -> str | None:
        """Return the name of a symbol, of x(t), x[0] or an element of a matrix; None of others."""
        if expr.is_Symbol:
            name = str(expr.name)
        elif isinstance(expr, self.compound):
            name = str(expr)
        else:
            return None
        if expr.is_commutative is False:
            raise InvalidInputError(f"the symbol {excerpt(name)} does not commute; numbers do")
        if self.known.setdefault(name, expr) != expr:
            raise InvalidInputError(
                f"two different symbols are named {excerpt(name)} (Dummies, or of different "
                "assumptions); rename one or replace it by the other"
            )
        return name


def _expression(expr: Any, variables: Sequence[str], sympy: Any) -> dict[tuple[int, ...], Fraction]:
    names = check_names(variables)
    try:
        terms = _Reader(names, sympy).terms(expr)
    except RecursionError:
        raise SizeLimitError("the expression is nested too deeply; use sympy.expand") from None
    return {unpack(key, len(names)): value for key, value in terms.items()}


class _Reader:
    """Expression -> terms, over fixed variables."""

    def __init__(self, names: tuple[str, ...], sympy: Any) -> None:
        self.names = names
        self.count = len(names)
        self.sympy = sympy
        self.symbols = _Symbols(sympy)
        self.keys: dict[Any, int] = {}  # symbol -> packed monomial

    def terms(self, expr: Any) -> Terms:
        atom = self.atom(expr)
        if atom is not None:
            return atom
        if expr.is_Add:
            total: Terms = {}
            for part in expr.args:
                add_into(total, self.terms(part))
            return total
        if expr.is_Mul:
            return self.product(expr.args)
        if expr.is_Pow and expr.exp.is_Integer and expr.exp >= 0:
            return power(self.terms(expr.base), int(expr.exp), self.count)
        raise InvalidInputError(
            f"{excerpt(str(expr))} is no polynomial with rational coefficients; simplify the "
            "expression, or round irrational numbers"
        )

    def product(self, parts: Iterable[Any]) -> Terms:
        product: Terms = {0: Fraction(1)}
        key = 0  # of the powers of symbols, which need no general product
        for part in parts:
            symbol, exponent = part.as_base_exp()
            base = self.key(symbol) if exponent.is_Integer else None
            if base is not None and 0 <= exponent <= MAX_DEGREE - degree({key: _ONE}, self.count):
                key += base * int(exponent)
            else:
                product = multiply(product, self.terms(part), self.count)
        return multiply(product, {key: _ONE}, self.count)

    def key(self, expr: Any) -> int | None:
        """Return the packed monomial of a symbol, None of others."""
        key = self.keys.get(expr)
        name = self.symbols.name(expr) if key is None else None
        if name is not None:
            index = place(name, self.names)
            key = self.keys[expr] = pack(tuple(int(i == index) for i in range(self.count)))
        return key

    def atom(self, expr: Any) -> Terms | None:
        """Return the terms of a number or a symbol, None of others."""
        if expr.is_Rational or expr.is_Float:
            value = to_fraction(expr, "a coefficient")
            return {0: value} if value else {}
        key = self.key(expr)
        return None if key is None else {key: _ONE}


def to_sympy(
    terms: Mapping[tuple[int, ...], Fraction],
    variables: Sequence[str],
    local: Mapping[int, tuple[Fraction, Fraction]],
) -> Any:
    """Return the sum of the terms as a SymPy expression; `local`: origins and units by index."""
    sympy = require("sympy", "sympy")
    symbols = [sympy.Symbol(name) for name in variables]
    for i, (origin, unit) in local.items():
        offset, scale = (sympy.Rational(n.numerator, n.denominator) for n in (origin, unit))
        symbols[i] = (symbols[i] - offset) / scale
    return sympy.Add(
        *(
            sympy.Rational(c.numerator, c.denominator)
            * sympy.Mul(*(s**e for s, e in zip(symbols, exponents, strict=True) if e))
            for exponents, c in terms.items()
        )
    )
