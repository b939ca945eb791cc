"""The exceptions of polynet, one list."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

__all__ = [
    "CertificationInterrupted",
    "FloatEnvironmentError",
    "InternalError",
    "InvalidInputError",
    "MissingPackageError",
    "NotCertifiedError",
    "PolynetError",
    "SizeLimitError",
    "TimeLimitError",
]


class PolynetError(Exception):
    """Base of every exception that polynet raises on purpose."""


class InvalidInputError(PolynetError, ValueError):
    """An argument does not describe what it should; the message names it and the remedy."""


class SizeLimitError(PolynetError, ValueError):
    """An input is well formed but larger than a documented limit."""


class NotCertifiedError(PolynetError, ArithmeticError):
    """A bound could not be proved."""


class FloatEnvironmentError(PolynetError, RuntimeError):
    """Rounding to nearest with subnormal numbers cannot be set in this thread.

    A thread in another environment is no error: it is set where it is needed, and restored. This
    is for emulators and processors that do not obey.
    """


class TimeLimitError(PolynetError, TimeoutError):
    """The time was up before there was anything to return."""


class InternalError(PolynetError, RuntimeError):
    """What was proved contradicts itself: a fault in polynet that should be reported."""


class MissingPackageError(PolynetError, ImportError):
    """An optional package is not installed; the message says how to install it."""


class CertificationInterrupted(KeyboardInterrupt):
    """Ctrl-C came while a network was being certified.

    A KeyboardInterrupt, so that whoever does not know of it stops as usual.

    Attributes
    ----------
    certificate : Certificate
        What had been proved by then; as valid as any, only less tight. Put together when it is
        first asked for, which takes a moment.
    """

    def __init__(self, certificate: Callable[[], Any]) -> None:
        super().__init__("certification interrupted; .certificate holds what is proved so far")
        self._certificate = certificate

    @cached_property
    def certificate(self) -> Any:
        """What had been proved by then."""
        return self._certificate()
