"""What the network is meant to be: every gate its target monomial, a polynomial of the inputs.

What the gate of a product of bits loses is a share of it, but for a little: that share is taken off
what it is meant to be.
"""

from __future__ import annotations

from collections.abc import Iterable

from flint import fmpq

from .claim import Affine, Claim, Gate, Polynomial
from .errors import NotProvedError
from .models import Dyadic, Model, Space, dyadic, exact
from .series import sign_factor

__all__ = ["Ideal"]

PLUS, MINUS = dyadic(1.0), dyadic(-1.0)


class Ideal:
    """The ideal operands and gates, layer by layer, and the ideal outputs less the polynomials.

    None of these polynomials, nor any derivative of one, has a larger degree than `degree`.
    """

    def __init__(self, claim: Claim, space: Space) -> None:
        self.claim, self.space = claim, space
        self.operands: list[list[Model]] = []
        self.gates: list[list[Model]] = []
        degree, wires = max(len(space.bits), 1), self._less_origin()
        for layer in claim.hidden:
            operands = [self._affine(form, wires) for form in layer.operands]
            wires = [self._gate(gate, operands, layer.operands) for gate in layer.gates]
            self.operands.append(operands)
            self.gates.append(wires)
            degree *= max([1, *(sum(gate.stencil.target) for gate in layer.gates)])
        powers = [sum(key) for p in claim.polynomials for key in p.terms]
        self.degree = max([degree, *powers])
        self.differences = [
            space.sum([(self._affine(form, wires), PLUS), (self._polynomial(p), MINUS)])
            for form, p in zip(claim.outputs, claim.polynomials, strict=True)
        ]

    @property
    def length(self) -> int:
        """How many terms the gates have, but for small ones."""
        return sum(len(z.rounded(2.0**-12).numerator) for layer in self.gates for z in layer)

    def influences(self, output: int, accuracy: float) -> list[list[Model]]:
        """Return the partial derivatives of an ideal output with respect to every gate.

        About `accuracy` of each is dropped.
        """
        result: list[list[Model]] = []
        readers = [(self.space.constant(fmpq(1)), self.claim.outputs[output])]
        for layer, operands in zip(self.claim.hidden[::-1], self.operands[::-1], strict=True):
            read: list[list[tuple[Model, Dyadic]]] = [[] for _ in layer.gates]
            for influence, form in readers:
                for k, w in form.terms:
                    read[k].append((influence, dyadic(w)))
            result.insert(0, [self.space.sum(terms).rounded(accuracy) for terms in read])
            operands = [z.rounded(accuracy) for z in operands]
            readers = []
            for gate, influence in zip(layer.gates, result[0], strict=True):
                powers = gate.stencil.target
                for i, power in enumerate(powers):
                    if power:
                        lowered = [p - (k == i) for k, p in enumerate(powers)]
                        slope = self._monomial(operands, gate, lowered)
                        slope = self.space.sum([(slope, dyadic(float(power)))])
                        product = self.space.product(influence, slope).rounded(accuracy)
                        readers.append((product, layer.operands[gate.operands[i]]))
        return result

    def _less_origin(self) -> list[Model]:
        inputs = self.space.inputs()
        for i, o in enumerate(self.claim.origin):
            if o:
                inputs[i] = self.space.sum(
                    [(inputs[i], PLUS), (self.space.constant(exact(o)), MINUS)]
                )
        return inputs

    def _affine(self, form: Affine, wires: list[Model]) -> Model:
        constant = self.space.constant(exact(form.constant))
        return self.space.sum([(constant, PLUS), *((wires[k], dyadic(w)) for k, w in form.terms)])

    def _gate(self, gate: Gate, operands: list[Model], forms: tuple[Affine, ...]) -> Model:
        if not gate.is_sign:
            return self._monomial(operands, gate, gate.stencil.target)
        form, inputs, space = forms[gate.operands[0]], self.space.inputs(), self.space
        bits = [k for k, w in form.terms if w == 1.0 and k in space.bits]
        n = len(bits)
        if self.gates or not 0 < n == len(form.terms) or form.constant != 0.5 - n:
            raise NotProvedError("the operand of a product of bits is not their sum less n - 1/2")
        one = space.constant(fmpq(1))
        product = one
        for k in bits:
            product = space.product(product, inputs[k])
        factor, _ = sign_factor(self.claim.activation, gate, n)
        return space.sum([(product, dyadic(2 * factor)), (one, dyadic(-factor))])

    def _monomial(self, operands: list[Model], gate: Gate, powers: Iterable[int]) -> Model:
        product = self.space.constant(fmpq(1))
        for place, power in zip(gate.operands, powers, strict=True):
            for _ in range(power):
                product = self.space.product(product, operands[place])
        return product

    def _polynomial(self, polynomial: Polynomial) -> Model:
        """Return p(m + h t)."""
        space, inputs = self.space, self.space.inputs()
        for i, origin, unit in polynomial.local:
            shifted = space.sum([(inputs[i], PLUS), (space.constant(exact(origin)), MINUS)])
            inputs[i] = space.product(shifted, space.constant(1 / exact(unit)))
        powers = [[space.constant(fmpq(1)), x] for x in inputs]
        models = []
        for exponents, coefficient in polynomial.terms.items():
            product = self.space.constant(exact(coefficient))
            for known, e in zip(powers, exponents, strict=True):
                while len(known) <= e:
                    known.append(self.space.product(known[-1], known[1]))
                if e:
                    product = self.space.product(product, known[e])
            models.append(product)
        return self.space.sum((m, PLUS) for m in models)
