"""A gate as a polynomial in its operands plus a remainder, by Taylor's theorem alone.

A gate is a small network of its own: with operands z,

    g(z) = (sum over nodes k of w_k s(b + l d_k.z) + w_0 s(b))/N.

Expanding every neuron about b to the order J gives, for every exponent a of order j < J,

    coefficient of z^a = s_j(b)/j! l^j j!/a! (sum over k of w_k d_k^a)/N,

where the sum over the nodes is an integer: what cancels, cancels exactly. The remainder is at most
sum of |w_k| (l |d_k.z|)^J max |s_J|/J! over |N| (Lagrange). Nothing is assumed of the nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil, factorial, inf, nextafter, prod

from flint import arb, fmpq

from .activations import limit, taylor
from .claim import Gate, Node
from .errors import NotProvedError
from .limits import SERIES_NANOSECONDS, Budget

__all__ = [
    "Powers",
    "Series",
    "monomial_size",
    "normalisation",
    "series_of",
    "sign_factor",
    "sign_series",
]

Powers = tuple[int, ...]
MAX_ORDER = 60
MAX_RADIUS = 8


@dataclass
class Series:
    """``g(z)`` lies within sum of coefficient z^powers +- remainder while |z_i| <= reach_i."""

    gate: Gate
    reach: list[arb]
    coefficients: dict[Powers, arb]
    remainder: arb
    slope_remainder: list[arb]

    @property
    def own(self) -> dict[Powers, arb]:
        """What the gate adds to its target: g(z) - z^t, but for the remainder."""
        target = self.gate.stencil.target
        return {a: c - 1 if a == target else c for a, c in self.coefficients.items()}

    def own_size(self, z: list[arb]) -> arb:
        """Return an upper bound of |g(z) - z^t| wherever the operands are at most z in size."""
        terms = (abs(c) * monomial_size(z, powers) for powers, c in self.own.items())
        return sum(terms, self.remainder).upper()

    def slope(self, i: int, z: list[arb]) -> arb:
        """Return an upper bound of |dg/dz_i| wherever the operands are at most z in size."""
        total = self.slope_remainder[i]
        for powers, c in self.coefficients.items():
            if powers[i]:
                lowered = [p - (k == i) for k, p in enumerate(powers)]
                total += powers[i] * abs(c) * monomial_size(z, lowered)
        return total.upper()


def normalisation(activation: str, gate: Gate) -> arb:
    """Return N = s_m(b) l^m (sum over k of w_k d_k^t)/t!, t the target and m = |t|.

    That of a sign is the limit of the sigmoid.
    """
    if gate.is_sign:
        return limit(activation)
    target = gate.stencil.target
    m = sum(target)
    moment = sum(n.weight * _integer_monomial(n.direction, target) for n in gate.stencil.nodes)
    leading = taylor(activation, arb(gate.bias), m)[m] * factorial(m)
    value = leading * arb(gate.scale) ** m * moment / prod(map(factorial, target))
    if value.contains(0):
        raise NotProvedError("a gate's normalisation may be 0")
    return value


def series_of(
    activation: str,
    gate: Gate,
    reach: list[arb],
    accuracy: arb,
    largest: Callable[[float, int, int], arb],
    budget: Budget,
) -> Series:
    """Expand a gate until its remainder is `accuracy` times what it adds to its target.

    Whether that is reached does not matter for the truth of the result, only for its use.
    `largest` is `largest_coefficient_near` of the activation, perhaps with a memory.
    """
    stencil, scale, n = gate.stencil, arb(gate.scale), normalisation(activation, gate)
    reaches = [
        scale * sum((abs(d) * z for d, z in zip(node.direction, reach, strict=True)), arb(0))
        for node in stencil.nodes
    ]
    radius = max(reaches, key=lambda r: float(r.upper()), default=arb(0)).upper()
    if not radius < MAX_RADIUS:
        raise NotProvedError("a neuron's argument has too large a range")
    steps = ceil(nextafter(float((64 * radius).upper()), inf))
    m = sum(stencil.target)
    target_size = monomial_size(reach, stencil.target)
    point = arb(gate.bias)
    coefficients: dict[Powers, arb] = {}
    constant = stencil.constant_weight + sum(node.weight for node in stencil.nodes)
    zero = (0,) * len(reach)
    if constant:
        coefficients[zero] = constant * taylor(activation, point, 0)[0] / n
    added = arb(0)
    best = arb.pos_inf()
    budget = budget.part(SERIES_NANOSECONDS)
    weights: dict[Powers, int] = {}
    for node in stencil.nodes:
        weights[node.direction] = weights.get(node.direction, 0) + node.weight
    order = 1
    while True:
        leading = taylor(activation, point, order)[order] * scale**order / n
        moments = {} if leading.is_zero() else dict(_moments(weights, order, budget))
        for powers, moment in moments.items():
            share = factorial(order) // prod(map(factorial, powers))
            coefficients[powers] = leading * share * moment
            if powers != stencil.target:
                added += abs(coefficients[powers]) * monomial_size(reach, powers)
        order += 1
        if order <= m or (order - m) % 2:
            continue
        sup = largest(gate.bias, steps, order)
        size = sup * sum(
            (abs(node.weight) * r**order for node, r in zip(stencil.nodes, reaches, strict=True)),
            arb(0),
        )
        remainder = (size / abs(n)).upper()
        good = remainder <= accuracy * added or remainder <= target_size * arb(2) ** -200
        stuck = not remainder < best or order >= MAX_ORDER
        best = remainder.min(best)
        if good or stuck:
            break
    slopes = [
        (
            sup
            * order
            * sum(
                (
                    abs(node.weight * node.direction[i]) * scale * r ** (order - 1)
                    for node, r in zip(stencil.nodes, reaches, strict=True)
                ),
                arb(0),
            )
            / abs(n)
        ).upper()
        for i in range(len(reach))
    ]
    return Series(gate, reach, coefficients, remainder, slopes)


def sign_series(activation: str, gate: Gate, bits: int) -> Series:
    """Return what is known of the gate of a product of bits, z = their sum - bits + 1/2.

    z = 1/2, or one of -1/2, -3/2, ...; s is odd about s(0), so that the gate is off by the tail
    r = 1 - (s(l |z|) - s(0))/N, the opposite of the sign, which falls with |z|. If a computed z is
    off by at most 1/8, l |z| is at least 3/8 l, from where on the slope falls.
    """
    node = Node(1, (1,))
    if gate.bias or gate.stencil.nodes != (node,) or gate.stencil.constant_weight != -1:
        raise NotProvedError("the gate of a product of bits is not s(l z) - s(0)")
    scale, reach = arb(gate.scale), arb(bits) - 3 / arb(8)
    slope = scale * abs(taylor(activation, 3 * scale / 8, 1)[1]) / limit(activation)
    _, off = sign_factor(activation, gate, bits)
    return Series(gate, [reach], {}, off, [slope.max(2 * off).upper()])


def sign_factor(activation: str, gate: Gate, bits: int) -> tuple[arb, arb]:
    """Return a number c and a bound of |gate - c sign|: the tail is largest at z = 1/2."""

    def value(z: fmpq) -> arb:
        at_zero, at_z = (taylor(activation, arb(gate.scale) * x, 0)[0] for x in (arb(0), arb(z)))
        return (at_z - at_zero) / limit(activation)

    least, largest = value(fmpq(1, 2)), value(fmpq(2 * bits - 1, 2))
    factor = ((least + largest) / 2).mid()
    return factor, abs(least - factor).max(abs(largest - factor)).upper()


def _moments(
    weights: Mapping[Powers, int], order: int, budget: Budget
) -> Iterator[tuple[Powers, int]]:
    """Yield the exponents a with sum `order`, sum over k of w_k d_k^a, where it is not 0.

    Operand by operand: directions that differ in those before only are one, and most cancel.
    """
    budget.spend(nanoseconds=500 * len(weights))
    count = len(next(iter(weights), ()))
    for first in range(order + 1) if count > 1 else (order,):
        rest: dict[Powers, int] = {}
        for (d, *others), weight in weights.items():
            key = tuple(others)
            rest[key] = rest.get(key, 0) + weight * d**first
        rest = {key: weight for key, weight in rest.items() if weight}
        if count > 1 and rest:
            for powers, moment in _moments(rest, order - first, budget):
                yield (first, *powers), moment
        elif rest:
            yield (first,), rest[()]


def _integer_monomial(direction: Powers, powers: Powers) -> int:
    return prod(d**p for d, p in zip(direction, powers, strict=True))


def monomial_size(z: list[arb], powers: Powers | list[int]) -> arb:
    """Return z^powers."""
    value = arb(1)
    for size, power in zip(z, powers, strict=True):
        if power:
            value *= size**power
    return value
