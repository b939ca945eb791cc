"""Polynomials: exact values, ring laws, tight enclosures, and refusals."""

import copy
import itertools
import math
import pickle
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from polynet._exact import outward
from polynet.errors import InvalidInputError, SizeLimitError
from polynet.polynomial import MAX_BITS, MAX_DEGREE, MAX_VARIABLES, Polynomial

NAMES = ("x", "y", "z")
SMALLEST = math.ulp(0.0)

coefficients = st.one_of(
    st.fractions(max_denominator=1000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**30), 10**30),
)
exponents = st.tuples(*[st.integers(0, 4)] * len(NAMES))
polynomials = st.dictionaries(exponents, coefficients, max_size=6).map(
    lambda terms: Polynomial(terms, NAMES)
)
small_polynomials = st.dictionaries(
    exponents, st.fractions(-9, 9, max_denominator=9), max_size=4
).map(lambda terms: Polynomial(terms, NAMES))
small = st.fractions(-9, 9, max_denominator=99)
points = st.tuples(*[small] * len(NAMES))


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        (3, Fraction(3)),
        (0.1, Fraction(3602879701896397, 2**55)),
        ("0.1", Fraction(1, 10)),
        (" -1 / 3 ", Fraction(-1, 3)),
        ("+1e-3", Fraction(1, 1000)),
        (".5", Fraction(1, 2)),
        ("1_000.", Fraction(1000)),
        (Decimal("0.1"), Fraction(1, 10)),
        (np.float32(0.1), Fraction(13421773, 2**27)),
        (np.float64(0.1), Fraction(3602879701896397, 2**55)),
        (np.longdouble(0.5), Fraction(1, 2)),
        (np.int64(-7), Fraction(-7)),
        (np.uint8(255), Fraction(255)),
        (sympy.Rational(2, 3), Fraction(2, 3)),
        (SMALLEST, Fraction(1, 2**1074)),
    ],
)
def test_coefficient_is_taken_exactly(value, exact):
    assert Polynomial({1: value}, ["x"]).terms == {(1,): exact}


@pytest.mark.parametrize(
    "value",
    [
        *(True, np.True_, None, 1j, [1], b"1", sympy.pi, sympy.Symbol("x")),
        *(math.nan, math.inf, -math.inf, np.float32("nan"), Decimal("NaN"), Decimal("inf")),
        *("", "x", "nan", "inf", "1/0", "1.5/2", "1e", "0x1", "1__0", "--1"),
    ],
)
def test_other_coefficients_are_refused(value):
    with pytest.raises(InvalidInputError, match="coefficient of"):
        Polynomial({(1,): value}, ["x"])


@pytest.mark.parametrize(
    "value",
    [
        *(2**MAX_BITS, 10**6000, Fraction(1, 2**MAX_BITS)),
        *("1e2000", "1e999999999", "9" * 5000, "0." + "0" * 2000 + "1"),
        *(Decimal("1e999999"), Decimal("-1e-999999")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_long_coefficients_are_refused(value):
    with pytest.raises(SizeLimitError, match="coefficient of"):
        Polynomial({(1,): value}, ["x"])


@pytest.mark.parametrize(
    ("key", "names"),
    [
        *(((1,), "xy"), (1, "xy"), ((1, -1), "xy"), ((1, 0.5), "xy"), ((True, 1), "xy")),
        *(((), "x"), (-1, "x"), (1.0, "x"), (None, "x"), (((1,),), "x"), ("1", "x"), (0, "")),
    ],
)
def test_bad_exponents_are_refused(key, names):
    with pytest.raises(InvalidInputError, match="nonnegative integers"):
        Polynomial({key: 1}, list(names))


@pytest.mark.parametrize(
    "names",
    ["x", ["x", "x"], [""], [" x"], ["x\n"], ["x{"], ["x}{"], [1], None, [b"x"], b"xy", {"x"}],
)
def test_bad_names_are_refused(names):
    with pytest.raises(InvalidInputError, match="variable"):
        Polynomial({}, names)


def test_limits_hold_for_mappings_and_arithmetic():
    with pytest.raises(SizeLimitError, match="degree"):
        Polynomial({MAX_DEGREE + 1: 1}, ["x"])
    with pytest.raises(SizeLimitError, match="degree"):
        Polynomial({10**5000: 1}, ["x"])
    with pytest.raises(SizeLimitError, match="variables"):
        Polynomial({}, [f"x{i}" for i in range(MAX_VARIABLES + 1)])
    top = Polynomial({MAX_DEGREE: 1}, ["x"])
    with pytest.raises(SizeLimitError, match="degree"):
        top * top
    with pytest.raises(SizeLimitError, match="products"):
        Polynomial.parse("x + y + z") ** 500
    with pytest.raises(SizeLimitError, match="bits"):
        Polynomial.parse("3*x + 5") ** 500 * 5**3000
    with pytest.raises(SizeLimitError, match="bits"):
        Polynomial.parse("3*x") * 2 ** (MAX_BITS - 1)


def test_terms_are_graded_lexicographic_without_zeros():
    p = Polynomial({(0, 0): 1, (0, 2): 1, (1, 1): 0, (0, 1): 1, (2, 0): 1, (1, 0): 1}, ["x", "y"])
    assert list(p.terms) == [(2, 0), (0, 2), (1, 0), (0, 1), (0, 0)]
    assert str(p) == "x**2 + y**2 + x + y + 1"
    assert p.degree == 2
    zero = Polynomial({(3, 3): 0}, ["x", "y"])
    assert (zero.degree, dict(zero.terms), str(zero)) == (0, {}, "0")


def test_the_same_exponents_twice_are_refused():
    with pytest.raises(InvalidInputError, match="twice"):
        Polynomial({1: 1, (1,): 2}, ["x"])


@given(polynomials)
def test_text_reads_back_exactly(p):
    assert Polynomial.parse(str(p), NAMES) == p
    assert eval(repr(p), {"Polynomial": Polynomial}) == p


@given(polynomials)
def test_pickle_copy_hash_and_equality_agree(p):
    for twin in (pickle.loads(pickle.dumps(p)), copy.deepcopy(p), Polynomial(p.terms, NAMES)):
        assert twin == p
        assert hash(twin) == hash(p)
        assert list(twin.terms) == list(p.terms)
    assert p != p + 1
    assert p != p.over((*NAMES, "w"))
    assert p != str(p)


def test_polynomial_is_immutable():
    p = Polynomial.parse("x")
    with pytest.raises(TypeError):
        p.terms[(1,)] = Fraction(2)
    for name in ("terms", "variables", "degree", "other"):
        with pytest.raises(AttributeError):
            setattr(p, name, None)


@given(small_polynomials, small_polynomials, small_polynomials)
def test_ring_laws(p, q, r):
    assert p + q == q + p
    assert p * q == q * p
    assert (p + q) + r == p + (q + r)
    assert (p * q) * r == p * (q * r)
    assert p * (q + r) == p * q + p * r
    assert p - q == -(q - p) == p + (-q)
    assert p - p == p * 0 == Polynomial({}, NAMES)
    assert p**0 == Polynomial.coerce(1, NAMES)
    assert p**3 == p * p * p


@given(small_polynomials, small_polynomials, points)
def test_arithmetic_commutes_with_evaluation(p, q, point):
    assert (p + q)(point) == p(point) + q(point)
    assert (p - q)(point) == p(point) - q(point)
    assert (p * q)(point) == p(point) * q(point)
    assert (p**2)(point) == p(point) ** 2


@given(polynomials, points)
def test_evaluation_agrees_with_sympy(p, point):
    symbols = sympy.symbols(NAMES)
    value = sympy.Poly(sympy.sympify(str(p)), *symbols).eval(
        tuple(sympy.Rational(v.numerator, v.denominator) for v in point)
    )
    assert p(point) == Fraction(int(value.p), int(value.q))


def test_evaluation_is_exact_when_denominators_share_nothing():
    primes = [sympy.prime(i) for i in range(500, 901)]
    p = Polynomial({k: Fraction(1, q) for k, q in enumerate(primes)}, ["x"])
    assert p(["1/3"]) == sum(Fraction(1, q * 3**k) for k, q in enumerate(primes))
    q = Polynomial.parse("x**2/3 - 1/7")
    assert (p * q)([2]) == p([2]) * q([2])


def test_point_may_be_any_sequence_of_numbers():
    p = Polynomial.parse("x*y - 1")
    assert p([0.5, "1/3"]) == p(np.array([0.5, 2.0])) * 0 - Fraction(5, 6)
    for point in ([1], [1, 2, 3], 1, "12", [1, math.nan], [1, None]):
        with pytest.raises(InvalidInputError):
            p(point)


@pytest.mark.parametrize("scalar", [2, 0.5, Fraction(1, 3), Decimal("0.1"), np.float64(0.5)])
def test_scalars_are_exact_on_both_sides(scalar):
    p, q = Polynomial.parse("x - y"), Fraction(scalar)
    assert p * scalar == scalar * p == Polynomial({(1, 0): q, (0, 1): -q}, ["x", "y"])
    assert p + scalar == scalar + p == Polynomial.parse(f"x - y + {q}")
    assert p - scalar == -(scalar - p)


def test_other_operands_are_refused():
    p = Polynomial.parse("x + 1")
    for other in ("x", None, [1], np.array([1.0])):
        with pytest.raises(TypeError):
            p + other
        with pytest.raises(TypeError):
            other * p
    for exponent in (0.5, True, "2"):
        with pytest.raises(TypeError):
            p**exponent
    with pytest.raises(InvalidInputError, match="nonnegative"):
        p**-1
    with pytest.raises(InvalidInputError, match="over"):
        p + Polynomial.parse("y")
    with pytest.raises(InvalidInputError, match="finite"):
        p * math.nan


@given(polynomials, st.permutations((*NAMES, "w")))
def test_over_keeps_the_polynomial(p, names):
    moved = p.over(names)
    assert moved.variables == tuple(names)
    assert Polynomial.parse(str(p), names) == moved
    assert moved.over(NAMES) == p


def test_over_refuses_to_drop_a_used_variable():
    p = Polynomial.parse("x + z", NAMES)
    assert p.over(["z", "x"]) == Polynomial.parse("z + x", ["z", "x"])
    with pytest.raises(InvalidInputError, match="uses z; known variables: x, y"):
        p.over(["x", "y"])


def test_coerce_accepts_each_kind():
    p = Polynomial.parse("x/2", ["x", "y"])
    for obj in (p, "x/2", {(1, 0): 0.5}, Polynomial.parse("x/2")):
        assert Polynomial.coerce(obj, ["x", "y"]) == p
    assert Polynomial.coerce(Fraction(1, 3), ["x"]) == Polynomial.parse("1/3", ["x"])
    assert Polynomial.coerce(0, ["x"]) == Polynomial({}, ["x"])
    for obj in (None, [1], True, 1j, math.inf):
        with pytest.raises(InvalidInputError):
            Polynomial.coerce(obj, ["x"])


EDGES = [Fraction(v) for v in (1.0, SMALLEST, 2.0**-1022, 2.0**-1021, 1.7976931348623157e308, 0.1)]
STEPS = [Fraction(sign, 2**1200) for sign in (-1, 0, 1)]


@given(st.one_of(st.fractions(), st.floats(allow_nan=False, allow_infinity=False).map(Fraction)))
def test_outward_rounding_is_tight_and_contains(q):
    lower, upper = outward(q, "float64")
    assert Fraction(lower) <= q <= Fraction(upper)
    assert lower == upper if Fraction(lower) == q else upper == math.nextafter(lower, math.inf)


@pytest.mark.parametrize("q", [s * (e + d) for e in EDGES for d in STEPS for s in (1, -1)])
def test_outward_rounding_is_tight_at_the_edges_of_float64(q):
    if abs(q) > EDGES[4]:
        with pytest.raises(OverflowError, match="beyond the range of float64"):
            outward(q, "float64")
        return
    lower, upper = outward(q, "float64")
    assert Fraction(lower) <= q <= Fraction(upper)
    assert lower == upper if Fraction(lower) == q else upper == math.nextafter(lower, math.inf)


def test_numbers_below_the_smallest_subnormal_are_enclosed():
    assert outward(Fraction("1e-400"), "float64") == (0.0, SMALLEST)
    assert outward(Fraction("-1e-400"), "float64") == (-SMALLEST, 0.0)


LOCAL = Polynomial({(2, 1): 3, (0, 0): "1/2"}, ["x", "y"], origin={"x": "1/3"}, unit={"y": -5})


def test_a_polynomial_about_a_point_is_kept_as_it_is():
    assert LOCAL.terms == {(2, 1): 3, (0, 0): Fraction(1, 2)}
    assert dict(LOCAL.origin) == {"x": Fraction(1, 3)}
    assert dict(LOCAL.unit) == {"y": -5}
    assert str(LOCAL) == "3*(x - 1/3)**2*(y/(-5)) + 1/2"
    assert eval(repr(LOCAL), {"Polynomial": Polynomial}) == LOCAL
    assert pickle.loads(pickle.dumps(LOCAL)) == LOCAL
    assert hash(pickle.loads(pickle.dumps(LOCAL))) == hash(LOCAL)
    assert Polynomial(LOCAL.terms, LOCAL.variables) != LOCAL
    assert LOCAL.over(["y", "z", "x"]).origin == LOCAL.origin


@given(small, small)
def test_a_polynomial_about_a_point_has_the_value_of_its_text(x, y):
    expected = 3 * (x - Fraction(1, 3)) ** 2 * (y / -5) + Fraction(1, 2)
    read = Polynomial.parse(str(LOCAL), ["x", "y"])
    for p in (LOCAL, LOCAL.expanded(), read):
        assert p([x, y]) == expected
    assert LOCAL.expanded() == read
    assert (LOCAL * LOCAL)([x, y]) == expected**2
    assert (LOCAL * LOCAL).origin == LOCAL.origin
    assert (2 - LOCAL**2)([x, y]) == 2 - expected**2
    assert (LOCAL + read)([x, y]) == 2 * expected
    assert LOCAL - read == Polynomial({}, ["x", "y"])


@pytest.mark.parametrize(
    ("origin", "unit", "message"),
    [
        ({"z": 1}, None, "origin names 'z'; known variables: x, y"),
        (None, {"x": 0}, "the unit of x is 0"),
        ({"x": math.nan}, None, "the origin of x must be finite"),
        ([1, 2], None, "origin must be a mapping"),
    ],
)
def test_wrong_origins_and_units_are_refused(origin, unit, message):
    with pytest.raises(InvalidInputError, match=message):
        Polynomial({(1, 0): 1}, ["x", "y"], origin=origin, unit=unit)


def test_large_repr_is_short():
    p = Polynomial({e: 1 for e in itertools.product(range(5), repeat=3)}, NAMES)
    assert repr(p) == "<Polynomial in 3 variables: degree 12, 125 terms>"
