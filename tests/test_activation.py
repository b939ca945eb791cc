"""The logistic function and tanh: values, derivatives, enclosures, biases, from closed forms.

tests/test_activation_table.py holds what all activations have in common."""

import math
from functools import cache
from itertools import pairwise

import mpmath
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from polynet._core import Activation, Interval

NAMES = ("logistic", "tanh")
SMALLEST = math.ulp(0.0)
MAX_ORDER = 20
# Distance from the real line to the nearest poles, which all lie on the imaginary axis.
POLE = {"logistic": math.pi, "tanh": math.pi / 2}

by_name = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(autouse=True)
def digits():
    with mpmath.workdps(60):
        yield


@cache
def stirling(n, k):
    """Stirling number of the second kind."""
    if n == k:
        return 1
    return 0 if k in (0, n + 1) else k * stirling(n - 1, k) + stirling(n - 1, k - 1)


def exact(name, k, x):
    """The k-th derivative at x to 60 digits."""
    # Near 0 the even derivatives are of the size of x: the sum below cancels that far.
    guard = int(-math.log10(abs(x))) if 0.0 < abs(x) < 1.0 else 0
    with mpmath.workdps(60 + guard):
        if name == "logistic":
            return logistic_derivative(k, mpmath.mpf(x))
        return 2 ** (k + 1) * logistic_derivative(k, 2 * mpmath.mpf(x)) - (k == 0)


def logistic_derivative(k, x):
    """s_k = sum_j (-1)^(j-1) (j-1)! S(k+1, j) s^j: by induction on s' = s - s^2."""
    if k == 0:
        return 1 / (1 + mpmath.exp(-x))
    if x > 0:  # parity, lest the sum cancel
        return (-1) ** (k + 1) * logistic_derivative(k, -x)
    s = mpmath.exp(x) / (1 + mpmath.exp(x))
    return mpmath.fsum(
        (-1) ** (j - 1) * mpmath.factorial(j - 1) * stirling(k + 1, j) * s**j
        for j in range(1, k + 2)
    )


def global_bound(name, k):
    """sup |s_k| on the real line or a little more, k >= 1 (docs/certificates.md, "Arithmetic")."""
    j = k + 1
    tanh = 2 * mpmath.factorial(k) * (2 / mpmath.pi) ** j * (1 - mpmath.mpf(2) ** -j)
    tanh *= mpmath.zeta(j)
    return tanh if name == "tanh" else tanh / 2**j


def ulp(x):
    """Unit in the last place of the double nearest to x."""
    return math.ulp(float(x))


def contains(enclosure, value):
    return enclosure.lower <= value <= enclosure.upper


@pytest.mark.parametrize(
    ("name", "function"),
    [("logistic", lambda t: 1 / (1 + mpmath.exp(-t))), ("tanh", mpmath.tanh)],
)
@pytest.mark.parametrize("x", [-2.5, 0.0, 0.4, 3.0])
def test_the_oracle_agrees_with_numerical_differentiation(name, function, x):
    coefficients = mpmath.taylor(function, x, 12)
    for k, coefficient in enumerate(coefficients):
        assert abs(exact(name, k, x) - mpmath.factorial(k) * coefficient) < mpmath.mpf(10) ** -30


# Values


@pytest.mark.parametrize(("name", "low"), [("logistic", -708.39), ("tanh", -math.inf)])
@given(x=st.one_of(st.floats(allow_nan=False), st.floats(-40, 40), st.floats(-760, 760)))
@example(x=0.0)
@example(x=SMALLEST)
@example(x=-SMALLEST)
@example(x=2.0**-1022)
@example(x=-(2.0**-28))
@example(x=19.061547465398498)
@example(x=22.0)
@example(x=36.7)
@example(x=-708.39)
@example(x=709.79)
@example(x=1.7976931348623157e308)
@settings(max_examples=1000)
def test_value_is_within_four_ulp(name, low, x):
    assume(x >= low)
    reference = exact(name, 0, max(min(x, 1e4), -1e4))  # constant to 60 digits beyond
    assert abs(Activation(name).value(x) - reference) <= 4 * ulp(reference)


@pytest.mark.parametrize("x", [-708.5, -709.7, -709.79, -710.0, -720.0, -740.0, -745.0, -746.0])
def test_logistic_is_within_four_ulp_where_it_is_subnormal(x):
    reference = exact("logistic", 0, x)
    assert abs(Activation("logistic").value(x) - reference) <= 4 * SMALLEST


@by_name
def test_value_at_the_ends_of_the_line(name):
    s = Activation(name)
    assert s.value(math.inf) == 1.0
    assert s.value(-math.inf) == (0.0 if name == "logistic" else -1.0)
    assert math.isnan(s.value(math.nan))


@given(x=st.floats(allow_nan=False))
def test_parity(x):
    tanh, logistic = Activation("tanh"), Activation("logistic")
    assert tanh.value(-x) == -tanh.value(x)
    assert abs(logistic.value(-x) - (1.0 - logistic.value(x))) <= 4 * math.ulp(1.0)


def test_oddness_is_declared():
    assert [Activation(name).symmetry for name in NAMES] == ["odd_plus_constant", "odd"]


# Derivatives at a point


@by_name
@given(x=st.one_of(st.floats(-800, 800), st.floats(-8, 8), st.floats(-1, 1)))
@example(x=0.0)
@example(x=SMALLEST)
@example(x=-20.000000000000004)
@example(x=40.0)
@example(x=2.2924316695611777)
@example(x=1.1462158347805888)
@example(x=1e6)
@settings(max_examples=100)
def test_derivatives_contain_the_exact_ones(name, x):
    enclosures = Activation(name).derivatives(x, MAX_ORDER)
    assert len(enclosures) == MAX_ORDER + 1
    for k, enclosure in enumerate(enclosures):
        assert contains(enclosure, exact(name, k, x)), k


@by_name
@pytest.mark.parametrize("x", [1e300, -1e300, math.inf, -math.inf])
def test_derivatives_far_out_contain_zero(name, x):
    value, *others = Activation(name).derivatives(x, MAX_ORDER)
    assert contains(value, Activation(name).value(x))
    assert all(contains(enclosure, 0.0) for enclosure in others)


@by_name
@given(data=st.data())
@settings(max_examples=100)
def test_derivatives_are_tight(name, data):
    # s_k/k! is of size rho^-(k+1), rho the distance to the poles. The recurrence carries the error
    # delta of c like delta' = 2 M delta, M a majorant of the series with pole rho and residue <= 2:
    # delta_k grows no faster than rho^-k (k + 1)^3. The constant covers the error of tanh itself.
    reach = 4 * POLE[name] / math.pi
    x = data.draw(st.floats(-reach, reach))
    rho = math.hypot(x, POLE[name])
    for k, enclosure in enumerate(Activation(name).derivatives(x, MAX_ORDER)):
        size = math.factorial(k) * rho ** -(k + 1)
        assert enclosure.upper - enclosure.lower <= 64 * 2.0**-53 * (k + 1) ** 3 * size, k


@by_name
@pytest.mark.parametrize("order", range(9))
def test_derivatives_at_zero(name, order):
    # Tangent numbers; the logistic's are 2^-(k+1) of them.
    known = {
        "logistic": [1 / 2, 1 / 4, 0, -1 / 8, 0, 1 / 4, 0, -17 / 16, 0],
        "tanh": [0, 1, 0, -2, 0, 16, 0, -272, 0],
    }
    enclosure = Activation(name).derivatives(0.0, order)[order]
    assert contains(enclosure, known[name][order])
    assert enclosure.upper - enclosure.lower <= 1e-11 * max(abs(known[name][order]), 1e-2)


# Derivatives on an interval


def intervals(centres, radii):
    return st.tuples(centres, radii).map(lambda p: (p[0] - p[1], p[0] + p[1]))


@by_name
@given(
    x=st.one_of(
        intervals(st.floats(-8, 8), st.floats(0, 0.3)),
        intervals(st.floats(-8, 8), st.floats(0, 12)),
        intervals(st.floats(-50, 50), st.floats(0, 1e6)),
    ),
    k=st.integers(0, MAX_ORDER),
    weights=st.lists(st.floats(0, 1), min_size=5, max_size=5),
)
@example(x=(0.0, 0.0), k=3, weights=[0.0])
@example(x=(-SMALLEST, SMALLEST), k=1, weights=[0.5])
@example(x=(-0.125, 0.12500000000000003), k=2, weights=[0.0, 1.0])
@example(x=(-1e6, 1e6), k=1, weights=[0.5])
@example(x=(-1e6, 5.0), k=4, weights=[0.999999])
@settings(max_examples=200)
def test_derivative_on_an_interval_contains_the_values_inside(name, x, k, weights):
    enclosure = Activation(name).derivative_on(k, Interval(*x))
    inside = [min(max(x[0] + w * (x[1] - x[0]), x[0]), x[1]) for w in weights]
    # Where the derivative is largest, if it is inside: at 0 or near it.
    for point in [*x, *inside, *(p for p in (0.0, 0.6, 1.2) if x[0] <= p <= x[1])]:
        assert contains(enclosure, exact(name, k, point)), point


@by_name
@pytest.mark.parametrize("k", [1, 2, 3, 4, 6, 8, 14, 20])
def test_derivative_on_the_whole_line_is_the_known_bound(name, k):
    # Attained at 0 for odd k; the closed form bounds the zeta function's tail within 4 %.
    for x in [(-math.inf, math.inf), (-1e7, 1e7)]:
        whole = Activation(name).derivative_on(k, Interval(*x))
        assert -whole.lower == whole.upper
        assert global_bound(name, k) <= whole.upper <= 1.04 * global_bound(name, k)


@by_name
def test_increasing_activation_on_an_interval_is_its_ends(name):
    s = Activation(name)
    for x in [(-3.0, 5.0), (-1e7, 1e7), (-math.inf, math.inf), (0.25, 0.25)]:
        enclosure = s.derivative_on(0, Interval(*x))
        low, high = s.derivatives(x[0], 0)[0], s.derivatives(x[1], 0)[0]
        assert (enclosure.lower, enclosure.upper) == (low.lower, high.upper)


@by_name
@given(centre=st.floats(-4, 4), radius=st.floats(0.001, 1.0), k=st.integers(1, MAX_ORDER))
@settings(max_examples=150)
def test_derivative_on_a_narrow_interval_is_as_tight_as_its_taylor_step(name, centre, radius, k):
    # With a_i = s_{k+i}(centre)/i! the step encloses a_0 + a_1 h + ... term by term. At the end
    # where a_1 h is largest the derivative differs from that by at most |a_2| r^2 + 2 |a_3| r^3 +
    # |a_4| r^4 + 2 |a_5| r^5 and twice the remainder; this bounds the overestimation.
    radius *= POLE[name] * 0.25 / math.pi
    low, high = centre - radius, centre + radius
    enclosure = Activation(name).derivative_on(k, Interval(low, high))
    a = [abs(exact(name, k + i, centre)) / mpmath.factorial(i) for i in range(6)]
    allowed = a[2] * radius**2 + 2 * a[3] * radius**3 + a[4] * radius**4 + 2 * a[5] * radius**5
    allowed += 2.1 * global_bound(name, k + 6) * radius**6 / 720
    allowed = 1.001 * allowed + 1e-10 * global_bound(name, k)
    ends = [exact(name, k, low), exact(name, k, high)]
    assert min(ends) - enclosure.lower <= allowed
    assert enclosure.upper - max(ends) <= allowed


@pytest.mark.parametrize(("radius", "pieces", "loss"), [(0.1, 1, 0.014), (0.25, 4, 0.01)])
def test_fourth_derivative_loses_little(radius, pieces, loss):
    # About 15 (r/pi)^2 of sup |s''''| for pieces of radius r: the leading term above at its worst.
    s = Activation("logistic")
    largest = global_bound("logistic", 4)
    for i in range(41):
        centre = -4 + 0.2 * i
        edges = [centre + radius * (2 * p / pieces - 1) for p in range(pieces + 1)]
        parts = [s.derivative_on(4, Interval(a, b)) for a, b in pairwise(edges)]
        samples = [exact("logistic", 4, centre + radius * (j / 20 - 1)) for j in range(41)]
        assert min(samples) - min(part.lower for part in parts) <= loss * largest
        assert max(part.upper for part in parts) - max(samples) <= loss * largest


@by_name
@given(centre=st.floats(-3, 3), k=st.integers(1, 8))
@settings(max_examples=40)
def test_derivative_on_a_wide_interval_is_tight_by_pieces(name, centre, k):
    # Pieces of radius r about c: the leading term of the bound above, at its worst on the line.
    unit = POLE[name] / math.pi
    low, high = centre - 2 * unit, centre + 2 * unit
    enclosure = Activation(name).derivative_on(k, Interval(low, high))
    samples = [exact(name, k, low + (high - low) * j / 100) for j in range(101)]
    r = 0.25 * unit
    allowed = sum(
        (1 + i % 2) * global_bound(name, k + i) * r**i / mpmath.factorial(i) for i in range(2, 6)
    )
    allowed += 2.1 * global_bound(name, k + 6) * r**6 / 720
    # The samples miss the extremes by at most the second-order change over half a step.
    allowed += global_bound(name, k + 2) * ((high - low) / 200) ** 2 / 2
    assert min(samples) - enclosure.lower <= allowed
    assert enclosure.upper - max(samples) <= allowed


# Biases and names


@pytest.mark.parametrize(
    ("name", "root"),
    [
        ("logistic", lambda: -mpmath.log(5 + 2 * mpmath.sqrt(6))),
        ("tanh", lambda: mpmath.atanh(mpmath.sqrt(mpmath.mpf(2) / 3))),
    ],
)
def test_fourth_derivative_vanishes_at_the_product_bias(name, root):
    bias = Activation(name).product_bias
    assert bias == float(root())
    signs = [
        mpmath.sign(exact(name, 4, math.nextafter(bias, away))) for away in (-math.inf, math.inf)
    ]
    assert sorted(signs) == [-1, 1]
    fourth = Activation(name).derivatives(bias, 4)[4]
    assert max(abs(fourth.lower), abs(fourth.upper)) <= 2e-14 * global_bound(name, 4)


def test_third_derivative_vanishes_at_the_copy_bias_or_the_bias_is_zero():
    bias = Activation("logistic").copy_bias
    assert bias == -float(mpmath.log(2 + mpmath.sqrt(3)))
    signs = [
        mpmath.sign(exact("logistic", 3, math.nextafter(bias, away)))
        for away in (-math.inf, math.inf)
    ]
    assert sorted(signs) == [-1, 1]
    assert Activation("tanh").copy_bias == 0.0
