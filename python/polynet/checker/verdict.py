"""What came out of a check."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Finding", "Verdict"]


@dataclass(frozen=True)
class Finding:
    """One claim about one output.

    Attributes
    ----------
    output : int
        Which output.
    name : str
        "consistency", or the name of the bound.
    proved : bool
        Whether it was proved.
    refuted : bool
        Whether it was proved to be false; if neither, the proof failed.
    detail : str
        How, or why not.
    """

    output: int
    name: str
    proved: bool
    refuted: bool
    detail: str

    def __str__(self) -> str:
        """Return one line."""
        word = "proved" if self.proved else "REFUTED" if self.refuted else "NOT PROVED"
        return f"output {self.output}: {self.name}: {word} ({self.detail})"


@dataclass(frozen=True)
class Verdict:
    """The result of checking a certificate.

    Attributes
    ----------
    findings : tuple of Finding
        One per claim.
    assumptions : tuple of str
        What the proofs take for granted.
    seconds : float
        How long it took.
    """

    findings: tuple[Finding, ...]
    assumptions: tuple[str, ...]
    seconds: float

    @property
    def proved(self) -> bool:
        """Whether every claim was proved."""
        return all(finding.proved for finding in self.findings)

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The claims that were not proved."""
        return tuple(finding for finding in self.findings if not finding.proved)

    def __bool__(self) -> bool:
        """Whether every claim was proved."""
        return self.proved

    def __str__(self) -> str:
        """Return all findings and assumptions, one line each."""
        head = "proved" if self.proved else "not proved"
        lines = [f"certificate {head} in {self.seconds:.2f} s", *map(str, self.findings)]
        return "\n".join([*lines, *(f"assuming that {text}" for text in self.assumptions)])
