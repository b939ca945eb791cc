"""The arithmetic's settings, which are not the checker's own.

python-flint has one precision and one length of series for all threads, and anyone may change them
at any time. No proof rests on them: balls are right at any precision, numbers that must be exact
are no balls, and a series that was cut short is noticed (`activations.taylor`). They only have to
be large enough for the proofs to succeed, so that all checks that run at once share them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from flint import ctx

from .errors import NotProvedError

__all__ = ["require_nearest", "settings"]

PRECISION, LENGTH = 320, 256

_lock = threading.Lock()
_running = 0
_before = (0, 0)


@contextmanager
def settings() -> Iterator[None]:
    """Set python-flint for checks; the last one that runs leaves it as the first one found it."""
    global _running, _before
    with _lock:
        if not _running:
            _before = ctx.prec, ctx.cap
        ctx.prec, ctx.cap = PRECISION, LENGTH
        _running += 1
    try:
        with np.errstate(all="ignore"):  # what is not finite proves nothing
            yield
    finally:
        with _lock:
            _running -= 1
            if not _running:
                ctx.prec, ctx.cap = _before


def require_nearest() -> None:
    """Refuse to prove anything in a thread whose float64 arithmetic is not that of IEEE 754.

    Raises
    ------
    NotProvedError
        If it does not round to nearest, or flushes subnormals.
    """
    one, half_ulp = np.array([1.0, -1.0, 1.0, -1.0]), 2.0**-54 * np.array([2.0, -2.0, -1.0, 1.0])
    normal = np.array([2.0**-1022])
    half = normal / 2
    if not ((one + half_ulp == one).all() and (half > 0.0).all() and (half + half == normal).all()):
        raise NotProvedError("this thread does not round to nearest, or it flushes subnormals")
