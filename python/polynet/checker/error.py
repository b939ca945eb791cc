"""How far the network is from the polynomial, and how that changes: enclosed on parts of the box.

To the first order the errors of the gates add up, each times the influence of its gate, the partial
derivative of the ideal output with respect to it. What is not of first order is made a part of the
gates' errors: a gate at operands z that are off by e, so that y = z + e, is off by

    (y^t - z^t) + (g(y) - y^t) = d + the partial derivatives of z^t times e,
    d = (g(y) - y^t) + the terms of second and higher order in e of y^t - z^t.

Output less polynomial is then *exactly* the ideal one's difference from the polynomial and the sum
of influence times d. Influences, z and the difference are polynomials of the inputs in which
nothing is left to cancel; g(y) - y^t is y^t times a short polynomial of y, but for its remainder.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import comb, ldexp, nextafter, prod

import numpy as np
from flint import arb

from .claim import Affine
from .intervals import Array, Functions, Intervals
from .limits import allow
from .models import Model, floor_log2
from .polynomials import Polynomials
from .propagation import Propagation
from .series import Powers, Series

__all__ = ["ErrorFunction"]


@dataclass(frozen=True)
class _Layer:
    """Which rows of the polynomials of the inputs are a layer's operands and influences; its gates.

    Everything is in units of its bound, whence the weights that make operands' e, and what they add
    to y, of the errors of the gates before. Each gate has its operands' places, and polynomials.
    """

    operands: slice
    influences: slice
    into_e: Array
    into_y: Array
    gates: list[tuple[list[int], Polynomials]]


class ErrorFunction:
    """One output's distance from its polynomial, divided by 2^unit.

    About `accuracy` of it is dropped, and bounded.
    """

    def __init__(self, network: Propagation, output: int, unit: int, accuracy: float) -> None:
        ideal, inputs = network.ideal, len(network.ideal.space.box)
        difference = ideal.differences[output]
        share = arb(accuracy) * arb(2) ** (unit - _unit(difference.size))
        rows = [(difference.rounded(float(share.min(arb(1)))), unit)]
        influences = ideal.influences(output, accuracy)
        before = [_unit(arb(0))] * inputs
        self.layers = []
        for t, layer in enumerate(ideal.claim.hidden):
            network.ideal.space.budget.spend()
            start, middle = len(rows), len(rows) + len(layer.operands)
            y = [_unit(z.size) for z in network.operands[t]]
            e = [_unit(error) for error in network.operand_errors[t]]
            own = [_unit(error) for error in network.gate_errors[t]]
            rows += [(z.rounded(accuracy), u) for z, u in zip(ideal.operands[t], y, strict=True)]
            rows += [(a, unit - u) for a, u in zip(influences[t], own, strict=True)]
            gates = []
            for gate, series, u in zip(layer.gates, network.series[t], own, strict=True):
                places = list(gate.operands)
                units = [y[k] for k in places], [e[k] for k in places], u
                gates.append((places, _polynomials(series, *units)))
            into_e, into_y = (_weights(layer.operands, before, after) for after in (e, y))
            self.layers.append(
                _Layer(slice(start, middle), slice(middle, len(rows)), into_e, into_y, gates)
            )
            before = own
        self.polynomials = _inputs_polynomials(rows, inputs, ideal.degree)
        sizes = [gate.powers.size for layer in self.layers for _, gate in layer.gates]
        self.width = self.polynomials.powers.size + inputs * len(rows) + max(sizes, default=0)
        """How many numbers one part of the box takes, about."""

    def __call__(self, u: Intervals) -> Functions:
        """Enclose it, and its slopes, on parts; `u`: ranges of the space's variables.

        Between 0 and 1 a bit's values are joined by a line.
        """
        known = self.polynomials(u)
        total, zero = known[:1], np.zeros_like(u.low)
        slopes = np.zeros((len(u.low), *u.low.shape))
        errors = Functions(Intervals(zero, zero), Intervals(slopes, slopes))
        for layer in self.layers:
            e = errors.combined(layer.into_e)
            y = known[layer.operands] + errors.combined(layer.into_y)
            own, carried = [], []
            for places, polynomials in layer.gates:
                operands = Functions.joined([y[places], e[places]])
                found = polynomials(operands.values).of(operands)
                own.append(found[0:1] * found[1:2] + found[2:3])
                carried.append(found[3:4])
            d = Functions.joined(own)
            total = total + (known[layer.influences] * d).sum()
            errors = d + Functions.joined(carried)
        return total


def _unit(size: arb) -> int:
    """Return a k such that 2^k is at least `size`, and not much larger."""
    return floor_log2(size.max(arb(2) ** -4000)) + 1


def _up(x: arb) -> float:
    return nextafter(float(x.upper()), np.inf)


def _weights(forms: tuple[Affine, ...], before: list[int], after: list[int]) -> Array:
    allow(size=8.0 * len(forms) * len(before))
    weights = np.zeros((len(forms), len(before)))
    for row, form, unit in zip(weights, forms, after, strict=True):
        for k, w in form.terms:
            row[k] = ldexp(w, before[k] - unit)
    return weights


def _inputs_polynomials(rows: list[tuple[Model, int]], variables: int, degree: int) -> Polynomials:
    """Put polynomials of the inputs together; rests are those of polynomials, too."""
    rests = np.array([_up(model.rest * arb(2) ** -unit) for model, unit in rows])
    slope_rests = np.tile(rests[:, None] * degree * (1 + 2.0**-50), (1, variables))
    return Polynomials([model.in_units(unit) for model, unit in rows], rests, slope_rests)


def _polynomials(series: Series, y: list[int], e: list[int], unit: int) -> Polynomials:
    """Return y^t, (g(y) - y^t)/y^t, the rest of d, and what is of first order in e.

    They are polynomials of y and e, everything in its unit. With z = y - e, the terms of order m in
    e of z^t are (-1)^m binomial(t, b) y^(t - b) e^b, |b| = m: of these y^t - z^t has the opposites,
    the partial derivatives of z^t times e have -m times them, and so d has m - 1 times.
    """
    target, none = series.gate.stencil.target, (0,) * len(y)
    relative: dict[Powers, float] = {}
    rest: dict[Powers, float] = {}
    carried: dict[Powers, float] = {}

    def exponent(powers: Powers) -> int:
        return sum(p * u for p, u in zip(powers, y + e, strict=True)) - unit

    off = series.remainder * arb(2) ** -unit
    slopes_off = [
        slope * arb(2) ** (u - unit) for slope, u in zip(series.slope_remainder, y, strict=True)
    ]

    for powers, c in series.own.items():
        share = c * arb(2) ** exponent(powers + none)
        divided = tuple(p - q for p, q in zip(powers, target, strict=True))
        if min(divided) >= 0:
            relative[divided + none] = float(share.mid())
        else:
            rest[powers + none] = float(share.mid())
        off += share.rad()
        slopes_off = [s + p * share.rad() for s, p in zip(slopes_off, powers, strict=True)]
    for b in product(*(range(power + 1) for power in target)):
        order = sum(b)
        if order:
            powers = (*(p - q for p, q in zip(target, b, strict=True)), *b)
            term = (-1) ** order * prod(map(comb, target, b))
            rest[powers] = ldexp((order - 1) * term, exponent(powers))
            carried[powers] = ldexp(-order * term, exponent(powers))
    rests, slope_rests = np.zeros(4), np.zeros((4, 2 * len(y)))
    rests[2] = _up(off)
    slope_rests[2, : len(y)] = [_up(s) for s in slopes_off]
    return Polynomials([{target + none: 1.0}, relative, rest, carried], rests, slope_rests)
