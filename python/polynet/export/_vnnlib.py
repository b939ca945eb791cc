"""VNN-LIB: properties of an exported network whose truth is known."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Literal

import numpy as np

from .. import _core
from .._arguments import as_choice, as_path
from .._exact import outward
from .._floats import sound_floats
from ..certificate import OutputBounds
from ..certifier import Run
from ..errors import InvalidInputError, NotCertifiedError
from ..evaluation import Evaluable
from ._onnx import to_onnx

# How close the two thresholds should be, and how many parts of the box that may take.
_RATIO, _MAX_BOXES = 1.05, 20_000


@sound_floats
def to_vnnlib(
    network: Evaluable, path: str | os.PathLike[str], *, version: Literal["1.0", "2.0"] = "2.0"
) -> tuple[Path, Path]:
    """Write the layers as ONNX and two VNN-LIB properties with known answers.

    Both ask for a point of the box where some ``|output|`` reaches a number. NAME.unsat.vnnlib
    asks for one proved to be out of reach, NAME.sat.vnnlib for one proved to be reached; the
    comments in the files say why. A verifier that answers otherwise is unsound. The answers
    hold for the layers in real arithmetic and as any IEEE runtime evaluates them.

    Parameters
    ----------
    path : path-like
        The ONNX file to write, NAME.onnx; the properties are written next to it.
    version : {"1.0", "2.0"}
        Of VNN-LIB.

    Returns
    -------
    tuple of Path
        The properties with the answers unsat and sat.

    Raises
    ------
    NotCertifiedError
        If no bound can be proved, or no output is known to differ from 0.
    InvalidInputError, MissingPackageError
        As :meth:`to_onnx`, if the name or the version does not fit, or inputs are bits.
    """
    version = as_choice(version, "version", ("1.0", "2.0"))
    model = Path(as_path(path))
    if model.suffix != ".onnx":
        raise InvalidInputError(f"the network's file must be named *.onnx, not {model.name!r}")
    if network.box.bits:
        raise InvalidInputError(
            f"the input {network.box.bits[0]} is a bit: VNN-LIB's properties are about ranges"
        )
    # The network's distance from polynomials that are 0 is |output|.
    zeros: list[_core.Terms] = [([], []) for _ in network.polynomials]
    run = Run(network, zeros, False, _RATIO, _MAX_BOXES, 0.0)
    run.finish()
    bounds = run.certificate()
    names = [f"Y_{k}" if version == "1.0" else f"Y[0,{k}]" for k in range(len(bounds.outputs))]
    outputs = dict(zip(names, bounds.outputs, strict=True))
    reached = {name: _reached(output, network.dtype) for name, output in outputs.items()}
    reached = {name: value for name, value in reached.items() if value > 0.0}
    if not reached:
        raise NotCertifiedError("no output is known to differ from 0 by more than its rounding")
    to_onnx(network, model)
    accuracy = f"with the activation within {bounds.activation_ulp:g} ulp"
    properties = (
        ("unsat", {n: _beyond(o, network.dtype) for n, o in outputs.items()}, _why_unsat),
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
        lines += _query(network, names, thresholds, version)
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
    network: Evaluable, outputs: list[str], thresholds: Mapping[str, float], version: str
) -> Iterator[str]:
    """Declare the variables, assert the box and that some |output| reaches its threshold."""
    count = len(network.box.variables)
    if version == "1.0":
        inputs = [f"X_{i}" for i in range(count)]
        yield from (f"(declare-const {name} Real)" for name in (*inputs, *outputs))
    else:
        inputs = [f"X[0,{i}]" for i in range(count)]
        yield "(vnnlib-version <2.0>)"
        yield "(declare-network polynet"
        yield f"  (declare-input X {network.dtype} [1, {count}])"
        yield f"  (declare-output Y {network.dtype} [1, {len(outputs)}])"
        yield ")"
    for name, lower, upper in zip(inputs, network.box.lower, network.box.upper, strict=True):
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
