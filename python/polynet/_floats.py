"""The floating-point environment of Python's own arithmetic, NumPy's and the writing of numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from . import _core

__all__ = ["sound_floats"]

P = ParamSpec("P")
R = TypeVar("R")


def sound_floats(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function run with rounding to nearest, subnormal numbers and no traps.

    What the thread had before is restored afterwards, also after an exception. The core sets the
    environment for itself; this is for what is computed, read or written in Python around it.
    """

    @wraps(function)
    def guarded(*arguments: P.args, **named: P.kwargs) -> R:
        with _core.SoundFloats():
            return function(*arguments, **named)

    return guarded
