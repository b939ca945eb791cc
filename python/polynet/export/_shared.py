"""What the exports share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from ..certificate import Certificate
from ..errors import InvalidInputError
from ..evaluation import Evaluable

T = TypeVar("T")


def activation_for(table: Mapping[str, T], name: str, target: str) -> T:
    """Look up what a target calls an activation, or raise InvalidInputError."""
    if name not in table:
        raise InvalidInputError(
            f"{target} has no function for the activation {name!r}; it has "
            f"{', '.join(sorted(table))}"
        )
    return table[name]


def check_certificate(certificate: Certificate, network: Evaluable) -> None:
    """Refuse a certificate that says nothing of the exported layers."""
    for name, given, needed in (
        ("way of evaluating", certificate.by, "neurons"),
        ("form", certificate.form, network.form),
        ("dtype", certificate.dtype, network.dtype),
        ("number of outputs", len(certificate.outputs), len(network.polynomials)),
        ("network's fingerprint", certificate.fingerprint, network.fingerprint),
    ):
        if given != needed:
            raise InvalidInputError(
                f"the certificate's {name} is {given!r}, the exported layers' is {needed!r}; use "
                'network.certify(by="neurons") of this network'
            )
