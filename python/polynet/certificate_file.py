"""Certificates as files, with the network that each is about.

The format is that of docs/checker.md; `checker` reads it without anything of this module.
"""

from __future__ import annotations

import json
import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from ._arguments import as_instance, as_path
from ._floats import sound_floats
from .activation import require_built_in
from .certificate import Certificate, OutputBounds
from .checker.limits import MAX_FILE_BYTES
from .errors import InvalidInputError, NotCertifiedError, SizeLimitError
from .network_data import network_data

if TYPE_CHECKING:
    from os import PathLike

    from .evaluation import Evaluable

__all__ = ["certificate_data", "save_certificate"]


@sound_floats
def save_certificate(
    network: Evaluable, path: str | PathLike[str], certificate: Certificate
) -> None:
    """Write a certificate of the network, with the network and its polynomials, as a JSON file.

    :func:`polynet.verify` proves it again, :func:`polynet.load_certificate` reads it.

    Parameters
    ----------
    path : path-like
        The file; an old one is replaced.
    certificate : Certificate
        What the network's ``certify`` proved.

    Raises
    ------
    InvalidInputError
        If the certificate is not about this network, or its activation is the user's own.
    NotCertifiedError
        If a gate evaluated by gates has no kernel with a contract (an extreme scale).
    SizeLimitError
        If the file would be longer than `verify` reads.

    Examples
    --------
    >>> import polynet as pn
    >>> net = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)})
    >>> net.save_certificate("xy.json", net.certify())  # doctest: +SKIP
    >>> pn.verify("xy.json").proved  # doctest: +SKIP
    True
    """
    path = as_path(path)
    as_instance(certificate, "certificate", Certificate)
    if certificate.fingerprint != network.fingerprint:
        raise InvalidInputError("the certificate is of another network")
    require_built_in(network._handle.activation)
    data = certificate_data(network, certificate)
    text = json.dumps(data, indent=None, separators=(",", ":"), allow_nan=False) + "\n"
    if len(text) > MAX_FILE_BYTES:
        raise SizeLimitError(
            f"the certificate's file would be {len(text)} bytes long, and `verify` reads "
            f"{MAX_FILE_BYTES} at most; certify fewer polynomials at once"
        )
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def certificate_data(network: Evaluable, certificate: Certificate) -> dict[str, Any]:
    """Return the content of a certificate's file, for `json`."""
    from .checker.reading import FORMAT, FORMAT_VERSION

    data: dict[str, Any] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "polynet_version": certificate.polynet_version,
        "fingerprint": network.fingerprint,
        "by": certificate.by,
        "activation_ulp": certificate.activation_ulp.hex(),
        "boxes": certificate.boxes,
        "requested_ratio": certificate.requested_ratio.hex(),
        "seconds": certificate.seconds.hex(),
        **network_data(network._identity()),
    }
    if certificate.by == "neurons":
        data["layers"] = [_layer(*layer) for layer in network._handle.layers()]
    else:
        data["kernel"] = _kernel(network)
    data["bounds"] = [_bounds(network, certificate, k) for k in range(len(certificate.outputs))]
    return data


def _layer(weight: Any, bias: Any, activated: bool) -> dict[str, Any]:
    rows = []
    for row in weight:
        columns = np.flatnonzero(row).tolist()
        rows.append([[k, float(row[k]).hex()] for k in columns])
    return {
        "columns": weight.shape[1],
        "rows": rows,
        "bias": [float(b).hex() for b in bias],
        "activated": activated,
    }


def _kernel(network: Evaluable) -> list[list[list[str]]]:
    errors = network._handle.kernel_errors()
    if not all(math.isfinite(a + b) for layer in errors for a, b in layer):
        raise NotCertifiedError(
            "a gate of this network is evaluated by its neurons, for which no contract can be "
            "written down; use a smaller scale, or a certificate by neurons"
        )
    return [[[relative.hex(), absolute.hex()] for relative, absolute in layer] for layer in errors]


def _bounds(network: Evaluable, certificate: Certificate, k: int) -> dict[str, Any]:
    bounds = OutputBounds.copied(certificate.outputs[k])  # which refuses what is none
    value = np.ravel(network(np.array(bounds.witness), by=certificate.by))[k]
    exact = network.polynomials[k](bounds.witness)
    if not abs(Fraction(float(value)) - exact) >= Fraction(bounds.lower):
        raise InvalidInputError(
            "the certificate is not of this network: at the witness the error is below `lower`"
        )
    numbers = ("lower", "upper", "truncation_lower", "truncation_upper", "rounding")
    return {
        **{name: getattr(bounds, name).hex() for name in numbers},
        "witness": [x.hex() for x in bounds.witness],
        "value": float(value).hex(),
        "truncation_witness": [x.hex() for x in bounds.truncation_witness],
    }
