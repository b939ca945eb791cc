"""What a certificate file says, as plain data.

Fields have the names and the order that the file gives them (docs/checker.md); `reading` follows
their types, and so does `schema`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Literal, NamedTuple

__all__ = [
    "Affine",
    "Bounds",
    "Claim",
    "Gate",
    "HiddenLayer",
    "Layer",
    "LocalVariable",
    "Node",
    "Polynomial",
    "Stencil",
]

Real = Annotated[float, "of the dtype"]
Double = Annotated[float, "a float64"]


class LocalVariable(NamedTuple):
    """What stands for a variable of a polynomial: ``(x - origin)/unit``."""

    variable: int
    origin: Fraction
    unit: Fraction


@dataclass(frozen=True)
class Polynomial:
    """The sum of coefficient times the product of the variables' powers; `local` ones are not x."""

    terms: dict[tuple[int, ...], Fraction]
    local: tuple[LocalVariable, ...]


@dataclass(frozen=True)
class Affine:
    """``sum of weight * source + constant``."""

    terms: tuple[tuple[int, Real], ...]
    constant: Real


class Node(NamedTuple):
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
    bias: Real
    scale: Real
    operands: tuple[int, ...]

    @property
    def is_sign(self) -> bool:
        """Whether this is the gate of a product of bits."""
        return self.stencil.target == (0,)


@dataclass(frozen=True)
class HiddenLayer:
    """Operands, affine in the gates before or in the inputs less their origins, and gates."""

    operands: tuple[Affine, ...]
    gates: tuple[Gate, ...]


@dataclass(frozen=True)
class Layer:
    """``y = W x + bias`` in sparse rows, followed by the activation or not."""

    columns: int
    rows: tuple[tuple[tuple[int, Real], ...], ...]
    bias: tuple[Real, ...]
    activated: bool


@dataclass(frozen=True)
class Bounds:
    """What is claimed of one output."""

    lower: Double
    upper: Double
    truncation_lower: Double
    truncation_upper: Double
    rounding: Double
    witness: tuple[Real, ...]
    value: Real
    truncation_witness: tuple[Real, ...]


@dataclass(frozen=True)
class Claim:
    """Everything that a file says."""

    polynet_version: str
    fingerprint: str
    by: Literal["gates", "neurons"]
    form: Literal["factored", "merged"]
    dtype: Literal["float64", "float32"]
    activation: str
    activation_ulp: Double
    boxes: int
    requested_ratio: Double
    seconds: Double
    variables: tuple[str, ...]
    box: tuple[tuple[Real, Real], ...]
    bits: frozenset[int]
    origin: tuple[Real, ...]  # of each input, or of none
    scalar_output: bool
    polynomials: tuple[Polynomial, ...]
    stencils: tuple[Stencil, ...]
    hidden: tuple[HiddenLayer, ...]
    outputs: tuple[Affine, ...]
    bounds: tuple[Bounds, ...]
    layers: tuple[Layer, ...] = ()  # by neurons
    kernel: tuple[tuple[tuple[Double, Double], ...], ...] = ()  # by gates
