"""Terms -> text, which `_parse` reads back."""

from collections.abc import Mapping, Sequence
from fractions import Fraction


def write_monomial(exponents: Sequence[int], variables: Sequence[str]) -> str:
    """Write x**2*y, or nothing for 1."""
    return "*".join(
        name if e == 1 else f"{name}**{e}"
        for name, e in zip(variables, exponents, strict=True)
        if e
    )


def write_terms(terms: Mapping[tuple[int, ...], Fraction], variables: Sequence[str]) -> str:
    """Write the sum of the terms, in their order."""
    parts: list[str] = []
    for exponents, coefficient in terms.items():
        monomial = write_monomial(exponents, variables)
        factors = [str(abs(coefficient))] if abs(coefficient) != 1 or not monomial else []
        sign = "-" if coefficient < 0 else "+" if parts else ""
        term = "*".join([*factors, monomial] if monomial else factors)
        parts.append(f" {sign} {term}" if parts else sign + term)
    return "".join(parts) or "0"
