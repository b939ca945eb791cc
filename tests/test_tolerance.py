"""The smallest network within a tolerance."""

import math
from fractions import Fraction

import numpy as np
import pytest

import cases
import polynet as pn

FPBENCH = cases.fpbench()


def largest_value(net):
    points = cases.sample(net, 2000, seed=0)
    return float(np.max(np.abs(cases.values(net.polynomials[0], points))))


@pytest.mark.parametrize(
    ("case", "activation"),
    [
        pytest.param(case, activation, id=f"{case.name}-{activation}")
        for case, activation in [
            *((case, "logistic") for case in FPBENCH[::2]),
            *zip(FPBENCH[::2], ["tanh", "silu", "cos", "softplus"], strict=False),
        ]
    ],
)
def test_the_tolerance_is_certified_and_kept(case, activation):
    paper = pn.compile(case.polynomial, case.box, construction="paper", activation=activation)
    tolerance = 1e-4 * largest_value(paper)
    net = pn.compile(case.polynomial, case.box, activation=activation, tolerance=tolerance)
    assert net.neurons <= paper.neurons
    certificate = net.certify(by="neurons")
    assert certificate.upper <= tolerance
    points = cases.sample(net, 300, seed=1)
    for by in ("gates", "neurons"):
        upper = Fraction(net.certify(by=by).upper)
        for point, value in zip(points[:100], net(points[:100], by=by), strict=True):
            exact = net.polynomials[0]([Fraction(float(t)) for t in point])
            assert abs(Fraction(float(value)) - exact) <= upper


def test_a_tolerance_halves_the_neurons_of_fpbench():
    gains = []
    for case in FPBENCH:
        paper = pn.compile(case.polynomial, case.box, construction="paper")
        tolerance = 1e-4 * largest_value(paper)
        small = pn.compile(case.polynomial, case.box, tolerance=tolerance)
        gains.append(math.log(paper.neurons / small.neurons))
    assert math.exp(sum(gains) / len(gains)) >= 2


def test_products_of_three_to_the_k_inputs_take_two_neurons_a_merge():
    # Triple gates of an odd activation: 2 (n - 1) neurons.
    for count in (3, 9, 27):
        names = [f"x{i}" for i in range(count)]
        box = dict.fromkeys(names, (-1, 1))
        net = pn.compile("*".join(names), box, activation="tanh", tolerance=1e-3)
        assert net.neurons == 2 * (count - 1)


def test_tighter_tolerances_never_take_fewer_neurons():
    box = {"x": (-1, 1), "y": (0, 2), "z": (-1, 1)}
    counts = [
        pn.compile("x*y*z + x**2", box, tolerance=tolerance).neurons
        for tolerance in (1e-2, 1e-4, 1e-6, 1e-8)
    ]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_richardson_combinations_reach_what_plain_gates_do_not():
    box = {"x": (-1, 1), "y": (-1, 1)}
    plain = pn.compile("x*y", box, activation="exp").certify(by="neurons").upper
    net = pn.compile("x*y", box, activation="exp", tolerance=plain / 10)
    assert net.neurons == 8
    assert net.certify(by="neurons").upper <= plain / 10


def test_a_tolerance_out_of_reach_names_the_best_bound_and_the_remedies():
    box = {"x": (-1, 1), "y": (-1, 1)}
    with pytest.raises(pn.NotCertifiedError, match=r"1e-06 .*float32.*the best reached .*float64"):
        pn.compile("x*y", box, dtype="float32", tolerance=1e-6)
    with pytest.raises(pn.NotCertifiedError, match="by gates"):
        pn.compile("x*y", box, tolerance=1e-15)


@pytest.mark.parametrize(
    "options",
    [
        {"tolerance": 0.0},
        {"tolerance": -1.0},
        {"tolerance": math.nan},
        {"tolerance": math.inf},
        {"tolerance": 1e-3, "scale": 0.1},
        {"tolerance": 1e-3, "bias": 1.0},
        {"tolerance": 1e-3, "hidden_layers": 2},
        {"tolerance": 1e-3, "construction": "paper"},
    ],
)
def test_bad_requests_are_refused(options):
    with pytest.raises(pn.InvalidInputError, match="tolerance"):
        pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)}, **options)


def test_linear_polynomials_keep_any_tolerance_above_rounding():
    assert pn.compile("x/3 - 1", {"x": (-1, 1)}, tolerance=1e-14).hidden_neurons == ()
