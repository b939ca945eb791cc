"""Certificates: what has been proved of a network, as values."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from math import inf
from typing import Any

from ._arguments import Dtype, Form, Way
from ._floats import sound_floats
from .box import Box
from .errors import InvalidInputError

__all__ = ["Certificate", "OutputBounds", "at_least", "at_most"]


def at_least(bound: float) -> str:
    """Write a lower bound in five digits, rounded down so that it stays one."""
    return _digits(bound, ROUND_FLOOR)


def at_most(bound: float) -> str:
    """Write an upper bound in five digits, rounded up so that it stays one."""
    return _digits(bound, ROUND_CEILING)


def _digits(bound: float, rounding: str) -> str:
    if bound == 0.0:
        return "0"
    return f"{Context(prec=5, rounding=rounding).create_decimal_from_float(bound):.4e}"


@sound_floats
def _ratio(upper: float, lower: float) -> float:
    return upper / lower if lower > 0.0 else inf


@dataclass(frozen=True, slots=True)
class OutputBounds:
    """Two-sided bounds of one output of a network, see :class:`Certificate`.

    Attributes
    ----------
    lower, upper : float
        ``lower <= sup |evaluated network - polynomial| <= upper``.
    truncation_lower, truncation_upper : float
        ``truncation_lower <= sup |real-number function - polynomial| <= truncation_upper``.
    rounding : float
        Bound on the distance between the evaluation and the real-number function;
        ``upper = truncation_upper + rounding``, rounded up.
    witness : tuple of float
        A point of the box, in the network's dtype, where our own evaluation is off by at least
        `lower`.
    truncation_witness : tuple of float
        A point where the real-number function is off by at least `truncation_lower`.
    """

    lower: float
    upper: float
    truncation_lower: float
    truncation_upper: float
    rounding: float
    witness: tuple[float, ...]
    truncation_witness: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse what no proof ends with.

        Raises
        ------
        InvalidInputError
            If a bound is negative or no number, or a lower one above the upper one.
        """
        numbers = (self.lower, self.truncation_lower, self.rounding)
        if not all(isinstance(x, float) for x in (*numbers, self.upper, self.truncation_upper)):
            raise InvalidInputError("the bounds of a certificate are floats")
        for name in ("", "truncation_"):
            lower, upper = getattr(self, f"{name}lower"), getattr(self, f"{name}upper")
            if not 0.0 <= lower <= upper:
                raise InvalidInputError(
                    f"{name}lower = {lower!r}, {name}upper = {upper!r} are no bounds: "
                    f"0 <= {name}lower <= {name}upper must hold"
                )
        if not self.rounding >= 0.0:
            raise InvalidInputError(f"rounding = {self.rounding!r} is no bound: 0 <= rounding")

    @classmethod
    def copied(cls, bounds: Any) -> OutputBounds:
        """Return the same bounds as an object with these attributes, the core's or a file's."""
        values: dict[str, Any] = {}
        for f in fields(cls):
            value = getattr(bounds, f.name)
            values[f.name] = tuple(value) if isinstance(value, list) else value
        return cls(**values)

    @property
    def ratio(self) -> float:
        """``upper / lower``: how tight the bounds are; infinite if `lower` is 0."""
        return _ratio(self.upper, self.lower)

    @property
    def truncation_ratio(self) -> float:
        """``truncation_upper / truncation_lower``; infinite if the latter is 0."""
        return _ratio(self.truncation_upper, self.truncation_lower)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Proved bounds on the distance between a network and its polynomials over a box.

    For the polynomials p, the network's box X and the stated way of evaluating::

        truncation_lower <= sup over X of |real-number function - p| <= truncation_upper
        lower <= sup over the dtype's points of X of |evaluated network - p| <= upper

    The network's real-number function is what its gates define with their stored parameters taken
    as exact. With ``by="neurons"`` the evaluation is that of ``network.layers`` by any IEEE 754
    runtime of the dtype, rounding to nearest, in any order of summation, with or without fused
    multiply-add, subnormals flushed to zero or not, whose activation is within `activation_ulp`
    units in the last place of the largest value that a gate's neurons take. With ``by="gates"`` it
    is polynet's own evaluation, and no activation is assumed accurate unless `activation_ulp` is
    positive. For a network with a user-defined
    :class:`polynet.Activation` both ways also assume that its enclosures are right.

    Attributes
    ----------
    outputs : tuple of OutputBounds
        One per output.
    by : {"gates", "neurons"}
        The way of evaluating.
    form : {"factored", "merged"}
        The form of the layers.
    dtype : {"float64", "float32"}
        The dtype of the parameters and of the evaluation.
    activation_ulp : float
        The assumed accuracy of the activation; 0 if the proof assumes nothing of it.
    boxes : int
        How many parts of the box were bounded.
    polynet_version : str
        The version of polynet that proved it.
    box : Box
        The box X.
    requested_ratio : float
        The ``upper / lower`` of the truncation that was asked for; each output says what was
        reached.
    fingerprint : str
        ``network.fingerprint`` of the network that it is about.
    seconds : float
        How long the proof took. Not compared.
    """

    outputs: tuple[OutputBounds, ...]
    by: Way
    form: Form
    dtype: Dtype
    activation_ulp: float
    boxes: int
    polynet_version: str
    box: Box
    requested_ratio: float
    fingerprint: str
    seconds: float = field(compare=False)

    @property
    def worst(self) -> OutputBounds:
        """The bounds of the output with the largest `upper`."""
        return max(self.outputs, key=lambda output: output.upper)

    @property
    def upper(self) -> float:
        """Upper bound over all outputs."""
        return self.worst.upper

    @property
    def lower(self) -> float:
        """Lower bound of the largest error over all outputs."""
        return max(output.lower for output in self.outputs)

    @property
    def truncation_upper(self) -> float:
        """Upper bound of the truncation error over all outputs."""
        return max(output.truncation_upper for output in self.outputs)

    @property
    def rounding(self) -> float:
        """Upper bound of the rounding error over all outputs."""
        return max(output.rounding for output in self.outputs)

    @property
    def witness(self) -> tuple[float, ...]:
        """A point where some output's error is at least `lower`."""
        return max(self.outputs, key=lambda output: output.lower).witness

    @property
    def ratio(self) -> float:
        """``upper / lower``; infinite if `lower` is 0."""
        return _ratio(self.upper, self.lower)

    @sound_floats
    def __str__(self) -> str:
        """Return the bounds and what they assume, one line each."""
        lines = [
            f"{at_least(self.lower)} <= sup|network - polynomial| <= {at_most(self.upper)}"
            f"   ({self.dtype}, by {self.by}, {self.form}; upper/lower {self.ratio:.4g})",
            f"truncation <= {at_most(self.truncation_upper)}, rounding <= {at_most(self.rounding)}",
            f"witness {self.witness}",
        ]
        if self.activation_ulp:
            lines.append(f"assumes an activation within {self.activation_ulp:g} ulp")
        return "\n".join(lines)
