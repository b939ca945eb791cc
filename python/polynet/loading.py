"""Networks and certificates out of files: nothing is executed, nothing believed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from . import _core, storage
from ._arguments import as_path
from ._floats import sound_floats
from .box import Box, Range
from .certificate import Certificate, OutputBounds
from .certificate_file import certificate_data
from .checker import MalformedCertificateError
from .errors import InvalidInputError, PolynetError
from .network import Network, restored
from .polynomial import Polynomial

if TYPE_CHECKING:
    from .checker.claim import Affine, Claim

__all__ = ["certified", "load", "load_certificate"]


@sound_floats
def load(path: str | os.PathLike[str]) -> Network:
    """Read a network that :meth:`Network.save` wrote, the same bit for bit.

    Nothing in the file is executed; it may come from anywhere.

    Raises
    ------
    InvalidInputError
        If the file is not of a network, is damaged, or has a format that this version of polynet
        does not read.
    MissingPackageError
        Without the package safetensors: ``pip install "polynet-gates[safetensors]"``.
    """
    path = as_path(path)
    contents = storage.read(path)
    try:
        return restored(*contents)
    except (PolynetError, TypeError) as error:  # TypeError: of the core's arguments
        raise InvalidInputError(f"{path!r} is damaged: {error}") from None


@sound_floats
def load_certificate(path: str | os.PathLike[str]) -> tuple[Network, Certificate]:
    """Read what :meth:`Network.save_certificate` wrote. That proves nothing: see `verify`.

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
    from .checker.reading import load as load_data  # here: `import polynet` does without it

    path = as_path(path)
    try:
        return certified(load_data(path))
    except (MalformedCertificateError, PolynetError) as error:
        raise InvalidInputError(f"{path}: {error}") from None


def certified(data: dict[str, Any]) -> tuple[Network, Certificate]:
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
    made = certificate_data(network, certificate)
    others = [name for name in made if made[name] != data[name]]
    if others:
        raise InvalidInputError(
            f"{', '.join(map(repr, others))} of the file, by polynet {claim.polynet_version!r}, "
            f"are not what polynet {_core.__version__} makes of its network"
        )
    return network, certificate


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
    polynomials = tuple(
        Polynomial(
            p.terms,
            claim.variables,
            origin={claim.variables[v.variable]: v.origin for v in p.local},
            unit={claim.variables[v.variable]: v.unit for v in p.local},
        )
        for p in claim.polynomials
    )
    return restored(state, polynomials, box, claim.scalar_output)


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
        polynet_version=claim.polynet_version,
        box=network.box,
        requested_ratio=claim.requested_ratio,
        fingerprint=claim.fingerprint,
        seconds=claim.seconds,
    )
