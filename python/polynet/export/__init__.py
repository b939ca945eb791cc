"""Networks in other people's software: one module for each target.

What holds after an export is in docs/exports.md. Each module, and the package that it is for, is
imported when it is needed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from .._arguments import as_choice, as_instance, as_path
from .._floats import sound_floats

if TYPE_CHECKING:
    from pathlib import Path

    from ..certificate import Certificate
    from ._source import Source

__all__ = ["Exports"]


class Exports:
    """The exports as methods of a network."""

    __slots__ = ()

    @sound_floats
    def to_onnx(
        self: Source, path: str | os.PathLike[str], *, certificate: Certificate | None = None
    ) -> None:
        """Write the layers as an ONNX model: input x of shape (N, n), output y of shape (N, m).

        Standard operators of opset 14, in the network's dtype. The model's metadata hold the
        polynomials, the box, and the certificate as JSON.

        Parameters
        ----------
        path : path-like
            The file to write.
        certificate : Certificate, optional
            ``network.certify(by="neurons")`` of this network.

        Raises
        ------
        InvalidInputError
            If the activation is the user's own, or the certificate is by gates or of another
            network.
        MissingPackageError
            Without the package onnx: ``pip install "polynet-gates[onnx]"``.
        """
        from ..certificate import Certificate
        from ._onnx import to_onnx

        if certificate is not None:
            as_instance(certificate, "certificate", Certificate)
        to_onnx(self, as_path(path), certificate)

    @sound_floats
    def to_torch(self: Source) -> Any:
        """Return the layers as a ``torch.nn.Sequential``: (N, n) -> (N, m), in the network's dtype.

        Linear modules and torch's own activation modules; a small module calls the function where
        torch has no module. Picklable, scriptable as any Sequential is.

        Raises
        ------
        InvalidInputError
            If the activation is the user's own.
        MissingPackageError
            Without the package torch: ``pip install "polynet-gates[torch]"``.
        """
        from ._torch import to_torch

        return to_torch(self)

    @sound_floats
    def to_jax(self: Source) -> tuple[Callable[[Any, Any], Any], list[tuple[Any, Any]]]:
        """Return ``(apply, parameters)``: ``apply(parameters, x)`` is pure, (..., n) -> (..., m).

        The parameters are (weight, bias) of each Linear map.

        Raises
        ------
        InvalidInputError
            If the activation is the user's own, or the network is in float64 and JAX is not
            (``jax_enable_x64``).
        MissingPackageError
            Without the package jax: ``pip install "polynet-gates[jax]"``.
        """
        from ._jax import to_jax

        return to_jax(self)

    @sound_floats
    def to_c(
        self: Source, path: str | os.PathLike[str], *, by: Literal["gates", "neurons"] = "gates"
    ) -> None:
        """Write one C99 file: ``void polynet_NAME(const double *x, double *y)`` for NAME.c.

        The function (float for float32) reads n inputs and writes m outputs; it allocates nothing
        and has no state. By gates it computes what ``network(x)`` does where every operand is in
        its proved range, which contains the box, and NaN elsewhere; it calls no function. By
        neurons it needs the C library's exp, erf, ... (link with -lm).

        Parameters
        ----------
        path : path-like
            The file to write; its name is letters, digits and '_' with .c behind.
        by : {"gates", "neurons"}
            The way of evaluating.

        Raises
        ------
        InvalidInputError
            If the name or `by` does not fit, or by neurons the activation is the user's own.
        NotCertifiedError
            If by gates a gate's series does not converge (an extreme scale).
        """
        from ._c import to_c

        to_c(self, as_path(path), as_choice(by, "by", ("gates", "neurons")))

    @sound_floats
    def to_vnnlib(
        self: Source, path: str | os.PathLike[str], *, version: Literal["1.0", "2.0"] = "2.0"
    ) -> tuple[Path, Path]:
        """Write the layers as ONNX and two VNN-LIB properties with known answers.

        Both ask for a point of the box where some ``|output|`` reaches a number. NAME.unsat.vnnlib
        asks for one proved to be out of reach, NAME.sat.vnnlib for one proved to be reached; the
        comments in the files say why. A verifier that answers otherwise is unsound. The answers
        hold for the layers in real arithmetic and as any IEEE runtime evaluates them.

        Parameters
        ----------
        path : path-like
            The ONNX file to write, NAME.onnx; the properties are written next to it.
        version : {"1.0", "2.0"}
            Of VNN-LIB.

        Returns
        -------
        tuple of Path
            The properties with the answers unsat and sat.

        Raises
        ------
        NotCertifiedError
            If no bound can be proved, or no output is known to differ from 0.
        InvalidInputError, MissingPackageError
            As :meth:`to_onnx`, if the name or the version does not fit, or inputs are bits.
        """
        from ._vnnlib import to_vnnlib

        return to_vnnlib(self, as_path(path), as_choice(version, "version", ("1.0", "2.0")))
