"""Single gates and their Taylor error terms."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from . import _core
from ._arguments import as_count, as_number, as_text
from ._floats import sound_floats
from ._frozen import Frozen
from .activation import Activation, core_activation, require_built_in
from .errors import InvalidInputError
from .polynomial import Polynomial

__all__ = ["ErrorTerm", "Gate"]

_OPERANDS = {1: ("t",), 2: ("u", "v"), 3: ("u", "v", "w")}


@dataclass(frozen=True, slots=True)
class ErrorTerm:
    """One order of a gate's relative error: ``coefficient * scale**power * polynomial``.

    Attributes
    ----------
    order : int
        The order j of the activation's derivative that it comes from.
    power : int
        The power of the scale, j - m for a target of degree m.
    coefficient : tuple of float
        Enclosure (lower, upper) of ``s_j(bias) / s_m(bias)``.
    polynomial : Polynomial
        The exact polynomial C_j in the operands.
    """

    order: int
    power: int
    coefficient: tuple[float, float]
    polynomial: Polynomial


class Gate(Frozen):
    """A gate: a finite-difference stencil applied to an activation at a bias and a scale.

    Immutable, hashable and, of a built-in activation, picklable.

    Its value is ``target * (1 + rho)`` with a monomial as target and ``rho`` the sum of its error
    terms of all orders. For the product this is arXiv:1608.08225, eq. 11, at a bias and with a
    scale.

    Parameters
    ----------
    activation : str or Activation
        One of :func:`polynet.activation_names`, or one of your own.
    bias : float, optional
        Default: where s'''' vanishes for order 2, where s''' vanishes for copies and forward
        differences, 0 for all others.
    scale : float
        The operands are multiplied by it before they meet the activation.
    kind : str
        The target: "copy" (t), "square" (t**2), "product" (u*v) or ``monomial_r1_r2_...`` (up to
        nine operands, order at most 9). By central differences (product of r_i + 1
        neurons, arXiv:1705.05502, theorem 4.1), or followed by "_forward" (forward differences: one
        neuron less, odd error terms), "_odd" or "_even" (half the neurons at bias 0, for an
        activation and a target of that parity), "_richardson2" or "_richardson3" (differences at
        two or three scales, which cancel the leading error terms): docs/theory.md, section 1.

    Raises
    ------
    InvalidInputError
        If a name is unknown, a number is not finite, the scale is not positive, or the
        activation's derivative that the gate needs may vanish at the bias, or the activation lacks
        the parity that the gate needs.
    """

    __slots__ = ("_activation", "_stencil", "bias", "scale")

    bias: float
    scale: float
    _activation: _core.Activation
    _stencil: _core.Stencil

    @sound_floats
    def __init__(
        self,
        activation: str | Activation,
        bias: float | None = None,
        scale: float = 1.0,
        *,
        kind: str = "product",
    ) -> None:
        """Check the parameters and look up the activation and the stencil."""
        self._fix(
            _activation=core_activation(activation), _stencil=_core.Stencil(as_text(kind, "kind"))
        )
        if self._stencil.bits:
            raise InvalidInputError(
                f"a {kind} gate has no Taylor series to show: see docs/theory.md, section 8"
            )
        self._fix(
            bias=self._default_bias() if bias is None else as_number(bias, "bias"),
            scale=as_number(scale, "scale"),
        )
        if not self.scale > 0.0:
            raise InvalidInputError(f"scale must be finite and positive, not {scale!r}")
        self._stencil.normalisation(self._activation, self.bias, self.scale)  # raises

    def _default_bias(self) -> float:
        order = self._stencil.order
        if self._stencil.halved or order > 2:
            return 0.0
        if order == 1:
            return self._activation.copy_bias
        if self.kind.endswith("_forward"):
            return self._activation.curvature_bias
        return self._activation.product_bias

    @property
    def _operands(self) -> tuple[str, ...]:
        count = self._stencil.operands
        return _OPERANDS.get(count) or tuple(f"z{i}" for i in range(1, count + 1))

    @property
    def activation(self) -> str:
        """Name of the activation."""
        return self._activation.name

    @property
    def kind(self) -> str:
        """Name of the stencil."""
        return self._stencil.name

    @property
    def neurons(self) -> int:
        """How many neurons the gate takes."""
        return self._stencil.neurons

    @property
    def nodes(self) -> tuple[tuple[int, tuple[int, ...]], ...]:
        """The stencil: (weight, direction) of each node, one integer per operand in a direction.

        The gate is ``sum of weight * s(bias + scale * direction . operands)`` over its
        normalisation. A node of direction 0, the last one, stands for a constant, not a neuron.
        """
        nodes = [(weight, tuple(direction)) for weight, direction in self._stencil.nodes]
        if self._stencil.constant_weight:
            nodes.append((self._stencil.constant_weight, (0,) * self._stencil.operands))
        return tuple(nodes)

    @property
    def target(self) -> Polynomial:
        """The monomial that the gate approximates."""
        leading = self.moment(self._stencil.order)
        return Polynomial(dict.fromkeys(leading.terms, 1), leading.variables)

    def moment(self, order: int) -> Polynomial:
        """Return the exact moment ``sum of weight * (direction . operands)**order``.

        The sum over the nodes is ``s_j(bias) * scale**j / j!`` times the moment of order j, summed
        over all orders j. The moments below the target's degree vanish. With half of the neurons
        every second derivative vanishes at the bias; its moment, which does not matter, is 0 here.
        """
        order = as_count(order, "order", 0)
        operands = self._operands
        units = [tuple(int(i == k) for k in range(len(operands))) for i in range(len(operands))]
        total = Polynomial({}, operands)
        if self._stencil.halved and (order - self._stencil.order) % 2:
            return total
        for weight, direction in self.nodes:
            form = Polynomial(dict(zip(units, direction, strict=True)), operands)
            total += weight * form**order
        return total

    @property
    def leading_derivative(self) -> tuple[float, float]:
        """Enclosure (lower, upper) of s_m(bias), m the target's degree: the gate divides by it."""
        m = self._stencil.order
        derivative = self._activation.derivatives(self.bias, m)[m]
        return derivative.lower, derivative.upper

    @sound_floats
    def error_terms(self, order: int = 6) -> tuple[ErrorTerm, ...]:
        """Return the Taylor terms of the relative error up to an order of the scale.

        The gate equals ``target * (1 + sum of coefficient * scale**power * polynomial)``; for the
        product the first is ``scale**2 * s_4/s_2 * (u**2 + v**2)/6`` (docs/theory.md, section 1).

        Parameters
        ----------
        order : int
            The largest power of the scale, at least 1; derivatives up to order 20 are available.

        Raises
        ------
        InvalidInputError
            If `order` is below 1.
        SizeLimitError
            If it would need derivatives beyond order 20.
        """
        order = as_count(order, "order", 1)
        m = self._stencil.order
        variables = self._operands
        moments = {j: self._stencil.moment(j) for j in range(m + 1, m + order + 1)}
        derivatives = self._activation.derivatives(self.bias, m + order)
        terms = []
        for j, moment in moments.items():
            polynomial = Polynomial(
                {tuple(powers): Fraction(top, bottom) for powers, top, bottom in moment}, variables
            )
            if moment:
                ratio = derivatives[j] / derivatives[m]
                terms.append(ErrorTerm(j, j - m, (ratio.lower, ratio.upper), polynomial))
        return tuple(terms)

    def _identity(self) -> tuple[str, float, float, str]:
        return (self.activation, self.bias, self.scale, self.kind)

    def __eq__(self, other: object) -> bool:
        """Return whether both are the same gate of the same activation."""
        return (
            isinstance(other, Gate)
            and self._identity() == other._identity()
            and (self._activation.built_in or self._activation is other._activation)
        )

    def __hash__(self) -> int:
        """Hash consistently with equality."""
        return hash(self._identity())

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as what makes this gate."""
        require_built_in(self._activation, "be pickled", pickle.PicklingError)
        return partial(Gate, kind=self.kind), (self.activation, self.bias, self.scale)

    @sound_floats
    def __repr__(self) -> str:
        """Return an expression that makes this gate."""
        return (
            f"Gate({self.activation!r}, bias={self.bias!r}, scale={self.scale!r}, "
            f"kind={self.kind!r})"
        )
