"""Intervals: every operation against exact rationals or 300-bit balls, over all exponents."""

import math
import struct
from fractions import Fraction

import flint
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from polynet._core import Interval

SMALLEST = math.ulp(0.0)
LARGEST = math.nextafter(math.inf, 0.0)
UNIT = Fraction(1, 2**53)
OPERATIONS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}


def double(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


# Hypothesis prefers simple numbers; uniform bit patterns visit every exponent alike.
doubles = st.one_of(
    st.floats(allow_nan=False),
    st.integers(0, 2**64 - 1).map(double).filter(lambda x: not math.isnan(x)),
    st.sampled_from([0.0, -0.0, SMALLEST, -SMALLEST, 2.0**-1022, LARGEST, -LARGEST, 1.0]),
)
finite_doubles = doubles.filter(math.isfinite)


def ordered(pair):
    return (min(pair), max(pair))


def neighbourhoods(numbers):
    """Intervals of a few units in the last place."""
    return st.tuples(numbers, st.integers(0, 5)).map(
        lambda p: ordered((p[0], double_steps(p[0], p[1])))
    )


def double_steps(x, steps):
    for _ in range(steps):
        x = math.nextafter(x, math.inf if x < 0 else 0.0)
    return x


bounded = st.one_of(
    st.tuples(finite_doubles, finite_doubles).map(ordered), neighbourhoods(finite_doubles)
)
unbounded = (
    st.tuples(doubles, doubles).map(ordered).filter(lambda p: p[0] < math.inf and p[1] > -math.inf)
)
weights = st.fractions(0, 1)


def interval(pair):
    return Interval(*pair)


def rounded(exact):
    """The double nearest to a Fraction; beyond the largest ones, infinity."""
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def assert_contains(enclosure, exact):
    assert enclosure.lower <= exact <= enclosure.upper


def assert_encloses_tightly(enclosure, low, high):
    """[low, high] lies inside, and no end is two doubles beyond its correctly rounded place.

    The header's promise: a result of one rounded operation is widened to its neighbour.
    """
    assert_contains(enclosure, low)
    assert_contains(enclosure, high)
    assert enclosure.lower >= below(rounded(low))
    assert enclosure.upper <= -below(-rounded(high))


def below(x):
    """Two doubles below x."""
    return math.nextafter(math.nextafter(x, -math.inf), -math.inf)


def values(operation, x, y):
    """The four corner values of a bounded operation; monotone in each operand, so its extremes."""
    return [OPERATIONS[operation](Fraction(a), Fraction(b)) for a in x for b in y]


@pytest.mark.parametrize("operation", OPERATIONS)
@given(x=bounded, y=bounded)
@example(x=(SMALLEST, SMALLEST), y=(SMALLEST, SMALLEST))
@example(x=(-LARGEST, LARGEST), y=(-LARGEST, LARGEST))
@example(x=(0.0, 0.0), y=(LARGEST, LARGEST))
@example(x=(2.0**-1022, 2.0**-1022), y=(2.0**-1021, 2.0**-1021))
@settings(max_examples=250)
def test_operation_encloses_the_exact_range_to_the_next_double(operation, x, y):
    assume(operation != "/" or not y[0] <= 0.0 <= y[1])
    exact = values(operation, x, y)
    result = OPERATIONS[operation](interval(x), interval(y))
    assert_encloses_tightly(result, min(exact), max(exact))


def members(pair, weight):
    """Some real numbers of an interval whose ends may be infinite."""
    low, high = (min(max(end, -LARGEST), LARGEST) for end in pair)
    inner = Fraction(low) + (Fraction(high) - Fraction(low)) * weight
    found = [Fraction(low), inner, Fraction(high)]
    if pair[0] < 0.0 < pair[1]:
        found += [Fraction(0), Fraction(SMALLEST), -Fraction(SMALLEST)]
    # The reals beyond the doubles belong to an unbounded interval.
    beyond = Fraction(LARGEST) * 2**60
    return found + [beyond] * (pair[1] == math.inf) + [-beyond] * (pair[0] == -math.inf)


@pytest.mark.parametrize("operation", OPERATIONS)
@given(x=unbounded, y=unbounded, v=weights, w=weights)
@example(x=(0.0, 0.0), y=(-math.inf, math.inf), v=0, w=0)
@example(x=(0.0, 1.0), y=(1.0, math.inf), v=0, w=0)
@example(x=(1.0, math.inf), y=(2.0, math.inf), v=0, w=0)
@example(x=(-math.inf, math.inf), y=(-0.0, 0.0), v=0, w=0)
@settings(max_examples=200)
def test_operation_contains_every_value_of_unbounded_intervals(operation, x, y, v, w):
    result = OPERATIONS[operation](interval(x), interval(y))
    for a in members(x, v):
        for b in members(y, w):
            if operation != "/" or b != 0:
                assert_contains(result, OPERATIONS[operation](a, b))


@given(x=bounded, y=bounded, v=weights, w=weights)
def test_operations_contain_inner_values(x, y, v, w):
    a, b = members(x, v)[1], members(y, w)[1]
    for operation, apply in OPERATIONS.items():
        if operation != "/" or b != 0:
            assert_contains(apply(interval(x), interval(y)), apply(a, b))


@given(x=bounded, y=unbounded)
def test_divisor_that_may_be_zero_gives_the_whole_line(x, y):
    divisor = Interval(min(y[0], 0.0), max(y[1], 0.0))
    quotient = interval(x) / divisor
    assert (quotient.lower, quotient.upper) == (-math.inf, math.inf)


@given(x=unbounded)
def test_negation_is_exact(x):
    negated = -interval(x)
    assert (negated.lower, negated.upper) == (-x[1], -x[0])


@pytest.mark.parametrize("ends", [(math.nan, 1.0), (1.0, math.nan), (2.0, 1.0)])
def test_ends_that_make_no_interval_give_the_whole_line(ends):
    whole = Interval(*ends)
    assert (whole.lower, whole.upper) == (-math.inf, math.inf)


def powers(x, n):
    """The exact range of x^n."""
    ends = [Fraction(end) ** n for end in x]
    turns = n > 0 and n % 2 == 0 and x[0] <= 0.0 <= x[1]
    return Fraction(0) if turns else min(ends), max(ends)


@given(x=bounded, n=st.integers(0, 20), w=weights)
@example(x=(-2.0, 3.0), n=2, w=0)
@example(x=(-3.0, 2.0), n=3, w=0)
@example(x=(-LARGEST, LARGEST), n=7, w=0)
@example(x=(-SMALLEST, SMALLEST), n=4, w=0)
@settings(max_examples=200)
def test_power_contains_the_exact_range(x, n, w):
    result = interval(x) ** n
    low, high = powers(x, n)
    assert_contains(result, low)
    assert_contains(result, high)
    assert_contains(result, members(x, w)[1] ** n)
    if n % 2 == 0:
        assert result.lower >= 0.0


moderate = st.floats(-1e15, 1e15, allow_subnormal=False).filter(lambda x: abs(x) >= 1e-15)


@given(
    x=st.one_of(st.tuples(moderate, moderate).map(ordered), neighbourhoods(moderate)),
    n=st.integers(2, 20),
)
@settings(max_examples=250)
def test_power_is_tight(x, n):
    # Each of the n - 1 multiplications that an end's power amounts to rounds by u and widens by
    # one unit in the last place, at most 2u: 3u a multiplication.
    result = interval(x) ** n
    slack = (3 * (n - 1) + 1) * UNIT
    low, high = powers(x, n)
    assert low - Fraction(result.lower) <= slack * abs(low)
    assert Fraction(result.upper) - high <= slack * abs(high)


@given(x=bounded)
def test_powers_zero_and_one_are_exact(x):
    zeroth, first = interval(x) ** 0, interval(x) ** 1
    assert (zeroth.lower, zeroth.upper) == (1.0, 1.0)
    assert (first.lower, first.upper) == x


# Elementary functions. From the code's design: a rounded and widened operation costs 3u of its
# result; exp sums a series of the argument reduced to |y| <= 0.35 (error 2u), whose reduction costs
# 2u, and adds 1 (3u): 8u. expm1 subtracts 1 again where |x| > 0.35, which amplifies by up to
# 1.42/0.42 = 3.4: 32u; tanh = -E/(2 + E), E = expm1(-2x), loses no more: near 0 its E is a series.
FUNCTIONS = {
    "exp": (flint.arb.exp, 8),
    "expm1": (flint.arb.expm1, 32),
    "tanh": (flint.arb.tanh, 32),
}


@pytest.fixture(autouse=True)
def high_precision():
    before = flint.ctx.prec
    flint.ctx.prec = 300
    yield
    flint.ctx.prec = before


def limits(function, x):
    """Exact arbs around function(x), closer than 2^-200 of it."""
    if function == "tanh" and abs(x) > 100.0:  # 1 - |tanh x| < 2 e^-200 < 2^-280
        near, one = 1 - flint.arb(2) ** -280, flint.arb(1)
        return (near, one) if x > 0 else (-one, -near)
    if x > 1000.0:
        return flint.arb(1000).exp().lower(), flint.arb(math.inf)
    if x < -1000.0:
        tiny = flint.arb(-1000).exp().upper()
        return (flint.arb(0), tiny) if function == "exp" else (flint.arb(-1), tiny - 1)
    value = FUNCTIONS[function][0](flint.arb(x))
    return value.lower(), value.upper()


def assert_function_encloses(result, function, low, high):
    """The result contains [low, high]; comparisons of arbs are true only if certain."""
    assert flint.arb(result.lower) <= limits(function, low)[0]
    assert flint.arb(result.upper) >= limits(function, high)[1]


@pytest.mark.parametrize("function", FUNCTIONS)
@given(x=unbounded)
@example(x=(-math.inf, math.inf))
@example(x=(-0.0, 0.0))
@example(x=(SMALLEST, 2.0**-1022))
@example(x=(-746.0, -745.0))
@example(x=(-745.2, -708.4))
@example(x=(-720.0, -720.0))
@example(x=(-744.0, -710.5))
@example(x=(709.78, 709.79))
@example(x=(709.782712893384, 709.7827128933841))
@example(x=(-0.35, 0.35))
@example(x=(-20.0, 20.0))
@example(x=(20.000000000000004, 38.0))
@settings(max_examples=200)
def test_function_contains_the_exact_range(function, x):
    result = getattr(interval(x), function)()
    assert_function_encloses(result, function, *x)


@pytest.mark.parametrize("function", FUNCTIONS)
@given(
    x=st.one_of(
        neighbourhoods(st.floats(-40, 40)),
        neighbourhoods(st.floats(-745, 709.75)),
        neighbourhoods(st.floats(-0.75, 0.75)),
        neighbourhoods(finite_doubles.filter(lambda x: abs(x) < 1.0)),
        st.tuples(st.floats(-700, 700), st.floats(-700, 700)).map(ordered),
    )
)
@settings(max_examples=200)
def test_function_is_relatively_tight(function, x):
    result = getattr(interval(x), function)()
    assert_function_encloses(result, function, *x)
    slack = FUNCTIONS[function][1] * flint.arb(2) ** -53
    low, high = limits(function, x[0])[0], limits(function, x[1])[1]
    # Where a result is subnormal, a few of the smallest steps come on top.
    steps = 8 * flint.arb(SMALLEST)
    assert flint.arb(result.lower) >= low - slack * abs(low) - steps
    assert flint.arb(result.upper) <= high + slack * abs(high) + steps


def test_functions_stay_in_their_range():
    whole = Interval(-math.inf, math.inf)
    assert (whole.exp().lower, whole.exp().upper) == (0.0, math.inf)
    assert (whole.tanh().lower, whole.tanh().upper) == (-1.0, 1.0)
    assert below(-1.0) <= whole.expm1().lower <= -1.0


@given(x=st.floats(0.1, 10), n=st.integers(1, 6))
def test_negative_powers_divide(x, n):
    result = Interval(x, x) ** -n
    assert Fraction(result.lower) <= 1 / Fraction(x) ** n <= Fraction(result.upper)
    assert math.isinf((Interval(-x, x) ** -n).upper)
