"""A picture of a certificate; needs matplotlib (``polynet-gates[plot]``)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from ._arguments import as_count, as_instance
from ._floats import sound_floats
from ._optional import require
from .certificate import Certificate
from .errors import InvalidInputError
from .network import Network

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["certificate"]

_POINTS = 81


@sound_floats
def certificate(
    network: Network, certificate: Certificate, output: int = 0, ax: Axes | None = None
) -> Axes:
    """Draw the error of a network along lines through the witness, between the proved bounds.

    One line for each variable, drawn against its position in the box; the error is that of the
    way of evaluating that the certificate is about, in exact arithmetic.

    Raises
    ------
    InvalidInputError
        If there is no such output, or the certificate is of another network.
    """
    as_instance(network, "network", Network)
    as_instance(certificate, "certificate", Certificate)
    if certificate.fingerprint != network.fingerprint:
        raise InvalidInputError("the certificate is of another network")
    output = as_count(output, "output", 0)
    if output >= len(certificate.outputs):
        raise InvalidInputError(
            f"output {output} does not exist; there are {len(certificate.outputs)}"
        )
    bounds = certificate.outputs[output]
    polynomial = network.polynomials[output]
    axes: Any = require("matplotlib.pyplot", "plot").subplots()[1] if ax is None else ax
    position = np.linspace(0.0, 1.0, _POINTS)
    for i, name in enumerate(network.box.variables):
        points = np.tile(np.array(bounds.witness, network.dtype), (_POINTS, 1))
        low, high = network.box.lower[i], network.box.upper[i]
        points[:, i] = np.clip(low + (high - low) * position, low, high)
        values = np.reshape(network(points, by=certificate.by), (_POINTS, -1))[:, output]
        errors = [
            abs(Fraction(float(value)) - polynomial([Fraction(float(x)) for x in point]))
            for value, point in zip(values, points, strict=True)
        ]
        axes.plot(position, [float(error) for error in errors], label=name)
    axes.axhspan(bounds.lower, bounds.upper, alpha=0.3, label="lower to upper")
    axes.set(
        xlabel="position in the box, lower to upper end",
        ylabel="|network - polynomial|",
        title=f"by {certificate.by}, through the witness",
    )
    axes.legend(fontsize="small", ncols=2)
    return axes  # type: ignore[no-any-return]
