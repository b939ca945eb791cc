"""What is known of the network on the whole box, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, partial

from flint import arb

from .activations import largest_coefficient_near
from .ideal import Ideal
from .ranges import Range, enclosure
from .series import Series, monomial_size, series_of, sign_series

__all__ = ["Propagation", "propagate"]

# The series hold a little beyond the range of their operands, for rounding errors.
SLACK = arb(1 + 2.0**-6)
# Terms of series cost little.
MORE = 2.0**-12
# Errors are taken to be no smaller, so that each has a scale.
TINY = arb(2) ** -3000


@dataclass
class Propagation:
    """Every gate's series, the ranges of all operands and gates, and bounds of their errors.

    An error is the distance of the real-number function from what it is meant to be.
    """

    ideal: Ideal
    series: list[list[Series]] = field(default_factory=list)
    operands: list[list[Range]] = field(default_factory=list)
    gates: list[list[Range]] = field(default_factory=list)
    operand_errors: list[list[arb]] = field(default_factory=list)
    gate_errors: list[list[arb]] = field(default_factory=list)


def propagate(ideal: Ideal, accuracy: float) -> Propagation:
    """Expand all gates until far less than `accuracy` of their errors is left to the remainders."""
    claim, space = ideal.claim, ideal.space
    result = Propagation(ideal)
    # Few of them differ. A cache for all proofs would keep what other settings made of them.
    largest = cache(partial(largest_coefficient_near, claim.activation))
    errors = [TINY] * len(claim.box)
    for t, layer in enumerate(claim.hidden):
        off = [
            sum((abs(arb(w)) * errors[k] for k, w in form.terms), TINY).upper()
            for form in layer.operands
        ]
        operands = [
            enclosure(space, z) + Range(-e, e) for z, e in zip(ideal.operands[t], off, strict=True)
        ]
        series, errors, gates = [], [], []
        for gate, target in zip(layer.gates, ideal.gates[t], strict=True):
            powers, meant = gate.stencil.target, enclosure(space, target)
            real = [operands[k].size for k in gate.operands]
            least = [z - off[k] for z, k in zip(real, gate.operands, strict=True)]
            if gate.is_sign:
                n = len(layer.operands[gate.operands[0]].terms)
                series.append(sign_series(claim.activation, gate, n))
            else:
                reach = [z * SLACK for z in real]
                enough = arb(accuracy) * MORE
                series.append(
                    series_of(claim.activation, gate, reach, enough, largest, space.budget)
                )
                if all(power % 2 == 0 for power in powers):
                    meant = Range(meant.low.max(arb(0)), meant.high)
            carried = monomial_size(real, powers) - monomial_size(least, powers)
            error = carried + series[-1].own_size(real)
            errors.append((error + TINY).upper())
            gates.append(meant + Range(-errors[-1], errors[-1]))
        result.series.append(series)
        result.operands.append(operands)
        result.gates.append(gates)
        result.operand_errors.append(off)
        result.gate_errors.append(errors)
    return result
