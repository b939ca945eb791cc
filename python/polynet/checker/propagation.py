"""The network's real-number function as Taylor models, layer by layer.

How much is dropped is chosen by the error that a wire already has: what is far below it is not
worth carrying. That choice is a guess; the rest of every model accounts for it whatever it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from flint import arb, fmpq

from .claim import Affine, Claim
from .models import Model, Space, exact, require_short, to_fmpq
from .ranges import supremum
from .series import Series, series_of

__all__ = ["Propagation", "polynomial_model", "propagate"]

# The series hold a little beyond the range of their operands, for rounding errors.
SLACK = 1 + arb(2) ** -6


@dataclass
class Propagation:
    """Every operand's and gate's model; `reach` and `gate_reach` bound their absolute values.

    `gate_low` bounds the gates from below.
    """

    space: Space
    series: list[list[Series]] = field(default_factory=list)
    operands: list[list[Model]] = field(default_factory=list)
    reach: list[list[arb]] = field(default_factory=list)
    gate_reach: list[list[arb]] = field(default_factory=list)
    gate_low: list[list[arb]] = field(default_factory=list)
    outputs: list[Model] = field(default_factory=list)


def propagate(claim: Claim, space: Space, accuracy: arb, tick: Callable[[], None]) -> Propagation:
    """Push the inputs through the gates, dropping about `accuracy` of the error so far.

    `tick` is called now and then; it may raise to stop.
    """
    result = Propagation(space)
    wires = space.inputs()
    errors = [arb(0)] * len(wires)  # guesses of how far each wire is from its target
    for layer in claim.hidden:
        operands = [_affine(space, form, wires) for form in layer.operands]
        off = [
            sum((abs(arb(w)) * errors[k] for k, w in form.terms), arb(0)) for form in layer.operands
        ]
        reach = [supremum(z) for z in operands]
        wires, errors, series, lows = [], [], [], []
        for gate in layer.gates:
            tick()
            z = [operands[k] for k in gate.operands]
            bounds = [reach[k] * SLACK for k in gate.operands]
            expansion = series_of(claim.activation, gate, bounds, accuracy)
            own = _own_error(expansion, bounds)
            error = own + sum(
                (expansion.slope(i, bounds) * off[k] for i, k in enumerate(gate.operands)), arb(0)
            )
            wires.append(_compose(space, expansion, z, (accuracy * error).upper(), tick))
            errors.append(error)
            series.append(expansion)
            is_square = all(power % 2 == 0 for power in gate.stencil.target)
            lows.append(-own if is_square else arb.neg_inf())
        result.series.append(series)
        result.operands.append(operands)
        result.reach.append(reach)
        result.gate_reach.append([supremum(g) for g in wires])
        pairs = zip(lows, result.gate_reach[-1], strict=True)
        result.gate_low.append([low.max(-size) for low, size in pairs])
    result.outputs = [_affine(space, form, wires) for form in claim.outputs]
    return result


def polynomial_model(
    space: Space, terms: dict[tuple[int, ...], Fraction], tick: Callable[[], None]
) -> Model:
    """Return p(m + h t) exactly."""
    powers = [[space.context.constant(fmpq(1))] for _ in space.middle]
    inputs = [x.polynomial for x in space.inputs()]
    total = space.context.constant(fmpq(0))
    for exponents, coefficient in terms.items():
        product = space.context.constant(exact(coefficient))
        for i, e in enumerate(exponents):
            while len(powers[i]) <= e:
                powers[i].append(powers[i][-1] * inputs[i])
            if e:
                tick()
                require_short(product, powers[i][e])
                product *= powers[i][e]
        total += product
    return Model(total, arb(0))


def _affine(space: Space, form: Affine, wires: list[Model]) -> Model:
    terms = [(wires[k], exact(w)) for k, w in form.terms]
    return space.combination(terms, exact(form.constant))


def _own_error(series: Series, z: list[arb]) -> arb:
    total = series.remainder
    for powers, c in series.coefficients.items():
        if powers != series.gate.stencil.target:
            total += _size(c, z, powers)
    return total.upper()


def _size(c: arb, z: list[arb], powers: tuple[int, ...]) -> arb:
    value = abs(c)
    for size, power in zip(z, powers, strict=True):
        value *= size**power
    return value.upper()


def _compose(
    space: Space, series: Series, z: list[Model], allowance: arb, tick: Callable[[], None]
) -> Model:
    """Substitute models for a gate's operands."""
    sizes = [model.size for model in z]
    share = (allowance / (2 * len(series.coefficients) + 1)).upper()
    terms: list[tuple[Model, fmpq]] = []
    rest = series.remainder
    for powers, c in series.coefficients.items():
        size = _size(c, sizes, powers)
        if size <= share:
            rest += size
            continue
        relative = share / (size * 2 * sum(powers) + arb(2) ** -2000)
        product = space.constant(fmpq(1))
        for model, power in zip(z, powers, strict=True):
            if power:
                factor = space.shortened(model, relative * model.size)
                for _ in range(power):
                    tick()
                    product = product.times(factor, relative * product.size * factor.size)
                    product = space.shortened(product, relative * product.size)
        terms.append((product, to_fmpq(c)))
        rest += c.rad() * product.size
    total = space.combination(terms, fmpq(0))
    return space.shortened(Model(total.polynomial, (total.rest + rest).upper()), share)
