"""What arguments may look like, read once: numbers, counts, choices, dtypes, paths.

A number may come in any type whose meaning is plain: int, float, Fraction, Decimal, NumPy's scalars
and arrays of no dimension, or a text such as "1e-3". Anything else is an InvalidInputError that
names the argument and what it takes; so no argument reaches the core in a type that it does not
expect.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from typing import Any, Literal, TypeVar

import numpy as np

from ._exact import excerpt, outward, to_fraction
from .errors import InvalidInputError

__all__ = [
    "as_choice",
    "as_count",
    "as_dtype",
    "as_flag",
    "as_instance",
    "as_number",
    "as_path",
    "as_progress",
    "as_seconds",
    "as_text",
    "is_by_gates",
]

_LARGEST_COUNT = 2**63 - 1

T = TypeVar("T")
Dtype = Literal["float64", "float32"]
Form = Literal["factored", "merged"]
Way = Literal["gates", "neurons"]
_DTYPES: tuple[Dtype, ...] = ("float64", "float32")


def as_number(value: object, name: str, *, infinite: bool = False, down: bool = False) -> float:
    """Return the float64 nearest to a finite number, or the largest that is not above it.

    Infinities are only taken if that is said.

    Raises
    ------
    InvalidInputError
        If the value is no such number, or beyond float64.
    SizeLimitError
        If it has too many digits.
    """
    value = _plain(value)
    if infinite and isinstance(value, (float, np.floating)) and math.isinf(value):
        return float(value)
    number = to_fraction(value, name)
    try:
        below, above = outward(number, "float64")
    except OverflowError:
        raise InvalidInputError(f"{name} must be finite, not {excerpt(value)}") from None
    if down:
        return below
    return (
        below if number - to_fraction(below, name) <= to_fraction(above, name) - number else above
    )


def as_count(value: object, name: str, lowest: int, highest: int = _LARGEST_COUNT) -> int:
    """Return a whole number from `lowest` to `highest`; 2.0 and "2" are 2.

    Raises
    ------
    InvalidInputError
        If the value is no whole number, or out of range.
    SizeLimitError
        If it has too many digits.
    """
    number = to_fraction(_plain(value), name)
    if number.denominator != 1 or not lowest <= number <= highest:
        raise InvalidInputError(
            f"{name} must be a whole number from {lowest} to {highest}, not {excerpt(value)}"
        )
    return int(number)


def as_seconds(value: object, name: str = "time_limit") -> float | None:
    """Return a time limit; None for none."""
    if value is None:
        return None
    seconds = as_number(value, name, infinite=True)
    if not seconds >= 0.0:
        raise InvalidInputError(f"{name} must be at least 0 seconds, not {excerpt(value)}")
    return None if math.isinf(seconds) else seconds


def as_progress(value: Any) -> Any:
    """Return True, False or a function that is called with the progress."""
    if value is None or isinstance(value, (bool, np.bool_)):
        return bool(value)
    if callable(value):
        return value
    raise InvalidInputError(
        f"progress must be True, False or a function that is called with it, not {excerpt(value)}"
    )


def as_choice(value: object, name: str, known: Iterable[str]) -> Any:
    """Return one of the texts known under that name."""
    known = tuple(known)
    if isinstance(value, str) and value in known:
        return str(value)
    raise InvalidInputError(f"unknown {name} {excerpt(value)}; known: {', '.join(known)}")


def as_dtype(value: object, name: str = "dtype") -> Dtype:
    """Return the name of a dtype, given by name or as NumPy's dtype or scalar type."""
    if isinstance(value, (np.dtype, type)) and not isinstance(value, str):
        try:
            dtype = np.dtype(value)
        except TypeError:
            dtype = np.dtype(object)
        if dtype in (np.dtype(np.float64), np.dtype(np.float32)):
            return "float32" if dtype.itemsize == 4 else "float64"
    if isinstance(value, str) and value in _DTYPES:
        return "float32" if value == "float32" else "float64"
    raise InvalidInputError(f"{name} must be 'float64' or 'float32', not {excerpt(value)}")


def as_flag(value: object, name: str) -> bool:
    """Return a truth value, Python's or NumPy's."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    raise InvalidInputError(f"{name} must be True or False, not {excerpt(value)}")


def as_text(value: object, name: str) -> str:
    """Return a text."""
    if isinstance(value, str):
        return str(value)
    raise InvalidInputError(f"{name} must be a text, not {excerpt(value)}")


def as_path(value: object, name: str = "path") -> str:
    """Return a path as text; a file's number or bytes are none."""
    if isinstance(value, (str, os.PathLike)):
        path = os.fspath(value)
        if isinstance(path, str) and path and "\0" not in path:
            return path
    raise InvalidInputError(f"{name} must be a file's path, not {excerpt(value)}")


def as_instance(value: object, name: str, kind: type[T]) -> T:
    """Return an object of that class."""
    if isinstance(value, kind):
        return value
    raise InvalidInputError(f"{name} must be a polynet.{kind.__name__}, not {excerpt(value)}")


def is_by_gates(by: object) -> bool:
    """Translate the name of a way of evaluating."""
    return bool(as_choice(by, "way of evaluating by", ("gates", "neurons")) == "gates")


def _plain(value: Any) -> object:
    """Return the element of an array of no dimension, anything else as it is."""
    return value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value
