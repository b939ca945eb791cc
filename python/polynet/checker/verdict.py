"""What came out of a check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Finding", "Result", "Verdict"]

Result = Literal["proved", "refuted", "not proved", "not tried"]


@dataclass(frozen=True)
class Finding:
    """One claim.

    Attributes
    ----------
    output : int or None
        Which output it is about; None: all of them.
    name : str
        "consistency", the name of the bound, "evaluation" or "network".
    result : {"proved", "refuted", "not proved", "not tried"}
        Refuted: it was proved to be false. Not proved: the proof failed.
    detail : str
        How, or why not.
    """

    output: int | None
    name: str
    result: Result
    detail: str

    @property
    def proved(self) -> bool:
        """Whether it was proved."""
        return self.result == "proved"

    @property
    def refuted(self) -> bool:
        """Whether it was proved to be false."""
        return self.result == "refuted"

    def __str__(self) -> str:
        """Return one line."""
        about = "all outputs" if self.output is None else f"output {self.output}"
        return f"{about}: {self.name}: {self.result} ({self.detail})"


@dataclass(frozen=True)
class Verdict:
    """The result of checking a certificate.

    Attributes
    ----------
    claims : tuple of str
        The claim about every output in full: polynomial, box, network, bounds, assumptions.
    findings : tuple of Finding
        One per part of a claim.
    assumptions : tuple of str
        What the proofs take for granted.
    fingerprint : str
        That of the network that the certificate is about; see `Network.fingerprint`.
    seconds : float
        How long it took.
    """

    claims: tuple[str, ...]
    findings: tuple[Finding, ...]
    assumptions: tuple[str, ...]
    fingerprint: str
    seconds: float

    @property
    def proved(self) -> bool:
        """Whether every claim was proved."""
        return all(finding.proved for finding in self.findings)

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The claims that were tried and not proved."""
        return tuple(f for f in self.findings if f.result in ("refuted", "not proved"))

    @property
    def words(self) -> tuple[str, ...]:
        """What came out of every claim, as one word or a few."""
        return tuple(self._word(output) for output in range(len(self.claims)))

    def _word(self, output: int) -> str:
        findings = [finding for finding in self.findings if finding.output in (output, None)]
        missing = [finding for finding in findings if not finding.proved]
        if not missing:
            return "PROVED"
        if all(finding.name == "network" for finding in missing):
            return "PROVED, BUT NOT OF THE NETWORK GIVEN"
        return "REFUTED" if any(finding.refuted for finding in missing) else "NOT PROVED"

    def __bool__(self) -> bool:
        """Whether every claim was proved."""
        return self.proved

    def __str__(self) -> str:
        """Return what came out of the claims, then all findings, one line each."""
        claims = (f"{word}: {claim}" for word, claim in zip(self.words, self.claims, strict=True))
        return "\n".join([*claims, *map(str, self.findings), f"in {self.seconds:.2f} s"])
