"""The network's real-number function as Taylor models, layer by layer.

A wire carries what it would be if every gate were its target monomial, and how far it is from that,
its error. Errors are small: of each of them little accuracy is needed, so that they stay short.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from flint import arb, fmpq

from .claim import Affine, Claim, Gate
from .errors import NotProvedError
from .models import Model, Space, dyadic, exact
from .ranges import Range, enclosure
from .series import Series, series_of, sign_error, sign_series

__all__ = ["Propagation", "polynomial_model", "propagate"]

# The series hold a little beyond the range of their operands, for rounding errors.
SLACK = 1 + arb(2) ** -6
# What errors may take: beyond this they lose accuracy.
LONG_PRODUCT, LONG_ERROR = 2_000_000, 20_000


@dataclass(frozen=True)
class Wire:
    """``target + error``."""

    target: Model
    error: Model


@dataclass
class Propagation:
    """Every gate's series, the ranges of all operands and gates, and the outputs."""

    space: Space
    series: list[list[Series]] = field(default_factory=list)
    operands: list[list[Range]] = field(default_factory=list)
    gates: list[list[Range]] = field(default_factory=list)
    outputs: list[Wire] = field(default_factory=list)


def propagate(claim: Claim, space: Space, accuracy: float) -> Propagation:
    """Push the inputs through the gates, dropping about `accuracy` of every error."""
    result = Propagation(space)
    wires = [Wire(x, space.constant(fmpq(0))) for x in space.inputs()]
    for layer in claim.hidden:
        operands = [_affine(space, form, wires) for form in layer.operands]
        ranges = [_range(space, z) for z in operands]
        wires, series = [], []
        for gate in layer.gates:
            if gate.is_sign:
                form = layer.operands[gate.operands[0]]
                known, wire = _sign(claim.activation, space, gate, form, first=not result.series)
                series.append(known)
                wires.append(wire)
                continue
            reach = [ranges[k].size * SLACK for k in gate.operands]
            series.append(series_of(claim.activation, gate, reach, arb(accuracy)))
            z = [operands[k] for k in gate.operands]
            wires.append(_Gate(space, accuracy, series[-1], z).wire())
        result.series.append(series)
        result.operands.append(ranges)
        result.gates.append(
            [_range(space, x, gate) for x, gate in zip(wires, layer.gates, strict=True)]
        )
    result.outputs = [_affine(space, form, wires) for form in claim.outputs]
    return result


def polynomial_model(space: Space, terms: dict[tuple[int, ...], Fraction]) -> Model:
    """Return p(m + h t)."""
    powers = [[space.constant(fmpq(1)), x] for x in space.inputs()]
    models = []
    for exponents, coefficient in terms.items():
        product = space.constant(exact(coefficient))
        for known, e in zip(powers, exponents, strict=True):
            while len(known) <= e:
                known.append(space.product(known[-1], known[1]))
            if e:
                product = space.product(product, known[e])
        models.append(product)
    return space.sum((m, dyadic(1.0)) for m in models)


def _range(space: Space, wire: Wire, gate: Gate | None = None) -> Range:
    target = enclosure(space, wire.target)
    if gate and not gate.is_sign and all(power % 2 == 0 for power in gate.stencil.target):
        target = Range(target.low.max(arb(0)), target.high)
    return target + enclosure(space, wire.error)


def _affine(space: Space, form: Affine, wires: list[Wire]) -> Wire:
    weights = [(wires[k], dyadic(w)) for k, w in form.terms]
    one = space.constant(fmpq(1))
    target = space.sum([(one, dyadic(form.constant)), *((x.target, w) for x, w in weights)])
    return Wire(target, space.sum((x.error, w) for x, w in weights))


def _sign(
    activation: str, space: Space, gate: Gate, form: Affine, *, first: bool
) -> tuple[Series, Wire]:
    """Return the gate of a product of bits: 2 x_1 ... x_n - 1, less a share of it."""
    bits = [k for k, w in form.terms if w == 1.0 and k in space.bits]
    n = len(bits)
    if not (first and 0 < n == len(form.terms) and form.constant == 0.5 - n):
        raise NotProvedError("the operand of a product of bits is not their sum less n - 1/2")
    inputs, one = space.inputs(), space.constant(fmpq(1))
    product = one
    for k in bits:
        product = space.product(product, inputs[k])
    target = space.sum([(product, dyadic(2.0)), (one, dyadic(-1.0))])
    largest = sign_error(activation, gate, fmpq(1, 2))
    least = sign_error(activation, gate, n - fmpq(1, 2))
    share = (largest + least) / 2
    rest = (abs(largest - least) / 2 + share.rad()).upper()
    error = space.sum([(target, dyadic(-share))])
    wire = Wire(target, Model(error.numerator, error.exponent, rest))
    return sign_series(activation, gate, n), wire


class _Gate:
    """A gate at its operands: g(z + e) = z^t + ((z + e)^t - z^t) + (g(z + e) - (z + e)^t)."""

    def __init__(self, space: Space, accuracy: float, series: Series, z: list[Wire]) -> None:
        self.space, self.accuracy, self.series = space, accuracy, series
        self.operands = z
        # What operands are, and their powers, as accurate as errors are.
        self.ideal = [self.short(x.target) for x in z]
        self.real = [[self.short(self.plus(x.target, x.error))] for x in z]

    def short(self, model: Model, coarser: float = 1.0) -> Model:
        accuracy = min(self.accuracy * coarser, 0.25)
        model = model.rounded(accuracy)
        while len(model.numerator) > LONG_ERROR:
            accuracy *= 4
            model = model.rounded(accuracy)
        return model

    def plus(self, *models: Model) -> Model:
        return self.space.sum((m, dyadic(1.0)) for m in models)

    def times(self, a: Model, b: Model, coarser: float = 1.0) -> Model:
        accuracy = self.accuracy
        while len(a.numerator) * len(b.numerator) > LONG_PRODUCT:
            accuracy *= 4
            a, b = a.rounded(accuracy), b.rounded(accuracy)
        return self.short(self.space.product(a, b), coarser)

    def wire(self) -> Wire:
        one = self.space.constant(fmpq(1))
        target, ideal, difference = one, one, self.space.constant(fmpq(0))
        for i, power in enumerate(self.series.gate.stencil.target):
            for _ in range(power):
                difference = self.plus(
                    self.times(difference, self.real[i][0]),
                    self.times(ideal, self.operands[i].error),
                )
                ideal = self.times(ideal, self.ideal[i])
                target = self.space.product(target, self.operands[i].target)
        return Wire(target, self.short(self.plus(difference, self.own())))

    def own(self) -> Model:
        """Return what the gate adds to its target, by its series; small terms by their sizes."""
        sizes = [powers[0].size for powers in self.real]
        coefficients = dict(self.series.coefficients)
        coefficients[self.series.gate.stencil.target] -= 1
        bounds = {key: size_of(c, sizes, key) for key, c in coefficients.items()}
        share = sum(bounds.values(), arb(0)) / len(bounds)
        negligible = self.accuracy * share

        def coarser(size: arb) -> float:
            """How much less accurate a monomial of a term of that size need be."""
            return float((share / size).upper()) if size < share else 1.0

        def power(i: int, k: int) -> Model:
            known = self.real[i]
            while len(known) < k:
                largest = max(float(b) for key, b in bounds.items() if key[i] > len(known))
                known.append(self.times(known[-1], known[0], coarser(arb(largest))))
            return known[k - 1]

        terms, rest = [], self.series.remainder
        for powers, c in coefficients.items():
            if bounds[powers] <= negligible:
                rest += bounds[powers]
                continue
            monomial = self.space.constant(fmpq(1))
            for i, k in enumerate(powers):
                if k:
                    monomial = self.times(monomial, power(i, k), coarser(bounds[powers]))
            terms.append((monomial, dyadic(c)))
            rest += c.rad() * monomial.size
        total = self.space.sum(terms)
        return Model(total.numerator, total.exponent, (total.rest + rest).upper())


def size_of(c: arb, z: Iterable[arb], powers: Iterable[int]) -> arb:
    """Return a bound of |c z^powers|."""
    value = abs(c)
    for size, power in zip(z, powers, strict=True):
        value *= size**power
    return value.upper()
