"""What a certificate's file may hold: every limit where it just holds, and not."""

import json
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from math import inf, nextafter

import numpy as np
import pytest
from certificates import sealed, small

pytest.importorskip("flint")

from polynet.checker import MalformedCertificateError, limits
from polynet.checker import faults as module
from polynet.checker.claim import Affine, Gate, LocalVariable, Node, Polynomial, Stencil
from polynet.checker.faults import faults
from polynet.checker.fingerprint import NETWORK, fingerprint
from polynet.checker.reading import read


@pytest.fixture(scope="module")
def files():
    return small()


@pytest.fixture(scope="module")
def claims(files):
    return {name: read(data) for name, data in files.items()}


SMALLEST = 2.0**-1074


def without(stencil, **changes):
    return {"stencils": (replace(stencil, **changes),)}


def test_every_limit_of_a_file_holds_up_to_its_edge(claims):
    claim = claims["gates"]
    gate, layer = claim.hidden[0].gates[0], claim.hidden[0]
    stencil = gate.stencil

    def wrong(**changes):
        return list(faults(replace(claim, **changes)))

    def gates(*gates):
        return {"hidden": (replace(layer, gates=gates),), "kernel": (((0.0, 0.0),) * len(gates),)}

    def node(weight, direction):
        return without(stencil, nodes=(Node(weight, (direction, 0)),))

    names = claim.variables
    pairs = [
        ({"activation_ulp": limits.MAX_ACTIVATION_ULP}, {"activation_ulp": nextafter(1e6, inf)}),
        ({"activation_ulp": 0.0}, {"activation_ulp": -SMALLEST}),
        ({"boxes": 0}, {"boxes": -1}),
        ({"box": ((1.0, 1.0), (0.0, 2.0))}, {"box": ((1.0, 1.0 - 2.0**-24), (0.0, 2.0))}),
        ({}, {"box": claim.box[:1]}),
        ({}, {"variables": (names[0], names[0])}),
        ({"box": ((0.0, 1.0), (0.0, 2.0)), "bits": frozenset({0})}, {"bits": frozenset({1})}),
        ({}, {"bits": frozenset({2})}),
        ({"origin": (0.5, 0.0)}, {"origin": (0.5,)}),
        ({}, {"box": ((0.0, 1.0),) * 2, "bits": frozenset({0}), "origin": (0.5, 0.0)}),
        (node(limits.MAX_WEIGHT, 0), node(limits.MAX_WEIGHT + 1, 0)),
        (node(-limits.MAX_WEIGHT, 0), node(-limits.MAX_WEIGHT - 1, 0)),
        (node(1, limits.MAX_DIRECTION), node(1, -limits.MAX_DIRECTION - 1)),
        (without(stencil, constant_weight=limits.MAX_WEIGHT),
         without(stencil, constant_weight=limits.MAX_WEIGHT + 1)),
        ({"stencils": (Stencil("m", (9,), (), 0),)}, {"stencils": (Stencil("m", (10,), (), 0),)}),
        ({"stencils": (Stencil("m", (0,), (), 0),)}, {"stencils": (Stencil("m", (0, 0), (), 0),)}),
        ({}, {"stencils": (Stencil("m", (2, -1), (), 0),)}),
        ({}, {"stencils": (Stencil("m", (1,), (Node(1, (1, 1)),), 0),)}),
        (gates(replace(gate, scale=SMALLEST)), gates(replace(gate, scale=0.0))),
        ({}, gates(replace(gate, operands=(0, len(layer.operands))))),
        ({}, gates(replace(gate, operands=(0, -1)))),
        ({}, gates(replace(gate, operands=(0,)))),
        ({}, gates()),
        ({}, {"outputs": (Affine(((0, 1.0), (0, 1.0)), 0.0),)}),
        ({}, {"outputs": (Affine(((1, 1.0),), 0.0),)}),
        ({}, {"hidden": (replace(layer, operands=(Affine(((2, 1.0),), 0.0),) * 2),)}),
        ({"kernel": (((0.0, 0.0),),)}, {"kernel": (((0.0, -SMALLEST),),)}),
        ({}, {"kernel": ()}),
        ({}, {"bounds": ()}),
        ({}, {"bounds": (replace(claim.bounds[0], witness=(0.0,)),)}),
        ({"polynomials": (Polynomial({(512, 0): Fraction(1)}, ()),)},
         {"polynomials": (Polynomial({(512, 1): Fraction(1)}, ()),)}),
        ({}, {"polynomials": (Polynomial({(2, -1): Fraction(1)}, ()),)}),
        ({"polynomials": (Polynomial({}, (LocalVariable(0, Fraction(0), Fraction(1)),)),)},
         {"polynomials": (Polynomial({}, (LocalVariable(0, Fraction(0), Fraction(0)),)),)}),
        ({}, {"polynomials": (Polynomial({}, (LocalVariable(2, Fraction(0), Fraction(1)),)),)}),
        ({}, {"outputs": claim.outputs * 2, "bounds": claim.bounds * 2,
              "polynomials": claim.polynomials * 2}),  # no scalar
    ]  # fmt: skip
    for fine, bad in pairs:
        assert not wrong(**fine)
        assert wrong(**bad), bad


def test_layers_have_the_shapes_that_they_say_and_neurons_a_limit(claims, monkeypatch):
    claim = claims["neurons"]
    first, *others = claim.layers
    for layers in (
        (replace(first, columns=3), *others),
        (first, replace(others[0], columns=9), *others[1:]),
        (replace(first, bias=first.bias[:-1]), *others),
        (replace(first, rows=(((0, 1.0), (0, 1.0)), *first.rows[1:])), *others),
    ):
        assert list(faults(replace(claim, layers=layers)))
    assert list(faults(replace(claim, activation_ulp=0.0)))
    neurons = sum(len(g.stencil.nodes) for layer in claim.hidden for g in layer.gates)
    operands = len(claim.hidden[0].operands)
    for name, most in (("MAX_NEURONS", neurons), ("MAX_DENSE", operands * neurons)):
        monkeypatch.setattr(module, name, most)
        assert not list(faults(claim))
        monkeypatch.setattr(module, name, most - 1)
        assert list(faults(claim))
        monkeypatch.undo()


def edited(data, *path, value):
    data = json.loads(json.dumps(data))
    entry = data
    for key in path[:-1]:
        entry = entry[key]
    entry[path[-1]] = value
    return sealed(data)


def test_numbers_are_floats_of_the_dtype_as_python_writes_them(files):
    third, single = (1 / 3).hex(), float(np.float32(1 / 3)).hex()
    scale = ("hidden", 0, "gates", 0, "scale")
    read(edited(files["neurons"], *scale, value=third))
    read(edited(files["gates"], *scale, value=single))
    read(edited(files["gates"], "bounds", 0, "upper", value=third))  # bounds are float64
    for name, value in (
        ("gates", third),  # no float32
        ("gates", (1e39).hex()),
        ("neurons", "0x1p-2"),
        ("neurons", "0x1.00000000000000p-2"),
        ("neurons", "0x0.8000000000000p-1"),
        ("neurons", 0.25),
    ):
        with pytest.raises(MalformedCertificateError):
            read(edited(files[name], *scale, value=value))


def test_the_fingerprint_is_of_every_entry_of_the_network_and_compared(files):
    for data in files.values():
        network = {name: data[name] for name in NETWORK}
        text = json.dumps(network, sort_keys=True, separators=(",", ":"))
        assert data["fingerprint"] == fingerprint(data) == sha256(text.encode()).hexdigest()
        for name in NETWORK:
            assert fingerprint({**data, name: "other"}) != fingerprint(data)
        with pytest.raises(MalformedCertificateError, match="fingerprint"):
            read({**data, "fingerprint": "0" * 64})
    assert set(files["gates"]) - set(NETWORK) == {
        "format", "format_version", "polynet_version", "fingerprint", "by", "activation_ulp",
        "boxes", "requested_ratio", "seconds", "bounds", "kernel",
    }  # fmt: skip


def test_a_gate_s_kind_is_its_stencil_s():
    sign = Gate(Stencil("s", (0,), (), 0), 0.0, 1.0, (0,))
    assert sign.is_sign
    assert not replace(sign, stencil=Stencil("c", (1,), (), 0)).is_sign
