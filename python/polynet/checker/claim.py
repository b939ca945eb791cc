"""What a certificate file says, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

__all__ = ["Affine", "Bounds", "Claim", "Gate", "HiddenLayer", "Layer", "Node", "Stencil"]


@dataclass(frozen=True)
class Affine:
    """``sum of weight * source + constant``."""

    terms: tuple[tuple[int, float], ...]
    constant: float


@dataclass(frozen=True)
class Node:
    """One neuron of a gate: ``weight * s(bias + scale * direction . operands)``."""

    weight: int
    direction: tuple[int, ...]


@dataclass(frozen=True)
class Stencil:
    """What gates of one kind share; `target` holds the powers of the monomial they approximate.

    The target (0,) is the sign of the only operand, the sum of n bits less n - 1/2: 1 if all bits
    are 1, else -1.
    """

    name: str
    target: tuple[int, ...]
    nodes: tuple[Node, ...]
    constant_weight: int


@dataclass(frozen=True)
class Gate:
    """``(sum over nodes of weight s(bias + scale d.z) + constant_weight s(bias))/N``."""

    stencil: Stencil
    bias: float
    scale: float
    operands: tuple[int, ...]

    @property
    def is_sign(self) -> bool:
        """Whether this is the gate of a product of bits."""
        return self.stencil.target == (0,)


@dataclass(frozen=True)
class HiddenLayer:
    """Operands, affine in the previous layer's gates (or the inputs), and gates on them."""

    operands: tuple[Affine, ...]
    gates: tuple[Gate, ...]


@dataclass(frozen=True)
class Layer:
    """``y = W x + bias`` in sparse rows, followed by the activation or not."""

    columns: int
    rows: tuple[tuple[tuple[int, float], ...], ...]
    bias: tuple[float, ...]
    activated: bool


@dataclass(frozen=True)
class Bounds:
    """What is claimed of one output."""

    lower: float
    upper: float
    truncation_lower: float
    truncation_upper: float
    rounding: float
    witness: tuple[float, ...]
    value: float
    truncation_witness: tuple[float, ...]
    subdivision: tuple[tuple[int, float] | None, ...]


@dataclass(frozen=True)
class Claim:
    """Everything that a file says."""

    version: str
    by: str
    form: str
    dtype: str
    activation: str
    activation_ulp: float
    boxes: int
    requested_ratio: float
    seconds: float
    variables: tuple[str, ...]
    box: tuple[tuple[float, float], ...]
    bits: frozenset[int]
    polynomials: tuple[dict[tuple[int, ...], Fraction], ...]
    hidden: tuple[HiddenLayer, ...]
    outputs: tuple[Affine, ...]
    layers: tuple[Layer, ...]
    kernel: tuple[tuple[tuple[float, float], ...], ...]
    bounds: tuple[Bounds, ...]
