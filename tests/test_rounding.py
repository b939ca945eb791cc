"""Rounding by neurons: bounds for any runtime, and what they assume of its activation."""

from fractions import Fraction

import flint
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import balls
import campaign
import cases
import polynet as pn

FPBENCH = {case.name: case for case in cases.fpbench()}
by_dtype = pytest.mark.parametrize("dtype", ["float64", "float32"])


@pytest.fixture(autouse=True)
def high_precision():
    before = flint.ctx.prec, flint.ctx.cap
    flint.ctx.prec = 400
    yield
    flint.ctx.prec, flint.ctx.cap = before


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_no_random_certificate_is_contradicted(seed):
    with np.errstate(all="ignore"):
        counts = campaign.run_seed(seed)
    assert not [key for key in counts if key.startswith("CONTRADICTED")]


@pytest.mark.parametrize("activation", pn.activation_names())
@pytest.mark.parametrize(("name", "dtype"), [("sineOrder3", "float64"), ("kepler0", "float32")])
def test_an_adversarial_runtime_stays_within_the_rounding_part(name, activation, dtype):
    case, rng = FPBENCH[name], np.random.default_rng(0)
    for form in ("factored", "merged"):
        net = pn.compile(case.polynomial, case.box, activation=activation, dtype=dtype, form=form)
        certificate = net.certify(by="neurons", max_boxes=1)
        points = cases.sample(net, 1, seed=0)[:20]
        exact = [balls.real_number_function(net, [Fraction(float(t)) for t in p]) for p in points]
        for _ in range(4):
            values = campaign.adversary(net, certificate.activation_ulp, rng)(points)
            for value, real in zip(values, exact, strict=True):
                assert abs(flint.arb(float(value)) - real) < flint.arb(certificate.rounding)


@by_dtype
def test_the_bound_is_near_what_an_adversary_attains(dtype):
    net = pn.compile("u*v", {"u": (-1, 1), "v": (-1, 1)}, dtype=dtype)
    certificate = net.certify(by="neurons", activation_ulp=100)
    points = cases.sample(net, 100, seed=0)
    exact = np.array(
        [
            float(balls.real_number_function(net, [Fraction(float(t)) for t in p]).mid())
            for p in points
        ]
    )
    # Among these are the worst signs of the activation's errors.
    attained = max(
        np.max(np.abs(campaign.adversary(net, 100, np.random.default_rng(k))(points) - exact))
        for k in range(40)
    )
    # A factor of up to 2 where s crosses a power of two within the gate's range.
    assert attained <= certificate.rounding <= 2.5 * attained


def test_default_activation_errors_cover_what_runtimes_do():
    # benchmarks/activation_ulp.py; logistic: onnxruntime is off by 1.8 ulp of 0.99.
    for activation, expected in {"tanh": (4, 6), "logistic": (2, 2), "silu": (6, 8)}.items():
        for dtype, ulp in zip(("float64", "float32"), expected, strict=True):
            net = pn.compile(
                "x*y", {"x": (-1, 1), "y": (-1, 1)}, activation=activation, dtype=dtype
            )
            assert net.certify(by="neurons").activation_ulp == ulp
            assert net.certify(by="gates").activation_ulp == 0


def test_stored_float32_numbers_are_what_is_certified():
    # x/3 needs no gate: the whole error is that of the stored weight, known exactly.
    net = pn.compile("x/3", {"x": (-1, 1)}, dtype="float32")
    misfit = abs(Fraction(float(np.float32(1 / 3))) - Fraction(1, 3))
    bounds = net.certify().outputs[0]
    assert Fraction(bounds.truncation_lower) <= misfit <= Fraction(bounds.truncation_upper)
    assert bounds.truncation_upper <= float(misfit) * (1 + 1e-7)
    assert bounds.truncation_lower >= float(misfit) * (1 - 1e-7)


@pytest.mark.parametrize("name", FPBENCH)
def test_the_real_number_function_of_float32_networks_is_that_of_their_stored_numbers(name):
    case = FPBENCH[name]
    net = pn.compile(case.polynomial, case.box, dtype="float32")
    for weight, bias, _ in (*net.layers, *net.merged().layers):
        assert weight.dtype == bias.dtype == np.float32
    bounds = net.certify(max_boxes=50).outputs[0]
    points = [*cases.sample(net, 5, seed=0)[:10], bounds.truncation_witness]
    for point in points:
        exact = [Fraction(float(t)) for t in point]
        error = abs(balls.real_number_function(net, exact) - balls.ball(case.polynomial(exact)))
        assert error < flint.arb(bounds.truncation_upper)
    assert error > flint.arb(bounds.truncation_lower)


def test_a_neuron_that_may_be_infinite_is_not_hidden_by_a_weight_of_zero():
    # The coefficient is 0 in float32; a runtime makes 0 * infinity a NaN all the same.
    net = pn.compile(
        "1e-160*x**2*y**6",
        {"x": (-(2.0**-149), 2.0**-149), "y": (-1e15, 1e15)},
        activation="exp",
        dtype="float32",
        construction="paper",
        scale=3e-4,
    )
    assert not net.layers[-1].weight.any()
    assert net.certify(by="gates").upper < 1e-37
    with pytest.raises(pn.NotCertifiedError):
        net.certify(by="neurons")
