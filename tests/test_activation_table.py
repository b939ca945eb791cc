"""Every activation of the table against 400-bit balls: values, enclosures, biases, symmetries."""

import math
import pickle
from fractions import Fraction

import flint
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import polynet as pn
from polynet._core import Activation, Interval

MAX_ORDER = 12
HIGH_ORDER = 166  # the highest that a gate's series and a Taylor step ask for
NAMES = pn.activation_names()
by_name = pytest.mark.parametrize("name", NAMES)

SYMMETRIES = {
    "algebraic": "odd",
    "arctan": "odd",
    "cos": "even",
    "erf": "odd",
    "exp": "none",
    "gaussian": "even",
    "gelu": "even_plus_linear",
    "gelu_tanh": "even_plus_linear",
    "logcosh": "even",
    "logistic": "odd_plus_constant",
    "mish": "none",
    "requ": "none",
    "silu": "even_plus_linear",
    "sin": "odd",
    "softplus": "even_plus_linear",
    "tanh": "odd",
}


@pytest.fixture(autouse=True)
def high_precision():
    before = flint.ctx.prec, flint.ctx.cap
    flint.ctx.prec = 400
    yield
    flint.ctx.prec, flint.ctx.cap = before


def constant(value):
    return flint.arb_series([value])


def functions():
    """The activations as functions of a power series."""
    one, half = constant(1), constant(flint.arb(1) / 2)
    gelu_scale = 2 * (2 / flint.arb.pi()).sqrt()

    def logistic(t):
        return one / (one + (-t).exp())

    def mish(t):
        n = t.exp() * (t.exp() + 2)
        return t * n / (n + 2)

    def gelu_tanh(t):
        cubic = t + constant(flint.arb(44715) / 10**6) * t * t * t
        return t * logistic(constant(gelu_scale) * cubic)

    return {
        "algebraic": lambda t: t / (one + t * t).sqrt(),
        "arctan": lambda t: t.atan(),
        "cos": lambda t: t.cos(),
        "erf": lambda t: t.erf(),
        "exp": lambda t: t.exp(),
        "gaussian": lambda t: (-half * t * t).exp(),
        "gelu": lambda t: half * t * (constant(-flint.arb(1) / flint.arb(2).sqrt()) * t).erfc(),
        "gelu_tanh": gelu_tanh,
        "logcosh": lambda t: (half * (t.exp() + (-t).exp())).log(),
        "logistic": logistic,
        "mish": mish,
        "requ": lambda t: t * t if t[0] > 0 else t * constant(0),
        "silu": lambda t: t * logistic(t),
        "sin": lambda t: t.sin(),
        "softplus": lambda t: (one + t.exp()).log(),
        "tanh": lambda t: one - constant(2) / (one + (t + t).exp()),
    }


def exact(name, x, order):
    """The derivatives of orders 0..order at x as balls; the fixture sets their precision."""
    flint.ctx.cap = order + 1
    series = functions()[name](flint.arb_series([flint.arb(x), 1]))
    return [series[k] * math.factorial(k) for k in range(order + 1)]


def contains(enclosure, ball):
    """Whether the ball, far narrower than any double's neighbourhood, meets the enclosure."""
    lower, upper = flint.arb(enclosure.lower), flint.arb(enclosure.upper)
    return not (ball < lower) and not (ball > upper)


points = st.one_of(
    st.floats(-30, 30),
    st.floats(-4, 4),
    st.floats(-1, 1),
    st.integers(-20, 20).map(float),
).filter(lambda x: x == 0.0 or abs(x) > 1e-60)


def usable(name, x):
    return name != "requ" or x != 0.0  # where its second derivative does not exist


@by_name
def test_the_oracle_is_far_more_accurate_than_doubles(name):
    for x in (-30.0, -2.5, 0.1, 3.0, 30.0):
        for ball in exact(name, x, MAX_ORDER):
            assert ball.rad() < 1e-60


@by_name
@given(x=points)
@settings(max_examples=150)
def test_derivatives_contain_the_exact_ones(name, x):
    if usable(name, x):
        enclosures = Activation(name).derivatives(x, MAX_ORDER)
        assert len(enclosures) == MAX_ORDER + 1
        for k, ball in enumerate(exact(name, x, MAX_ORDER)):
            assert contains(enclosures[k], ball), k


@by_name
@given(x=st.floats(-4, 4), k=st.integers(0, 8))
@settings(max_examples=100)
def test_derivatives_are_tight(name, x, k):
    # A unit in the last place of k! for an activation with its poles at distance 1, times the
    # growth of the recurrences, at most 8 an order (mish and algebraic; 2 for most).
    if usable(name, x):
        enclosure = Activation(name).derivatives(x, k)[k]
        assert enclosure.upper - enclosure.lower <= 1e-13 * 8.0**k * max(1.0, math.exp(x))


@by_name
@given(
    x=points,
    radius=st.sampled_from([1e-6, 0.01, 0.06, 0.3, 1.0, 4.0]),
    k=st.integers(0, MAX_ORDER),
    weights=st.lists(st.floats(0, 1), min_size=4, max_size=4),
)
@settings(max_examples=120)
def test_derivatives_on_an_interval_contain_those_inside(name, x, radius, k, weights):
    low, high = x - radius, x + radius
    enclosure = Activation(name).derivative_on(k, Interval(low, high))
    inside = [min(max(low + w * (high - low), low), high) for w in weights]
    turns = [q * math.pi / 2 for q in range(-20, 21) if low <= q * math.pi / 2 <= high]
    for point in [low, high, *inside, *turns, *([0.0] if low <= 0.0 <= high else [])]:
        if usable(name, point) and (point == 0.0 or abs(point) > 1e-60):
            assert contains(enclosure, exact(name, point, k)[k]), point
    if name != "requ":
        assert math.isfinite(enclosure.lower)
        assert math.isfinite(enclosure.upper)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "requ"])
@given(
    x=st.one_of(st.floats(-4, 4), st.floats(-1, 1), st.floats(-30, 30)).filter(
        lambda x: x == 0.0 or abs(x) > 1e-9
    ),
    radius=st.sampled_from([0.0, 0.0, 1e-6, 0.06, 1.0]),
)
@example(x=0.0, radius=0.0)
@example(x=4.0, radius=0.0)
@settings(max_examples=15)
def test_derivatives_of_high_orders_contain_those_inside(name, x, radius):
    # At a point of an interval without width the closed-form bounds alone can fail.
    flint.ctx.prec = 900
    s = Activation(name)
    balls = [exact(name, t, HIGH_ORDER) for t in (x - radius, x, x + radius)]
    for k in range(1, HIGH_ORDER + 1) if radius == 0.0 else (5, 20, 60, HIGH_ORDER):
        enclosure = s.derivative_on(k, Interval(x - radius, x + radius))
        for ball in balls:
            assert contains(enclosure, ball[k]), k


@by_name
@given(x=st.floats(-3, 3), k=st.integers(1, 8))
@settings(max_examples=60)
def test_derivatives_on_a_narrow_interval_are_tight(name, x, k):
    # To first order the derivative moves by |s_{k+1}| r; the rest is of the size of s_{k+2} r^2
    # near x, here bounded by its majorant (k + 2)! with a pole at distance 1.
    if name == "requ" and abs(x) < 0.1:
        return
    r = 2.0**-6
    enclosure = Activation(name).derivative_on(k, Interval(x - r, x + r))
    width = 2 * r * abs(float(exact(name, x, k + 1)[k + 1].mid()))
    slack = 40.0 * max(1.0, math.exp(x)) * math.factorial(k + 2) * r**2
    assert enclosure.upper - enclosure.lower <= width + slack


@by_name
@given(
    x=st.one_of(
        st.floats(-30, 30),
        st.floats(-3, 3),
        st.tuples(st.sampled_from([-1.0, 1.0]), st.floats(-100, 3)).map(lambda p: p[0] * 2 ** p[1]),
    ).filter(lambda x: x == 0.0 or abs(x) >= 2.0**-100)
)
@example(x=0.0)
@example(x=-2.0)
@example(x=-2.0000000000000004)
@example(x=1.0)
@example(x=1.0000000000000002)
@example(x=-29.999999999999996)
@settings(max_examples=200)
def test_value_is_within_four_ulp(name, x):
    reference = exact(name, x, 0)[0]
    value = Activation(name).value(x)
    if reference.mid() == 0:
        assert value == 0.0
    else:
        # Where the result is subnormal, an intermediate one may lose a few of the smallest steps.
        allowed = 4 * math.ulp(float(reference.mid())) + 32 * math.ulp(0.0)
        assert abs(flint.arb(value) - reference) <= flint.arb(allowed)


LIMITS = {
    "algebraic": (-1.0, 1.0),
    "arctan": (-math.pi / 2, math.pi / 2),
    "erf": (-1.0, 1.0),
    "exp": (0.0, math.inf),
    "gaussian": (0.0, 0.0),
    "gelu": (0.0, math.inf),
    "gelu_tanh": (0.0, math.inf),
    "logcosh": (math.inf, math.inf),
    "logistic": (0.0, 1.0),
    "mish": (0.0, math.inf),
    "requ": (0.0, math.inf),
    "silu": (0.0, math.inf),
    "softplus": (0.0, math.inf),
    "tanh": (-1.0, 1.0),
}


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("far", [1e6, 1e200, 1.7e307, math.inf])
def test_values_far_out_are_the_limits(name, far):
    for x, limit in zip((-far, far), LIMITS[name], strict=True):
        value = Activation(name).value(x)
        enclosure = Activation(name).derivative_on(0, Interval(x, x))
        if math.isfinite(limit):
            assert value == pytest.approx(limit, abs=2e-6)
        else:
            assert value >= far - 1.0
        if math.isinf(value):
            assert enclosure.upper == math.inf
        else:
            slack = 1e-15 * abs(value)
            assert enclosure.lower - slack <= value <= enclosure.upper + slack


@by_name
def test_not_a_number_stays_one(name):
    assert math.isnan(Activation(name).value(math.nan))


@by_name
@given(x=st.floats(-25, 25))
@settings(max_examples=60)
def test_symmetry_is_as_declared(name, x):
    s = Activation(name)
    assert s.symmetry == SYMMETRIES[name]
    there, here = exact(name, -x, 0)[0], exact(name, x, 0)[0]
    difference = {
        "none": lambda: 0,
        "even": lambda: here - there,
        "odd": lambda: here + there,
        "odd_plus_constant": lambda: here + there - 2 * exact(name, 0.0, 0)[0],
        "even_plus_linear": lambda: here - there - flint.arb(x),
    }[s.symmetry]()
    assert abs(difference) < flint.arb(10) ** -60


# Biases


def vanishes(name, k, bias):
    """Whether s_k changes sign within a double of the bias, or is zero there."""
    below, here, above = (
        exact(name, x, k)[k]
        for x in (math.nextafter(bias, -math.inf), bias, math.nextafter(bias, math.inf))
    )
    return abs(here) < flint.arb(10) ** -60 or below * above < 0


NEVER_ZERO_FOURTH = {"cos", "exp", "sin"}


@by_name
def test_product_bias(name):
    bias = Activation(name).product_bias
    assert vanishes(name, 4, bias) == (name not in NEVER_ZERO_FOURTH)
    assert abs(exact(name, bias, 2)[2]) > 0.05


@by_name
def test_copy_bias(name):
    bias = Activation(name).copy_bias
    assert abs(exact(name, bias, 1)[1]) > 0.16
    if SYMMETRIES[name] == "odd":
        assert bias == 0.0
    elif name == "logcosh":  # s''' vanishes only where s' does
        assert abs(exact(name, bias, 3)[3]) < 1e-14
    else:
        assert vanishes(name, 3, bias) == (name not in {"exp", "cos"})


@by_name
def test_curvature_bias(name):
    bias = Activation(name).curvature_bias
    assert abs(exact(name, bias, 2)[2]) > 0.09
    assert name == "exp" or vanishes(name, 3, bias)


# Names


def test_names_are_listed_in_order():
    assert sorted(SYMMETRIES) == NAMES
    assert [Activation(name).name for name in NAMES] == NAMES


@pytest.mark.parametrize("name", ["", "Logistic", "tanh "])
def test_unknown_name_is_refused_with_the_known_ones(name):
    with pytest.raises(pn.InvalidInputError, match="logistic, mish, requ"):
        pn.Gate(name)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("relu", "second derivative"),
        ("leaky_relu", "second derivative"),
        ("hard_sigmoid", "second derivative"),
        ("identity", "second derivative"),
        ("linear", "second derivative"),
        ("elu", "no Taylor series"),
        ("selu", "no Taylor series"),
    ],
)
def test_an_activation_that_makes_no_gates_is_refused_with_alternatives(name, reason):
    for request in (lambda: pn.Gate(name), lambda: pn.compile("x*y", BOX, activation=name)):
        with pytest.raises(pn.InvalidInputError, match=rf"{reason}.*requ, softplus, silu or gelu"):
            request()


# The exact case

BOX = {"x": (-1, 1), "y": (-1, 1)}


@pytest.mark.parametrize("bias", [None, 1.0])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_requ_multiplies_exactly(dtype, bias):
    net = pn.compile("x*y", BOX, activation="requ", dtype=dtype, bias=bias)
    for by in ("gates", "neurons"):
        certificate = net.certify(by=by)
        assert certificate.outputs[0].truncation_upper < 1e-14
        assert certificate.upper < (1e-13 if dtype == "float64" else 3e-5)
        value = net([0.375, -0.8125], by=by)
        assert abs(Fraction(float(value)) + Fraction(39, 128)) <= Fraction(certificate.upper)


def test_requ_across_zero_is_unknown():
    s = Activation("requ")
    across = [s.derivative_on(k, Interval(-1.0, 2.0)) for k in range(4)]
    for enclosure, end in zip(across[:2], (4.0, 4.0), strict=True):
        assert -1e-300 < enclosure.lower <= 0.0
        assert end <= enclosure.upper < end + 1e-14
    assert all((e.lower, e.upper) == (-math.inf, math.inf) for e in across[2:])
    for low, high in ((-1.0, 1.0), (-1.0, 0.5), (-2.0, 1.0), (-0.5, 2.0**-40), (-3.0, 2.0)):
        third = s.derivative_on(3, Interval(low, high))  # whatever pieces it is cut into
        assert (third.lower, third.upper) == (-math.inf, math.inf)
    right = [s.derivative_on(k, Interval(0.0, 2.0)) for k in range(5)]
    assert contains(right[2], flint.arb(2))
    assert right[2].upper - right[2].lower < 1e-14
    assert max(abs(e.lower) + abs(e.upper) for e in right[3:]) < 1e-300
    for k in range(5):
        left = s.derivative_on(k, Interval(-2.0, 0.0))
        assert abs(left.lower) + abs(left.upper) < 1e-300
    with pytest.raises(pn.InvalidInputError, match="bias 0"):
        pn.Gate("requ", bias=0.0)


@by_name
def test_networks_of_every_activation_pickle(name):
    net = pn.compile("x*y", BOX, activation=name)
    assert pickle.loads(pickle.dumps(net)) == net
