"""Have a certificate's file checked, and compared with what polynet makes of it."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._arguments import as_path, as_seconds
from ._floats import sound_floats
from ._optional import require
from .certificate import Certificate
from .checker import MalformedCertificateError, Verdict
from .checker.errors import NotProvedError, RefutedError
from .errors import InvalidInputError, MissingPackageError, PolynetError
from .loading import certified, load
from .network import Network

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

__all__ = ["verify"]

_MAX_EXPORT_BYTES = 1 << 30


@sound_floats
def verify(
    source: str | PathLike[str] | dict[str, Any],
    *,
    time_limit: float | None = 300.0,
    network: Network | str | PathLike[str] | None = None,
) -> Verdict:
    """Prove a certificate's claims again with the independent checker.

    Afterwards polynet makes the network that the file describes, and compares: its stencils,
    layers, kernels' contracts, and values at the witnesses must be those of the file.

    Parameters
    ----------
    source : path or dict
        The file, or what `json` reads from it.
    time_limit : float, optional
        Give up a proof after about so many seconds; None: never.
    network : Network or path, optional
        Whose certificate it must be: a network, or the file that :meth:`Network.to_onnx` (of a
        certificate by neurons), :meth:`Network.to_c` or :meth:`Network.save` wrote.

    Returns
    -------
    Verdict
        True if every claim was proved; otherwise it says where the proof fails.

    Raises
    ------
    InvalidInputError
        If the file is no certificate, or `network` is none of these.
    MissingPackageError
        If python-flint, or what `network` is read with, is not installed.
    OSError
        If a file cannot be read.
    """
    try:
        from .checker.checking import check
        from .checker.reading import load as load_data
    except ImportError:
        raise MissingPackageError(
            "the checker computes with python-flint, which is not installed; "
            "pip install 'polynet-gates[verify]'"
        ) from None

    time_limit = as_seconds(time_limit)
    if not isinstance(source, dict):
        source = as_path(source, "source")
    try:
        data = load_data(source)
        made = cache(lambda: _made(data))
        more: dict[str, Callable[[], str]] = {"evaluation": lambda: _evaluated(*made())}
        if network is not None:
            same = _comparison(network)
            more["network"] = lambda: same(*made())
        return check(data, time_limit=time_limit, more=more)
    except MalformedCertificateError as error:
        raise InvalidInputError(str(error)) from None


def _made(data: dict[str, Any]) -> tuple[Network, Certificate]:
    try:
        return certified(data)
    except PolynetError as error:
        raise NotProvedError(str(error)) from None


def _evaluated(network: Network, certificate: Certificate) -> str:
    return "polynet makes the same network of it, with the same values at the witnesses"


def _comparison(
    network: Network | str | PathLike[str],
) -> Callable[[Network, Certificate], str]:
    """Read the network now, and return what compares another one with it."""
    if isinstance(network, Network):
        return lambda other, _: _equal(network, other)
    try:
        path = Path(network)
    except TypeError:
        raise InvalidInputError(f"network must be a Network or a path, not {network!r}") from None
    kinds = {".safetensors": _safetensors, ".onnx": _onnx, ".c": _c}
    if path.suffix not in kinds:
        raise InvalidInputError(
            f"{os.fspath(path)!r} is compared with a certificate if it is "
            f"{', '.join(f'*{suffix}' for suffix in kinds)}"
        )
    if path.stat().st_size > _MAX_EXPORT_BYTES:
        raise InvalidInputError(f"{os.fspath(path)!r} is longer than {_MAX_EXPORT_BYTES} bytes")
    return kinds[path.suffix](path)


def _equal(network: Network, other: Network) -> str:
    if network != other:
        raise RefutedError(
            f"it is of another network: SHA-256 {other.fingerprint}, not {network.fingerprint}"
        )
    return "the network is the certificate's, bit for bit"


def _safetensors(path: Path) -> Callable[[Network, Certificate], str]:
    network = load(path)
    return lambda other, _: _equal(network, other)


def _onnx(path: Path) -> Callable[[Network, Certificate], str]:
    onnx = require("onnx", "onnx")
    try:
        # Weights in other files are no weights of this one.
        found = onnx.load(os.fspath(path), load_external_data=False)
    except (ValueError, onnx.checker.ValidationError, *_decode_errors()) as error:
        raise InvalidInputError(f"{os.fspath(path)!r} is no ONNX file: {error}") from None

    def compare(network: Network, certificate: Certificate) -> str:
        from .export._onnx import onnx_model

        if certificate.by != "neurons":
            raise NotProvedError(
                "ONNX files are evaluated by neurons, and the certificate is by gates"
            )
        model = onnx_model(network)
        weights = {tensor.name: tensor for tensor in model.graph.initializer}
        for tensor in found.graph.initializer:
            if tensor != weights.get(tensor.name):
                raise RefutedError(f"{tensor.name!r:.40} in the file is not the certificate's")
        for name in ("graph", "opset_import", "functions"):
            if getattr(found, name) != getattr(model, name):
                raise RefutedError("the model in the file is not that of the certificate's network")
        return "the file's weights and operators are the certificate's, bit for bit"

    return compare


def _decode_errors() -> tuple[type[Exception], ...]:
    message = require("google.protobuf.message", "onnx")
    return (message.DecodeError,)


_FUNCTION = re.compile(r"^void polynet_([A-Za-z0-9_]+)\(const ", re.MULTILINE)
_MADE_BY = re.compile(r"^ \* Made by polynet [0-9.]+;", re.MULTILINE)


def _c(path: Path) -> Callable[[Network, Certificate], str]:
    text = path.read_text("ascii", "replace")
    name = _FUNCTION.search(text)
    if name is None:
        raise InvalidInputError(f"{os.fspath(path)!r} is no C file of a network")

    def compare(network: Network, certificate: Certificate) -> str:
        from .export._c import c_source

        made = c_source(network, name[1], certificate.by)
        found, meant = (_MADE_BY.sub("", source, count=1).splitlines() for source in (text, made))
        for line, pair in enumerate(zip(found, meant, strict=False), start=1):
            if pair[0] != pair[1]:
                raise RefutedError(
                    f"line {line} of the file is not what polynet writes for this network, "
                    f"evaluated by {certificate.by}"
                )
        if len(found) != len(meant):
            raise RefutedError("the file is not as long as what polynet writes for this network")
        return f"the file is what polynet writes for this network, evaluated by {certificate.by}"

    return compare
