"""Elementary functions of intervals against 300-bit balls, over all exponents."""

import math
import struct

import flint
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from polynet._core import Interval

SMALLEST = math.ulp(0.0)
LARGEST = math.nextafter(math.inf, 0.0)
UNIT = 2.0**-53


@pytest.fixture(autouse=True)
def high_precision():
    before = flint.ctx.prec
    flint.ctx.prec = 300
    yield
    flint.ctx.prec = before


def saturated(function, limit, beyond):
    """An increasing odd function that differs from its limit by less than 2^-280 beyond."""

    def ball(x):
        if abs(x) <= beyond:
            return function(flint.arb(x))
        near = limit() - flint.arb(0, 1) * flint.arb(2) ** -280
        return near if x > 0 else -near

    return ball


# What encloses function(x) in far less than a double, and where it is defined.
FUNCTIONS = {
    "sqrt": (lambda x: flint.arb(x).sqrt(), 0.0),
    "log": (lambda x: flint.arb(x).log(), SMALLEST),
    "log1p": (lambda x: flint.arb(x).log1p(), math.nextafter(-1.0, 0.0)),
    "sin": (lambda x: flint.arb(x).sin(), -LARGEST),
    "cos": (lambda x: flint.arb(x).cos(), -LARGEST),
    "atan": (saturated(flint.arb.atan, lambda: flint.arb.pi() / 2, math.inf), -LARGEST),
    "erf": (saturated(flint.arb.erf, lambda: flint.arb(1), 20.0), -LARGEST),
}
by_function = pytest.mark.parametrize("function", FUNCTIONS)


def double(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


# Uniform bit patterns visit every exponent alike.
doubles = st.one_of(
    st.integers(0, 2**64 - 1).map(double).filter(math.isfinite),
    st.floats(-40, 40),
    st.floats(-1, 1),
    st.integers(-1000, 1000).map(lambda k: k * math.pi / 4),
)


def precise(function, x):
    """A ball around function(x), its precision raised by the exponent of a huge angle."""
    flint.ctx.prec = 300 + max(0, math.frexp(x)[1])
    return FUNCTIONS[function][0](x)


def assert_contains(enclosure, ball):
    assert not ball < flint.arb(enclosure.lower)
    assert not ball > flint.arb(enclosure.upper)


@by_function
@given(ends=st.tuples(doubles, doubles), weight=st.floats(0, 1))
@example(ends=(-0.0, 0.0), weight=0.0)
@example(ends=(SMALLEST, LARGEST), weight=1e-300)
@example(ends=(-0.29, 0.41), weight=0.5)
@example(ends=(0.7071, 1.4143), weight=0.5)
@example(ends=(1.0, 1.0), weight=0.0)
@example(ends=(-6.0, 6.000000000000001), weight=1.0)
@example(ends=(1048575.9, 1048576.1), weight=0.5)
@example(ends=(0.0, 7.0), weight=0.2)
@settings(max_examples=400)
def test_function_contains_the_values_inside(function, ends, weight):
    low, high = (max(end, FUNCTIONS[function][1]) for end in sorted(ends))
    enclosure = getattr(Interval(low, high), function)()
    inside = min(max(low * (1 - weight) + high * weight, low), high)
    for point in (low, inside, high):
        assert_contains(enclosure, precise(function, point))


@by_function
@given(x=doubles)
@example(x=1.0)
@example(x=0.41000000000000003)
@example(x=-0.29000000000000004)
@example(x=0.7853981633974483)
@example(x=5.9)
@settings(max_examples=400)
def test_function_is_tight(function, x):
    x = max(x, FUNCTIONS[function][1])
    enclosure = getattr(Interval(x, x), function)()
    size = abs(float(precise(function, x).mid()))
    if function in {"sin", "cos"}:
        # Relative to 1 except where the sine is near 0 with its argument.
        size = size if function == "sin" and abs(x) < 0.78 else 1.0
        size = math.inf if abs(x) > 2.0**20 else size
    # An operation widens by about 4 units; Horner's rules damp all but the last few.
    units = {"sqrt": 4, "log": 48, "log1p": 48, "sin": 32, "cos": 32, "atan": 64, "erf": 128}
    allowed = units[function] * UNIT * size
    if function == "erf":  # the argument of e^(-x^2) and the number of terms grow like x^2
        allowed *= 1 + min(x * x, 36.0)
    assert enclosure.upper - enclosure.lower <= allowed + 32 * SMALLEST


@pytest.mark.parametrize("function", ["sin", "cos"])
@given(x=st.floats(-1e5, 1e5), radius=st.floats(0, 4))
@settings(max_examples=400)
def test_sine_and_cosine_reach_their_extremes_and_no_more(function, x, radius):
    low, high = x - radius, x + radius
    enclosure = getattr(Interval(low, high), function)()
    shift = 0.0 if function == "sin" else math.pi / 2
    ends = [float(precise(function, end).mid()) for end in (low, high)]
    for extreme, place in ((1.0, math.pi / 2), (-1.0, -math.pi / 2)):
        first, last = ((end + shift - place) / (2 * math.pi) for end in (low, high))
        reached = enclosure.upper if extreme > 0 else enclosure.lower
        if math.floor(last - 1e-9) >= math.ceil(first + 1e-9):
            assert reached == extreme
        elif math.floor(last + 1e-9) < math.ceil(first - 1e-9):
            nearest = max(ends) if extreme > 0 else min(ends)
            assert abs(reached - nearest) <= 40 * UNIT


@pytest.mark.parametrize("function", ["sqrt", "log", "log1p"])
def test_outside_the_domain_nothing_is_known(function):
    for low in (-2.0, -1.0, -math.inf):
        enclosure = getattr(Interval(low, 3.0), function)()
        assert (enclosure.lower, enclosure.upper) == (-math.inf, math.inf)


@by_function
def test_unbounded_arguments(function):
    enclosure = getattr(Interval(1.0, math.inf), function)()
    if function in {"sqrt", "log", "log1p"}:
        assert enclosure.upper == math.inf
    elif function in {"sin", "cos"}:
        assert (enclosure.lower, enclosure.upper) == (-1.0, 1.0)
    else:
        assert_contains(enclosure, precise(function, 1.0))
        assert_contains(enclosure, precise(function, 1e300))
        assert enclosure.upper < 1.5708
