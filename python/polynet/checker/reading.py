"""Read a certificate file strictly: plain data in, plain data out, nothing executed.

Numbers of the dtype are hexadecimal floats exactly as ``float.hex`` writes them, coefficients of
the polynomials are fractions in decimal digits. The format is described in docs/checker.md.
"""

from __future__ import annotations

import json
import re
import struct
from dataclasses import MISSING, fields, is_dataclass
from fractions import Fraction
from functools import cache
from math import isfinite
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, get_args, get_origin, get_type_hints

from .claim import Claim, Stencil
from .errors import MalformedCertificateError
from .faults import faults
from .fingerprint import fingerprint
from .limits import MAX_DIGITS, MAX_FILE_BYTES, MAX_NUMBER_LENGTH, MAX_TEXT_LENGTH

__all__ = ["FORMAT", "FORMAT_VERSION", "HEXADECIMAL", "RATIONAL", "load", "read"]

FORMAT, FORMAT_VERSION = "polynet-certificate", 3
RATIONAL = re.compile(r"-?(0|[1-9][0-9]*)(/[1-9][0-9]*)?")
HEXADECIMAL = re.compile(r"-?0x[01]\.[0-9a-f]{1,13}p[+-][0-9]{1,4}")


def read(source: str | PathLike[str] | dict[str, Any]) -> Claim:
    """Read a file, or what `json` makes of one.

    Raises
    ------
    MalformedCertificateError
        If it is not a well-formed certificate.
    OSError
        If the file cannot be opened.
    """
    data = dict(load(source))
    if not _is_text(data.pop("format", None), FORMAT):
        _refuse(f"its format is not {FORMAT!r}")
    version = data.pop("format_version", None)
    if type(version) is not int or version != FORMAT_VERSION:
        _refuse(
            f"its format_version is {_shown(version)}, this polynet reads {FORMAT_VERSION}; "
            "certify the network again"
        )
    claim: Claim = _Reader(_is_text(data.get("dtype"), "float32")).read(Claim, data, "the file")
    if ("layers" in data, "kernel" in data) != (claim.by == "neurons", claim.by == "gates"):
        _refuse("it must hold 'layers' by neurons, 'kernel' by gates")
    for fault in faults(claim):
        _refuse(fault)
    if claim.fingerprint != fingerprint(data):
        _refuse("its fingerprint is not that of its network: one of them was changed")
    return claim


def load(source: str | PathLike[str] | dict[str, Any]) -> dict[str, Any]:
    """Return what a file holds as `json` reads it, an object; nothing of it is checked yet."""
    data = source if isinstance(source, dict) else _load(Path(source))
    if not isinstance(data, dict):
        _refuse(f"its format is not {FORMAT!r}")
    return data


def _is_text(value: Any, text: str) -> bool:
    return type(value) is str and value == text


def _refuse(reason: str) -> NoReturn:
    raise MalformedCertificateError(f"not a certificate: {reason}")


def _shown(value: Any) -> str:
    """Show a value in a message, whatever it is."""
    short = isinstance(value, str) or (isinstance(value, int) and value.bit_length() < 64)
    return f"{value!r:.40}" if short else f"of type {type(value).__name__}"


def _load(path: Path) -> Any:
    with path.open("rb") as file:
        content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        _refuse(f"the file is longer than {MAX_FILE_BYTES} bytes")
    try:
        return json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_float=lambda text: _refuse(f"{text[:40]!r} must be a hexadecimal float"),
            parse_constant=lambda text: _refuse(f"{text} is no number"),
            parse_int=_integer,
        )
    except MalformedCertificateError:
        raise
    except (ValueError, RecursionError) as error:
        _refuse(str(error)[:100])


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        _refuse("a key occurs twice in one object")
    return result


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        _refuse(f"the integer {text[:MAX_DIGITS]}... is too long")
    return int(text)


_hints = cache(lambda kind: get_type_hints(kind, include_extras=True))


class _Reader:
    """Takes the data apart as the types of `claim` say; `name` is the place of what does not fit.

    A gate's stencil is the number of one of the file's, which come first.
    """

    def __init__(self, single: bool) -> None:
        self.single = single
        self.stencils: list[Stencil] = []

    def read(self, kind: Any, data: Any, name: str) -> Any:
        origin, of = get_origin(kind), get_args(kind)
        if origin is Annotated:
            return self.number(data, name, single=self.single and of[1] == "of the dtype")
        if origin is Literal:
            if type(data) is not str or data not in of:
                _refuse(f"{name} must be one of {', '.join(of)}")
            return data
        if origin is dict:
            terms = self.array(data, name)
            result = dict(self.elements(of, term, name) for term in terms)
            if len(result) != len(terms):
                _refuse("a polynomial names a monomial twice")
            return result
        if origin is tuple or origin is frozenset:
            return origin(self.elements(of, data, name))
        if kind is Stencil and name == "'stencil'":
            if type(data) is not int or data not in range(len(self.stencils)):
                _refuse("a gate's stencil is not in the file")
            return self.stencils[data]
        if is_dataclass(kind):
            return self.record(kind, data)
        if kind is Fraction:
            return self.fraction(data, name)
        if issubclass(kind, tuple):
            return kind(*self.elements(tuple(_hints(kind).values()), data, name))
        if type(data) is not kind or (kind is str and not 0 < len(data) <= MAX_TEXT_LENGTH):
            _refuse(f"{name} must be {'a short text' if kind is str else f'of type {kind}'}")
        return data

    def elements(self, kinds: tuple[Any, ...], data: Any, name: str) -> list[Any]:
        data = self.array(data, name)
        if len(kinds) == 1 or kinds[1] is ...:
            kinds = kinds[:1] * len(data)
        if len(kinds) != len(data):
            _refuse(f"an array in {name} must have {len(kinds)} entries")
        return [self.read(kind, value, name) for kind, value in zip(kinds, data, strict=True)]

    def array(self, data: Any, name: str) -> list[Any]:
        if not isinstance(data, list):
            _refuse(f"{name} must be an array")
        return data

    def record(self, kind: Any, data: Any) -> Any:
        optional = {f.name for f in fields(kind) if f.default is not MISSING}
        self.refuse_others(data, set(_hints(kind)))
        result = kind(
            **{
                name: self.read(field, self.entry(data, name), f"{name!r}")
                for name, field in _hints(kind).items()
                if name not in optional or name in data
            }
        )
        if kind is Stencil:
            self.stencils.append(result)
        return result

    def entry(self, data: Any, name: str) -> Any:
        if not isinstance(data, dict) or name not in data:
            _refuse(f"{name!r} is missing")
        return data[name]

    def refuse_others(self, data: Any, known: set[str]) -> None:
        if isinstance(data, dict) and not data.keys() <= known:
            _refuse(f"there is no entry {min(map(repr, data.keys() - known)):.40}")

    def number(self, text: Any, name: str, *, single: bool) -> float:
        if not isinstance(text, str) or not HEXADECIMAL.fullmatch(text):
            _refuse(f"{name} must be a hexadecimal float, not {_shown(text)}")
        try:
            value = float.fromhex(text)
            if single:
                struct.pack("<f", value)
        except OverflowError:
            _refuse(f"{name}, {text}, overflows")
        if not isfinite(value) or value.hex() != text:
            _refuse(f"{name}, {text}, is not written as the float64 that it is")
        if single and struct.unpack("<f", struct.pack("<f", value))[0] != value:
            _refuse(f"{name}, {text}, is no float32")
        return value

    def fraction(self, text: Any, name: str) -> Fraction:
        if not isinstance(text, str) or len(text) > MAX_NUMBER_LENGTH:
            _refuse(f"{name} must be short texts")
        if not RATIONAL.fullmatch(text):
            _refuse(f"{name} must be fractions, not {text[:40]!r}")
        return Fraction(text)
