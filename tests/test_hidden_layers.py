"""Networks of a given depth: the counts of the literature, and bounds that hold."""

import pickle
from fractions import Fraction

import numpy as np
import pytest

import cases
import polynet as pn

# Fewest neurons for a product of n inputs in k = 1, 2, ... hidden layers (arXiv:1705.05502, theorem
# 5.1, with groups as unequal as they must be; a value that waits takes one neuron a layer, as tanh
# copies it). None: a gate of more than nine operands.
PRODUCTS = {
    4: [16, 12, 13],
    8: [256, 28, 28, 29],
    16: [None, 80, 60, 60, 61],
    20: [None, 112, 76, 76, 77],
    32: [None, 304, 128, 124, 124, 125],
    64: [None, 1792, 304, 252, 252, 252],
}


def product(count, layers, activation="tanh"):
    names = [f"x{i}" for i in range(count)]
    box = dict.fromkeys(names, (-1, 1))
    return pn.compile("*".join(names), box, activation=activation, hidden_layers=layers)


@pytest.mark.parametrize(
    ("count", "layers", "neurons"),
    [(n, k, c) for n, row in PRODUCTS.items() for k, c in enumerate(row, 1) if c],
)
def test_products_take_the_fewest_neurons_for_their_depth(count, layers, neurons):
    net = product(count, layers)
    assert len(net.hidden_neurons) == layers
    assert net.neurons == neurons


@pytest.mark.parametrize(
    ("expression", "neurons"),
    [("x**2", 2), ("x**3", 4), ("x*y", 4), ("x**2*y", 6), ("x**2*y**2", 8), ("x*y*z", 8)],
)
def test_shallow_monomials_take_a_neuron_for_each_divisor(expression, neurons):
    # prod (r_i + 1), less the middle node of even powers, which is a constant.
    net = pn.compile(expression, {v: (-1, 1) for v in "xyz"}, hidden_layers=1)
    assert net.hidden_neurons == (neurons,)


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("activation", pn.activation_names())
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_bounds_hold_at_every_depth(layers, activation, dtype):
    box = {"x": (-1, 1), "y": (1, 3), "z": ("-0.5", 0)}
    expressions = ["x*y*z - y**2/3 + 2*z", "x**3 + y*z", "7 - x/2"]
    if activation == "requ" and layers == 1:  # it has no third derivative
        with pytest.raises(pn.InvalidInputError, match="order 3"):
            pn.compile(expressions, box, activation=activation, hidden_layers=1)
        return
    net = pn.compile(expressions, box, activation=activation, dtype=dtype, hidden_layers=layers)
    assert len(net.hidden_neurons) == layers
    points = cases.sample(net, 200, seed=0)
    for by in ("gates", "neurons"):
        certificate = net.certify(by=by)
        values = net(points, by=by)
        for k, output in enumerate(certificate.outputs):
            assert output.lower <= output.upper
            for point, value in zip(points[:60], values[:60, k], strict=True):
                exact = net.polynomials[k]([Fraction(float(t)) for t in point])
                assert abs(Fraction(float(value)) - exact) <= Fraction(output.upper)


def test_a_deep_product_is_accurate_and_a_shallow_one_by_gates_nearly():
    deep, shallow = product(6, 3), product(6, 1)
    assert deep.certify().upper < 1e-8
    assert shallow.certify().upper < 1e-2
    assert shallow.certify(by="neurons").upper > deep.certify(by="neurons").upper


def test_shared_monomials_are_computed_once():
    box = {"x": (-1, 1), "y": (-1, 1)}
    one = pn.compile("x*y", box, hidden_layers=2)
    three = pn.compile(["x*y", "2*x*y", "x*y - 1"], box, hidden_layers=2)
    assert one.hidden_neurons == three.hidden_neurons
    np.testing.assert_array_equal(three(np.array([0.5, 0.25]))[0], one(np.array([0.5, 0.25])))


def test_linear_polynomials_have_no_hidden_layers_at_any_depth():
    net = pn.compile(["x/3 - 1", "5"], {"x": (-1, 2)}, hidden_layers=4)
    assert net.hidden_neurons == ()
    assert net.certify().upper < 1e-14


@pytest.mark.parametrize(
    ("expression", "layers", "message"),
    [
        ("x*y", 0, "from 1 to 64"),
        ("x*y", -1, "from 1 to 64"),
        ("x*y", 65, "from 1 to 64"),
        ("x**10", 1, "more than 1 hidden layers"),
        ("x**100", 2, "more than 2 hidden layers"),
    ],
)
def test_depths_out_of_reach_are_refused(expression, layers, message):
    with pytest.raises(pn.PolynetError, match=message):
        pn.compile(expression, {"x": (-1, 1), "y": (0, 1)}, hidden_layers=layers)


def test_a_polynomial_that_is_constant_on_its_box_needs_no_layers():
    net = pn.compile("x**4 + y", {"x": (0.5, 0.5), "y": (2, 2)}, hidden_layers=2)
    assert net.hidden_neurons == ()
    assert pickle.loads(pickle.dumps(net)) == net
    assert net([0.5, 2.0]) == 0.5**4 + 2
