"""C99: one file without dependencies beyond the C library."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .. import _core
from .._arguments import Way, as_path, is_by_gates
from .._floats import sound_floats
from ..errors import InvalidInputError
from ..evaluation import Evaluable
from ..layer import Layer
from ._c_activations import ACTIVATIONS
from ._c_gates import number, write_gate
from ._shared import activation_for

_TYPES = {"float64": "double", "float32": "float"}

_HEAD = """\
/*
 * {function}: x ({inputs}) -> y
 *
 * {network}
 * by {by}, for the box {box}.
 * Made by polynet {version}; docs/exports.md of polynet says what is guaranteed.
 */
#include <float.h>
#include <math.h>

#if defined(__FAST_MATH__)
#error "compile without -ffast-math: the bounds assume IEEE 754 arithmetic"
#endif
#if FLT_EVAL_METHOD < 0 || FLT_EVAL_METHOD > {method}
#error "{type} is evaluated in another format (on x86: use -msse2 -mfpmath=sse)"
#endif

void {function}(const {type} *x, {type} *y);

/* y = bias + weight x, weight in compressed rows. */
static void linear(int rows, const int *start, const int *column, const {type} *weight,
                   const {type} *bias, const {type} *x, {type} *y) {{
  for (int i = 0; i < rows; ++i) {{
    {type} sum = bias[i];
    for (int k = start[i]; k < start[i + 1]; ++k)
      sum += weight[k] * x[column[k]];
    y[i] = sum;
  }}
}}
"""


@sound_floats
def to_c(network: Evaluable, path: str | os.PathLike[str], *, by: Way = "gates") -> None:
    """Write one C99 file: ``void polynet_NAME(const double *x, double *y)`` for NAME.c.

    The function (float for float32) reads n inputs and writes m outputs; it allocates nothing
    and has no state. By gates it computes what ``network(x)`` does where every operand is in
    its proved range, which contains the box, and NaN elsewhere; it calls no function. By
    neurons it needs the C library's exp, erf, ... (link with -lm).

    Parameters
    ----------
    path : path-like
        The file to write; its name is letters, digits and '_' with .c behind.
    by : {"gates", "neurons"}
        The way of evaluating.

    Raises
    ------
    InvalidInputError
        If the name or `by` does not fit, or by neurons the activation is the user's own.
    NotCertifiedError
        If by gates a gate's series does not converge (an extreme scale).
    """
    by_gates = is_by_gates(by)
    file = Path(as_path(path))
    if not re.fullmatch(r"[A-Za-z0-9_]+\.c", file.name):
        raise InvalidInputError(
            f"the file's name must be letters, digits and '_' with .c behind, not {file.name!r}: "
            "it names the C function"
        )
    file.write_text(c_source(network, file.stem, "gates" if by_gates else "neurons"), "ascii")


def c_source(network: Evaluable, name: str, by: Way) -> str:
    """Return the content of the file NAME.c."""
    names = network.box.variables
    box = ", ".join(
        f"{_ascii(x)} in " + ("{0, 1}" if x in network.box.bits else f"[{low!r}, {high!r}]")
        for x, low, high in zip(names, network.box.lower, network.box.upper, strict=True)
    )
    head = _HEAD.format(
        function=f"polynet_{name}",
        inputs=", ".join(map(_ascii, names)),
        network=repr(network),
        by=by,
        box=box,
        version=_core.__version__,
        type=_TYPES[network.dtype],
        method=1 if network.dtype == "float64" else 0,
    )
    writer = _Writer(network.dtype)
    lines = writer.by_gates(network) if by == "gates" else writer.by_neurons(network)
    body = "\n".join(lines)
    kind = _TYPES[network.dtype]
    buffers = "".join(f"  {kind} {name}[{size}];\n" for name, size in writer.buffers.items())
    function = (
        f"void polynet_{name}(const {kind} *x, {kind} *y) {{\n"
        f"{buffers}{textwrap.indent(body, '  ')}\n}}\n"
    )
    return "\n".join([head, *writer.tables, function])


def _ascii(name: str) -> str:
    # It stands in a comment, which it must neither end nor begin again.
    text = name.encode("ascii", "backslashreplace").decode()
    return text.replace("*/", "* /").replace("/*", "/ *")


class _Writer:
    """The static tables and functions of a file, and the buffers of its statements."""

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype
        self.type = _TYPES[dtype]
        self.tables: list[str] = []
        self.buffers: dict[str, int] = {}

    def by_neurons(self, network: Evaluable) -> Iterator[str]:
        """Every Linear map into a, every activation in place."""
        layers = network.layers
        if len(layers) > 1:
            body = activation_for(ACTIVATIONS, network.activation, "C")
            self.tables.append(
                f"static double activation(double x) {{\n{textwrap.indent(body, '  ')}\n}}\n"
            )
        source, target, spare = "x", "a", "b"
        for k, layer in enumerate(layers):
            last = k == len(layers) - 1
            rows = _dense_rows(layer)
            yield self.linear(rows, source, "y" if last else target)
            if layer.activation is not None:
                convert = "" if self.type == "double" else f"({self.type})"
                yield f"for (int i = 0; i < {len(rows)}; ++i)"
                yield f"  {target}[i] = {convert}activation({target}[i]);"
            source, target, spare = target, spare, target

    def by_gates(self, network: Evaluable) -> Iterator[str]:
        """Put the inputs less their origins into b, operands into a, gates into b."""
        series, series_of = network._handle.gate_series()
        self.tables += [write_gate(f"gate{k}", s, self.type) for k, s in enumerate(series)]
        *_, origin, hidden, outputs = network._handle.state()
        source = "x"
        if origin:
            yield self.linear([([(i, 1.0)], -o) for i, o in enumerate(origin)], source, "b")
            source = "b"
        for (operands, gates), numbers in zip(hidden, series_of, strict=True):
            yield self.linear(operands, source, "a")
            self.reserve("b", len(gates))
            for g, ((_, _, _, indices), k) in enumerate(zip(gates, numbers, strict=True)):
                yield f"b[{g}] = gate{k}({', '.join(f'a[{i}]' for i in indices)});"
            source = "b"
        yield self.linear(outputs, source, "y")

    def reserve(self, name: str, size: int) -> None:
        """Make a buffer at least that long; y is the caller's."""
        if name != "y":
            self.buffers[name] = max(size, self.buffers.get(name, 0))

    def linear(self, rows: Sequence[tuple[list[tuple[int, float]], float]], x: str, y: str) -> str:
        """Add the tables of a Linear map; return the call."""
        k = len(self.tables)
        starts = np.cumsum([0, *(len(terms) for terms, _ in rows)])
        entries = [entry for terms, _ in rows for entry in terms] or [(0, 0.0)]
        self.tables.append(
            "\n".join(
                [
                    _array("int", f"start{k}", map(str, starts)),
                    _array("int", f"column{k}", (str(column) for column, _ in entries)),
                    _array(self.type, f"weight{k}", (number(w, self.type) for _, w in entries)),
                    _array(self.type, f"bias{k}", (number(bias, self.type) for _, bias in rows)),
                ]
            )
        )
        self.reserve(y, len(rows))
        return f"linear({len(rows)}, start{k}, column{k}, weight{k}, bias{k}, {x}, {y});"


def _dense_rows(layer: Layer) -> list[tuple[list[tuple[int, float]], float]]:
    return [
        ([(int(j), float(row[j])) for j in np.flatnonzero(row)], float(bias))
        for row, bias in zip(layer.weight, layer.bias, strict=True)
    ]


def _array(kind: str, name: str, values: Iterable[Any]) -> str:
    text = textwrap.fill(", ".join(values), 96, initial_indent="  ", subsequent_indent="  ")
    return f"static const {kind} {name}[] = {{\n{text}}};"
