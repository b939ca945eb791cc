"""`polynet verify`: have a certificate checked."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from ..errors import InvalidInputError
from ..verification import verify
from ._tables import print_table


def report(args: Namespace) -> dict[str, Any]:
    """Check the file that the command line names."""
    try:
        verdict = verify(args.file, time_limit=args.time_limit, network=args.network)
    except OSError as error:
        raise InvalidInputError(f"the file cannot be read: {error}") from None
    return {
        "proved": verdict.proved,
        "claims": [
            {"verdict": word, "claim": claim}
            for word, claim in zip(verdict.words, verdict.claims, strict=True)
        ],
        "findings": [
            {"output": f.output, "name": f.name, "result": f.result, "detail": f.detail}
            for f in verdict.findings
        ],
        "assumptions": verdict.assumptions,
        "fingerprint": verdict.fingerprint,
        "seconds": verdict.seconds,
    }


def show(report: dict[str, Any]) -> None:
    """Print the verdict for a reader."""
    for claim in report["claims"]:
        print(f"{claim['verdict']}: {claim['claim']}.")
    rows = [
        (
            "all" if finding["output"] is None else str(finding["output"]),
            finding["name"],
            finding["result"],
            finding["detail"],
        )
        for finding in report["findings"]
    ]
    print_table(("output", "claim", "result", "how"), rows)
    print(f"Checked in {report['seconds']:.2f} s.")
