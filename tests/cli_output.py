"""Run the command line in process and take its output apart."""

import json

from polynet.cli import main

KINDS = ("product", "square", "copy", "copy_forward")
XY = ["--box", "x=-1:1", "--box", "y=-1:1"]


def run(capsys, *argv):
    """Run a command that must succeed; return its stdout."""
    status = main(list(argv))
    out, err = capsys.readouterr()
    assert (status, err) == (0, "")
    return out


def run_json(capsys, *argv):
    def refuse(token):
        raise AssertionError(f"{token} is not JSON")

    return json.loads(run(capsys, argv[0], "--json", *argv[1:]), parse_constant=refuse)


def table(out, *headers):
    """Return the rows of the plain table with these first headers, split at two blanks."""
    lines = out.splitlines()
    start = next(i for i, line in enumerate(lines) if line.split()[: len(headers)] == [*headers])
    rows = []
    for line in lines[start + 1 :]:
        cells = [cell.strip() for cell in line.split("  ") if cell.strip()]
        if len(cells) < 2:
            break
        rows.append(cells)
    return rows
