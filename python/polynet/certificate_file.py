"""Certificates as files: write one with its network, read it back, have it checked.

The format is that of docs/checker.md; `checker` reads it without anything of this module.
"""

from __future__ import annotations

import json
import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from ._arguments import as_instance, as_path
from ._floats import sound_floats
from .box import Box, Range
from .certificate import Certificate, OutputBounds
from .checker import MalformedCertificateError
from .checker.limits import MAX_FILE_BYTES
from .errors import InvalidInputError, NotCertifiedError, PolynetError, SizeLimitError
from .network import Network
from .network_data import network_data
from .polynomial import Polynomial

if TYPE_CHECKING:
    from os import PathLike

    from .checker.claim import Affine, Claim

__all__ = ["certificate_data", "load_certificate", "restored", "save_certificate"]


@sound_floats
def save_certificate(path: str | PathLike[str], network: Network, certificate: Certificate) -> None:
    """Write a certificate with its network and polynomials as a JSON file.

    Parameters
    ----------
    path : path
        The file; an old one is replaced.
    network : Network
        What was certified, by its ``certify``.
    certificate : Certificate
        What was proved.

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
    >>> pn.save_certificate("xy.json", net, net.certify())  # doctest: +SKIP
    >>> pn.verify("xy.json").proved  # doctest: +SKIP
    True
    """
    path = as_path(path)
    data = certificate_data(network, certificate)
    text = json.dumps(data, indent=None, separators=(",", ":"), allow_nan=False) + "\n"
    if len(text) > MAX_FILE_BYTES:
        raise SizeLimitError(
            f"the certificate's file would be {len(text)} bytes long, and `verify` reads "
            f"{MAX_FILE_BYTES} at most; certify fewer polynomials at once"
        )
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


@sound_floats
def load_certificate(path: str | PathLike[str]) -> tuple[Network, Certificate]:
    """Read back what :func:`save_certificate` wrote. Nothing is proved by that: see `verify`.

    What the file says of the network is compared with what the network is made to be here: its
    stencils, layers, kernels' contracts, and values at the witnesses.

    Raises
    ------
    InvalidInputError
        If the file is no certificate, or not of the network that this polynet makes of it; the
        message says what does not fit.
    OSError
        If the file cannot be read.
    """
    from .checker.reading import load  # here: `import polynet` does without it

    path = as_path(path)
    try:
        return restored(load(path))
    except (MalformedCertificateError, PolynetError) as error:
        raise InvalidInputError(f"{path}: {error}") from None


def restored(data: dict[str, Any]) -> tuple[Network, Certificate]:
    """Return the network and the certificate of a file, if both have all that the file says.

    Raises
    ------
    MalformedCertificateError
        If it is no certificate.
    InvalidInputError
        If it is not of the network that the core makes of it.
    """
    from .checker.reading import read

    claim = read(data)
    network = _network(claim)
    certificate = _certificate(claim, network)
    made = _data(network, certificate)
    others = [name for name in made if made[name] != data[name]]
    if others:
        raise InvalidInputError(
            f"{', '.join(map(repr, others))} of the file, by polynet {claim.polynet_version!r}, "
            f"are not what polynet {_core.__version__} makes of its network"
        )
    return network, certificate


@sound_floats
def certificate_data(network: Network, certificate: Certificate) -> dict[str, Any]:
    """Return the content of a certificate's file, for `json`."""
    as_instance(network, "network", Network)
    as_instance(certificate, "certificate", Certificate)
    if certificate.fingerprint != network.fingerprint:
        raise InvalidInputError("the certificate is of another network")
    if not network._handle.activation.built_in:
        raise InvalidInputError(
            f"the activation {network.activation!r} is user-defined: its functions cannot be "
            "written to a file"
        )
    return _data(network, certificate)


def _data(network: Network, certificate: Certificate) -> dict[str, Any]:
    from .checker.reading import FORMAT, FORMAT_VERSION

    data: dict[str, Any] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "polynet_version": certificate.version,
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


def _kernel(network: Network) -> list[list[list[str]]]:
    errors = network._handle.kernel_errors()
    if not all(math.isfinite(a + b) for layer in errors for a, b in layer):
        raise NotCertifiedError(
            "a gate of this network is evaluated by its neurons, for which no contract can be "
            "written down; use a smaller scale, or a certificate by neurons"
        )
    return [[[relative.hex(), absolute.hex()] for relative, absolute in layer] for layer in errors]


def _bounds(network: Network, certificate: Certificate, k: int) -> dict[str, Any]:
    bounds = OutputBounds.copied(certificate.outputs[k])  # which refuses what is none
    value = np.ravel(network(np.array(bounds.witness), by=certificate.by))[k]  # type: ignore[arg-type]
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
        "subdivision": [
            None if split is None else [split[0], split[1].hex()] for split in bounds.subdivision
        ],
    }


def _network(claim: Claim) -> Network:
    state: _core.State = (
        claim.activation,
        claim.dtype,
        claim.form,
        list(claim.box),
        list(claim.origin),
        [
            (
                [_form(form) for form in layer.operands],
                [(g.stencil.name, g.bias, g.scale, list(g.operands)) for g in layer.gates],
            )
            for layer in claim.hidden
        ],
        [_form(form) for form in claim.outputs],
    )
    ranges: dict[str, Range] = dict(zip(claim.variables, claim.box, strict=True))
    ranges.update({claim.variables[i]: "bit" for i in claim.bits})
    box = Box(ranges, dtype=claim.dtype)
    core = _core.Network.from_state(state, box.bit_marks)
    polynomials = tuple(
        Polynomial(
            p.terms,
            claim.variables,
            origin={claim.variables[v.variable]: v.origin for v in p.local},
            unit={claim.variables[v.variable]: v.unit for v in p.local},
        )
        for p in claim.polynomials
    )
    return Network(core, polynomials, box, single=claim.scalar_output)


def _form(form: Affine) -> tuple[list[tuple[int, float]], float]:
    return list(form.terms), form.constant


def _certificate(claim: Claim, network: Network) -> Certificate:
    return Certificate(
        outputs=tuple(OutputBounds.copied(b) for b in claim.bounds),
        by=claim.by,
        form=claim.form,
        dtype=claim.dtype,
        activation_ulp=claim.activation_ulp,
        boxes=claim.boxes,
        version=claim.polynet_version,
        box=network.box,
        requested_ratio=claim.requested_ratio,
        fingerprint=claim.fingerprint,
        seconds=claim.seconds,
    )
