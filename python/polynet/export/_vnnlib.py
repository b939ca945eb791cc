"""VNN-LIB: properties of an exported network whose truth is known."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np

from .. import _core
from .._exact import outward
from ..certificate import OutputBounds
from ..certifier import Request, Run
from ..errors import InvalidInputError, NotCertifiedError
from ._onnx import to_onnx
from ._source import Source

# How close the two thresholds should be, and how many parts of the box that may take.
_RATIO, _MAX_BOXES = 1.05, 20_000


def to_vnnlib(net: Source, path: str | os.PathLike[str], version: str) -> tuple[Path, Path]:
    """Write a model and two properties; see :meth:`polynet.Network.to_vnnlib`."""
    if version not in ("1.0", "2.0"):
        raise InvalidInputError(f"the version of VNN-LIB must be '1.0' or '2.0', not {version!r}")
    model = Path(path)
    if model.suffix != ".onnx":
        raise InvalidInputError(f"the network's file must be named *.onnx, not {model.name!r}")
    if net.box.bits:
        raise InvalidInputError(
            f"the input {net.box.bits[0]} is a bit: VNN-LIB's properties are about ranges"
        )
    # The network's distance from polynomials that are 0 is |output|.
    zeros: list[_core.Terms] = [([], []) for _ in net.polynomials]
    request = Request(net._handle.state(), [], zeros, False, _RATIO, _MAX_BOXES, 0.0)
    run = Run(request, net._handle, net.box, "")  # no certificate of the network's polynomials
    run.finish()
    bounds = run.certificate()
    names = [f"Y_{k}" if version == "1.0" else f"Y[0,{k}]" for k in range(len(bounds.outputs))]
    outputs = dict(zip(names, bounds.outputs, strict=True))
    reached = {name: _reached(output, net.dtype) for name, output in outputs.items()}
    reached = {name: value for name, value in reached.items() if value > 0.0}
    if not reached:
        raise NotCertifiedError("no output is known to differ from 0 by more than its rounding")
    to_onnx(net, model)
    accuracy = f"with the activation within {bounds.activation_ulp:g} ulp"
    properties = (
        ("unsat", {n: _beyond(o, net.dtype) for n, o in outputs.items()}, _why_unsat),
        ("sat", reached, _why_sat),
    )
    files = []
    for answer, thresholds, why in properties:
        comments = [
            f"The answer for {model.name} is {answer}, in real arithmetic and in that of any IEEE",
            f"runtime {accuracy}:",
            *(why(name, outputs[name]) for name in thresholds),
        ]
        lines = [f"; {comment}" for comment in comments]
        lines += _query(net, names, thresholds, version)
        files.append(model.with_suffix(f".{answer}.vnnlib"))
        files[-1].write_text("\n".join(lines) + "\n", "utf-8")
    return files[0], files[1]


def _beyond(output: OutputBounds, dtype: str) -> float:
    """Return a number of the dtype that |output| cannot reach."""
    kind = np.dtype(dtype).type
    beyond = float(np.nextafter(kind(outward(Fraction(output.upper), dtype)[1]), kind(math.inf)))
    if not math.isfinite(beyond):
        raise NotCertifiedError(f"the outputs' bound {output.upper!r} is at the end of {dtype}")
    return beyond


def _reached(output: OutputBounds, dtype: str) -> float:
    """Return a number of the dtype that |output| reaches at the truncation's witness."""
    least = Fraction(output.truncation_lower) - Fraction(output.rounding)
    return outward(least, dtype)[0]


def _why_unsat(name: str, output: OutputBounds) -> str:
    return f"  proved on the whole box: |{name}| <= {output.upper!r}"


def _why_sat(name: str, output: OutputBounds) -> str:
    point = ", ".join(map(repr, output.truncation_witness))
    return (
        f"  proved at ({point}): |{name}| >= {output.truncation_lower!r} - {output.rounding!r}, "
        "gates less rounding"
    )


def _query(
    net: Source, outputs: list[str], thresholds: Mapping[str, float], version: str
) -> Iterator[str]:
    """Declare the variables, assert the box and that some |output| reaches its threshold."""
    count = len(net.box.variables)
    if version == "1.0":
        inputs = [f"X_{i}" for i in range(count)]
        yield from (f"(declare-const {name} Real)" for name in (*inputs, *outputs))
    else:
        inputs = [f"X[0,{i}]" for i in range(count)]
        yield "(vnnlib-version <2.0>)"
        yield "(declare-network polynet"
        yield f"  (declare-input X {net.dtype} [1, {count}])"
        yield f"  (declare-output Y {net.dtype} [1, {len(outputs)}])"
        yield ")"
    for name, lower, upper in zip(inputs, net.box.lower, net.box.upper, strict=True):
        yield f"(assert (>= {name} {_decimal(lower)}))"
        yield f"(assert (<= {name} {_decimal(upper)}))"
    cases = [
        f"(and ({sign} {name} {_decimal(value)}))"
        for name, threshold in thresholds.items()
        for sign, value in ((">=", threshold), ("<=", -threshold))
    ]
    yield f"(assert (or {' '.join(cases)}))"


def _decimal(value: float) -> str:
    """Write a float exactly: every one has a finite decimal expansion."""
    text = f"{Decimal(value):f}"
    return text if "." in text else f"{text}.0"
