"""Pictures of gates, networks and certificates; needs matplotlib (``polynet-gates[plot]``).

Every function draws into the axes it is given, or into new ones, and returns them.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from ._arguments import as_count, as_instance
from ._floats import sound_floats
from ._optional import require
from .certificate import Certificate
from .compiler import compile
from .errors import InvalidInputError, NotCertifiedError, SizeLimitError
from .gate import Gate
from .network import Network

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .network import Way

__all__ = ["certificate", "error_against_scale", "gate_error", "neurons_against_depth"]

_GRID = 81


def _axes(ax: Axes | None) -> Any:  # Axes, without matplotlib's strict types
    return require("matplotlib.pyplot", "plot").subplots()[1] if ax is None else ax


@sound_floats
def gate_error(gate: Gate, ax: Axes | None = None) -> Axes:
    """Draw the relative error g(u, v)/(u v) - 1 of a product gate on [-1, 1]^2 as contours.

    It is ``scale**2 * s_4/s_2 * (u**2 + v**2)/6`` and higher orders (arXiv:1608.08225, eq. 11).

    Raises
    ------
    InvalidInputError
        If the gate is not a product of two operands.
    """
    as_instance(gate, "gate", Gate)
    if gate.kind != "product":
        raise InvalidInputError(f"a surface needs a gate of kind 'product', not {gate.kind!r}")
    net = compile(
        gate.target,
        dict.fromkeys(gate.target.variables, (-1, 1)),
        activation=gate.activation,
        bias=gate.bias,
        scale=gate.scale,
        construction="paper",
    )
    side = np.linspace(-1.0, 1.0, _GRID + 1)  # an even number of points: none is 0
    u, v = np.meshgrid(side, side)
    error = net(np.column_stack([u.ravel(), v.ravel()])).reshape(u.shape) / (u * v) - 1.0
    axes = _axes(ax)
    axes.figure.colorbar(axes.contourf(u, v, error, levels=20), ax=axes)
    axes.set(xlabel="u", ylabel="v", aspect="equal", title=f"g(u, v)/(u v) - 1, {gate.activation}")
    return axes  # type: ignore[no-any-return]


@sound_floats
def error_against_scale(
    activation: str = "logistic",
    *,
    bias: float | None = None,
    dtype: Literal["float64", "float32"] = "float64",
    ax: Axes | None = None,
) -> Axes:
    """Draw the certified error of u v on [-1, 1]^2 by neurons against the gate's scale.

    The truncation falls with the scale, the rounding grows like its inverse square: the best scale
    lies where they meet (docs/theory.md, section 5).
    """
    rows: list[tuple[float, float, float, float]] = []
    for exponent in range(-1, -31, -1):
        net = compile(
            "u*v",
            {"u": (-1, 1), "v": (-1, 1)},
            activation=activation,
            bias=bias,
            scale=2.0**exponent,
            dtype=dtype,
        )
        try:
            (bounds,) = net.certify(by="neurons").outputs
        except NotCertifiedError:
            break  # smaller scales overflow too
        rows.append((2.0**exponent, bounds.upper, bounds.truncation_upper, bounds.rounding))
    scale, total, truncation, rounding = zip(*rows, strict=True)
    axes = _axes(ax)
    axes.loglog(scale, total, label="total")
    axes.loglog(scale, truncation, "--", label="truncation")
    axes.loglog(scale, rounding, ":", label="rounding")
    axes.set(xlabel="scale", ylabel="certified error", title=f"u v, {activation}, {dtype}")
    axes.legend()
    return axes  # type: ignore[no-any-return]


@sound_floats
def certificate(net: Network, proved: Certificate, output: int = 0, ax: Axes | None = None) -> Axes:
    """Draw the error of a network along lines through the witness, between the proved bounds.

    One line for each variable, drawn against its position in the box; the error is that of the
    way of evaluating that the certificate is about, in exact arithmetic.

    Raises
    ------
    InvalidInputError
        If there is no such output, or the certificate is of another network.
    """
    as_instance(net, "net", Network)
    as_instance(proved, "proved", Certificate)
    if proved.fingerprint != net.fingerprint:
        raise InvalidInputError("the certificate is of another network")
    output = as_count(output, "output", 0)
    if output >= len(proved.outputs):
        raise InvalidInputError(f"output {output} does not exist; there are {len(proved.outputs)}")
    bounds = proved.outputs[output]
    polynomial = net.polynomials[output]
    axes = _axes(ax)
    position = np.linspace(0.0, 1.0, _GRID)
    for i, name in enumerate(net.box.variables):
        points = np.tile(np.array(bounds.witness, net.dtype), (_GRID, 1))
        low, high = net.box.lower[i], net.box.upper[i]
        points[:, i] = np.clip(low + (high - low) * position, low, high)
        values = np.reshape(net(points, by=cast("Way", proved.by)), (_GRID, -1))[:, output]
        errors = [
            abs(Fraction(float(value)) - polynomial([Fraction(float(x)) for x in point]))
            for value, point in zip(values, points, strict=True)
        ]
        axes.plot(position, [float(error) for error in errors], label=name)
    axes.axhspan(bounds.lower, bounds.upper, alpha=0.3, label="lower to upper")
    axes.set(
        xlabel="position in the box, lower to upper end",
        ylabel="|network - polynomial|",
        title=f"by {proved.by}, through the witness",
    )
    axes.legend(fontsize="small", ncols=2)
    return axes  # type: ignore[no-any-return]


@sound_floats
def neurons_against_depth(factors: int = 16, ax: Axes | None = None) -> Axes:
    """Draw the hidden neurons of the product of `factors` inputs against the hidden layers.

    Networks are built for every depth that exists with gates of at most eight operands: few layers
    take exponentially many neurons (arXiv:1705.05502, theorem 5.1).

    Raises
    ------
    InvalidInputError
        If there are fewer than two factors or more than 64.
    """
    factors = as_count(factors, "factors", 2, 64)
    box = {f"x{i}": (-1, 1) for i in range(factors)}
    counts = {}
    for layers in range(1, factors.bit_length() + 1):
        try:
            net = compile("*".join(box), box, hidden_layers=layers)
        except SizeLimitError:
            continue  # too few layers for gates of eight operands
        counts[layers] = net.neurons
    axes = _axes(ax)
    axes.semilogy(list(counts), list(counts.values()), "o-")
    axes.set(
        xlabel="hidden layers",
        ylabel="neurons",
        title=f"product of {factors} inputs",
        xticks=list(counts),
    )
    return axes  # type: ignore[no-any-return]
