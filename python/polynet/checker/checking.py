"""Prove every claim of a certificate again, or say where it fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction
from functools import cached_property, partial
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
        self.attained = [arb(0)] * len(claim.bounds)  # |f - p| at the truncation's witnesses

    def tick(self) -> None:
        if time.perf_counter() > self.deadline:
            raise NotProvedError("the time for the proof is over")

    def findings(self) -> list[Finding]:
        """Check cheap claims first, then the upper bounds with more and more accuracy."""
        found = []
        for k in range(len(self.claim.bounds)):
            for name, prove in (
                ("consistency", self.consistency),
                ("truncation_lower", self.truncation_lower),
                ("lower", self.lower),
            ):
                found.append(self.attempt(k, name, partial(prove, k)))
        if all(finding.proved for finding in found):
            found += self.uppers()
        return found

    def attempt(self, output: int, name: str, prove: Callable[[], str]) -> Finding:
        try:
            return Finding(output, name, True, False, prove())
        except NotProvedError as error:
            return Finding(output, name, False, isinstance(error, RefutedError), str(error))

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
        """The ideal network in the variables, centred or merely scaled, that keep it shorter."""
        claim = self.claim
        spaces = (Space(claim.box, claim.bits, self.tick, centred=c) for c in (True, False))
        return min((Ideal(claim, space) for space in spaces), key=lambda i: i.length)

    def uppers(self) -> list[Finding]:
        found: dict[tuple[int, str], Finding] = {}
        left = [
            1 - float(attained / arb(bounds.truncation_upper).max(attained))
            for attained, bounds in zip(self.attained, self.claim.bounds, strict=True)
        ]
        for share in SHARES:
            accuracy = share * max(min(left), 2.0**-30)
            try:
                network = propagate(self.ideal, accuracy)
                rounding = self.rounding(network)
            except NotProvedError as error:
                names = ("truncation_upper", "rounding", "upper")
                for k in range(len(self.claim.bounds)):
                    for name in names:
                        found.setdefault((k, name), Finding(k, name, False, False, str(error)))
                break
            for k in range(len(self.claim.bounds)):
                for finding in self.output_uppers(k, network, accuracy, rounding[k]):
                    key = (k, finding.name)
                    if key not in found or not found[key].proved:
                        found[key] = finding
            if all(finding.proved or finding.refuted for finding in found.values()):
                break
        return list(found.values())

    def rounding(self, network: Propagation) -> list[arb]:
        if self.claim.by == "gates":
            return rounding_by_gates(self.claim, network)
        return rounding_by_neurons(self.claim, network)

    def output_uppers(
        self, k: int, network: Propagation, accuracy: float, rounding: arb
    ) -> list[Finding]:
        claim, bounds = self.claim, self.claim.bounds[k]

        def prove(bound: arb) -> str:
            if self.attained[k] > bound:
                raise RefutedError(f"it is {float(self.attained[k]):.6e} at the witness")
            root = tree(claim.box, bounds.subdivision, claim.bits)
            point = bounds.truncation_witness
            parts = prove_at_most(network, k, bound, accuracy, root, point)
            return f"{parts} part{'s' if parts != 1 else ''} of the box"

        def prove_rounding() -> str:
            if rounding <= arb(bounds.rounding):
                return f"proved at most {float(rounding.upper()):.6e}"
            raise NotProvedError(f"only {float(rounding.upper()):.6e} is proved")

        def prove_upper() -> str:
            if truncation.proved and arb(bounds.truncation_upper) + rounding <= arb(bounds.upper):
                return "the truncation's bound and the rounding proved here"
            left = arb(bounds.upper) - rounding
            if not left > 0:
                raise NotProvedError(f"the rounding alone is {float(rounding.upper()):.6e}")
            try:
                return f"with {float(left):.6e} left to the truncation: {prove(left.lower())}"
            except RefutedError as error:  # of what is left, not of the claim
                raise NotProvedError(f"{float(left):.6e} left to the truncation: {error}") from None

        truncation = self.attempt(
            k, "truncation_upper", lambda: prove(arb(bounds.truncation_upper))
        )
        return [
            truncation,
            self.attempt(k, "rounding", prove_rounding),
            self.attempt(k, "upper", prove_upper),
        ]


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
