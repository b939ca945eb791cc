"""Text -> exact sum of monomials, by operator precedence; nothing is ever executed.

One loop reads the tokens from left to right, without recursion: an operand, then an operator, and
so on. Operators that wait for their right operand, and open parentheses, stand on a stack; one that
binds no tighter than those before it has them applied first (V. R. Pratt, "Top down operator
precedence", POPL 1973, with the stack made explicit).
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple, NoReturn

from ._exact import MAX_DEGREE, Terms, excerpt, pack
from ._expansion import Expansion
from ._fpcore import is_fpcore, read_program
from ._names import QUOTABLE, check_names, normal_name
from ._tokens import Span, Tokens
from .errors import InvalidInputError, SizeLimitError

MAX_NESTING = 1000
"""Deepest nesting of parentheses, signs and powers in each other."""

_PATTERN = re.compile(
    r"\s+|(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?"
    rf"|[^\W\d]\w*|\{{{QUOTABLE}\}}|\*\*|//|.",
    re.DOTALL,
)
_OPEN, _SUM, _PRODUCT, _SIGN, _POWER = range(5)
_BINARY = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "**": _POWER}
_NESTS = (_OPEN, _SIGN, _POWER)
_ONE = Fraction(1)
_FUNCTIONS = ("pow",)  # of the loose grammar
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
    "{": "close the quoted name, such as {temp C}",
}


def parse_terms(
    text: str, variables: Sequence[str] | None, *, loose: bool = False
) -> tuple[Terms, tuple[str, ...]]:
    """Return the exact terms of an expression and its variables; see `Polynomial.parse`."""
    if not isinstance(text, str):
        raise InvalidInputError(f"the polynomial must be a text, not {excerpt(text)}")
    if is_fpcore(text):
        return read_program(text, variables)[:2]
    text = re.sub(r"\s", " ", text)  # a line break is a blank; columns count from the text's start
    if not text.strip():
        raise InvalidInputError("polynomial: the text is empty; write 0 for the zero polynomial")
    tokens = Tokens(text, _PATTERN, "polynomial")
    if loose:
        tokens.list = ["**" if token == "^" else token for token in tokens.list]
    known = None if variables is None else check_names(variables)
    names = _names(tokens, known or (), loose)
    if known is None:
        known = check_names(sorted(set(names.values()), key=_natural_order))
    return _Parser(tokens, names, known, loose).read(), known


def _names(tokens: Tokens, known: tuple[str, ...], loose: bool) -> dict[str, str]:
    """Return the tokens that are names, each with the name; refuse what is no token."""
    names = {}
    others = {*_BINARY, "(", ")", "", *((",", *_FUNCTIONS) if loose else ())}
    for token in dict.fromkeys(tokens.list):
        if token in others or _is_number(token):
            continue
        if token[0] == "{" and len(token) > 1:
            names[token] = normal_name(token[1:-1])
        elif token.isidentifier() and (token in known or not keyword.iskeyword(token)):
            names[token] = normal_name(token)
        elif not (token[0].isalpha() or token[0] == "_"):
            tokens.refuse_first("unexpected", token, _REMEDIES.get(token, _GRAMMAR))
        else:
            remedy = next((_REMEDIES[c] for c in token if c in _REMEDIES), None)
            remedy = remedy or f"{_GRAMMAR}; an input of that name is quoted: {{{token[:40]}}}"
            tokens.refuse_first("not a variable name,", token, remedy)
    return names


def _is_number(token: str) -> bool:
    return "0" <= token[0] <= "9" or (token[0] == "." and len(token) > 1)


def _natural_order(name: str) -> tuple[list[str | tuple[int, str]], str]:
    """Return a sort key that puts x2 before x10; int() would refuse thousands of digits."""
    parts: list[str | tuple[int, str]] = []
    for i, part in enumerate(re.split(r"(\d+)", name)):
        digits = part.lstrip("0")
        parts.append((len(digits), digits) if i % 2 else part)
    return parts, name


class _Operand(NamedTuple):
    terms: Terms
    span: Span
    inner: Span  # without the parentheses around it


class _Pending(NamedTuple):
    """What waits on the stack: an operator, a sign, an open parenthesis or a function's."""

    symbol: str
    precedence: int
    place: int
    left: tuple[_Operand, ...] = ()


class _Parser:
    """Reader of one text, over fixed variables."""

    def __init__(
        self, tokens: Tokens, names: dict[str, str], variables: tuple[str, ...], loose: bool
    ) -> None:
        self.tokens = tokens
        self.list = tokens.list
        self.names = names
        self.variables = variables
        self.loose = loose
        count = len(variables)
        self.expansion = Expansion(tokens, count)
        self.degree_shift = 16 * count
        keys = {
            name: pack(tuple(int(i == k) for i in range(count))) for k, name in enumerate(variables)
        }
        # A variable is its packed monomial.
        self.atoms: dict[str, int | Fraction] = {
            token: keys[name] for token, name in names.items() if name in keys
        }
        self.atoms |= {
            token: self.expansion.number(token)
            for token in dict.fromkeys(tokens.list)
            if token and _is_number(token)
        }
        self.stack: list[_Pending] = []
        self.depth = 0
        self.value = _Operand({}, (0, 0), (0, 0))

    def read(self) -> Terms:
        """Return the terms of the whole text."""
        i, end = 0, len(self.list) - 1
        while True:
            i = self.operand(i)
            while self.list[i] == ")":
                self.close(i)
                i += 1
            if i == end:
                break
            i = self.operator(i)
        self.apply_down_to(_SUM)
        if self.stack:
            place = self.stack[-1].place
            self.tokens.refuse("unmatched", (place, place), "close it")
        return self.value.terms

    def operand(self, i: int) -> int:
        """Read signs, open parentheses and what stands behind them; return the next place."""
        while True:
            token = self.list[i]
            if token in ("+", "-"):
                self.push(_Pending(token, _SIGN, i))
            elif token == "(":
                self.push(_Pending(token, _OPEN, i))
            elif self.loose and token in _FUNCTIONS and self.list[i + 1] == "(":
                self.push(_Pending(token, _OPEN, i))
                i += 1
            else:
                return self.product_of_atoms(i)
            i += 1

    def product_of_atoms(self, start: int) -> int:
        """Read an atom and, where nothing before it binds tighter, what it is multiplied by.

        A long text consists of products of numbers and powers of variables: they are read at once.
        """
        top = self.stack[-1] if self.stack else None
        one = self.loose or (top is not None and (top.precedence == _POWER or top.symbol == "/"))
        key, value, end, i = 0, _ONE, start, start
        while True:
            atom = self.atoms.get(self.list[i])
            following = i + 1
            if self.list[following : following + 1] == ["**"] and not one:
                atom = self.plain_power(i)
                following = i + 3
            divides = end > start and self.list[end] == "/"
            if atom is None:
                break
            if isinstance(atom, int):
                if divides or (key + atom) >> self.degree_shift > MAX_DEGREE:
                    break
                key += atom
            elif value is _ONE and not divides:
                value = atom
            elif divides and not atom:
                break
            else:
                value = self.expansion.scaled(value, 1 / atom if divides else atom, (start, i))
            end = following
            if one or self.list[end] not in ("*", "/"):
                break
            i = end + 1
        if end == start:
            return self.atom(start)
        span = (start, end - 1)
        self.value = _Operand({key: value} if value else {}, span, span)
        return end

    def plain_power(self, i: int) -> int | None:
        """Return the packed monomial of a variable to a power that is a number, or None."""
        base, power = self.atoms.get(self.list[i]), self.atoms.get(self.list[i + 2])
        if not isinstance(base, int) or not isinstance(power, Fraction):
            return None
        if self.list[i + 3] == "**" or power.denominator != 1 or power > MAX_DEGREE:
            return None
        return base * power.numerator

    def atom(self, i: int) -> int:
        """Read one number or variable, or raise about what stands in its place."""
        token = self.list[i]
        atom = self.atoms.get(token)
        if atom is not None:
            terms = {atom: _ONE} if isinstance(atom, int) else {0: atom} if atom else {}
            self.value = _Operand(terms, (i, i), (i, i))
            return i + 1
        if not token:
            self.tokens.refuse("nothing follows", (i - 1, i - 1), _GRAMMAR)
        if token not in self.names:
            self.tokens.refuse("unexpected", (i, i), _GRAMMAR)
        if self.list[i + 1] == "(":
            self.refuse_product("no function is known:", (i, i + 1))
        known = ", ".join(self.variables) or "none"
        self.tokens.refuse("unknown variable", (i, i), f"known variables: {known}")

    def operator(self, i: int) -> int:
        """Read what stands behind an operand; return the next place."""
        symbol = self.list[i]
        precedence = _BINARY.get(symbol)
        if symbol == ",":
            return self.comma(i)
        if precedence is None:
            self.check_juxtaposition(i)
            symbol, precedence = "*", _PRODUCT
            i -= 1
        if precedence != _POWER:  # a power is applied after the powers in its exponent
            self.apply_down_to(precedence)
        self.push(_Pending(symbol, precedence, i, (self.value,)))
        return i + 1

    def check_juxtaposition(self, i: int) -> None:
        """Refuse two operands side by side unless the grammar is loose and their product plain."""
        first, last = self.value.span
        span = (last, i)
        if first == last and self.list[last] in self.names and self.list[i] == "(":
            self.refuse_product("no function is known:", span)
        if not self.loose:
            self.refuse_product("missing * in", span)
        if _is_number(self.list[i]):
            self.refuse_product("a number behind a factor:", span)
        before = [p.symbol for p in self.stack if p.precedence <= _PRODUCT][-1:]
        if before == ["/"]:
            remedy = "write * and parentheses: (1/2)*x or 1/(2*x)"
            self.tokens.refuse("ambiguous after a division:", span, remedy)

    def refuse_product(self, reason: str, span: Span) -> NoReturn:
        self.tokens.refuse(reason, span, f"{_GRAMMAR}, * for every product")

    def push(self, pending: _Pending) -> None:
        self.stack.append(pending)
        if pending.precedence in _NESTS:
            self.depth += 1
            if self.depth > MAX_NESTING:
                remedy = f"at most {MAX_NESTING} parentheses, signs and powers inside each other"
                place = pending.place
                self.tokens.refuse(
                    "nested too deeply,", (place, place), remedy, error=SizeLimitError
                )

    def pop(self) -> _Pending:
        pending = self.stack.pop()
        self.depth -= pending.precedence in _NESTS
        return pending

    def apply_down_to(self, precedence: int) -> None:
        """Apply the waiting operators that bind at least so tight."""
        while self.stack and self.stack[-1].precedence >= precedence:
            self.apply(self.pop())

    def apply(self, pending: _Pending) -> None:
        right, do = self.value, self.expansion
        left = pending.left[0] if pending.left else None
        span = (left.span[0] if left else pending.place, right.span[1])
        if left is None:
            negative = pending.symbol == "-"
            terms = do.negative(right.terms, span) if negative else right.terms
        elif pending.precedence == _SUM:
            terms = do.add(left.terms, right.terms, -1 if pending.symbol == "-" else 1, span)
        elif pending.symbol == "*":
            terms = do.product(left.terms, right.terms, span)
        elif pending.symbol == "/":
            terms = do.quotient(left.terms, right.terms, span, right.inner)
        else:
            terms = do.power(left.terms, right.terms, span, right.inner)
        self.value = _Operand(terms, span, span)

    def close(self, i: int) -> None:
        """Close a parenthesis: of an expression or of a function's arguments."""
        self.apply_down_to(_SUM)
        if not self.stack:
            self.tokens.refuse("unmatched", (i, i), "open it before")
        opened = self.pop()
        span = (opened.place, i)
        if opened.symbol == "(":
            self.value = self.value._replace(span=span)
            return
        arguments = (*opened.left, self.value)
        if len(arguments) != 2:
            self.tokens.refuse("pow takes a base and a power, not", span, "write pow(x, 2)")
        base, power = arguments
        terms = self.expansion.power(base.terms, power.terms, span, power.inner)
        self.value = _Operand(terms, span, span)

    def comma(self, i: int) -> int:
        """Keep an argument of a function; the next one follows."""
        self.apply_down_to(_SUM)
        if not self.stack or self.stack[-1].symbol == "(":
            self.tokens.refuse("unexpected", (i, i), _REMEDIES[","])
        function = self.stack[-1]
        self.stack[-1] = function._replace(left=(*function.left, self.value))
        return i + 1
