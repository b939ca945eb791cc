"""Prove every claim of a certificate again, or say where it fails."""

from __future__ import annotations

import time
from fractions import Fraction
from functools import cached_property
from os import PathLike
from typing import Any

from flint import arb, ctx

from .activations import taylor
from .claim import Claim
from .errors import NotProvedError, RefutedError
from .ideal import Ideal
from .models import Space, exact
from .proof import prove_at_most
from .propagation import Propagation, propagate
from .reading import read
from .rounding import rounding_by_gates, rounding_by_neurons
from .series import normalisation
from .subdivision import tree
from .verdict import Finding, Verdict

__all__ = ["check"]

PRECISION = 320
# Of what the bounds leave between them, how much the proof may drop: first little work, then more.
SHARES = (2.0**-6, 2.0**-14, 2.0**-24)
LEAST_LEFT = 2.0**-30
FAR_SHORTER = 4


def check(source: str | PathLike[str] | dict[str, Any], *, seconds: float = 300.0) -> Verdict:
    """Read a certificate and prove its claims again; see :func:`polynet.verify`."""
    start = time.perf_counter()
    claim = read(source)
    precision, cap = ctx.prec, ctx.cap
    ctx.prec = PRECISION
    try:
        findings = _Checker(claim, start + seconds).findings()
    finally:
        ctx.prec, ctx.cap = precision, cap
    return Verdict(tuple(findings), _assumptions(claim), time.perf_counter() - start)


def _assumptions(claim: Claim) -> tuple[str, ...]:
    found: list[str] = []
    if claim.by == "neurons":
        found.append(
            f"the activation of the runtime is within {claim.activation_ulp:g} ulp; it rounds to "
            f"nearest in {claim.dtype}"
        )
    else:
        relative, absolute = (max(errors, default=0.0) for errors in _contracts(claim))
        found.append(
            "every gate's kernel keeps its contract in the file, a relative error of at most "
            f"{relative:.3g} and an absolute error of at most {absolute:.3g}; affine forms are "
            f"added up from the left in {claim.dtype}, rounding to nearest"
        )
    found.append("polynet's evaluation at the witness gave the value that the file states")
    return tuple(found)


def _contracts(claim: Claim) -> tuple[list[float], list[float]]:
    pairs = [pair for layer in claim.kernel for pair in layer]
    return [relative for relative, _ in pairs], [absolute for _, absolute in pairs]


class _Checker:
    def __init__(self, claim: Claim, deadline: float) -> None:
        self.claim = claim
        self.deadline = deadline
        self.proved: set[tuple[int, str]] = set()
        self.networks: dict[float, Propagation] = {}
        self.attained = [arb(0)] * len(claim.bounds)  # |f - p| at the truncation's witnesses

    def tick(self) -> None:
        if time.perf_counter() > self.deadline:
            raise NotProvedError("the time for the proof is over")

    def findings(self) -> list[Finding]:
        """Check cheap claims first, and the upper bounds if these are true."""
        found = self.attempts("consistency", "truncation_lower", "lower")
        if all(finding.proved for finding in found):
            found += self.attempts("truncation_upper", "rounding", "upper")
        return found

    def attempts(self, *names: str) -> list[Finding]:
        return [self.attempt(k, name) for k in range(len(self.claim.bounds)) for name in names]

    def attempt(self, k: int, name: str) -> Finding:
        """Prove a claim by the method of its name, which says how."""
        try:
            detail = getattr(self, name)(k)
        except NotProvedError as error:
            return Finding(k, name, False, isinstance(error, RefutedError), str(error))
        self.proved.add((k, name))
        return Finding(k, name, True, False, detail)

    def consistency(self, k: int) -> str:
        claim, bounds = self.claim, self.claim.bounds[k]
        tree(claim.box, bounds.subdivision, claim.bits)
        numbers = (bounds.lower, bounds.truncation_lower, bounds.rounding)
        if min(numbers) < 0.0:
            raise RefutedError("a bound is negative")
        if bounds.lower > bounds.upper or bounds.truncation_lower > bounds.truncation_upper:
            raise RefutedError("a lower bound is above the upper bound")
        if Fraction(bounds.truncation_upper) + Fraction(bounds.rounding) > Fraction(bounds.upper):
            raise RefutedError("the upper bound is less than truncation and rounding together")
        for point in (bounds.witness, bounds.truncation_witness):
            if any(not low <= x <= high for x, (low, high) in zip(point, claim.box, strict=True)):
                raise RefutedError("a witness lies outside the box")
            if any(point[i] not in (0.0, 1.0) for i in claim.bits):
                raise RefutedError("a bit of a witness is neither 0 nor 1")
        return "the bounds, witnesses and the subdivision fit together"

    def truncation_lower(self, k: int) -> str:
        bounds = self.claim.bounds[k]
        point = [exact(x) for x in bounds.truncation_witness]
        error = abs(_real_value(self.claim, point)[k] - arb(_exact_value(self.claim, k, point)))
        self.attained[k] = error.abs_lower()
        if error >= arb(bounds.truncation_lower):
            return "the real-number function is off by that much at the witness"
        raise _below(error, bounds.truncation_lower, "at the truncation's witness")

    def lower(self, k: int) -> str:
        bounds = self.claim.bounds[k]
        point = [exact(x) for x in bounds.witness]
        error = abs(arb(exact(bounds.value) - _exact_value(self.claim, k, point)))
        if not error >= arb(bounds.lower):
            raise _below(error, bounds.lower, "for the value at the witness")
        real = _real_value(self.claim, point)[k]
        if not abs(real - arb(bounds.value)) <= arb(bounds.rounding):
            raise NotProvedError("the value at the witness is farther off than the rounding bound")
        return "the stated value at the witness is off by that much, and possible"

    @cached_property
    def ideal(self) -> Ideal:
        """The ideal network in centred variables, or in scaled ones if far shorter in them."""
        claim = self.claim
        centred, scaled = (
            Ideal(claim, Space(claim.box, claim.bits, self.tick, centred=c)) for c in (True, False)
        )
        return scaled if FAR_SHORTER * scaled.length < centred.length else centred

    @cached_property
    def accuracies(self) -> list[float]:
        pairs = zip(self.attained, self.claim.bounds, strict=True)
        left = min(1 - float(low / low.max(arb(b.truncation_upper))) for low, b in pairs)
        return [share * max(left, LEAST_LEFT) for share in SHARES]

    def network(self, accuracy: float) -> Propagation:
        if accuracy not in self.networks:
            self.networks[accuracy] = propagate(self.ideal, accuracy)
        return self.networks[accuracy]

    @cached_property
    def roundings(self) -> list[arb]:
        """What is proved of the rounding of every output."""
        bound = rounding_by_gates if self.claim.by == "gates" else rounding_by_neurons
        return bound(self.claim, self.network(self.accuracies[0]))

    def truncation_upper(self, k: int) -> str:
        return self.truncation(k, arb(self.claim.bounds[k].truncation_upper))

    def truncation(self, k: int, bound: arb) -> str:
        if self.attained[k] > bound:
            raise RefutedError(f"it is {float(self.attained[k]):.6e} at the witness")
        claim, bounds = self.claim, self.claim.bounds[k]
        for accuracy in self.accuracies:
            network = self.network(accuracy)
            root = tree(claim.box, bounds.subdivision, claim.bits)
            point = bounds.truncation_witness
            try:
                parts = prove_at_most(network, k, bound, accuracy, root, point)
                return f"{parts} part{'s' if parts != 1 else ''} of the box"
            except RefutedError:
                raise
            except NotProvedError as error:
                failure = error
        raise failure

    def rounding(self, k: int) -> str:
        rounding = self.roundings[k]
        if rounding <= arb(self.claim.bounds[k].rounding):
            return f"proved at most {float(rounding.upper()):.6e}"
        raise NotProvedError(f"only {float(rounding.upper()):.6e} is proved")

    def upper(self, k: int) -> str:
        bounds, rounding = self.claim.bounds[k], self.roundings[k]
        left = arb(bounds.upper) - rounding
        if (k, "truncation_upper") in self.proved and left >= arb(bounds.truncation_upper):
            return "the truncation's bound and the rounding proved here"
        if not left > 0:
            raise NotProvedError(f"the rounding alone is {float(rounding.upper()):.6e}")
        try:
            return (
                f"with {float(left):.6e} left to the truncation: {self.truncation(k, left.lower())}"
            )
        except RefutedError as error:  # of what is left, not of the claim
            raise NotProvedError(f"{float(left):.6e} left to the truncation: {error}") from None


def _below(error: arb, claimed: float, where: str) -> NotProvedError:
    message = f"the error {where} is {float(error.mid()):.6e}, below {claimed:.6e}"
    return RefutedError(message) if error < arb(claimed) else NotProvedError(message)


def _exact_value(claim: Claim, k: int, point: list[Any]) -> Any:
    """Return the polynomial's exact value."""
    total = exact(0.0)
    for exponents, coefficient in claim.polynomials[k].items():
        product = exact(coefficient)
        for x, e in zip(point, exponents, strict=True):
            if e:
                product *= x**e
        total += product
    return total


def _real_value(claim: Claim, point: list[Any]) -> list[arb]:
    """Return the real-number function's values at a point, neuron by neuron."""
    values = [arb(x) for x in point]

    def affine(forms: Any) -> list[arb]:
        return [
            sum((arb(w) * values[k] for k, w in form.terms), arb(form.constant)) for form in forms
        ]

    for layer in claim.hidden:
        z, values_next = affine(layer.operands), []
        for gate in layer.gates:
            bias, scale = arb(gate.bias), arb(gate.scale)
            total = gate.stencil.constant_weight * taylor(claim.activation, bias, 0)[0]
            for node in gate.stencil.nodes:
                argument = bias
                for place, d in zip(gate.operands, node.direction, strict=True):
                    argument += scale * d * z[place]
                total += node.weight * taylor(claim.activation, argument, 0)[0]
            values_next.append(total / normalisation(claim.activation, gate))
        values = values_next
    return affine(claim.outputs)
