"""What is wrong with a file whose entries have the right types: nothing is computed here."""

from __future__ import annotations

from collections.abc import Iterator

from .claim import Claim, Stencil
from .limits import (
    MAX_ACTIVATION_ULP,
    MAX_DEGREE,
    MAX_DENSE,
    MAX_DIRECTION,
    MAX_NEURONS,
    MAX_ORDER,
    MAX_WEIGHT,
)

__all__ = ["faults"]


def faults(claim: Claim) -> Iterator[str]:
    """Name what does not fit together, or is beyond the checker's limits."""
    n = len(claim.variables)
    if not n or len(set(claim.variables)) != n or len(claim.box) != n:
        yield "box must hold one range for each of some different variables"
    if any(low > high for low, high in claim.box):
        yield "a range of the box is reversed"
    if any(i not in range(n) or claim.box[i] != (0.0, 1.0) for i in claim.bits):
        yield "the range of a bit is not [0, 1]"
    if claim.origin and (len(claim.origin) != n or any(claim.origin[i] for i in claim.bits)):
        yield "origin must hold one number for each variable, 0 for a bit, or none"
    if not 0.0 <= claim.activation_ulp <= MAX_ACTIVATION_ULP or claim.boxes < 0:
        yield f"boxes or activation_ulp is negative, or the latter above {MAX_ACTIVATION_ULP:g}"
    if claim.by == "neurons" and not claim.activation_ulp:
        yield "no runtime's activation is exact: by neurons activation_ulp is positive"
    for stencil in claim.stencils:
        yield from _stencil_faults(stencil)
    if sum(len(g.stencil.nodes) for layer in claim.hidden for g in layer.gates) > MAX_NEURONS:
        yield f"the gates have more than {MAX_NEURONS} neurons"
    if claim.scalar_output and len(claim.outputs) != 1:
        yield "only one output can be a scalar"
    width = n
    for layer in claim.hidden:
        if any(_is_wrong(form.terms, width) for form in layer.operands):
            yield "an operand names a source that there is not, or one twice"
        for gate in layer.gates:
            places = range(len(layer.operands))
            if len(gate.operands) != len(gate.stencil.target) or gate.scale <= 0.0:
                yield "a gate needs a positive scale and as many operands as its stencil"
            if any(k not in places for k in gate.operands):
                yield "a gate names an operand that there is not"
        width = len(layer.gates)
        if not width:
            yield "a hidden layer is empty"
    if any(_is_wrong(form.terms, width) for form in claim.outputs):
        yield "an output names a source that there is not, or one twice"
    if not len(claim.outputs) == len(claim.polynomials) == len(claim.bounds) > 0:
        yield "outputs, polynomials and bounds must be equally many"
    for powers in (powers for p in claim.polynomials for powers in p.terms):
        if len(powers) != n or min(powers) < 0 or sum(powers) > MAX_DEGREE:
            yield f"a monomial needs one exponent per variable, a degree up to {MAX_DEGREE}"
    for p in claim.polynomials:
        known = [v.variable for v in p.local]
        if len(set(known)) != len(known) or any(i not in range(n) for i in known):
            yield "a polynomial's local variable is none, or is given twice"
        if not all(v.unit for v in p.local):
            yield "a polynomial's unit is 0"
    for bounds in claim.bounds:
        if not len(bounds.witness) == len(bounds.truncation_witness) == n:
            yield "a witness needs one coordinate per variable"
    columns = [layer.columns for layer in claim.layers]
    rows = [len(layer.rows) for layer in claim.layers]
    if claim.by == "neurons" and not _is_small(claim):
        yield f"a layer has more than {MAX_DENSE} weights, zeros counted"
    if (
        columns[:1] not in ([], [n])
        or columns[1:] != rows[:-1]
        or rows != [len(layer.bias) for layer in claim.layers]
    ):
        yield "a layer needs a column for each row of the one before, and a bias for each row"
    if any(_is_wrong(row, layer.columns) for layer in claim.layers for row in layer.rows):
        yield "a row names a column that there is not, or one twice"
    gates = [len(layer.gates) for layer in claim.hidden]
    if claim.by == "gates" and [len(contracts) for contracts in claim.kernel] != gates:
        yield "kernel must hold one contract per gate"
    if any(min(contract) < 0.0 for contracts in claim.kernel for contract in contracts):
        yield "a kernel's errors are not negative"


def _stencil_faults(stencil: Stencil) -> Iterator[str]:
    target, order = stencil.target, sum(stencil.target)
    if target != (0,) and (
        not 1 <= order <= MAX_ORDER or len(target) > MAX_ORDER or min(target) < 0
    ):
        yield "a stencil's target must be 0, or have 1 to 9 operands and a degree from 1 to 9"
    for node in stencil.nodes:
        if len(node.direction) != len(target):
            yield "a node needs one direction per operand"
        if abs(node.weight) > MAX_WEIGHT or any(abs(d) > MAX_DIRECTION for d in node.direction):
            yield "a node's weight or direction is too large"
    if abs(stencil.constant_weight) > MAX_WEIGHT:
        yield "a constant_weight is too large"


def _is_small(claim: Claim) -> bool:
    """Whether the layers, which the gates alone say, are no larger than they may be."""
    before, sizes = len(claim.box), [0]
    for layer in claim.hidden:
        neurons = sum(len(gate.stencil.nodes) for gate in layer.gates)
        operands = len(layer.operands)
        sizes.append(max(before * operands, operands * neurons, before * neurons))
        before = neurons
    return max(*sizes, before * len(claim.outputs)) <= MAX_DENSE


def _is_wrong(terms: tuple[tuple[int, float], ...], sources: int) -> bool:
    named = [k for k, _ in terms]
    return len(set(named)) != len(named) or any(k not in range(sources) for k in named)
