"""`polynet verify`: have a certificate checked."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from typing import Any

from ..certificate_file import verify
from ..errors import InvalidInputError
from ._tables import print_table


def report(args: Namespace) -> dict[str, Any]:
    """Check the file that the command line names."""
    try:
        verdict = verify(args.file, seconds=args.seconds)
    except OSError as error:
        raise InvalidInputError(f"the certificate cannot be read: {error}") from None
    return {"proved": verdict.proved, **asdict(verdict)}


def status(report: dict[str, Any]) -> int:
    """Return 0 if everything was proved, otherwise 1."""
    return 0 if report["proved"] else 1


def show(report: dict[str, Any]) -> None:
    """Print the verdict for a reader."""
    word = "proved" if report["proved"] else "not proved"
    print(f"Certificate {word} in {report['seconds']:.2f} s")
    rows = [
        (
            str(finding["output"]),
            finding["name"],
            "proved" if finding["proved"] else "REFUTED" if finding["refuted"] else "NOT PROVED",
            finding["detail"],
        )
        for finding in report["findings"]
    ]
    print_table(("output", "claim", "result", "how"), rows)
    for assumption in report["assumptions"]:
        print(f"  Assuming that {assumption}.")
