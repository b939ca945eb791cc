"""Neurons that several gates of a layer share, and values that ride on them."""

import itertools
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cases
import polynet as pn


def names(count):
    return [f"x{i}" for i in range(count)]


def check_errors(net, points):
    """No evaluation of a point may be farther off than its certificate says, judged exactly."""
    for form in ("factored", "merged"):
        network = net if net.form == form else net.merged()
        for by in ("gates", "neurons"):
            certificate = network.certify(by=by, max_boxes=20)
            values = np.reshape(network(points, by=by), (len(points), -1))
            for row, point in zip(values, points, strict=True):
                exact = [Fraction(float(t)) for t in point]
                for value, p, bounds in zip(
                    row, network.polynomials, certificate.outputs, strict=True
                ):
                    assert abs(Fraction(float(value)) - p(exact)) <= Fraction(bounds.upper)


def check_counts(net):
    """The layers have as many rows as the neurons that are counted."""
    for network in (net, net.merged()):
        activated = [len(layer.bias) for layer in network.layers if layer.activation]
        assert activated == list(network.hidden_neurons)
        assert sum(activated) == network.neurons


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("activation", pn.activation_names())
def test_all_cross_products_of_six_inputs_take_21_neurons(activation, dtype):
    # One neuron s(b + l (x_i + x_j)) a product, six s(b + l x_i) shared by all.
    pairs = [f"{a}*{b}" for a, b in itertools.combinations(names(6), 2)]
    box = dict.fromkeys(names(6), (-1, 1))
    tolerance = 1e-3 if dtype == "float64" else 0.2
    net = pn.compile(pairs, box, activation=activation, dtype=dtype, tolerance=tolerance)
    assert net.neurons <= 21
    check_counts(net)
    check_errors(net, cases.sample(net, 20, seed=3)[-30:])


def test_a_square_of_a_shared_operand_takes_one_neuron_more():
    pairs = [f"{a}*{b}" for a, b in itertools.combinations(names(4), 2)]
    box = dict.fromkeys(names(4), (-1, 1))
    alone = pn.compile(pairs, box, tolerance=1e-3)
    assert alone.neurons == 6 + 4
    with_squares = pn.compile([*pairs, *(f"{x}**2" for x in names(4))], box, tolerance=1e-3)
    assert with_squares.neurons == 6 + 4 + 4
    check_errors(with_squares, cases.sample(with_squares, 20, seed=4))


@pytest.mark.parametrize("activation", ["silu", "gelu", "gelu_tanh"])
def test_values_ride_exactly_on_the_neurons_of_a_square(activation):
    # s(t) - s(-t) = t: the neurons of x**2 carry x past the first layer.
    net = pn.compile("x**4 + x", {"x": (-1, 1)}, activation=activation, tolerance=1e-8)
    assert net.hidden_neurons[0] == 2
    check_counts(net)
    check_errors(net, cases.sample(net, 30, seed=5))


@pytest.mark.parametrize("activation", ["logistic", "tanh", "arctan", "exp", "mish", "softplus"])
def test_values_ride_on_the_neurons_of_products_where_a_tolerance_permits(activation):
    # x and y pass the first layer with the four neurons of x y.
    box = {"x": (-1, 1), "y": (-1, 1)}
    net = pn.compile("(x*y + 2*x - y)**2", box, activation=activation, tolerance=1e-3)
    assert net.hidden_neurons[0] == 4
    check_counts(net)
    check_errors(net, cases.sample(net, 30, seed=6))


@st.composite
def requests(draw):
    count = draw(st.integers(2, 4))
    powers = st.tuples(*[st.integers(0, 3)] * count).filter(lambda p: sum(p) <= 4)
    coefficients = st.fractions(-9, 9, max_denominator=7)
    polynomials = [
        pn.Polynomial(
            draw(st.dictionaries(powers, coefficients, min_size=1, max_size=6)), names(count)
        )
        for _ in range(draw(st.integers(1, 2)))
    ]
    box = {}
    for name in names(count):
        low = draw(st.integers(-3, 2))
        box[name] = (low, low + draw(st.integers(1, 4)))
    options = {
        "activation": draw(st.sampled_from(pn.activation_names())),
        "dtype": draw(st.sampled_from(["float64", "float32"])),
        "form": draw(st.sampled_from(["factored", "merged"])),
    }
    return polynomials, box, options


@settings(max_examples=30)
@given(requests(), st.sampled_from([1e-1, 1e-2, 1e-4]), st.integers(0, 2**32))
def test_whatever_a_tolerance_permits_stays_within_its_bounds(request, part, seed):
    polynomials, box, options = request
    random = Random(seed)
    points = [
        [Fraction(random.uniform(low, high)) for low, high in box.values()] for _ in range(200)
    ]
    largest = max(abs(float(p(point))) for p in polynomials for point in points)
    assume(largest > 0)
    try:
        net = pn.compile(polynomials, box, tolerance=part * largest, **options)
    except pn.NotCertifiedError:
        assume(False)
    check_counts(net)
    assert net.certify(by="neurons", max_boxes=1).upper <= part * largest
    check_errors(net, cases.sample(net, 10, seed))
