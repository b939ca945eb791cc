"""FPCore, the format of FPBench (https://fpbench.org/spec), as far as it says polynomials.

An expression means its value in real numbers: annotations of precision change nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple, NoReturn, TypeAlias

from ._exact import Terms, pack
from ._expansion import OPERATION_COST, Expansion
from ._names import check_names, normal_name
from ._tokens import Span, Tokens
from .errors import SizeLimitError

MAX_DEPTH = 200
"""Deepest nesting of expressions."""

_START = re.compile(r"\s*\(\s*FPCore[\s(]")
# An open text ends with the whole: looking for its end again and again would be quadratic.
_TEXT = r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)'
_PATTERN = re.compile(rf'\s+|{_TEXT}|[()\[\]]|[^\s()\[\]"]+|.', re.DOTALL)
_COMMENT = re.compile(rf"{_TEXT}|(?m:;.*?$)", re.DOTALL)
_NUMBER = re.compile(r"[+-]?(?:[0-9]|\.[0-9]).*")
_OPERATIONS = "let, let*, + - * /, fma and pow with constants"
# The least and the greatest number of operands.
_MANY = 1000
_ARITHMETIC = {
    "+": (1, _MANY),
    "*": (1, _MANY),
    "-": (1, _MANY),
    "/": (2, 2),
    "pow": (2, 2),
    "fma": (3, 3),
}
_ORDERS = {"<=": 1, "<": 1, ">=": -1, ">": -1}


class _Node(NamedTuple):
    """A token, or a list in parentheses with its first and last one."""

    span: Span
    parts: list[_Node] | None = None


_Scope: TypeAlias = dict[str, Terms]


class Program(NamedTuple):
    """A polynomial over `variables`, and the ranges that the precondition gives."""

    terms: Terms
    variables: tuple[str, ...]
    ranges: dict[str, tuple[Fraction, Fraction]]


def is_fpcore(text: str) -> bool:
    """Whether a text is an FPCore; no polynomial in our grammar begins so."""
    return _START.match(text) is not None


def read_program(text: str, variables: Sequence[str] | None = None) -> Program:
    """Return an FPCore's polynomial over the variables, by default its arguments in order.

    Raises
    ------
    InvalidInputError
        If it is not well formed or no polynomial; the message shows the culprit and its column.
    SizeLimitError
        If a limit is exceeded.
    """
    plain = _COMMENT.sub(lambda m: m[0] if m[0][0] == '"' else " " * len(m[0]), text)
    tokens = Tokens(re.sub(r"\s", " ", plain), _PATTERN, "FPCore")
    try:
        return _Reader(tokens).program(variables)
    except RecursionError:
        raise SizeLimitError("FPCore: the expression is nested too deeply; use let*") from None


class _Reader:
    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens

    def program(self, variables: Sequence[str] | None) -> Program:
        parts = self.children(self.tree())[1:]
        if parts and parts[0].parts is None:  # a name
            parts = parts[1:]
        if len(parts) < 2 or parts[0].parts is None:
            self.refuse("not (FPCore (arguments) properties expression):", (0, 1), "add them")
        arguments = check_names([self.argument(part) for part in parts[0].parts])
        names = arguments if variables is None else check_names(variables)
        count = len(names)
        self.expansion = Expansion(self.tokens, count)
        scope: _Scope = {
            name: {pack(tuple(int(i == k) for i in range(count))): Fraction(1)}
            for k, name in enumerate(names)
            if name in arguments
        }
        self.known = ", ".join(names) or "none"
        properties, body = parts[1:-1], parts[-1]
        ends: dict[str, tuple[list[Fraction], list[Fraction]]] = {n: ([], []) for n in scope}
        if len(properties) % 2:
            self.refuse("a property without a value:", properties[-1].span, "write :name value")
        for key, value in zip(properties[::2], properties[1::2], strict=True):
            if self.text(key) == ":pre":
                self.narrow(ends, value)
        return Program(
            self.value(body, scope),
            names,
            {name: (max(low), min(high)) for name, (low, high) in ends.items() if low and high},
        )

    def tree(self) -> _Node:
        """Read the parentheses, without recursion."""
        opened: list[tuple[int, list[_Node]]] = []
        for i, token in enumerate(self.tokens.list):
            if token in ("(", "["):
                opened.append((i, []))
                if len(opened) > MAX_DEPTH:
                    remedy = f"at most {MAX_DEPTH} expressions inside each other"
                    self.tokens.refuse("nested too deeply,", (i, i), remedy, error=SizeLimitError)
            elif token in (")", "]"):
                if not opened:
                    self.refuse("unmatched", (i, i), "open it before")
                start, parts = opened.pop()
                node = _Node((start, i), parts)
                if not opened:
                    if self.tokens.list[i + 1]:
                        self.refuse("more than one FPCore:", (i + 1, i + 1), "give them one by one")
                    return node
                opened[-1][1].append(node)
            elif opened and token:
                opened[-1][1].append(_Node((i, i)))
        place = opened[-1][0]
        self.refuse("unmatched", (place, place), "close it")

    def text(self, node: _Node) -> str:
        return "" if node.parts is not None else self.tokens.list[node.span[0]]

    def children(self, node: _Node) -> list[_Node]:
        if node.parts is None:
            self.refuse("not a list:", node.span, "write it in parentheses")
        return node.parts

    def argument(self, node: _Node) -> str:
        if node.parts is None:
            return self.text(node)
        if node.parts and self.text(node.parts[0]) == "!":
            return self.text(node.parts[-1])
        self.refuse("not an argument:", node.span, "arrays are not read")

    def value(self, node: _Node, scope: _Scope) -> Terms:
        if node.parts is None:
            return self.atom(node, scope)
        head = self.text(node.parts[0]) if node.parts else ""
        operands = node.parts[1:]
        if head in ("let", "let*") and len(operands) == 2:
            inner = dict(scope)
            for binding in self.children(operands[0]):
                pair = self.children(binding)
                if len(pair) != 2 or not self.text(pair[0]):
                    self.refuse("not a binding:", binding.span, "write (name expression)")
                terms = self.value(pair[1], inner if head == "let*" else scope)
                inner[normal_name(self.text(pair[0]))] = terms
            return self.value(operands[1], inner)
        if head == "!" and operands:
            return self.value(operands[-1], scope)
        return self.operation(node, head, operands, scope)

    def atom(self, node: _Node, scope: _Scope) -> Terms:
        text = self.text(node)
        if _NUMBER.fullmatch(text):
            self.expansion.spend(OPERATION_COST, node.span)
            number = self.expansion.number(text)
            return {0: number} if number else {}
        terms = scope.get(normal_name(text))
        if terms is None:
            self.refuse("unknown variable", node.span, f"known variables: {self.known}")
        self.expansion.spend(len(terms), node.span)
        return dict(terms)  # the original may be used again

    def operation(self, node: _Node, head: str, operands: list[_Node], scope: _Scope) -> Terms:
        do, span = self.expansion, node.span
        if head not in _ARITHMETIC:
            self.refuse("not a polynomial's operation,", span, f"use {_OPERATIONS}")
        least, most = _ARITHMETIC[head]
        if not least <= len(operands) <= most:
            self.refuse("a wrong number of operands:", span, f"{head} takes {least} to {most}")
        first, *rest = (self.value(operand, scope) for operand in operands)
        if head == "fma":
            return do.add(do.product(first, rest[0], span), rest[1], 1, span)
        if head == "pow":
            return do.power(first, rest[0], span, operands[1].span)
        if head == "-" and not rest:
            return do.negative(first, span)
        for operand, terms in zip(operands[1:], rest, strict=True):
            if head in ("+", "-"):
                first = do.add(first, terms, 1 if head == "+" else -1, span)
            elif head == "*":
                first = do.product(first, terms, span)
            else:
                first = do.quotient(first, terms, span, operand.span)
        return first

    def narrow(self, ends: dict[str, tuple[list[Fraction], list[Fraction]]], node: _Node) -> None:
        """Collect the constants that a precondition puts below and above a variable."""
        parts = node.parts or []
        head = self.text(parts[0]) if parts else ""
        if head == "and":
            for part in parts[1:]:
                self.narrow(ends, part)
        if head not in _ORDERS:
            return
        if len(parts) > _MANY:
            self.refuse("a wrong number of operands:", node.span, f"at most {_MANY}")
        chain = parts[1:][:: _ORDERS[head]]  # ascending
        constants = [
            self.value(part, {}).get(0, Fraction(0)) if self.is_constant(part) else None
            for part in chain
        ]
        names = [normal_name(self.text(part)) for part in chain]
        for side, tighter, step in ((0, max, 1), (1, min, -1)):
            known: list[Fraction] = []  # the tightest constant so far
            for name, constant in zip(names[::step], constants[::step], strict=True):
                if constant is not None:
                    known = [tighter([*known, constant])]
                elif name in ends:
                    ends[name][side].extend(known)

    def is_constant(self, node: _Node) -> bool:
        if node.parts is None:
            return _NUMBER.fullmatch(self.text(node)) is not None
        head = self.text(node.parts[0]) if node.parts else ""
        return head in _ARITHMETIC and all(map(self.is_constant, node.parts[1:]))

    def refuse(self, reason: str, span: Span, remedy: str) -> NoReturn:
        self.tokens.refuse(reason, span, remedy)
