"""The closed form of a network as Python source: what a compiler for arrays is best given.

Each gate by its series, the same orders and the same operations as polynet's kernels, or exactly
(`exact=True`: the bare polynomial circuit).
"""

from __future__ import annotations

import itertools
import math

import numpy as np

import polynet as pn


def _orders(kind: str, activation: str, bias: float, scale: float, tolerance: float) -> list[float]:
    """Return the coefficients of z_1**(2 k) in the gate's series, k = 1, 2, ..."""
    gate = pn.Gate(activation, bias=bias, scale=scale, kind=kind)
    found = []
    for term in gate.error_terms(12):
        count = len(term.polynomial.variables)
        leading = term.polynomial.terms.get((term.power, *(0,) * (count - 1)), 0)
        found.append((term.power, float(leading) * term.coefficient[0] * scale**term.power))
    series = {power: value for power, value in found if power % 2 == 0}
    values = [series.get(2 * k, 0.0) for k in range(1, 1 + max(series, default=0) // 2)]
    while values and abs(values[-1]) * 2 ** len(values) <= tolerance:
        values.pop()
    return values


def _horner(variable: str, coefficients: list[float]) -> str:
    code = repr(coefficients[-1])
    for value in reversed(coefficients[:-1]):
        code = f"({value!r} + {variable} * {code})"
    return code


def _gate(name: str, kind: str, z: list[str], series: list[float]) -> list[str]:
    if kind == "copy" and not series:
        return [f"{name} = {z[0]}"]
    if kind != "product":
        target = "q" if kind == "square" else z[0]
        code = [f"q = {z[0]} * {z[0]}"]
        r = f" * (1.0 + q * {_horner('q', series)})" if series else ""
        return [*code, f"{name} = {target}{r}"]
    if not series:
        return [f"{name} = {z[0]} * {z[1]}"]
    # docs/theory.md, section 4: order k is a_k sum_j C(k+1, 2j+1) 4^j/(k+1) S^(k-2j) P^j.
    rows = [
        [
            series[k - 1] * math.comb(k + 1, 2 * j + 1) * 4**j / (k + 1)
            for k in range(max(2 * j, 1), len(series) + 1)
        ]
        for j in range(len(series) // 2 + 1)
    ]
    parts = [f"s * {_horner('s', rows[0])}"]
    parts += [f"{'p * ' * j}{_horner('s', row)}" for j, row in enumerate(rows) if j > 0]
    return [
        f"t = {z[0]} * {z[1]}",
        f"s = {z[0]} * {z[0]} + {z[1]} * {z[1]}",
        "p = t * t",
        f"{name} = t + t * ({' + '.join(parts)})",
    ]


def _form(terms: list[tuple[int, float]], constant: float, names: list[str]) -> str:
    parts = [names[i] if w == 1.0 else f"{w!r} * {names[i]}" for i, w in terms]
    if constant or not parts:
        parts.append(repr(constant))
    return " + ".join(parts)


def source(net: pn.Network, *, exact: bool = False) -> str:
    """Return a function `closed_form(x0, x1, ...)` of a network with one output."""
    activation, dtype, _, box, hidden, outputs = net._handle.state()[:6]
    tolerance = float(np.finfo(dtype).eps) / 8
    values = [f"x{i}" for i in range(len(box))]
    lines = [f"def closed_form({', '.join(values)}):"]
    counter = itertools.count()
    known: dict[tuple[str, float, float], list[float]] = {}
    for operands, gates in hidden:
        names = []
        for terms, constant in operands:
            names.append(f"u{next(counter)}")
            lines.append(f"    {names[-1]} = {_form(terms, constant, values)}")
        results = []
        for kind, bias, scale, indices in gates:
            key = (kind, bias, scale)
            if key not in known:
                known[key] = [] if exact else _orders(kind, activation, bias, scale, tolerance)
            results.append(f"g{next(counter)}")
            code = _gate(results[-1], kind, [names[i] for i in indices], known[key])
            lines += [f"    {line}" for line in code]
        values = results
    terms, constant = outputs[0]
    lines.append(f"    return {_form(terms, constant, values)}")
    return "\n".join(lines)
