"""Read a certificate file strictly: plain data in, plain data out, nothing executed.

Numbers of the dtype are hexadecimal floats exactly as ``float.hex`` writes them, coefficients of
the polynomials are fractions in decimal digits. The format is described in docs/checker.md.
"""

from __future__ import annotations

import json
import re
import struct
from fractions import Fraction
from math import isfinite
from os import PathLike
from pathlib import Path
from typing import Any, NoReturn

from .claim import Affine, Bounds, Claim, Gate, HiddenLayer, Layer, Node, Stencil
from .errors import MalformedCertificateError

__all__ = ["read"]

FORMAT, FORMAT_VERSION = "polynet-certificate", 1
MAX_BYTES = 1 << 27
MAX_NUMBER_LENGTH = 4096
MAX_DEGREE = 512
MAX_ORDER = 9
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
    try:
        return _Reader(data).claim()
    except RecursionError:
        _refuse("it is nested too deeply")


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
    if len(text) > 18:
        _refuse(f"the integer {text[:18]}... is too long")
    return int(text)


class _Reader:
    """Takes the data apart; every method names the place of what does not fit."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self.dtype = "float64"

    def claim(self) -> Claim:
        top = self.data
        if not isinstance(top, dict) or top.get("format") != FORMAT:
            _refuse(f"its format is not {FORMAT!r}")
        if top.get("format_version") != FORMAT_VERSION:
            _refuse(f"format_version must be {FORMAT_VERSION}")
        self.dtype = self.one_of(top, "dtype", "float64", "float32")
        by = self.one_of(top, "by", "gates", "neurons")
        form = self.one_of(top, "form", "factored", "merged")
        variables = tuple(self.text(name, "variables") for name in self.array(top, "variables"))
        box = tuple(self.interval(pair) for pair in self.array(top, "box"))
        if not variables or len(set(variables)) != len(variables) or len(box) != len(variables):
            _refuse("box must hold one range for each of some different variables")
        marked = self.array(top, "bits") if "bits" in top else []
        bits = frozenset(self.index(i, len(box), "a bit") for i in marked)
        if any(box[i] != (0.0, 1.0) for i in bits):
            _refuse("the range of a bit is not [0, 1]")
        stencils = [self.stencil(entry) for entry in self.array(top, "stencils")]
        hidden: list[HiddenLayer] = []
        width = len(box)
        for entry in self.array(top, "hidden"):
            hidden.append(self.hidden(entry, stencils, width))
            width = len(hidden[-1].gates)
        outputs = tuple(self.affine(entry, width) for entry in self.array(top, "outputs"))
        polynomials = tuple(
            self.polynomial(entry, len(box)) for entry in self.array(top, "polynomials")
        )
        bounds = tuple(self.bounds(entry, len(box)) for entry in self.array(top, "bounds"))
        if not outputs or not len(outputs) == len(polynomials) == len(bounds):
            _refuse("outputs, polynomials and bounds must be equally many")
        ulp = self.double(top, "activation_ulp")
        if not 0.0 <= ulp <= MAX_ACTIVATION_ULP:
            _refuse(f"activation_ulp must lie in [0, {MAX_ACTIVATION_ULP:g}]")
        return Claim(
            version=self.text(self.get(top, "polynet_version"), "polynet_version"),
            by=by,
            form=form,
            dtype=self.dtype,
            activation=self.text(self.get(top, "activation"), "activation"),
            activation_ulp=ulp,
            boxes=self.index(self.get(top, "boxes"), 1 << 60, "boxes"),
            requested_ratio=self.double(top, "requested_ratio"),
            seconds=self.double(top, "seconds"),
            variables=variables,
            box=box,
            bits=bits,
            polynomials=polynomials,
            hidden=tuple(hidden),
            outputs=outputs,
            layers=self.layers(top) if by == "neurons" else (),
            kernel=self.kernel(top, hidden) if by == "gates" else (),
            bounds=bounds,
        )

    def get(self, entry: Any, key: str) -> Any:
        if not isinstance(entry, dict) or key not in entry:
            _refuse(f"{key!r} is missing")
        return entry[key]

    def array(self, entry: Any, key: str) -> list[Any]:
        value = self.get(entry, key)
        if not isinstance(value, list):
            _refuse(f"{key!r} must be an array")
        return value

    def pair(self, entry: Any, what: str) -> list[Any]:
        if not isinstance(entry, list) or len(entry) != 2:
            _refuse(f"{what} must be a pair")
        return entry

    def text(self, value: Any, what: str) -> str:
        if not isinstance(value, str) or not 0 < len(value) <= 256:
            _refuse(f"{what} must be a short text")
        return value

    def one_of(self, entry: Any, key: str, *known: str) -> str:
        value = self.get(entry, key)
        if value not in known:
            _refuse(f"{key!r} must be one of {', '.join(known)}")
        return str(value)

    def index(self, value: Any, stop: int, what: str) -> int:
        return self.integer(value, 0, stop - 1, what)

    def integer(self, value: Any, low: int, high: int, what: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            _refuse(f"{what} must be an integer from {low} to {high}")
        return value

    def number(self, text: Any, what: str, dtype: str) -> float:
        if not isinstance(text, str) or not _HEXADECIMAL.fullmatch(text):
            _refuse(f"{what} must be a hexadecimal float, not {str(text)[:40]!r}")
        try:
            value = float.fromhex(text)
        except OverflowError:
            _refuse(f"{what}, {text}, overflows")
        if not isfinite(value) or value.hex() != text:
            _refuse(f"{what}, {text}, is not written as the float64 that it is")
        if dtype == "float32" and not _is_float32(value):
            _refuse(f"{what}, {text}, is no float32")
        return value

    def real(self, text: Any, what: str) -> float:
        """Return a number of the dtype."""
        return self.number(text, what, self.dtype)

    def double(self, entry: Any, key: str) -> float:
        return self.number(self.get(entry, key), key, "float64")

    def interval(self, entry: Any) -> tuple[float, float]:
        low, high = (self.real(end, "an end of the box") for end in self.pair(entry, "a range"))
        if low > high:
            _refuse("a range of the box is reversed")
        return low, high

    def terms(self, entry: Any, sources: int) -> tuple[tuple[int, float], ...]:
        if not isinstance(entry, list):
            _refuse("terms must be an array")
        pairs = [self.pair(term, "a term") for term in entry]
        terms = tuple(
            (self.index(k, sources, "the source of a term"), self.real(w, "a weight"))
            for k, w in pairs
        )
        if len({k for k, _ in terms}) != len(terms):
            _refuse("a sum names a source twice")
        return terms

    def affine(self, entry: Any, sources: int) -> Affine:
        terms = self.terms(self.get(entry, "terms"), sources)
        return Affine(terms, self.real(self.get(entry, "constant"), "a constant"))

    def stencil(self, entry: Any) -> Stencil:
        target = tuple(
            self.integer(t, 0, MAX_ORDER, "a power") for t in self.array(entry, "target")
        )
        if target != (0,) and not (len(target) <= MAX_ORDER and 1 <= sum(target) <= MAX_ORDER):
            _refuse(
                "a stencil's target must be 0, or have 1 to 9 operands and a degree from 1 to 9"
            )
        nodes = []
        for node in self.array(entry, "nodes"):
            weight, direction = self.pair(node, "a node")
            if not isinstance(direction, list) or len(direction) != len(target):
                _refuse("a node needs one direction per operand")
            steps = tuple(self.integer(d, -1024, 1024, "a direction") for d in direction)
            nodes.append(Node(self.integer(weight, -(1 << 40), 1 << 40, "a weight"), steps))
        constant = self.integer(
            self.get(entry, "constant_weight"), -(1 << 40), 1 << 40, "constant_weight"
        )
        name = self.text(self.get(entry, "name"), "a stencil's name")
        return Stencil(name, target, tuple(nodes), constant)

    def hidden(self, entry: Any, stencils: list[Stencil], sources: int) -> HiddenLayer:
        operands = tuple(self.affine(form, sources) for form in self.array(entry, "operands"))
        gates = []
        for gate in self.array(entry, "gates"):
            kind = stencils[self.index(self.get(gate, "stencil"), len(stencils), "a stencil")]
            scale = self.real(self.get(gate, "scale"), "a scale")
            places = [
                self.index(k, len(operands), "operands") for k in self.array(gate, "operands")
            ]
            if scale <= 0.0 or len(places) != len(kind.target):
                _refuse("a gate needs a positive scale and as many operands as its stencil")
            bias = self.real(self.get(gate, "bias"), "a bias")
            gates.append(Gate(kind, bias, scale, tuple(places)))
        if not gates:
            _refuse("a hidden layer is empty")
        return HiddenLayer(operands, tuple(gates))

    def polynomial(self, entry: Any, variables: int) -> dict[tuple[int, ...], Fraction]:
        result: dict[tuple[int, ...], Fraction] = {}
        for term in self.array(entry, "terms"):
            powers, text = self.pair(term, "a term of a polynomial")
            if not isinstance(powers, list) or len(powers) != variables:
                _refuse("a term of a polynomial needs one exponent per variable")
            key = tuple(self.integer(e, 0, MAX_DEGREE, "an exponent") for e in powers)
            if key in result or sum(key) > MAX_DEGREE:
                _refuse("a polynomial names a monomial twice, or one of too high a degree")
            if (
                not isinstance(text, str)
                or len(text) > MAX_NUMBER_LENGTH
                or not _RATIONAL.fullmatch(text)
            ):
                _refuse(f"a coefficient must be a fraction, not {str(text)[:40]!r}")
            result[key] = Fraction(text)
        return result

    def layers(self, top: Any) -> tuple[Layer, ...]:
        result: list[Layer] = []
        for entry in self.array(top, "layers"):
            columns = self.index(self.get(entry, "columns"), 1 << 40, "columns")
            rows = tuple(self.terms(row, columns) for row in self.array(entry, "rows"))
            bias = tuple(self.real(b, "a bias") for b in self.array(entry, "bias"))
            activated = self.get(entry, "activated")
            if len(rows) != len(bias) or not isinstance(activated, bool):
                _refuse("a layer needs a bias for each row, and whether it is activated")
            if result and len(result[-1].rows) != columns:
                _refuse("a layer has other columns than the layer before has rows")
            result.append(Layer(columns, rows, bias, activated))
        return tuple(result)

    def kernel(
        self, top: Any, hidden: list[HiddenLayer]
    ) -> tuple[tuple[tuple[float, float], ...], ...]:
        result = []
        for entry in self.array(top, "kernel"):
            if not isinstance(entry, list):
                _refuse("kernel must hold an array for each hidden layer")
            pairs = [self.pair(errors, "a kernel's contract") for errors in entry]
            result.append(
                tuple(
                    (self.number(r, "an error", "float64"), self.number(a, "an error", "float64"))
                    for r, a in pairs
                )
            )
        if [len(errors) for errors in result] != [len(layer.gates) for layer in hidden]:
            _refuse("kernel must hold one contract per gate")
        if any(r < 0.0 or a < 0.0 for errors in result for r, a in errors):
            _refuse("a kernel's errors are not negative")
        return tuple(result)

    def bounds(self, entry: Any, variables: int) -> Bounds:
        def point(key: str) -> tuple[float, ...]:
            numbers = tuple(self.real(x, key) for x in self.array(entry, key))
            if len(numbers) != variables:
                _refuse(f"{key} needs one coordinate per variable")
            return numbers

        return Bounds(
            lower=self.double(entry, "lower"),
            upper=self.double(entry, "upper"),
            truncation_lower=self.double(entry, "truncation_lower"),
            truncation_upper=self.double(entry, "truncation_upper"),
            rounding=self.double(entry, "rounding"),
            witness=point("witness"),
            value=self.real(self.get(entry, "value"), "value"),
            truncation_witness=point("truncation_witness"),
            subdivision=tuple(
                self.split(node, variables) for node in self.array(entry, "subdivision")
            ),
        )

    def split(self, node: Any, variables: int) -> tuple[int, float] | None:
        if node is None:
            return None
        variable, at = self.pair(node, "a split")
        return (
            self.index(variable, variables, "a split's variable"),
            self.number(at, "a split's point", "float64"),
        )


def _is_float32(value: float) -> bool:
    try:
        return bool(struct.unpack("<f", struct.pack("<f", value))[0] == value)
    except OverflowError:
        return False
