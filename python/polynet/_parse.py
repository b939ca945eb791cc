"""Text -> exact sum of monomials, by a whitelist over Python's syntax tree; nothing is executed.

First a scan of the tokens: it refuses whatever is not arithmetic, finds the names, bounds the
nesting, and cuts a long sum at its outermost + and - into pieces that Python's parser, which is
recursive, can read. Then each piece goes through `ast`, and only the node types named here are
evaluated.
"""

import ast
import keyword
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NoReturn, TypeVar

from ._exact import (
    MAX_NUMBER_LENGTH,
    MAX_PRODUCTS,
    Terms,
    add_into,
    check_names,
    check_products,
    excerpt,
    multiply,
    pack,
    power,
    power_products,
    to_fraction,
)
from .errors import InvalidInputError, PolynetError, SizeLimitError

MAX_TEXT_LENGTH = 250_000
"""Largest number of characters of an expression."""
MAX_NESTING = 64
"""Deepest nesting of parentheses."""
MAX_OPERATORS = 1000
"""Largest number of operators in one summand, also inside its parentheses."""

# Pieces about this long amortise the call of Python's parser; longer ones gain nothing.
_PIECE_OPERATORS = 100

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<operator>\*\*|[-+*/])"
    r"|(?P<open>\()"
    r"|(?P<close>\))"
)
_T = TypeVar("_T")
_GRAMMAR = "use numbers, variables, + - * / ** and parentheses"
_REMEDIES = {
    "^": "write ** for a power",
    "\N{MINUS SIGN}": "write - for minus",
    "\N{MULTIPLICATION SIGN}": "write * for a product",
    "\N{MIDDLE DOT}": "write * for a product",
    "\N{SUPERSCRIPT TWO}": "write **2 for the square",
    "\N{SUPERSCRIPT THREE}": "write **3 for the cube",
    ",": "write a decimal point; several polynomials go into a list",
    "=": "give the right-hand side only",
}


def parse_terms(text: str, variables: Sequence[str] | None) -> tuple[Terms, tuple[str, ...]]:
    """Return the exact terms of an expression and its variables; see `Polynomial.parse`."""
    if not isinstance(text, str):
        raise InvalidInputError(f"the polynomial must be a text, not {excerpt(text)}")
    if len(text) > MAX_TEXT_LENGTH:
        raise SizeLimitError(
            f"polynomial: {len(text)} characters; at most {MAX_TEXT_LENGTH} are read: "
            "give it as a mapping {exponents: coefficient}"
        )
    text = re.sub(r"\s", " ", text)  # a line break is a blank; columns count from the text's start
    if not text.strip():
        raise InvalidInputError("polynomial: the text is empty; write 0 for the zero polynomial")
    scan = _Scan(text)
    scan.read()
    if variables is None:
        names = check_names(sorted(scan.names, key=_natural_order))
    else:
        names = check_names(variables)
        known = ", ".join(names) or "none"
        for name, (start, end) in scan.names.items():
            if name not in names:
                refuse("unknown variable", text, start, end, f"known variables: {known}")
    evaluator = _Evaluator(text, names)
    total: Terms = {}
    for start, end in scan.pieces:
        try:
            evaluator.add_piece(total, start, end)
        except (RecursionError, MemoryError):
            # From Python's parser or the evaluation: chains such as ---...x or x**1**1**...
            refuse("nested too deeply,", text, start, end, "simplify it", error=SizeLimitError)
    return total, names


def _natural_order(name: str) -> tuple[list[str | tuple[int, str]], str]:
    """Return a sort key that puts x2 before x10; int() would refuse thousands of digits."""
    parts: list[str | tuple[int, str]] = []
    for i, part in enumerate(re.split(r"(\d+)", name)):
        digits = part.lstrip("0")
        parts.append((len(digits), digits) if i % 2 else part)
    return parts, name


def refuse(
    reason: str,
    text: str,
    start: int,
    end: int,
    remedy: str,
    *,
    error: type[PolynetError] = InvalidInputError,
) -> NoReturn:
    """Raise `error` about text[start:end], with its column counted from 1."""
    culprit = f"{excerpt(text[start:end])} at column {start + 1}"
    raise error(f"polynomial: {reason} {culprit}; {remedy}") from None


@dataclass
class _Scan:
    """Reader of the tokens, once, from left to right."""

    text: str
    names: dict[str, tuple[int, int]] = field(default_factory=dict)  # with their first position
    pieces: list[tuple[int, int]] = field(default_factory=list)  # summands as (start, end)
    opened: list[int] = field(default_factory=list)  # positions of the open parentheses
    operand: str = ""  # kind of the token before if it ends an operand
    operand_start: int = 0
    operators: int = 0  # in the current piece
    piece_start: int = 0

    def read(self) -> None:
        """Fill `names` and `pieces`, or raise about the first token that is not arithmetic."""
        start = 0
        while start < len(self.text):
            match = _TOKEN.match(self.text, start)
            if match is None:
                remedy = _REMEDIES.get(self.text[start], _GRAMMAR)
                refuse("unexpected", self.text, start, start + 1, remedy)
            kind, end = str(match.lastgroup), match.end()
            if kind != "space":
                self._token(kind, start, end)
                self.operand = kind if kind in ("number", "name", "close") else ""
                self.operand_start = start
            start = end
        if self.opened:
            last = self.opened[-1]
            refuse("unmatched", self.text, last, last + 1, "close it")
        self.pieces.append((self.piece_start, len(self.text)))

    def _token(self, kind: str, start: int, end: int) -> None:
        if kind == "name":
            self._name(start, end)
        if self.operand and kind in ("number", "name", "open"):
            call = kind == "open" and self.operand == "name"
            reason = "no function is known:" if call else "missing * in"
            refuse(reason, self.text, self.operand_start, end, f"{_GRAMMAR}, * for every product")
        match kind:
            case "number":
                if end - start > MAX_NUMBER_LENGTH:
                    remedy = f"at most {MAX_NUMBER_LENGTH} characters in a number"
                    refuse("number too long,", self.text, start, end, remedy, error=SizeLimitError)
            case "operator":
                self._operator(start)
            case "open":
                self.opened.append(start)
                if len(self.opened) > MAX_NESTING:
                    remedy = f"at most {MAX_NESTING} parentheses inside each other"
                    refuse(
                        "nested too deeply,", self.text, start, end, remedy, error=SizeLimitError
                    )
            case "close":
                if not self.opened:
                    refuse("unmatched", self.text, start, end, "open it before")
                self.opened.pop()

    def _name(self, start: int, end: int) -> None:
        name = self.text[start:end]
        if keyword.iskeyword(name) or not name.isidentifier():
            remedy = next((_REMEDIES[c] for c in name if c in _REMEDIES), _GRAMMAR)
            refuse("not a variable name,", self.text, start, end, remedy)
        name = unicodedata.normalize("NFKC", name)  # as Python's parser does
        self.names.setdefault(name, (start, end))

    def _operator(self, start: int) -> None:
        splits = self.operand and not self.opened and self.text[start] in "+-"
        if splits and self.operators >= _PIECE_OPERATORS:
            # The next piece begins with its sign, which Python reads as a unary one.
            self.pieces.append((self.piece_start, start))
            self.piece_start, self.operators = start, 0
        self.operators += 1
        if self.operators > MAX_OPERATORS:
            remedy = f"at most {MAX_OPERATORS} operators in one summand; multiply it out"
            refuse(
                "summand too long,",
                self.text,
                self.piece_start,
                start,
                remedy,
                error=SizeLimitError,
            )


class _Evaluator:
    """Syntax tree -> terms, over fixed variables, within one budget of term products."""

    def __init__(self, text: str, variables: tuple[str, ...]) -> None:
        self.text = text
        self.count = len(variables)
        self.keys = {
            name: pack(tuple(int(i == k) for i in range(self.count)))
            for k, name in enumerate(variables)
        }
        self.products = 0

    def add_piece(self, total: Terms, start: int, end: int) -> None:
        """Parse text[start:end], a sum that may begin with a sign, and add it to `total`."""
        source = self.text[start:end]
        self.start = end - len(source.lstrip())
        source = source.strip()
        self.source = source.encode()  # the columns of a syntax tree count bytes of UTF-8
        try:
            tree = ast.parse(source, mode="eval")
        except SyntaxError as error:
            column = min(self.start + max(error.offset or 1, 1) - 1, max(end - 1, 0))
            refuse("not an expression near", self.text, column, column + 10, _GRAMMAR)
        add_into(total, self.value(tree.body))

    def value(self, node: ast.expr) -> Terms:
        """Return the terms of a node, in a new dict."""
        # A chain a + b + c + ... leans to the left: walk down it instead of recursing.
        chain: list[ast.BinOp] = []
        while isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Pow):
            chain.append(node)
            node = node.left
        result = self.operand(node)
        for link in reversed(chain):
            result = self.combine(result, link)
        return result

    def operand(self, node: ast.expr) -> Terms:
        match node:
            case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
                # The text, not node.value: 0.1 means one tenth.
                digits = self.segment(node)[2]
                number = self.limited(node, lambda: to_fraction(digits, "a number"))
                return {0: number} if number else {}
            case ast.Name():
                return {self.keys[node.id]: Fraction(1)}
            case ast.UnaryOp(op=ast.UAdd()):
                return self.value(node.operand)
            case ast.UnaryOp(op=ast.USub()):
                negative: Terms = {}
                value = self.value(node.operand)
                self.spend(len(value), node)
                add_into(negative, value, -1)
                return negative
            case ast.BinOp(op=ast.Pow()):
                base, exponent = self.value(node.left), self.exponent(node.right)
                need = self.limited(node, lambda: power_products(base, exponent, self.count))
                self.spend(need, node)
                return self.limited(node, lambda: power(base, exponent, self.count))
        self.refuse("not allowed,", node, _GRAMMAR)

    def combine(self, left: Terms, node: ast.BinOp) -> Terms:
        """`left` combined with the right operand; `left` may be changed in place."""
        right = self.value(node.right)
        match node.op:
            case ast.Add() | ast.Sub():
                sign = 1 if isinstance(node.op, ast.Add) else -1
                self.spend(len(right), node)
                self.limited(node, lambda: add_into(left, right, sign))
                return left
            case ast.Mult():
                return self.product(left, right, node)
            case ast.Div():
                if not right:
                    self.refuse("division by zero,", node.right, "divide by a nonzero constant")
                if any(right):
                    remedy = "a polynomial divides by constants only"
                    self.refuse("division by", node.right, remedy)
                return self.product(left, {0: 1 / right[0]}, node)
        self.refuse("not allowed,", node, _GRAMMAR)

    def product(self, left: Terms, right: Terms, node: ast.expr) -> Terms:
        self.spend(len(left) * len(right), node)
        product = self.limited(node, lambda: multiply(left, right, self.count))
        # A coefficient of the result takes several times as long as a term product.
        if len(product) > 1:
            self.spend(8 * len(product), node)
        return product

    def exponent(self, node: ast.expr) -> int:
        terms = self.value(node)
        number = terms.get(0, Fraction(0))
        if any(terms) or number < 0 or number.denominator != 1:
            self.refuse("not a power:", node, "the power must be a nonnegative integer constant")
        return number.numerator

    def spend(self, products: int, node: ast.expr) -> None:
        """Count work against the limit of the whole text."""
        self.products += products
        if self.products > MAX_PRODUCTS:
            self.limited(node, lambda: check_products(self.products))

    def limited(self, node: ast.expr, compute: Callable[[], _T]) -> _T:
        """Return the result of `compute`, or raise its size error with the place in the text."""
        try:
            return compute()
        except SizeLimitError as error:
            self.refuse(f"{error};", node, "make the polynomial smaller", error=SizeLimitError)

    def segment(self, node: ast.expr) -> tuple[int, int, str]:
        """Start and end of a node in the whole text, and its source."""
        before = self.source[: node.col_offset].decode()
        part = self.source[node.col_offset : node.end_col_offset].decode()
        start = self.start + len(before)
        return start, start + len(part), part

    def refuse(
        self,
        reason: str,
        node: ast.expr,
        remedy: str,
        *,
        error: type[PolynetError] = InvalidInputError,
    ) -> NoReturn:
        start, end, _ = self.segment(node)
        refuse(reason, self.text, start, end, remedy, error=error)
