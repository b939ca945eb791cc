"""Prove every claim of a certificate again, or say where it fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from math import inf
from os import PathLike
from typing import Any, TypeVar, cast

from flint import arb

from .arithmetic import require_nearest, settings
from .claim import Claim
from .errors import NotProvedError, RefutedError
from .ideal import Ideal
from .limits import Budget
from .models import Space, exact
from .proof import prove_at_most
from .propagation import Propagation, propagate
from .reading import read
from .rounding import rounding_by_gates, rounding_by_neurons
from .statement import assumptions, statement
from .subdivision import Part
from .values import Number, polynomial_value, real_value
from .verdict import Finding, Verdict

__all__ = ["check"]

T = TypeVar("T")

# Of what the bounds leave between them, how much the proof may drop: first little work, then more.
SHARES = (2.0**-6, 2.0**-14, 2.0**-24)
LEAST_LEFT = 2.0**-30
FAR_SHORTER = 4

CHEAP = ("consistency", "truncation_lower", "lower")
BOUNDS = ("truncation_upper", "rounding", "upper")


def check(
    source: str | PathLike[str] | dict[str, Any],
    *,
    time_limit: float | None = 300.0,
    more: Mapping[str, Callable[[], str]] | None = None,
) -> Verdict:
    """Read a certificate and prove its claims again; see :func:`polynet.verify`.

    `more`: further claims about the file by their names, functions as the methods of the checker.
    "evaluation" is the one that the value at the witness is polynet's.
    """
    start = time.perf_counter()
    claim = read(source)
    more = more or {}
    limit = inf if time_limit is None else time_limit
    with settings():
        checker = _Checker(claim, Budget(limit + start - time.perf_counter()))
        findings = checker.findings(more)
    assumed = assumptions(claim, evaluated="evaluation" in more)
    claims = tuple(statement(claim, k, assumed) for k in range(len(claim.bounds)))
    return Verdict(claims, findings, assumed, claim.fingerprint, time.perf_counter() - start)


class _Checker:
    def __init__(self, claim: Claim, budget: Budget) -> None:
        self.claim = claim
        self.budget = budget
        self.proved: set[tuple[int | None, str]] = set()
        self.made: dict[str, Any] = {}
        self.attained = [arb(0)] * len(claim.bounds)  # |f - p| at the truncation's witnesses

    def findings(self, more: Mapping[str, Callable[[], str]]) -> tuple[Finding, ...]:
        """Check cheap claims first, and the next ones if these are true."""
        outputs = range(len(self.claim.bounds))
        stages: list[dict[tuple[int | None, str], Callable[[], str]]] = [
            {(k, name): partial(getattr(self, name), k) for k in outputs for name in names}
            for names in (CHEAP, BOUNDS)
        ]
        stages.append({(None, name): claim for name, claim in more.items()})
        found: list[Finding] = []
        for stage in stages:
            if all(finding.proved for finding in found):
                found += [self.attempt(*key, prove) for key, prove in stage.items()]
            else:
                why = "another claim is not proved"
                found += [Finding(k, name, "not tried", why) for k, name in stage]
        return tuple(found)

    def attempt(self, k: int | None, name: str, prove: Callable[[], str]) -> Finding:
        """Prove a claim by a function that says how."""
        try:
            with named_failures():
                require_nearest()
                detail = prove()
        except NotProvedError as error:
            refuted = isinstance(error, RefutedError)
            return Finding(k, name, "refuted" if refuted else "not proved", str(error))
        self.proved.add((k, name))
        return Finding(k, name, "proved", detail)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """Make what several claims need, at the first time; if it fails, it fails for all."""
        if name not in self.made:
            try:
                with named_failures():
                    self.made[name] = make()
            except NotProvedError as error:
                self.made[name] = error
        made = self.made[name]
        if isinstance(made, NotProvedError):
            raise made
        return cast(T, made)

    def consistency(self, k: int) -> str:
        claim, bounds = self.claim, self.claim.bounds[k]
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
        return "the bounds and witnesses fit together"

    def truncation_lower(self, k: int) -> str:
        bounds = self.claim.bounds[k]
        point = [exact(x) for x in bounds.truncation_witness]
        real = real_value(self.claim, point, self.budget)[k]
        error = _size(real - polynomial_value(self.claim, k, point, self.budget))
        self.attained[k] = arb(error).abs_lower()
        if bounds.truncation_lower == 0.0 or error >= exact(bounds.truncation_lower):
            return "the real-number function is off by that much at the witness"
        raise _below(error, bounds.truncation_lower, "at the truncation's witness")

    def lower(self, k: int) -> str:
        bounds = self.claim.bounds[k]
        point = [exact(x) for x in bounds.witness]
        error = _size(exact(bounds.value) - polynomial_value(self.claim, k, point, self.budget))
        if error < exact(bounds.lower):
            raise _below(error, bounds.lower, "for the value at the witness")
        off = _size(real_value(self.claim, point, self.budget)[k] - exact(bounds.value))
        if not off <= exact(bounds.rounding):
            raise NotProvedError("the value at the witness is farther off than the rounding bound")
        return "the stated value at the witness is off by that much, and possible"

    def ideal(self) -> Ideal:
        """Return the ideal network in centred variables, or in scaled ones if far shorter."""
        claim = self.claim
        centred, scaled = (
            Ideal(claim, Space(claim.box, claim.bits, self.budget, centred=c))
            for c in (True, False)
        )
        return scaled if FAR_SHORTER * scaled.length < centred.length else centred

    @property
    def accuracies(self) -> list[float]:
        pairs = zip(self.attained, self.claim.bounds, strict=True)
        left = min(1 - float(low / low.max(arb(b.truncation_upper))) for low, b in pairs)
        return [share * max(LEAST_LEFT, left) for share in SHARES]

    def network(self, accuracy: float) -> Propagation:
        ideal = self.once("ideal", self.ideal)
        return self.once(f"network {accuracy}", lambda: propagate(ideal, accuracy))

    def roundings(self) -> list[arb]:
        """Return what is proved of the rounding of every output."""
        bound = rounding_by_gates if self.claim.by == "gates" else rounding_by_neurons
        network = self.network(self.accuracies[0])
        return self.once("roundings", lambda: bound(self.claim, network))

    def truncation_upper(self, k: int) -> str:
        return self.truncation(k, arb(self.claim.bounds[k].truncation_upper))

    def truncation(self, k: int, bound: arb) -> str:
        if self.attained[k] > bound:
            raise RefutedError(f"it is {float(self.attained[k]):.6e} at the witness")
        claim, bounds = self.claim, self.claim.bounds[k]
        for accuracy in self.accuracies:
            network = self.network(accuracy)
            point = bounds.truncation_witness
            whole = [Part(claim.box, claim.bits)]
            try:
                parts = prove_at_most(network, k, bound, accuracy, whole, point)
                return f"{parts} part{'s' if parts != 1 else ''} of the box"
            except RefutedError:
                raise
            except NotProvedError as error:
                failure = error
        raise failure

    def rounding(self, k: int) -> str:
        rounding = self.roundings()[k]
        if rounding <= arb(self.claim.bounds[k].rounding):
            return f"proved at most {float(rounding.upper()):.6e}"
        raise NotProvedError(f"only {float(rounding.upper()):.6e} is proved")

    def upper(self, k: int) -> str:
        bounds, rounding = self.claim.bounds[k], self.roundings()[k]
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


@contextmanager
def named_failures() -> Iterator[None]:
    """Turn what Python and python-flint raise where a number is beyond them into a verdict."""
    try:
        yield
    except (ArithmeticError, MemoryError, RecursionError, ValueError) as error:
        raise NotProvedError(f"a number is beyond this checker: {error!r:.100}") from None


def _size(x: Number) -> Number:
    return cast(Number, abs(x))


def _below(error: Number, claimed: float, where: str) -> NotProvedError:
    message = f"the error {where} is {float(arb(error).mid()):.6e}, below {claimed:.6e}"
    return RefutedError(message) if error < exact(claimed) else NotProvedError(message)
