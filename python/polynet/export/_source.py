"""What the exports share: what they need of a network, and optional packages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, TypeVar

from ..errors import InvalidInputError

if TYPE_CHECKING:
    from .. import _core
    from ..box import Box
    from ..certificate import Certificate
    from ..layer import Layer
    from ..polynomial import Polynomial

T = TypeVar("T")


class Source(Protocol):
    """What an export needs of a network."""

    activation: str
    box: Box
    dtype: str
    form: str
    polynomials: tuple[Polynomial, ...]
    _handle: _core.Network

    @property
    def fingerprint(self) -> str: ...

    @property
    def layers(self) -> tuple[Layer, ...]: ...


def activation_for(table: Mapping[str, T], name: str, target: str) -> T:
    """Look up what a target calls an activation, or raise InvalidInputError."""
    if name not in table:
        raise InvalidInputError(
            f"{target} has no function for the activation {name!r}; it has "
            f"{', '.join(sorted(table))}"
        )
    return table[name]


def check_certificate(certificate: Certificate, net: Source) -> None:
    """Refuse a certificate that says nothing of the exported layers."""
    for name, given, needed in (
        ("way of evaluating", certificate.by, "neurons"),
        ("form", certificate.form, net.form),
        ("dtype", certificate.dtype, net.dtype),
        ("number of outputs", len(certificate.outputs), len(net.polynomials)),
        ("network's fingerprint", certificate.fingerprint, net.fingerprint),
    ):
        if given != needed:
            raise InvalidInputError(
                f"the certificate's {name} is {given!r}, the exported layers' is {needed!r}; use "
                'network.certify(by="neurons") of this network'
            )
