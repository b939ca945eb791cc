"""The picture of the rooms, drawn from what the files include: ``python docs/rooms.py``.

tests/test_rooms.py holds docs/rooms.svg against the includes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEADERS, SOURCES = ROOT / "cpp" / "include" / "polynet", ROOT / "cpp" / "src"
BINDINGS = ROOT / "python" / "bindings"
PICTURE = ROOT / "docs" / "rooms.svg"

# Lower rooms know nothing of higher ones. Name: what it is for, row from below, column.
ROOMS = {
    "algebra": ("intervals, exact and enclosed polynomials", 0, 1.0),
    "activation": ("Taylor coefficients, bounds, approximation", 1, 1.0),
    "gate": ("stencils and the series of a gate", 2, 1.6),
    "circuit": ("polynomials -> few products", 3, 0.0),
    "network": ("gates as data, layers derived", 3, 1.6),
    "bounds": ("truncation, its gradient, rounding", 4, 1.6),
    "compile": ("circuit -> network", 5, 0.4),
    "evaluate": ("network -> tape -> kernels", 5, 2.0),
    "certify": ("network -> certificate", 6, 1.2),
    "polynet": ("C and C++ in one header", 7, 0.3),
    "bindings": ("pybind11: converts, calls", 8, 0.5),
    "python/polynet": ("the Python face", 9, 1.2),
    "checker": ("proves certificates, shares no code", 9, 0.0),
}
# The way of the data.
DATA = ("circuit", "compile", "network", "evaluate", "certify", "checker")
# The rooms of installed headers that have another name than theirs.
HEADER_ROOMS = {
    **dict.fromkeys(
        ("error", "exact", "float_environment", "interval", "polynomial", "watch"), "algebra"
    ),
    "function": "activation",
    "stencil": "gate",
    "error_terms": "bounds",
    "certificate": "certify",
    "softmax": "certify",
}
WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 250, 46, 20, 30, 12


def room_of(path: Path) -> str:
    """Return the room of a C++ file: its folder in cpp/src, or what its header belongs to."""
    if path.is_relative_to(BINDINGS):
        return "bindings"
    if path.is_relative_to(HEADERS):
        return HEADER_ROOMS.get(path.stem, path.stem)
    return path.relative_to(SOURCES).parts[0].removesuffix(".cpp")


def included(path: Path) -> Iterator[Path]:
    """Yield the project's files that a C++ file includes."""
    for name in re.findall(r'^#include "([^"]+)"', path.read_text("utf-8"), re.MULTILINE):
        folders = (path.parent, HEADERS.parent, SOURCES)
        yield next(folder / name for folder in folders if (folder / name).is_file())


def arrows() -> set[tuple[str, str]]:
    """Return which room includes which."""
    files = [*HEADERS.iterdir(), *SOURCES.rglob("*.?pp"), *BINDINGS.glob("*.?pp")]
    found = {(room_of(file), room_of(other)) for file in files for other in included(file)}
    found.add(("python/polynet", "bindings"))
    return {(a, b) for a, b in found if a != b}


def drawn(every: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the arrows that do not follow from others."""
    after: dict[str, set[str]] = {room: set() for room in ROOMS}
    for room in sorted(ROOMS, key=lambda name: ROOMS[name][1]):
        for user, used in every:
            if user == room:
                after[room] |= {used} | after[used]
    return sorted(
        (a, b)
        for a, b in every
        if not any(b in after[c] for user, c in every if user == a and c != b)
    )


def place(room: str) -> tuple[float, float]:
    """Return the left upper corner of a room's box."""
    _, row, column = ROOMS[room]
    top = max(row for _, row, _ in ROOMS.values())
    return MARGIN + column * (WIDTH + GAP_X), MARGIN + (top - row) * (HEIGHT + GAP_Y)


def picture() -> str:
    """Return the picture as SVG."""
    right = max(place(room)[0] for room in ROOMS) + WIDTH + MARGIN
    bottom = max(place(room)[1] for room in ROOMS) + HEIGHT + MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {right:g} {bottom:g}" '
        'font-family="sans-serif" font-size="13" text-anchor="middle">',
        "<title>The rooms of polynet: who includes whom, and the way of the data</title>",
        '<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0,0L8,4L0,8z" fill="#666"/></marker></defs>',
        f'<rect width="{right:g}" height="{bottom:g}" fill="white"/>',
    ]
    for user, used in drawn(arrows()):
        (x0, y0), (x1, y1) = place(user), place(used)
        lines.append(
            f'<line x1="{x0 + WIDTH / 2:g}" y1="{y0 + HEIGHT:g}" x2="{x1 + WIDTH / 2:g}" '
            f'y2="{y1:g}" stroke="#666" marker-end="url(#end)"><title>{user} uses {used}'
            "</title></line>"
        )
    for room, (purpose, _, _) in ROOMS.items():
        x, y = place(room)
        step = f"{DATA.index(room) + 1}. " if room in DATA else ""
        fill = "#fde9c8" if room in DATA else "#eef2f7"
        lines += [
            f'<rect x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="{fill}" '
            'stroke="#666"/>',
            f'<text x="{x + WIDTH / 2:g}" y="{y + 19:g}" font-weight="bold">{step}{room}</text>',
            f'<text x="{x + WIDTH / 2:g}" y="{y + 37:g}" font-size="11">'
            f"{purpose.replace('->', '&#8594;')}</text>",
        ]
    return "\n".join([*lines, "</svg>", ""])


if __name__ == "__main__":
    assert all(a in ROOMS and b in ROOMS for a, b in pairwise(DATA))
    PICTURE.write_text(picture(), "utf-8")
