"""Exact arithmetic with the parts of a text, within one budget, with errors that name the place."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TypeVar

from ._exact import (
    MAX_PRODUCTS,
    Terms,
    add_into,
    check_bits,
    check_products,
    multiply,
    power,
    power_products,
    to_fraction,
)
from ._tokens import Span, Tokens
from .errors import InvalidInputError, SizeLimitError

_T = TypeVar("_T")
# What a coefficient of a result, and an operation of itself, take beside a term product.
OPERATION_COST = 8


class Expansion:
    """Operations on sums of monomials in `count` variables; operands may be changed in place."""

    def __init__(self, tokens: Tokens, count: int) -> None:
        self.tokens = tokens
        self.count = count
        self.products = 0

    def number(self, token: str) -> Fraction:
        """Return the exact value of a number: 0.1 means one tenth."""
        try:
            if token.isdecimal() and token[0] == "0" != token:
                raise InvalidInputError("a leading zero")
            return to_fraction(token, "a number")
        except (InvalidInputError, SizeLimitError) as error:
            remedy = "write a number such as 10, 0.1 or 1e-3, of at most 1230 digits"
            self.tokens.refuse_first("cannot read", token, remedy, error=type(error))

    def scaled(self, value: Fraction, factor: Fraction, span: Span) -> Fraction:
        """Return value * factor."""
        self.spend(1, span)
        product = value * factor
        self._limited(span, lambda: check_bits(product, "a coefficient"))
        return product

    def add(self, left: Terms, right: Terms, sign: int, span: Span) -> Terms:
        """Return left + sign * right."""
        if sign > 0 and len(right) > len(left):
            left, right = right, left
        self.spend(OPERATION_COST * len(right), span)
        self._limited(span, lambda: add_into(left, right, sign))
        return left

    def negative(self, terms: Terms, span: Span) -> Terms:
        """Return -terms."""
        return self.add({}, terms, -1, span)

    def product(self, left: Terms, right: Terms, span: Span) -> Terms:
        """Return left * right."""
        self.spend(OPERATION_COST + len(left) * len(right), span)
        product = self._limited(span, lambda: multiply(left, right, self.count))
        if len(product) > 1:
            self.spend(OPERATION_COST * len(product), span)
        return product

    def quotient(self, left: Terms, right: Terms, span: Span, divisor: Span) -> Terms:
        """Return left / right, which must be a nonzero constant."""
        if not right:
            self.tokens.refuse("division by zero,", divisor, "divide by a nonzero constant")
        if any(right):
            self.tokens.refuse("division by", divisor, "a polynomial divides by constants only")
        return self.product(left, {0: 1 / right[0]}, span)

    def power(self, base: Terms, exponent: Terms, span: Span, exponent_span: Span) -> Terms:
        """Return base ** exponent, which must be a nonnegative integer constant."""
        number = exponent.get(0, Fraction(0))
        if any(exponent) or number < 0 or number.denominator != 1:
            remedy = "the power must be a nonnegative integer constant"
            self.tokens.refuse("not a power:", exponent_span, remedy)
        k = number.numerator
        self.spend(self._limited(span, lambda: power_products(base, k, self.count)), span)
        return self._limited(span, lambda: power(base, k, self.count))

    def spend(self, products: int, span: Span) -> None:
        """Count work against the limit of the whole text."""
        self.products += products
        if self.products > MAX_PRODUCTS:
            self._limited(span, lambda: check_products(self.products))

    def _limited(self, span: Span, compute: Callable[[], _T]) -> _T:
        """Return the result of `compute`, or raise its size error with the place in the text."""
        try:
            return compute()
        except SizeLimitError as error:
            self.tokens.refuse(
                f"{error};", span, "make the polynomial smaller", error=SizeLimitError
            )
