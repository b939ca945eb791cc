"""Taylor maps as differential-algebra programs print them: COSY INFINITY, DACE, PTC, MAD-X."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NoReturn

from .._exact import excerpt, to_fraction
from ..errors import InvalidInputError
from ..polynomial import Polynomial

Rows = list[tuple[tuple[int, ...], Fraction]]

_HEADER = re.compile(r"\s*I\s+COEFFICIENT\s+ORDER\s+EXPONENTS\s*", re.IGNORECASE)
_ZERO = re.compile(r"\s*ALL COMPONENTS (ZERO|0\.0(_dp)?)\s*", re.IGNORECASE)
_FLOAT = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[EeDd]?[+-][0-9]+|[EeDd][0-9]+)?"
_ROW = re.compile(rf"\s*[0-9]+\s+({_FLOAT})\s+([0-9]+)((?:\s+[0-9]+)+)\s*")
_NUMBER = re.compile(rf"\s*({_FLOAT})\s*")
_DASHES = re.compile(r"\s*-{5,}\s*")
_MAX_VECTOR = 100
# How far the digits of a PTC row may be from the number in full that follows it.
_SHORTENED = Fraction(1, 10**9)


def read_da(text: str, variables: Sequence[str] | None = None) -> tuple[Polynomial, ...]:
    """Read the polynomials of a Taylor map from what a program printed.

    Parameters
    ----------
    text : str
        One of: tables headed ``I COEFFICIENT ORDER EXPONENTS``, a polynomial each (COSY INFINITY,
        DACE; PTC's daprint with the coefficient in full on a second line); the map of COSY's PM,
        a line of coefficients, one for each component, before the digits of the exponents; MAD-X's
        table MAP_TABLE in the format TFS (columns COEF, N_VECTOR, ORDER, NX, NXP, ...).
    variables : sequence of str, optional
        Names for the exponents' columns; by default x1, x2, ..., and MAD-X's own: x, xp, ....

    Returns
    -------
    tuple of Polynomial
        Decimals count exactly.

    Raises
    ------
    InvalidInputError
        If the text is none of these, or a line of a table does not fit, such as exponents whose
        sum is not the order.

    Examples
    --------
    >>> lines = ["I COEFFICIENT ORDER EXPONENTS", "1 0.5 2 1 1", "2 -1.0D+01 1 0 1", "-----"]
    >>> [str(p) for p in read_da(chr(10).join(lines), ["x", "a"])]
    ['1/2*x*a - 10*a']
    """
    if not isinstance(text, str):
        raise InvalidInputError(f"the map must be a text, not {excerpt(text)}")
    lines = text.splitlines()
    if any(line.startswith("*") and "COEF" in line.upper().split() for line in lines):
        names, outputs = _tfs(lines)
    else:
        names, outputs = None, list(_tables(lines))
        outputs = outputs or _map(lines)
    widths = {len(exponents) for rows in outputs for exponents, _ in rows}
    width = widths.pop() if widths else len(variables or names or ())
    if not outputs or widths:
        raise InvalidInputError(
            "the text holds no table of coefficients and exponents that is read"
            if not outputs
            else "the tables have different numbers of exponents; read them one by one"
        )
    if variables is not None and len(list(variables)) != width:
        raise InvalidInputError(f"the map has {width} variables, not {len(list(variables))}")
    chosen = list(variables or names or [f"x{i + 1}" for i in range(width)])
    return tuple(_polynomial(rows, chosen) for rows in outputs)


def _polynomial(rows: Rows, variables: list[str]) -> Polynomial:
    terms = dict(rows)
    if len(terms) != len(rows):
        counts = Counter(exponents for exponents, _ in rows)
        raise InvalidInputError(
            f"the exponents {counts.most_common(1)[0][0]} stand twice in one table"
        )
    return Polynomial(terms, variables)


def _tables(lines: list[str]) -> Iterator[Rows]:
    rows: Rows | None = None  # of the table that the lines are in
    for number, line in enumerate(lines, 1):
        if _HEADER.fullmatch(line) or _ZERO.fullmatch(line):
            if rows is not None:
                yield rows
            rows = [] if _HEADER.fullmatch(line) else None
            if rows is None:
                yield []
            continue
        row = _ROW.fullmatch(line)
        if rows is None:
            if row is not None:
                _refuse(number, line, "it stands in no table with a header")
        elif row is not None:
            exponents = tuple(map(int, row[3].split()))
            if sum(exponents) != int(row[2]):
                _refuse(number, line, f"its exponents do not add up to the order {row[2]}")
            if rows and len(exponents) != len(rows[-1][0]):
                _refuse(number, line, "it has another number of exponents")
            rows.append((exponents, _number(row[1])))
        elif rows and (full := _NUMBER.fullmatch(line)):
            short, value = rows[-1][1], _number(full[1])
            if abs(value - short) > _SHORTENED * abs(value):
                _refuse(number, line, "it is not the coefficient before it in full")
            rows[-1] = (rows[-1][0], value)
        elif (rows and not line.strip()) or _DASHES.fullmatch(line):
            yield rows
            rows = None
        elif line.strip():
            _refuse(number, line, "it is no row: index, coefficient, order, exponents")
    if rows is not None:
        yield rows


def _map(lines: list[str]) -> list[Rows]:
    outputs: list[Rows] = []
    digits = 0
    for number, line in enumerate(lines, 1):
        if not line.strip() or _DASHES.fullmatch(line):
            continue
        *cells, powers = line.split()
        if not (cells and powers.isdecimal() and all(map(_NUMBER.fullmatch, cells))):
            _refuse(number, line, "it is no row: coefficients, then the exponents' digits")
        outputs, digits = outputs or [[] for _ in cells], digits or len(powers)
        if len(cells) != len(outputs) or len(powers) != digits:
            _refuse(number, line, "it has another number of coefficients or exponents")
        for rows, cell in zip(outputs, cells, strict=True):
            rows.append((tuple(map(int, powers)), _number(cell)))
    return outputs


def _tfs(lines: list[str]) -> tuple[list[str], list[Rows]]:
    header = next(line for line in lines if line.startswith("*"))
    columns = header[1:].upper().split()
    missing = [name for name in ("COEF", "N_VECTOR", "ORDER") if name not in columns]
    exponents = [c for c in columns if re.fullmatch(r"N[A-Z]+", c) and c not in ("NV", "NAME")]
    if missing or not exponents:
        raise InvalidInputError(f"the TFS table has no column {', '.join(missing) or 'NX'}")
    vectors: dict[int, Rows] = {}
    for number, line in enumerate(lines, 1):
        if line[:1] in ("@", "*", "$", "#") or not line.strip():
            continue
        cells = re.findall(r'"[^"]*"|\S+', line)
        if len(cells) != len(columns):
            _refuse(number, line, f"it has {len(cells)} cells for {len(columns)} columns")
        row = dict(zip(columns, cells, strict=True))
        counts = [_number(row[name]) for name in ("N_VECTOR", "ORDER", *exponents)]
        if any(c.denominator != 1 for c in counts) or sum(counts[2:]) != counts[1]:
            _refuse(number, line, "its exponents do not add up to the order")
        powers = tuple(int(c) for c in counts[2:])
        vectors.setdefault(int(counts[0]), []).append((powers, _number(row["COEF"])))
    if any(not 1 <= vector <= _MAX_VECTOR for vector in vectors):
        raise InvalidInputError(f"N_VECTOR must count from 1 to at most {_MAX_VECTOR}")
    names = [name[1:].lower() for name in exponents]
    return names, [vectors.get(k, []) for k in range(1, max(vectors, default=0) + 1)]


def _number(text: str) -> Fraction:
    """Return the exact value of a decimal as Fortran writes it: 1.5D+00, 0.1-100."""
    number = re.sub(r"[dD]", "e", text)
    return to_fraction(re.sub(r"(?<=[0-9.])([+-][0-9]+)$", r"e\1", number), "a coefficient")


def _refuse(number: int, line: str, reason: str) -> NoReturn:
    raise InvalidInputError(f"line {number}, {excerpt(line.strip())}: {reason}")
