"""The checker's own exceptions."""

__all__ = ["MalformedCertificateError", "NotProvedError", "RefutedError"]


class MalformedCertificateError(ValueError):
    """The file is no certificate; the message names what does not fit."""


class NotProvedError(Exception):
    """A claim could not be proved; the message says where it fails."""


class RefutedError(NotProvedError):
    """A claim was proved to be false; the message gives the counterexample."""
