"""The command line: reads the arguments, calls the package, prints. No mathematics here."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import math
import os
import sys
from collections.abc import Sequence
from typing import Any

from ..errors import PolynetError
from ._arguments import parse

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; by default those of the process.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A variable's name need not exist in the terminal's encoding.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status = 0
        with contextlib.suppress(SystemExit):  # --help and --version end so, with status 0
            status = _run(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
    except PolynetError as error:
        print(f"polynet: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130  # 128 + SIGINT, as a shell reports it
    except BrokenPipeError:
        # What is still buffered must not fail again when Python flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141  # 128 + SIGPIPE
    except OSError as error:  # of a file to write
        print(f"polynet: error: {error}", file=sys.stderr)
        return 2
    return status


def _run(argv: Sequence[str]) -> int:
    args = parse(argv)
    command: Any = importlib.import_module(f"._{args.command}", __package__)
    report = command.report(args)
    if args.json:
        print(json.dumps(_strict(report), allow_nan=False, indent=2))
    else:
        command.show(report)
    return 0 if report.get("proved", True) else 1  # a verdict


def _strict(value: Any) -> Any:
    """Replace what JSON cannot say, infinities and NaN, by null."""
    if isinstance(value, dict):
        return {key: _strict(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
