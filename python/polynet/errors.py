"""The exceptions of polynet, one list."""

__all__ = [
    "FloatEnvironmentError",
    "InvalidInputError",
    "MissingPackageError",
    "NotCertifiedError",
    "PolynetError",
    "SizeLimitError",
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
    """The thread rounds other than to nearest or flushes subnormals."""


class MissingPackageError(PolynetError, ImportError):
    """An optional package is not installed; the message says how to install it."""
