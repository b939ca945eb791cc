"""The names of inputs: any text a person can read, written in braces where it is parsed."""

from __future__ import annotations

import keyword
import re
import sys
import unicodedata
from collections.abc import KeysView, Set
from typing import Any

from ._exact import MAX_VARIABLES, excerpt, is_several
from .errors import InvalidInputError, SizeLimitError

MAX_NAME_LENGTH = 256
"""Largest number of characters of a name."""

# Braces may stand in a name if they close, such as x_{1}: quoted, it is {x_{1}}.
QUOTABLE = r"(?:[^{}]|\{[^{}]*\})*"
_QUOTABLE = re.compile(QUOTABLE)


def normal_name(name: str) -> str:
    """Return the form in which names are compared: for identifiers Python's own, NFKC."""
    return unicodedata.normalize("NFKC" if name.isidentifier() else "NFC", name)


def quote(name: str) -> str:
    """Write a name as it must stand in an expression: identifiers bare, others in braces."""
    return name if name.isidentifier() and not keyword.iskeyword(name) else f"{{{name}}}"


def symbol_name(obj: Any) -> object:
    """Return the name of a SymPy symbol, or the object itself."""
    sympy: Any = sys.modules.get("sympy")
    return obj.name if sympy is not None and isinstance(obj, sympy.Symbol) else obj


def check_names(names: object) -> tuple[str, ...]:
    """Return the names of variables as a tuple: distinct, in normal form.

    A name is a text of printable characters, no blank at its ends, braces in it closed; or a SymPy
    symbol, which gives its own.

    Raises
    ------
    InvalidInputError
        If a name is none, or given twice, or the names have no order.
    SizeLimitError
        If there are more than MAX_VARIABLES.
    """
    unordered = isinstance(names, Set) and not isinstance(names, KeysView)
    if isinstance(names, (str, bytes)) or unordered or not is_several(names):
        raise InvalidInputError(
            f"variables must be a sequence of names such as ['x', 'y'], not {excerpt(names)}"
        )
    result: dict[str, None] = {}
    for given in names:
        name = symbol_name(given)
        if not isinstance(name, str):
            raise InvalidInputError(
                f"{excerpt(given)} of type {type(given).__name__} is not a variable name; use a "
                "text such as 'x1'"
            )
        _check_name(name)
        normal = normal_name(name)
        if normal in result:
            raise InvalidInputError(f"variable {excerpt(name)} is given twice; name it once")
        result[normal] = None
        if len(result) > MAX_VARIABLES:
            raise SizeLimitError(f"more than {MAX_VARIABLES} variables")
    return tuple(result)


def _check_name(name: str) -> None:
    if len(name) > MAX_NAME_LENGTH:
        raise SizeLimitError(
            f"the variable name {excerpt(name)} has {len(name)} characters; at most "
            f"{MAX_NAME_LENGTH} are read"
        )
    if not name or name != name.strip() or not name.isprintable():
        raise InvalidInputError(
            f"{excerpt(name)} is not a variable name; use printable characters, without a blank at "
            "either end"
        )
    if not _QUOTABLE.fullmatch(name):
        raise InvalidInputError(
            f"{excerpt(name)} is not a variable name; its braces must close, one pair after another"
        )
