"""A network as Python source, gate by gate: what a compiler for arrays is best given.

Each gate by its series, the same orders and the same operations as polynet's kernels; or, of the
logistic function, by its closed form in elementary functions, without cancellation.
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


def _closed_form(name: str, kind: str, bias: float, scale: float, z: list[str]) -> list[str]:
    """Return the exact gate of the logistic function, with one `expm1` per operand.

    With C = cosh b and A = exp(l z) = 1 + a these are the gates' sums of neurons, such as
    s(b + t) - s(b - t) = sinh t/(C + cosh t) of the copy, over l^m times their leading
    coefficients (docs/theory.md, section 1), written so that nothing cancels.
    """
    c = math.cosh(bias)
    code = [f"{a} = expm1({scale!r} * {u})" for a, u in zip("ad", z, strict=False)]
    code += [f"{a.upper()} = 1.0 + {a}" for a, _ in zip("ad", z, strict=False)]
    if kind == "product":
        return [
            *code,
            "AD = A * D",
            f"{name} = {((1 + c) / scale) ** 2!r} * a * (A + 1.0) * d * (D + 1.0) * AD / "
            f"(({2 * c!r} * AD + AD * AD + 1.0) * ({2 * c!r} * AD + A * A + D * D))",
        ]
    if kind == "copy_forward":
        e = math.exp(bias)
        return [*code, f"{name} = {(1 + e) / scale!r} * a / (1.0 + {e!r} * A)"]
    numerator = {
        "square": f"{2 * (1 + c) / scale**2!r} * a * a",
        "copy": f"{(1 + c) / scale!r} * a * (A + 1.0)",
    }[kind]
    return [*code, f"{name} = {numerator} / ({2 * c!r} * A + A * A + 1.0)"]


def _series(name: str, kind: str, z: list[str], series: list[float]) -> list[str]:
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


def source(net: pn.Network, *, series: bool) -> str:
    """Return a function `network(x0, x1, ...)` of a network with one output.

    Without `series` it calls `expm1`, and the activation must be the logistic function.
    """
    activation, dtype, _, box, origin, hidden, outputs = net._handle.state()
    tolerance = float(np.finfo(dtype).eps) / 8
    values = [f"x{i}" for i in range(len(box))]
    lines = [f"def network({', '.join(values)}):"]
    lines += [f"    x{i} = x{i} - {o!r}" for i, o in enumerate(origin) if o]
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
            z = [names[i] for i in indices]
            results.append(f"g{next(counter)}")
            if not series:
                code = _closed_form(results[-1], kind, bias, scale, z)
            else:
                if key not in known:
                    known[key] = _orders(kind, activation, bias, scale, tolerance)
                code = _series(results[-1], kind, z, known[key])
            lines += [f"    {line}" for line in code]
        values = results
    terms, constant = outputs[0]
    lines.append(f"    return {_form(terms, constant, values)}")
    return "\n".join(lines)
