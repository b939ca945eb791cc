"""Single gates: stencils, exact moments, error terms, and evaluation to the last bits."""

import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import example, given, settings
from hypothesis import strategies as st

import polynet
from polynet import Gate, InvalidInputError, Polynomial, SizeLimitError
from polynet._core import Activation, Network, Stencil

ACTIVATIONS = {"logistic": lambda x: 1 / (1 + mpmath.exp(-x)), "tanh": mpmath.tanh}
# The nodes (weight, direction) of each kind as the papers write the differences, the node at the
# bias last, and the target's powers.
KINDS = {
    "product": ([(1, (1, 1)), (1, (-1, -1)), (-1, (1, -1)), (-1, (-1, 1))], (1, 1)),
    "square": ([(1, (1,)), (1, (-1,)), (-2, (0,))], (2,)),
    "copy": ([(1, (1,)), (-1, (-1,))], (1,)),
    "copy_forward": ([(1, (1,)), (-1, (0,))], (1,)),
}
DEFAULT = None
# Biases where every kind of gate exists, besides the default ones.
BIASES = {"logistic": [-1.0, 0.75, 3.5], "tanh": [-0.4, 0.75, 2.0]}
MAX_ORDER = 20

by_kind = pytest.mark.parametrize("kind", KINDS)
by_activation = pytest.mark.parametrize("name", ACTIVATIONS)


@pytest.fixture(autouse=True)
def digits():
    with mpmath.workdps(110):
        yield


def symbols(kind):
    return sympy.symbols("u v" if len(KINDS[kind][1]) == 2 else "t,")


def series(kind, orders):
    """{j: coefficient of s_j l^(j-m)/s_m in gate/target}, from the stencil's own Taylor series."""
    nodes, powers = KINDS[kind]
    z = symbols(kind)
    m = sum(powers)
    s = sympy.symbols(f"s0:{max(orders) + 1}")
    scale = sympy.Symbol("l")
    sums = [
        sum(
            w * sum(d * x for d, x in zip(direction, z, strict=True)) ** j for w, direction in nodes
        )
        for j in range(max(orders) + 1)
    ]
    total = sum(s[j] * scale**j * sums[j] / sympy.factorial(j) for j in range(max(orders) + 1))
    target = sympy.prod([x**p for x, p in zip(z, powers, strict=True)])
    lead = sympy.expand(total).coeff(s[m]) / target / scale**m
    relative = sympy.expand(sympy.expand(total) / (lead * target * scale**m))
    assert not lead.has(scale, *z)
    assert all(relative.coeff(s[j]) == 0 for j in range(m))
    return {j: relative.coeff(s[j]) / scale ** (j - m) for j in orders}


def as_sympy(polynomial, kind):
    z = symbols(kind)
    return sum(
        sympy.Rational(c.numerator, c.denominator)
        * sympy.prod([x**p for x, p in zip(z, powers, strict=True)])
        for powers, c in polynomial.terms.items()
    )


def relative_moment(kind, j):
    """C_j of the core as a Polynomial."""
    terms = {tuple(p): Fraction(top, bottom) for p, top, bottom in Stencil(kind).moment(j)}
    return Polynomial(terms, [str(x) for x in symbols(kind)])


# Stencils and their moments


@by_kind
def test_stencil_is_the_difference_of_the_papers(kind):
    nodes, powers = KINDS[kind]
    gate = Gate("logistic", 0.75, kind=kind)
    assert sorted(gate.nodes) == sorted(nodes)
    assert gate.neurons == sum(any(direction) for _, direction in nodes)
    assert gate.target == Polynomial({powers: 1}, [str(x) for x in symbols(kind)])
    stencil = Stencil(kind)
    assert (stencil.name, stencil.operands, stencil.order) == (kind, len(powers), sum(powers))


@by_kind
def test_moments_are_those_of_the_series_with_symbolic_derivatives(kind):
    first = sum(KINDS[kind][1])
    for j, expected in series(kind, range(first, 13)).items():
        assert sympy.expand(as_sympy(relative_moment(kind, j), kind) - expected) == 0, j


@by_kind
def test_moments_up_to_the_largest_order_are_the_sums_over_the_nodes(kind):
    gate = Gate("logistic", 0.75, kind=kind)
    m = sum(KINDS[kind][1])
    for j in range(m):
        assert gate.moment(j) == Polynomial({}, gate.target.variables)
    lead = gate.moment(m).terms[KINDS[kind][1]] * Fraction(1, math.factorial(m))
    for j in range(m, MAX_ORDER + 1):
        product = gate.target * relative_moment(kind, j) * lead * math.factorial(j)
        assert gate.moment(j) == product, j


@pytest.mark.parametrize(
    ("kind", "j", "expected"),
    [  # docs/theory.md, section 1
        ("product", 2, "1"),
        ("product", 3, "0"),
        ("product", 4, "(u**2 + v**2)/6"),
        ("product", 6, "(u**2 + 3*v**2)*(3*u**2 + v**2)/360"),
        ("product", 8, "(u**2 + v**2)*(u**4 + 6*u**2*v**2 + v**4)/5040"),
        ("product", 10, "(u**4+10*u**2*v**2+5*v**4)*(5*u**4+10*u**2*v**2+v**4)/1814400"),
        ("square", 4, "t**2/12"),
        ("square", 6, "t**4/360"),
        ("square", 8, "t**6/20160"),
        ("copy", 2, "0"),
        ("copy", 3, "t**2/6"),
        ("copy_forward", 2, "t/2"),
        ("copy_forward", 20, "t**19/2432902008176640000"),
    ],
)
def test_moment_in_closed_form(kind, j, expected):
    assert sympy.expand(as_sympy(relative_moment(kind, j), kind) - sympy.sympify(expected)) == 0


@by_kind
def test_moment_beyond_the_known_orders_is_refused(kind):
    for j in (Stencil(kind).order - 1, MAX_ORDER + 1):
        with pytest.raises(SizeLimitError, match=kind):
            Stencil(kind).moment(j)


# Error terms


def derivative(name, k, x):
    """The k-th derivative by mpmath's numerical differentiation."""
    with mpmath.workdps(160):
        return mpmath.diff(ACTIVATIONS[name], x, k)


@by_kind
@by_activation
def test_error_terms_are_exact_polynomials_with_enclosed_ratios(kind, name):
    m = sum(KINDS[kind][1])
    for bias in BIASES[name]:
        terms = Gate(name, bias, scale=0.5, kind=kind).error_terms(8)
        expected = {
            j: relative_moment(kind, j)
            for j in range(m + 1, m + 9)
            if relative_moment(kind, j).terms
        }
        assert {term.order: term.polynomial for term in terms} == expected
        for term in terms:
            assert term.power == term.order - m
            ratio = derivative(name, term.order, bias) / derivative(name, m, bias)
            assert term.coefficient[0] <= ratio <= term.coefficient[1]


@by_activation
@pytest.mark.parametrize("bias", [-2.0, -1.0, -0.1, 0.25, 0.75, 1.3169578969248167, 3.0])
def test_leading_coefficient_of_the_product_to_ten_digits(name, bias):
    (term,) = Gate(name, bias).error_terms(2)
    sixth = Fraction(1, 6)
    assert term.polynomial == Polynomial({(2, 0): sixth, (0, 2): sixth}, ("u", "v"))
    ratio = derivative(name, 4, bias) / derivative(name, 2, bias)
    # Independently, from the four neurons: (m/(uv) - 1)/l^2 is this up to O(l^2).
    with mpmath.workdps(160):
        tiny, s, b = mpmath.mpf(10) ** -20, ACTIVATIONS[name], mpmath.mpf(bias)
        gate = s(b + 2 * tiny) + s(b - 2 * tiny) - 2 * s(b)
        measured = (gate / (4 * tiny**2 * derivative(name, 2, bias)) - 1) / tiny**2 * 3
    assert abs(measured - ratio) <= abs(ratio) * mpmath.mpf(10) ** -30
    for end in term.coefficient:
        assert abs(end - ratio) <= abs(ratio) * mpmath.mpf(10) ** -10


@by_activation
def test_leading_term_vanishes_at_the_default_bias(name):
    for kind in ("product", "square"):
        fourth, sixth = Gate(name, kind=kind).error_terms(4)
        assert fourth.coefficient[0] <= 0 <= fourth.coefficient[1]
        assert max(map(abs, fourth.coefficient)) < 1e-12
        expected = {"logistic": -1.5, "tanh": -24.0}[name]  # s_6/s_2
        assert abs(sixth.coefficient[0] - expected) <= 1e-10 * abs(expected)
    (third,) = Gate(name, kind="copy").error_terms(2)
    expected = {"logistic": 0.0, "tanh": -2.0}[name]
    assert max(abs(end - expected) for end in third.coefficient) < 1e-12


@by_kind
@by_activation
def test_normalisation_is_enclosed(kind, name):
    gate = Gate(name, 0.75, kind=kind)
    low, high = gate.leading_derivative
    assert low <= derivative(name, sum(KINDS[kind][1]), 0.75) <= high
    assert high - low <= 1e-14 * abs(low)


def test_default_biases():
    for name in ACTIVATIONS:
        known = Activation(name)
        for kind in KINDS:
            expected = known.copy_bias if "copy" in kind else known.product_bias
            assert Gate(name, kind=kind).bias == expected


# Refusals


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("relu",), {}, "relu.*second derivative"),
        (("logistic",), {"kind": "cube"}, "cube.*copy"),
        (("logistic", math.nan), {}, "bias"),
        (("logistic", math.inf), {}, "bias"),
        (("tanh", 0.5, math.nan), {}, "scale"),
        (("tanh", 0.5, math.inf), {}, "scale"),
        (("tanh", 0.5, 0.0), {}, "scale"),
        (("tanh", 0.5, -0.1), {}, "scale"),
        (("logistic", 0.0), {}, "order 2.*bias 0;"),
        (("tanh", 0.0), {"kind": "square"}, "order 2"),
        (("logistic", 800.0), {"kind": "copy"}, "order 1"),
        (("tanh", -1e300), {"kind": "copy_forward"}, "order 1"),
    ],
)
def test_unusable_gate_is_refused(arguments, options, message):
    with pytest.raises(InvalidInputError, match=message):
        Gate(*arguments, **options)


@by_kind
def test_order_of_error_terms_is_bounded(kind):
    gate = Gate("tanh", 0.75, kind=kind)
    most = MAX_ORDER - sum(KINDS[kind][1])
    assert gate.error_terms(most)[-1].order in (MAX_ORDER - 1, MAX_ORDER)
    with pytest.raises(SizeLimitError):
        gate.error_terms(most + 1)
    for order in (0, -3):
        with pytest.raises(InvalidInputError, match="order"):
            gate.error_terms(order)


@by_kind
def test_repr_makes_the_gate_again(kind):
    gate = Gate("logistic", 1.25, scale=0.1, kind=kind)
    again = eval(repr(gate), {"Gate": Gate})
    assert (again.activation, again.bias, again.scale, again.kind) == (
        "logistic",
        1.25,
        0.1,
        kind,
    )


# Evaluation: the network of one gate against its exact function and its target

SCALES = [0.25, 0.1, 0.03, *(10.0**-k for k in range(2, 9))]
# The promise is 4 eps of the exact value, eps = 2.2e-16. The design gives about half of that: t and
# t + t r are each rounded once by 2^-53, the small r adds little.
TOLERANCE = 4 * 2.0**-53
rng = np.random.default_rng(1608)


def network(kind, name, bias, scale):
    """The network that is one gate, operands and output unchanged, as polynet.Network or core."""
    if kind == "product":
        box = {"u": (-1, 1), "v": (-1, 1)}
        # The compact one may find a smaller gate at this bias.
        net = polynet.compile(
            "u*v", box, activation=name, bias=bias, scale=scale, construction="paper"
        )
        return net._handle
    gate = Gate(name, bias, scale, kind=kind)
    hidden = [([([(0, 1.0)], 0.0)], [(kind, gate.bias, scale, [0])])]
    return Network.from_state(
        (name, "float64", "factored", [(-1.0, 1.0)], [], hidden, [([(0, 1.0)], 0.0)])
    )


def stored_gate(net):
    """(bias, scale) of a network that is one gate; its affine forms change nothing."""
    *_, [(operands, [(_, bias, scale, indices)])], outputs = net.state()
    assert operands == [([(i, 1.0)], 0.0) for i in range(len(indices))]
    assert outputs == [([(0, 1.0)], 0.0)]
    return bias, scale


def gate_function(kind, name, bias, scale):
    """The gate's real-number function, from its neurons at high precision."""
    nodes, powers = KINDS[kind]
    s, b, scale = ACTIVATIONS[name], mpmath.mpf(bias), mpmath.mpf(scale)
    m = sum(powers)
    factor = sum(w * math.prod(map(pow, d, powers)) for w, d in nodes)
    factor = factor / math.prod(map(math.factorial, powers))
    normalisation = derivative(name, m, b) * factor * scale**m

    def function(z):
        arguments = (b + scale * mpmath.fsum(map(mpmath.fmul, d, z)) for _, d in nodes)
        values = [w * s(x) for (w, _), x in zip(nodes, arguments, strict=True)]
        return mpmath.fsum(values) / normalisation

    return function


def sample(kind, count):
    operands = len(KINDS[kind][1])
    corners = np.array(list(itertools.product([-1.0, 1.0], repeat=operands)))
    tiny = np.full((1, operands), 2.0**-30)
    return np.concatenate([corners, tiny, rng.uniform(-1, 1, (count, operands))])


CASES = [
    *(
        (k, n, b)
        for k in ("product", "square", "copy")
        for n in BIASES
        for b in [DEFAULT, *BIASES[n]]
    ),
    ("copy_forward", "tanh", 0.0),
]


@pytest.mark.parametrize(("kind", "name", "bias"), CASES)
@pytest.mark.parametrize("scale", SCALES)
def test_gate_is_evaluated_within_four_eps_of_its_exact_function(kind, name, bias, scale):
    net = network(kind, name, bias, scale)
    function = gate_function(kind, name, *stored_gate(net))
    points = sample(kind, 8)
    values = net.evaluate(points, None, 1, True, True)
    for point, value in zip(points, values, strict=True):
        exact = function(point)
        assert abs(value - exact) <= TOLERANCE * abs(exact), point


@example(name="logistic", bias=1.3125, sign=-1, scale=0.125, u=1.0, v=1.0)
@settings(max_examples=60)
@given(
    name=st.sampled_from(list(ACTIVATIONS)),
    bias=st.floats(0.3, 3.5),
    sign=st.sampled_from([-1, 1]),
    scale=st.floats(1e-8, 0.2),
    u=st.floats(-1, 1).filter(lambda x: abs(x) > 1e-15),
    v=st.floats(-1, 1).filter(lambda x: abs(x) > 1e-15),
)
def test_product_is_evaluated_within_four_eps_for_any_bias(name, bias, sign, scale, u, v):
    net = network("product", name, sign * bias, scale)
    exact = gate_function("product", name, *stored_gate(net))((u, v))
    value = net.evaluate(np.array([u, v]), None, 1, True, True)
    assert abs(value - exact) <= TOLERANCE * abs(exact)


@by_activation
@pytest.mark.parametrize(("bias", "slope"), [(DEFAULT, 4.0), (-1.0, 2.0), (0.75, 2.0), (0.4, 2.0)])
def test_slope_of_the_error_against_the_scale(name, bias, slope):
    # Between rounding (2^-53) below and the next order (l^2 of it) above.
    scales = [2.0**-k for k in range(4, 9)]
    points = sample("product", 40)
    targets = [Fraction(u) * Fraction(v) for u, v in points]
    errors = []
    for scale in scales:
        box = {"u": (-1, 1), "v": (-1, 1)}
        net = polynet.compile(
            "u*v", box, activation=name, bias=bias, scale=scale, construction="paper"
        )
        values = net(points, by="gates")
        errors.append(max(abs(Fraction(y) - t) for y, t in zip(values, targets, strict=True)))
    fitted = np.polyfit(np.log(scales), [math.log(error) for error in errors], 1)[0]
    assert abs(fitted - slope) <= 0.02
    # Halving the scale divides the error by 4, or 16.
    assert abs(errors[-2] / errors[-1] / 2**slope - 1) <= 0.02


def test_neurons_of_the_network_are_the_gates_neurons():
    for kind, (nodes, _) in KINDS.items():
        net = network(kind, "tanh", 0.0 if kind == "copy_forward" else 0.75, 0.1)
        assert net.hidden_neurons == [sum(any(direction) for _, direction in nodes)]
