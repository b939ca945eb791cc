"""Gates of every kind: their nodes, their series, and one-gate networks made of them."""

import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest

import polynet as pn
from polynet._core import Network, Stencil

# Kind: (powers of the target, neurons, activation, bias).
KINDS = {
    "copy": ((1,), 2, "logistic", 1.3125),
    "copy_odd": ((1,), 1, "tanh", 0.0),
    "copy_forward": ((1,), 1, "tanh", 0.5),
    "square": ((2,), 2, "tanh", 0.75),
    "square_forward": ((2,), 2, "logistic", 1.3125),
    "product": ((1, 1), 4, "logistic", 2.25),
    "product_forward": ((1, 1), 3, "logistic", 1.3125),
    "product_richardson2": ((1, 1), 8, "logistic", -1.0),
    "product_richardson3": ((1, 1), 12, "tanh", 0.75),
    "copy_richardson2": ((1,), 4, "tanh", 0.0),
    "monomial_1_1_1": ((1, 1, 1), 8, "logistic", 0.5),
    "monomial_1_1_1_odd": ((1, 1, 1), 4, "tanh", 0.0),
    "monomial_1_1_1_forward": ((1, 1, 1), 7, "tanh", 0.125),
    "monomial_1_1_1_odd_richardson2": ((1, 1, 1), 8, "tanh", 0.0),
    "monomial_2_1": ((2, 1), 6, "tanh", 0.0),
    "monomial_2_1_odd": ((2, 1), 3, "tanh", 0.0),
    "monomial_3": ((3,), 4, "logistic", 0.0),
    "monomial_3_odd": ((3,), 2, "tanh", 0.0),
    "monomial_2_2": ((2, 2), 8, "tanh", 0.75),
    "monomial_1_1_1_1": ((1, 1, 1, 1), 16, "logistic", 1.0),
    "monomial_5_odd": ((5,), 3, "tanh", 0.0),
    "product_even": ((1, 1), 2, "cos", 0.0),
    "square_even": ((2,), 1, "gaussian", 0.0),
    "monomial_1_1_1_1_even": ((1, 1, 1, 1), 8, "softplus", 0.0),
    "monomial_2_1_odd_richardson2": ((2, 1), 6, "logistic", 0.0),
}
by_kind = pytest.mark.parametrize("kind", KINDS)
FUNCTIONS = {
    "logistic": lambda x: 1 / (1 + mpmath.exp(-x)),
    "tanh": mpmath.tanh,
    "cos": mpmath.cos,
    "gaussian": lambda x: mpmath.exp(-x * x / 2),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
}


def difference(power, forward):
    """The weights and directions of a difference, from the binomial theorem."""
    nodes = {}
    for k in range(power + 1):
        direction = power - k if forward else power - 2 * k
        nodes[direction] = (-1) ** k * math.comb(power, k)
    if not forward and power % 2 == 0:
        nodes = {direction // 2: weight for direction, weight in nodes.items()}
    return nodes


def full_nodes(kind):
    """All nodes of a kind, without the halving by parity: direction to weight."""
    powers = KINDS[kind][0]
    axes = [difference(power, "_forward" in kind).items() for power in powers]
    order = sum(powers)
    scales = {1: 1}
    if kind.endswith("_richardson2"):
        scales = {1: 2 ** (order + 2), 2: -1}
    if kind.endswith("_richardson3"):
        scales = {1: 4 ** (order + 3), 2: -5 * 2 ** (order + 2), 4: 1}
    nodes = {}
    for scale, factor in scales.items():
        for node in itertools.product(*axes):
            direction = tuple(scale * d for d, _ in node)
            nodes[direction] = nodes.get(direction, 0) + factor * math.prod(w for _, w in node)
    return nodes


def exact_gate(kind, activation, bias, scale):
    """The gate as its definition reads, all nodes, for mpmath arguments."""
    powers = KINDS[kind][0]
    order = sum(powers)
    nodes = full_nodes(kind)
    lead = sum(
        w * math.prod(d**p for d, p in zip(n, powers, strict=True)) for n, w in nodes.items()
    )
    derivative = mpmath.taylor(FUNCTIONS[activation], bias, order)[order] * math.factorial(order)
    c = derivative * lead / math.prod(map(math.factorial, powers))

    def gate(z):
        total = mpmath.fsum(
            weight * FUNCTIONS[activation](bias + scale * mpmath.fdot(direction, z))
            for direction, weight in nodes.items()
        )
        return total / (c * mpmath.mpf(scale) ** order)

    return gate


def network(kind, scale, dtype="float64", form="factored"):
    powers, _, activation, bias = KINDS[kind]
    operands = [([(i, 1.0)], 0.0) for i in range(len(powers))]
    layer = (operands, [(kind, bias, scale, list(range(len(powers))))])
    box = [(-1.0, 1.0)] * len(powers)
    return Network.from_state((activation, dtype, form, box, [], [layer], [([(0, 1.0)], 0.0)]))


def points(count, dtype, seed=0):
    corners = np.array(list(itertools.product([-1.0, 1.0], repeat=count)))
    random = np.random.default_rng(seed).uniform(-1, 1, (30, count))
    return np.concatenate([corners, random]).astype(dtype)


@by_kind
def test_neurons_are_as_few_as_the_literature_says(kind):
    _, neurons, activation, bias = KINDS[kind]
    assert Stencil(kind).neurons == neurons
    assert pn.Gate(activation, bias, 0.25, kind=kind).neurons == neurons


@pytest.mark.parametrize("powers", [(1,), (3,), (1, 1), (2, 1), (3, 2), (1, 1, 1), (2, 2, 1)])
def test_a_shallow_monomial_takes_a_neuron_for_every_divisor(powers):
    # arXiv:1705.05502, theorem 4.1; the middle node of even powers is a constant.
    neurons = Stencil("_".join(["monomial", *map(str, powers)])).neurons
    assert neurons == math.prod(p + 1 for p in powers) - all(p % 2 == 0 for p in powers)


@by_kind
def test_halving_and_merging_leave_the_function_alone(kind):
    powers, _, activation, bias = KINDS[kind]
    function = FUNCTIONS[activation]
    gate = pn.Gate(activation, bias, 0.25, kind=kind)
    with mpmath.workdps(50):
        for z in points(len(powers), "float64", seed=3)[:6]:
            full, kept = (
                mpmath.fsum(
                    w * function(bias + mpmath.fdot(d, map(mpmath.mpf, z)) / 4) for d, w in nodes
                )
                for nodes in (full_nodes(kind).items(), [(d, w) for w, d in gate.nodes])
            )
            assert abs(full - kept) < mpmath.mpf(10) ** -44


@by_kind
def test_error_terms_are_the_taylor_series(kind):
    powers, _, activation, bias = KINDS[kind]
    scale = Fraction(1, 10**6)
    z = [Fraction(3, 4), Fraction(-5, 8), Fraction(7, 8), Fraction(1, 2)][: len(powers)]
    series = sum(
        sum(map(Fraction, term.coefficient)) / 2 * scale**term.power * term.polynomial(z)
        for term in pn.Gate(activation, bias, kind=kind).error_terms(4)
    )
    target = math.prod(x**p for x, p in zip(z, powers, strict=True))
    with mpmath.workdps(60):
        real = mpmath.mpf(1) / 10**6
        value = exact_gate(kind, activation, bias, real)(
            [mpmath.mpf(x.numerator) / x.denominator for x in z]
        )
        rho = value * target.denominator / target.numerator - 1
        # What is left is of order scale**5, or the rounding of the enclosures' middles.
        assert abs(rho - mpmath.mpf(series.numerator) / series.denominator) < 1e-14 * scale


@by_kind
@pytest.mark.parametrize("scale", [0.25, 0.0625, 2.0**-10, 2.0**-24])
def test_by_gates_is_the_exact_function_to_a_few_roundings(kind, scale):
    powers, _, activation, bias = KINDS[kind]
    net = network(kind, scale)
    x = points(len(powers), "float64", seed=1)
    values = net.evaluate(x, None, 1, True, True)
    if not converges(kind, scale):
        pytest.skip("the neurons are used, see the certificate")
    with mpmath.workdps(120 + 10 * sum(powers)):
        exact = exact_gate(kind, activation, bias, scale)
        for z, value in zip(x, values, strict=True):
            truth = exact([mpmath.mpf(t) for t in z])
            assert abs(value - truth) <= (3 + sum(powers)) * 2.0**-52 * abs(truth)


def converges(kind, scale):
    return not network(kind, scale).uses_neurons


@by_kind
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("form", ["factored", "merged"])
@pytest.mark.parametrize("scale", [0.25, 2.0**-6])
def test_one_gate_networks_stay_within_their_certificates(kind, dtype, form, scale):
    powers = KINDS[kind][0]
    core = network(kind, float(np.dtype(dtype).type(scale)), dtype, form)
    box = pn.Box([(-1, 1)] * len(powers), dtype=dtype)
    target = pn.Polynomial({powers: 1}, box.variables)
    net = pn.Network(core, (target,), box, single=True)
    x = points(len(powers), dtype, seed=2)
    for by in ("gates", "neurons"):
        bounds = net.certify(by=by, max_boxes=60).outputs[0]
        values = net(x, by=by)
        for z, value in zip(x, values, strict=True):
            exact = math.prod(Fraction(float(t)) ** p for t, p in zip(z, powers, strict=True))
            assert abs(Fraction(float(value)) - exact) <= Fraction(bounds.upper)
        assert bounds.lower <= bounds.upper


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("cube", "unknown gate 'cube'"),
        ("", "unknown gate"),
        ("monomial", "target"),
        ("monomial_", "powers"),
        ("monomial_0", "constant"),
        ("monomial_10", "powers"),
        ("monomial_1_1_1_1_1_1_1_1_1_1", "9 operands"),
        ("monomial_5_5", "order 9"),
        ("product_odd", "parity"),
        ("copy_even", "parity"),
        ("product_forward_richardson2", "central"),
        ("product_richardson4", "unknown gate"),
        ("product_odd_even", "unknown gate"),
    ],
)
def test_unknown_kinds_are_refused(kind, message):
    with pytest.raises(pn.InvalidInputError, match=message):
        pn.Gate("tanh", kind=kind)


def test_halves_need_the_parity_and_the_bias_0():
    with pytest.raises(pn.InvalidInputError, match="odd about its bias 0, not logistic"):
        pn.Gate("logistic", 0.5, kind="monomial_1_1_1_odd")
    with pytest.raises(pn.InvalidInputError, match=r"odd about its bias 0, not tanh at bias 0\.5"):
        pn.Gate("tanh", 0.5, kind="monomial_1_1_1_odd")
    with pytest.raises(pn.InvalidInputError, match="even about its bias 0, not tanh"):
        pn.Gate("tanh", 0.0, kind="product_even")
    with pytest.raises(pn.InvalidInputError, match="even about its bias 0, not softplus"):
        pn.Gate("softplus", 0.0, kind="product_even")  # its linear part does not cancel


def test_richardson_cancels_the_leading_terms():
    orders = {
        kind: [t.power for t in pn.Gate("logistic", -1.0, kind=kind).error_terms(8)]
        for kind in ("product", "product_richardson2", "product_richardson3")
    }
    assert orders == {
        "product": [2, 4, 6, 8],
        "product_richardson2": [4, 6, 8],
        "product_richardson3": [6, 8],
    }
