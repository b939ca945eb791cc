"""Activations and networks in the ball arithmetic of python-flint: an independent oracle."""

from __future__ import annotations

import functools
import math
from fractions import Fraction

import flint

import polynet as pn


def ball(x: Fraction) -> flint.arb:
    """Enclose a rational number."""
    return flint.arb(flint.fmpq(x.numerator, x.denominator))


def _logistic(t):
    return 1 / (1 + (-t).exp())


ACTIVATIONS = {
    "algebraic": lambda t: t / (1 + t * t).sqrt(),
    "arctan": lambda t: t.atan(),
    "cos": lambda t: t.cos(),
    "erf": lambda t: t.erf(),
    "exp": lambda t: t.exp(),
    "gaussian": lambda t: (-t * t / 2).exp(),
    "gelu": lambda t: t * (-t / flint.arb(2).sqrt()).erfc() / 2,
    "gelu_tanh": lambda t: (
        t * _logistic(2 * (2 / flint.arb.pi()).sqrt() * (t + flint.arb(44715) / 10**6 * t * t * t))
    ),
    "logcosh": lambda t: ((t.exp() + (-t).exp()) / 2).log(),
    "logistic": _logistic,
    "mish": lambda t: t * (1 - 2 / ((1 + t.exp()) * (1 + t.exp()) + 1)),
    "requ": lambda t: (t + abs(t)) * (t + abs(t)) / 4,
    "silu": lambda t: t * _logistic(t),
    "sin": lambda t: t.sin(),
    "softplus": lambda t: (1 + t.exp()).log(),
    "tanh": lambda t: 1 - 2 / (1 + (t + t).exp()),
}


def derivative(name: str, order: int, x: float) -> flint.arb:
    """Enclose the derivative of an activation at a point."""
    if name == "requ":
        return flint.arb([x * x, 2 * x, 2][order]) if order <= 2 and x > 0 else flint.arb(0)
    flint.ctx.cap = order + 1
    series = ACTIVATIONS[name](flint.arb_series([flint.arb(x), 1]))
    return series[order] * math.factorial(order)


def _affine(form, values):
    terms, constant = form
    return sum((values[k] * flint.arb(w) for k, w in terms), flint.arb(constant))


@functools.lru_cache(maxsize=4096)
def _stencil(name: str, kind: str, bias: float, scale: float):
    gate = pn.Gate(name, bias, scale, kind=kind)
    (target,) = gate.target.terms
    order = sum(target)
    lead = sum(w * math.prod(map(pow, d, target)) for w, d in gate.nodes)
    factor = flint.arb(lead) / math.prod(map(math.factorial, target))
    return gate.nodes, derivative(name, order, bias) * factor * flint.arb(scale) ** order


def _gate(name: str, gate, operands):
    kind, bias, scale, indices = gate
    nodes, normalisation = _stencil(name, kind, bias, scale)
    z = [operands[k] for k in indices]
    total = flint.arb(0)
    for weight, direction in nodes:
        reach = sum((d * t for d, t in zip(direction, z, strict=True)), flint.arb(0))
        total += weight * ACTIVATIONS[name](bias + scale * reach)
    return total / normalisation


def real_number_function(net: pn.Network, point: list[Fraction]) -> flint.arb:
    """Enclose the network's real-number function, first output, at a rational point."""
    _, ((name, *_, origin, hidden, outputs), *_) = net.__reduce__()
    origin = origin or [0.0] * len(point)
    values = [ball(t - Fraction(o)) for t, o in zip(point, origin, strict=True)]
    for forms, gates in hidden:
        operands = [_affine(form, values) for form in forms]
        values = [_gate(name, gate, operands) for gate in gates]
    return _affine(outputs[0], values)
