"""The independent checker proves what holds for bits, and not for the ranges between them."""

import contextlib

import pytest
from certificates import WAYS, data_of, scaled, sealed

import polynet as pn
from polynet.checker.subdivision import Part

pytest.importorskip("flint")

BITS = {"s": "bit", "t": "bit", "x": (-1, 2), "u": "bit"}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("activation", ["logistic", "tanh", "erf", "arctan", "algebraic", "exp"])
def test_bits_are_verified(activation, dtype):
    for by, form in WAYS[::2] if dtype == "float64" else WAYS[1:2]:
        for polynomial in ("s*t*x - 2*s*t*u + x*u/3 + t", ["s*t*u - s*u", "x*s"]):
            data = data_of(polynomial, BITS, by, form, activation=activation, dtype=dtype)
            verdict = pn.verify(data)
            assert verdict, str(verdict)


@pytest.mark.parametrize("sharpness", [1.0, 5.0, 40.0])
def test_blunt_products_of_bits_are_verified_and_no_better(sharpness):
    options = {"sharpness": sharpness, "activation": "tanh"}
    data = data_of("s*t*u", {name: "bit" for name in "stu"}, "neurons", **options)
    assert pn.verify(data)
    bounds = data["bounds"][0]
    bounds["truncation_upper"] = bounds["truncation_lower"] = scaled(0.99)(
        bounds["truncation_lower"]
    )
    assert [f.name for f in pn.verify(data).failures if f.refuted] == ["truncation_upper"]


def test_what_holds_for_bits_is_not_proved_for_ranges():
    for activation in ("logistic", "exp"):  # with a gate of bits, and without one
        data = data_of("s*t*x + s**2*t - x", BITS, "gates", activation=activation)
        assert pn.verify(data)
        for bits in ([0], [0, 1, 2, 3], [9], "no"):
            data["bits"] = bits
            with contextlib.suppress(pn.InvalidInputError):
                assert not pn.verify(sealed(data))


def test_a_bit_is_divided_into_its_values():
    whole = Part(((0.0, 1.0), (0.0, 1.0)), frozenset({1}))
    lower, upper = whole.split(1)
    assert (lower.box, upper.box) == (((0.0, 1.0), (0.0, 0.0)), ((0.0, 1.0), (1.0, 1.0)))
    # The bit has a value now: there is nothing left to divide but the range.
    assert [part.box for part in upper.split(1)] == [
        ((0.0, 0.5), (1.0, 1.0)),
        ((0.5, 1.0), (1.0, 1.0)),
    ]
    assert not Part(((2.0, 2.0), (1.0, 1.0)), frozenset({1})).can_split()
