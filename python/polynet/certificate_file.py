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
from ._arguments import as_instance, as_number, as_path
from ._floats import sound_floats
from .box import Box, Range
from .certificate import Certificate, OutputBounds
from .checker import MalformedCertificateError, Verdict
from .errors import InvalidInputError, MissingPackageError, NotCertifiedError
from .network import Network
from .polynomial import Polynomial

if TYPE_CHECKING:
    from os import PathLike

    from .checker.claim import Affine, Claim

__all__ = ["certificate_data", "load_certificate", "save_certificate", "verify"]


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
    text = json.dumps(data, indent=None, separators=(",", ":"), allow_nan=False)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text + "\n")


@sound_floats
def load_certificate(path: str | PathLike[str]) -> tuple[Network, Certificate]:
    """Read back what :func:`save_certificate` wrote. Nothing is proved by that: see `verify`.

    Raises
    ------
    InvalidInputError
        If the file is no certificate; the message says what does not fit.
    OSError
        If the file cannot be read.
    """
    from .checker.reading import read  # here: `import polynet` does without it

    path = as_path(path)
    try:
        claim = read(path)
    except MalformedCertificateError as error:
        raise InvalidInputError(f"{path}: {error}") from None
    network = _network(claim)
    return network, _certificate(claim, network.box)


@sound_floats
def verify(source: str | PathLike[str] | dict[str, Any], *, seconds: float = 300.0) -> Verdict:
    """Prove a certificate's claims again with the independent checker.

    Parameters
    ----------
    source : path or dict
        The file, or what `json` reads from it.
    seconds : float
        Give up a proof after about this time.

    Returns
    -------
    Verdict
        True if every claim was proved; otherwise it says where the proof fails.

    Raises
    ------
    InvalidInputError
        If the file is no certificate.
    MissingPackageError
        If python-flint is not installed.
    OSError
        If the file cannot be read.
    """
    try:
        from .checker.checking import check
    except ImportError:
        raise MissingPackageError(
            "the checker computes with python-flint, which is not installed; "
            "pip install 'polynet-gates[verify]'"
        ) from None
    seconds = as_number(seconds, "seconds", infinite=True)
    if not isinstance(source, dict):
        source = as_path(source, "source")
    try:
        return check(source, seconds=seconds)
    except MalformedCertificateError as error:
        raise InvalidInputError(str(error)) from None


@sound_floats
def certificate_data(network: Network, certificate: Certificate) -> dict[str, Any]:
    """Return the content of a certificate's file, for `json`."""
    from .checker.reading import FORMAT, FORMAT_VERSION

    as_instance(network, "network", Network)
    as_instance(certificate, "certificate", Certificate)
    _check(network, certificate)
    _, _, _, _, hidden, outputs = network._handle.state()
    names = list(dict.fromkeys(gate[0] for _, gates in hidden for gate in gates))
    data: dict[str, Any] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "polynet_version": certificate.version,
        "by": certificate.by,
        "form": certificate.form,
        "dtype": certificate.dtype,
        "activation": network.activation,
        "activation_ulp": certificate.activation_ulp.hex(),
        "boxes": certificate.boxes,
        "requested_ratio": certificate.requested_ratio.hex(),
        "seconds": certificate.seconds.hex(),
        "variables": list(network.box.variables),
        "box": [
            [low.hex(), high.hex()]
            for low, high in zip(network.box.lower, network.box.upper, strict=True)
        ],
        "polynomials": [
            {"terms": [[list(e), str(c)] for e, c in polynomial.terms.items()]}
            for polynomial in network.polynomials
        ],
        "stencils": [_stencil(name) for name in names],
        "hidden": [
            {
                "operands": [_affine(form) for form in operands],
                "gates": [
                    {
                        "stencil": names.index(name),
                        "bias": bias.hex(),
                        "scale": scale.hex(),
                        "operands": indices,
                    }
                    for name, bias, scale, indices in gates
                ],
            }
            for operands, gates in hidden
        ],
        "outputs": [_affine(form) for form in outputs],
    }
    if network.box.bits:
        data["bits"] = [network.box.variables.index(name) for name in network.box.bits]
    if certificate.by == "neurons":
        data["layers"] = [_layer(*layer) for layer in network._handle.layers()]
    else:
        data["kernel"] = _kernel(network)
    data["bounds"] = [_bounds(network, certificate, k) for k in range(len(certificate.outputs))]
    return data


def _check(network: Network, certificate: Certificate) -> None:
    if getattr(certificate, "box", network.box) != network.box:
        raise InvalidInputError("the certificate is of another network: its box is another")
    for name in ("dtype", "form"):
        ours, theirs = getattr(network, name), getattr(certificate, name)
        if ours != theirs:
            raise InvalidInputError(
                f"the certificate is of another network: its {name} is {theirs}, not {ours}"
            )
    if len(certificate.outputs) != len(network.polynomials):
        raise InvalidInputError(
            f"the certificate is of another network, with {len(certificate.outputs)} outputs"
        )
    if not network._handle.activation.built_in:
        raise InvalidInputError(
            f"the activation {network.activation!r} is user-defined: its functions cannot be "
            "written to a file"
        )


def _stencil(name: str) -> dict[str, Any]:
    stencil = _core.Stencil(name)
    return {
        "name": name,
        "target": stencil.target,
        "nodes": [[weight, list(direction)] for weight, direction in stencil.nodes],
        "constant_weight": stencil.constant_weight,
    }


def _affine(form: tuple[list[tuple[int, float]], float]) -> dict[str, Any]:
    terms, constant = form
    return {"terms": [[k, w.hex()] for k, w in terms], "constant": constant.hex()}


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
    bounds = certificate.outputs[k]
    value = np.ravel(network(np.array(bounds.witness), by=certificate.by))[k]  # type: ignore[arg-type]
    exact = network.polynomials[k](bounds.witness)
    if not abs(Fraction(float(value)) - exact) >= Fraction(bounds.lower):
        raise InvalidInputError(
            "the certificate is of another network: at the witness the error is below `lower`"
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
    for layer in claim.hidden:
        for gate in layer.gates:
            known = _core.Stencil(gate.stencil.name)
            nodes = [(node.weight, list(node.direction)) for node in gate.stencil.nodes]
            if nodes != known.nodes or gate.stencil.constant_weight != known.constant_weight:
                raise InvalidInputError(f"the nodes of {gate.stencil.name!r} are not its own")
    polynomials = tuple(Polynomial(terms, claim.variables) for terms in claim.polynomials)
    return Network(core, polynomials, box, single=len(polynomials) == 1)


def _form(form: Affine) -> tuple[list[tuple[int, float]], float]:
    return list(form.terms), form.constant


def _certificate(claim: Claim, box: Box) -> Certificate:
    outputs = tuple(OutputBounds.copied(b) for b in claim.bounds)
    return Certificate(
        outputs=outputs,
        by=claim.by,
        form=claim.form,
        dtype=claim.dtype,
        activation_ulp=claim.activation_ulp,
        boxes=claim.boxes,
        version=claim.polynet_version,
        box=box,
        requested_ratio=claim.requested_ratio,
        seconds=claim.seconds,
    )
