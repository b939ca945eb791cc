"""A certificate's claims in words: what is proved, of which network, and what is assumed."""

from __future__ import annotations

import json
from decimal import ROUND_CEILING, ROUND_FLOOR, Context

from .claim import Claim, Polynomial

__all__ = ["assumptions", "statement"]


def statement(claim: Claim, k: int, assumed: tuple[str, ...]) -> str:
    """Return the claim about an output in full, on one line."""
    bounds, names = claim.bounds[k], [_name(name) for name in claim.variables]
    box = ", ".join(
        f"{name} in " + ("{0, 1}" if i in claim.bits else f"[{low!r}, {high!r}]")
        for i, (name, (low, high)) in enumerate(zip(names, claim.box, strict=True))
    )
    output = f"output {k} of the network" if len(claim.bounds) > 1 else "network"
    return (
        f"{_decimal(bounds.lower, ROUND_FLOOR)} <= sup |{output} - "
        f"({_polynomial(claim.polynomials[k], names)})| <= {_decimal(bounds.upper, ROUND_CEILING)} "
        f"over {box}; the network: activation {_name(claim.activation)}, {claim.dtype}, "
        f"{claim.form} form, evaluated by {claim.by}, SHA-256 {claim.fingerprint}; assuming that "
        + "; ".join(assumed)
    )


def assumptions(claim: Claim, *, evaluated: bool) -> tuple[str, ...]:
    """Return what the proofs take for granted; `evaluated`: whether the witness's value is not."""
    found: list[str] = []
    if claim.by == "neurons":
        found.append(
            f"the activation of the runtime is within {claim.activation_ulp:g} ulp; it rounds to "
            f"nearest in {claim.dtype}"
        )
    else:
        relative, absolute = (
            max((pair[i] for layer in claim.kernel for pair in layer), default=0.0) for i in (0, 1)
        )
        found.append(
            "every gate's kernel keeps its contract in the file, a relative error of at most "
            f"{_decimal(relative, ROUND_CEILING)} and an absolute error of at most "
            f"{_decimal(absolute, ROUND_CEILING)}; affine forms are added up from the left in "
            f"{claim.dtype}, rounding to nearest"
        )
    if not evaluated:
        found.append("polynet's evaluation at the witness gave the value that the file states")
    return tuple(found)


def _decimal(bound: float, rounding: str) -> str:
    exact = Context(prec=6, rounding=rounding).create_decimal_from_float(bound)
    return f"{exact:.5e}" if bound else "0"


def _name(text: str) -> str:
    """Return a name as it is, or quoted so that it cannot pass for anything else."""
    return text if text.isidentifier() and text.isascii() else json.dumps(text)


def _polynomial(polynomial: Polynomial, names: list[str]) -> str:
    text, names = "", list(names)
    for i, origin, unit in polynomial.local:
        names[i] = f"(({names[i]} - ({origin}))/({unit}))"
    for powers, coefficient in polynomial.terms.items():
        factors = [
            name if power == 1 else f"{name}**{power}"
            for name, power in zip(names, powers, strict=True)
            if power
        ]
        size = abs(coefficient)
        if size != 1 or not factors:
            factors.insert(0, str(size))
        minus = coefficient < 0
        sign = (" - " if minus else " + ") if text else ("-" if minus else "")
        text += sign + "*".join(factors)
    return text or "0"
