"""Tables on stdout: by rich on a terminal where it is installed, otherwise as aligned text."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def print_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table."""
    if not (sys.stdout.isatty() and _print_rich(headers, rows)):
        widths = [max(map(len, column)) for column in zip(headers, *rows, strict=True)]
        for row in (headers, *rows):
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            print("  " + "  ".join(cells).rstrip())


def _print_rich(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Print by rich; return whether it is installed."""
    try:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ImportError:
        return False
    table = Table()
    for header in headers:
        # On a narrow terminal a long number goes on in the next line; it is never cut.
        table.add_column(Text(header), overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))  # Text: brackets are no markup
    Console().print(table)
    return True


def shorten(text: str, length: int = 100) -> str:
    """Cut a long text; `--json` gives it in full."""
    return text if len(text) <= length else text[:length] + "..."
