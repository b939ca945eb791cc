"""Anything at any public entry: understood, or a named error, never what Python raises by itself.

tests/test_arguments.py has the arguments one by one; here is every entry that takes data of
several parts, with everything that could be mistaken for it.
"""

import types

import numpy as np
import pytest

import polynet as pn

BOX = {"x": (-1, 1), "y": (-1, 1)}
NET = pn.compile("x*y", BOX)
CLASSES = pn.compile(["x*y", "x"], BOX)
POLYNOMIAL = pn.Polynomial.parse("x*y - 1/3")


class Text(str):
    """No str of json's or of the core's."""


ANYTHING = [
    None, object(), 3, -1, 1.5, float("nan"), 1j, True, 10**400, 2**70, ..., slice(1), type, types,
    "", "x", "x*y", "a\0b", b"x", Text("x"),
    [], [1], [None], [[]], ["x", 3], ("x",), range(3), {1, 2}, iter(()), lambda: 1,
    {}, {"x": 1}, {1: 2}, {"x": None}, {None: (0, 1)}, {"": (0, 1)}, {"x": "bits"},
    {"x": object()}, {"x": (1,)}, {"x": (0, 1, 2)}, {"x": ("a", "b")}, {"x": (1, 0)},
    {"x": (0, float("inf"))},
    {(1, 0): 1}, {(1,): "a"}, {(1.5, 0): 1}, {(-1, 0): 1}, {(1, 0): float("nan")}, {(1, 0): None},
    {("a", 0): 1},
    np.zeros(3), np.zeros((2, 2)), np.zeros(0), np.array("x"), np.array(1.0), np.array(object()),
    NET, NET.certify(), POLYNOMIAL,
]  # fmt: skip
CALLS = {
    "Polynomial(terms)": lambda v: pn.Polynomial(v, ["x", "y"]),
    "Polynomial(variables)": lambda v: pn.Polynomial({(1, 0): 1}, v),
    "Polynomial(origin)": lambda v: pn.Polynomial({(1, 0): 1}, ["x", "y"], origin=v),
    "Polynomial(unit)": lambda v: pn.Polynomial({(1, 0): 1}, ["x", "y"], unit=v),
    "Polynomial.parse(text)": pn.Polynomial.parse,
    "Polynomial.parse(variables)": lambda v: pn.Polynomial.parse("x", v),
    "Polynomial.parse(loose)": lambda v: pn.Polynomial.parse("x", loose=v),
    "Polynomial.from_arrays(exponents)": lambda v: pn.Polynomial.from_arrays(v, [1, 2], ["x", "y"]),
    "Polynomial.from_arrays(coefficients)": lambda v: pn.Polynomial.from_arrays(
        [[1, 0], [0, 1]], v, ["x", "y"]
    ),
    "Polynomial.from_arrays(variables)": lambda v: pn.Polynomial.from_arrays(
        [[1, 0], [0, 1]], [1, 2], v
    ),
    "Polynomial.coerce(obj)": lambda v: pn.Polynomial.coerce(v, ["x", "y"]),
    "Polynomial.coerce(variables)": lambda v: pn.Polynomial.coerce("x", v),
    "polynomial.over": POLYNOMIAL.over,
    "polynomial(point)": POLYNOMIAL,
    "Box": pn.Box,
    "Box.coerce": pn.Box.coerce,
    "compile(box)": lambda v: pn.compile("x*y", v),
    "compile(polynomial)": lambda v: pn.compile(v, BOX),
    "compile(polynomials)": lambda v: pn.compile([v], BOX),
    "compile(activation)": lambda v: pn.compile("x*y", BOX, activation=v),
    "read_da": pn.read_da,
    "read_da(variables)": lambda v: pn.read_da("     1  0.5  1  1\n", v),
    "read_fpcore": pn.read_fpcore,
    "load": pn.load,
    "load_certificate": pn.load_certificate,
    "verify": pn.verify,
    "verify({format})": lambda v: pn.verify({"format": v}),
    "verify({dtype})": lambda v: pn.verify(
        {"format": "polynet-certificate", "format_version": 2, "dtype": v}
    ),
    "verify({format_version})": lambda v: pn.verify(
        {"format": "polynet-certificate", "format_version": v}
    ),
    "softmax": CLASSES.softmax,
    "classifier(points)": CLASSES.softmax(),
    "net(points)": NET,
    "value_and_jacobian": NET.value_and_jacobian,
    "Gate.moment": pn.Gate("tanh").moment,
    "error_terms": NET.error_terms,
    "certify(executor)": lambda v: NET.certify(executor=v),
}


@pytest.mark.parametrize("entry", CALLS)
def test_anything_is_understood_or_a_named_error(entry, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # some of it names files, which there are not
    refused = 0
    for value in ANYTHING:
        try:
            CALLS[entry](value)
        except (pn.PolynetError, OSError):
            refused += 1
    assert refused > len(ANYTHING) // 2
