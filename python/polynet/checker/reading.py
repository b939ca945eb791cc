"""Read a certificate file strictly: plain data in, plain data out, nothing executed.

Numbers of the dtype are hexadecimal floats exactly as ``float.hex`` writes them, coefficients of
the polynomials are fractions in decimal digits. The format is described in docs/checker.md.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from fractions import Fraction
from functools import cache
from math import isfinite
from os import PathLike
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NoReturn, get_args, get_origin, get_type_hints

from .claim import Claim, Stencil
from .errors import MalformedCertificateError

__all__ = ["read"]

FORMAT, FORMAT_VERSION = "polynet-certificate", 1
MAX_BYTES = 1 << 27
MAX_DIGITS = 18
MAX_NUMBER_LENGTH = 4096
MAX_TEXT_LENGTH = 256
MAX_DEGREE = 512
MAX_ORDER = 9
MAX_WEIGHT, MAX_DIRECTION = 1 << 40, 1 << 10
MAX_ACTIVATION_ULP = 1e6
_RATIONAL = re.compile(r"-?(0|[1-9][0-9]*)(/[1-9][0-9]*)?")
_HEXADECIMAL = re.compile(r"-?0x[01]\.[0-9a-f]{1,13}p[+-][0-9]{1,4}")


def read(source: str | PathLike[str] | dict[str, Any]) -> Claim:
    """Read a file, or what `json` makes of one.

    Raises
    ------
    MalformedCertificateError
        If it is not a well-formed certificate.
    OSError
        If the file cannot be opened.
    """
    data = source if isinstance(source, dict) else _load(Path(source))
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        _refuse(f"its format is not {FORMAT!r}")
    if data.get("format_version") != FORMAT_VERSION:
        _refuse(f"format_version must be {FORMAT_VERSION}")
    claim: Claim = _Reader(data.get("dtype") == "float32").read(Claim, data, "the file")
    if ("layers" if claim.by == "neurons" else "kernel") not in data:
        _refuse("'layers' or 'kernel' is missing")
    for fault in _faults(claim):
        _refuse(fault)
    return claim


def _refuse(reason: str) -> NoReturn:
    raise MalformedCertificateError(f"not a certificate: {reason}")


def _load(path: Path) -> Any:
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        _refuse(f"the file is longer than {MAX_BYTES} bytes")
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
        if origin is UnionType:
            return None if data is None else self.read(of[of[0] is NoneType], data, name)
        if origin is Literal:
            if data not in of:
                _refuse(f"{name} must be one of {', '.join(of)}")
            return data
        if origin is dict:
            terms = self.array(self.entry(data, "terms"), name)
            result = dict(self.elements(of, term, name) for term in terms)
            if len(result) != len(terms):
                _refuse(f"one of {name} names a monomial twice")
            return result
        if origin is tuple or origin is frozenset:
            return origin(self.elements(of, data, name))
        if kind is Stencil and type(data) is int:
            if data not in range(len(self.stencils)):
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

    def number(self, text: Any, name: str, *, single: bool) -> float:
        if not isinstance(text, str) or not _HEXADECIMAL.fullmatch(text):
            _refuse(f"{name} must be a hexadecimal float, not {str(text)[:40]!r}")
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
        if not _RATIONAL.fullmatch(text):
            _refuse(f"{name} must be fractions, not {text[:40]!r}")
        return Fraction(text)


def _faults(claim: Claim) -> Iterator[str]:
    """Name what does not fit together, or is beyond the checker's limits."""
    n = len(claim.variables)
    if not n or len(set(claim.variables)) != n or len(claim.box) != n:
        yield "box must hold one range for each of some different variables"
    if any(low > high for low, high in claim.box):
        yield "a range of the box is reversed"
    if any(i not in range(n) or claim.box[i] != (0.0, 1.0) for i in claim.bits):
        yield "the range of a bit is not [0, 1]"
    if not 0.0 <= claim.activation_ulp <= MAX_ACTIVATION_ULP or claim.boxes < 0:
        yield f"boxes or activation_ulp is negative, or the latter above {MAX_ACTIVATION_ULP:g}"
    for stencil in claim.stencils:
        yield from _stencil_faults(stencil)
    width = n
    for layer in claim.hidden:
        if any(_is_wrong(form.terms, width) for form in layer.operands):
            yield "an operand names a source that there is not, or one twice"
        for gate in layer.gates:
            places = range(len(layer.operands))
            if len(gate.operands) != len(gate.stencil.target) or gate.scale <= 0.0:
                yield "a gate needs a positive scale and as many operands as its stencil"
            if any(k not in places for k in gate.operands):
                yield "a gate names an operand that there is not"
        width = len(layer.gates)
        if not width:
            yield "a hidden layer is empty"
    if any(_is_wrong(form.terms, width) for form in claim.outputs):
        yield "an output names a source that there is not, or one twice"
    if not len(claim.outputs) == len(claim.polynomials) == len(claim.bounds) > 0:
        yield "outputs, polynomials and bounds must be equally many"
    for powers in (powers for terms in claim.polynomials for powers in terms):
        if len(powers) != n or min(powers) < 0 or sum(powers) > MAX_DEGREE:
            yield f"a monomial needs one exponent per variable, a degree up to {MAX_DEGREE}"
    for bounds in claim.bounds:
        if not len(bounds.witness) == len(bounds.truncation_witness) == n:
            yield "a witness needs one coordinate per variable"
        if any(split and split[0] not in range(n) for split in bounds.subdivision):
            yield "a split's variable is none"
    columns = [layer.columns for layer in claim.layers]
    rows = [len(layer.rows) for layer in claim.layers]
    if columns[1:] != rows[:-1] or rows != [len(layer.bias) for layer in claim.layers]:
        yield "a layer needs a column for each row of the one before, and a bias for each row"
    if any(_is_wrong(row, layer.columns) for layer in claim.layers for row in layer.rows):
        yield "a row names a column that there is not, or one twice"
    gates = [len(layer.gates) for layer in claim.hidden]
    if claim.by == "gates" and [len(contracts) for contracts in claim.kernel] != gates:
        yield "kernel must hold one contract per gate"
    if any(min(contract) < 0.0 for contracts in claim.kernel for contract in contracts):
        yield "a kernel's errors are not negative"


def _stencil_faults(stencil: Stencil) -> Iterator[str]:
    target, order = stencil.target, sum(stencil.target)
    if target != (0,) and (
        not 1 <= order <= MAX_ORDER or len(target) > MAX_ORDER or min(target) < 0
    ):
        yield "a stencil's target must be 0, or have 1 to 9 operands and a degree from 1 to 9"
    for node in stencil.nodes:
        if len(node.direction) != len(target):
            yield "a node needs one direction per operand"
        if abs(node.weight) > MAX_WEIGHT or any(abs(d) > MAX_DIRECTION for d in node.direction):
            yield "a node's weight or direction is too large"
    if abs(stencil.constant_weight) > MAX_WEIGHT:
        yield "a constant_weight is too large"


def _is_wrong(terms: tuple[tuple[int, float], ...], sources: int) -> bool:
    named = [k for k, _ in terms]
    return len(set(named)) != len(named) or any(k not in range(sources) for k in named)
