"""Values at one point: of the polynomial, exactly; of the network, neuron by neuron, in balls."""

from __future__ import annotations

from flint import arb, fmpq

from .activations import taylor
from .claim import Affine, Claim
from .limits import Budget
from .models import exact
from .series import normalisation

__all__ = ["polynomial_value", "real_value"]

Number = fmpq | arb


def polynomial_value(claim: Claim, k: int, point: list[fmpq], budget: Budget) -> fmpq:
    """Return the polynomial's exact value."""
    polynomial, point = claim.polynomials[k], list(point)
    for i, origin, unit in polynomial.local:
        point[i] = (point[i] - exact(origin)) / exact(unit)
    lengths = [int(x.p).bit_length() + int(x.q).bit_length() for x in point]
    total = fmpq(0)
    for exponents, coefficient in polynomial.terms.items():
        bits = 1.0 * sum(e * length for e, length in zip(exponents, lengths, strict=True))
        budget.spend(nanoseconds=100.0 * bits, size=bits)
        product = exact(coefficient)
        for x, e in zip(point, exponents, strict=True):
            if e:
                product *= x**e
        total += product
    return total


def real_value(claim: Claim, point: list[fmpq], budget: Budget) -> list[Number]:
    """Return the real-number function's values; exact where no neuron is on the way."""
    origin = claim.origin or (0.0,) * len(point)
    values: list[Number] = [x - exact(o) for x, o in zip(point, origin, strict=True)]

    def affine(form: Affine) -> Number:
        budget.spend()
        return sum((exact(w) * values[k] for k, w in form.terms), exact(form.constant))

    for layer in claim.hidden:
        z = [affine(form) for form in layer.operands]
        values_next: list[Number] = []
        for gate in layer.gates:
            bias, scale = arb(gate.bias), arb(gate.scale)
            total = gate.stencil.constant_weight * taylor(claim.activation, bias, 0)[0]
            for node in gate.stencil.nodes:
                budget.spend()
                argument = bias
                for place, d in zip(gate.operands, node.direction, strict=True):
                    argument += scale * d * z[place]
                total += node.weight * taylor(claim.activation, argument, 0)[0]
            values_next.append(total / normalisation(claim.activation, gate))
        values = values_next
    return [affine(form) for form in claim.outputs]
