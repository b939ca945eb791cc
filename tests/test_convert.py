"""Polynomials of other packages come in exactly, and go out exactly."""

from fractions import Fraction

import flint
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import polynet as pn
from polynet import Polynomial

X, Y = sympy.symbols("x y")
BASES = {
    "Polynomial": lambda k, x: x**k,
    "Chebyshev": sympy.chebyshevt,
    "Legendre": sympy.legendre,
    "Hermite": sympy.hermite,
    "HermiteE": lambda k, x: 2 ** (-sympy.Rational(k) / 2) * sympy.hermite(k, x / sympy.sqrt(2)),
    "Laguerre": sympy.laguerre,
}


@st.composite
def polynomials(draw):
    count = draw(st.integers(1, 3))
    coefficients = st.fractions() | st.floats(allow_nan=False, allow_infinity=False)
    powers = st.tuples(*[st.integers(0, 4)] * count)
    terms = draw(st.dictionaries(powers, coefficients, max_size=5))
    return Polynomial(terms, [f"v{i}" for i in range(count)])


@given(polynomials())
def test_sympy_and_dict_round_trips_are_exact(p):
    assert Polynomial.coerce(p.to_sympy(), p.variables) == p
    assert Polynomial(p.terms, p.variables) == p
    if p.terms:
        poly = sympy.Poly(p.to_sympy(), *sympy.symbols(p.variables))
        assert Polynomial.coerce(poly, p.variables) == p


@given(polynomials())
def test_flint_polynomials_are_read_exactly(p):
    context = flint.fmpq_mpoly_ctx.get([*p.variables, "unused"], "lex")
    terms = {(*e, 0): flint.fmpq(c.numerator, c.denominator) for e, c in p.terms.items()}
    assert Polynomial.coerce(context.from_dict(terms), p.variables) == p
    reordered = tuple(reversed(p.variables))
    assert Polynomial.coerce(context.from_dict(terms), reordered) == p.over(reordered)


@given(polynomials())
def test_arrays_are_read_exactly(p):
    exponents = np.array(list(p.terms), dtype=np.uint8).reshape(-1, len(p.variables))
    coefficients = list(p.terms.values())
    assert Polynomial.from_arrays(exponents, coefficients, p.variables) == p
    assert Polynomial.from_arrays(exponents.tolist(), coefficients, p.variables) == p


@pytest.mark.parametrize("domain", [None, (-1.0, 3.0), (0.1, 0.7)])
@pytest.mark.parametrize("name", BASES)
def test_the_bases_of_numpy_are_converted_exactly(name, domain):
    coefficients = [0.1, -2.0, 1 / 3, 0.0, 7.5, 1e-9]
    kind = getattr(np.polynomial, name)
    series = kind(coefficients, domain=domain)
    d0, d1, w0, w1 = map(sympy.Rational, (*series.domain, *series.window))
    t = w0 + (X - d0) * (w1 - w0) / (d1 - d0)
    parts = (sympy.Rational(c) * BASES[name](k, t) for k, c in enumerate(coefficients))
    expected = sympy.Poly(sympy.expand(sympy.simplify(sum(parts))), X)
    result = Polynomial.coerce(series, ["x"])
    terms = result.expanded().terms.items()
    assert {e: sympy.Rational(c.numerator, c.denominator) for e, c in terms} == expected.as_dict()
    slope = (d1 - d0) / (w1 - w0)  # the window's variable is kept
    assert result.unit.get("x", 1) == Fraction(int(slope.p), int(slope.q))
    assert max(c.denominator.bit_length() for c in result.terms.values()) < 100
    for x in (-0.5, 0.25, 2.0):
        assert float(result([x])) == pytest.approx(series(x), rel=1e-12)


def test_numpy_series_take_the_only_variable_or_the_named_one():
    unnamed = np.polynomial.Polynomial([0, 0, 1])
    assert Polynomial.coerce(unnamed, ["t"]) == Polynomial.parse("t**2")
    legacy = np.poly1d([3, 0, 0.5])
    assert Polynomial.coerce(legacy, ["x"]) == Polynomial.parse("3*x**2 + 1/2")
    if not hasattr(unnamed, "symbol"):
        pytest.skip("NumPy's series have names since 1.24")
    square = np.polynomial.Polynomial([0, 0, 1], symbol="y")
    assert Polynomial.coerce(square, ["x", "y"]) == Polynomial.parse("y**2", ["x", "y"])
    with pytest.raises(pn.InvalidInputError, match="uses 'y'; known variables: x, z"):
        Polynomial.coerce(square, ["x", "z"])


def test_flint_polynomials_in_one_variable_are_read():
    p = flint.fmpq_poly([flint.fmpq(1, 3), 0, -2])
    assert Polynomial.coerce(p, ["x"]) == Polynomial.parse("1/3 - 2*x**2")
    assert Polynomial.coerce(flint.fmpz_poly([1, 10**40]), ["x"]) == Polynomial(
        {0: 1, 1: 10**40}, ["x"]
    )
    context = flint.fmpz_mpoly_ctx.get(["x", "y"], "lex")
    x, y = context.gens()
    assert Polynomial.coerce((x - 2 * y) ** 2, ["x", "y"]) == Polynomial.parse(
        "(x - 2*y)**2", ["x", "y"]
    )
    with pytest.raises(pn.InvalidInputError, match="exactly one variable, not x, y"):
        Polynomial.coerce(p, ["x", "y"])
    with pytest.raises(pn.InvalidInputError, match="nmod_poly"):
        Polynomial.coerce(flint.nmod_poly([1, 2], 5), ["x"])


def test_floats_in_sympy_count_with_their_exact_values():
    p = Polynomial.coerce((X + 0.1) ** 2 * sympy.Rational(1, 3), ["x"])
    tenth = Fraction(0.1)
    assert p.terms == {(2,): Fraction(1, 3), (1,): 2 * tenth / 3, (0,): tenth**2 / 3}


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (sympy.sin(X), r"'sin\(x\)' is no polynomial"),
        (X / Y, "'1/y' is no polynomial"),
        (X**Y, "'x\\*\\*y' is no polynomial"),
        (sympy.sqrt(2) * X, r"'sqrt\(2\)' is no polynomial"),
        (sympy.pi * X, "'pi' is no polynomial"),
        (X + sympy.I, "'I' is no polynomial"),
        (sympy.Symbol("w") * X, "uses 'w'; known variables: x, y"),
        (sympy.oo, "'oo' is no polynomial"),
        (sympy.nan, "'nan' is no polynomial"),
        (sympy.Poly(X + 7, X, modulus=5), "finite field"),
        (sympy.Eq(X, Y), "must be a Polynomial"),
        (sympy.Matrix([X]), "must be a Polynomial"),
    ],
)
def test_what_is_no_polynomial_is_refused(expression, message):
    with pytest.raises(pn.InvalidInputError, match=message):
        Polynomial.coerce(expression, ["x", "y"])


@pytest.mark.parametrize(
    "expression",
    [(X + Y + 1) ** 10**9, (X + Y) ** 400 * (X - Y) ** 400, sympy.Integer(10) ** 2000 * X],
)
def test_expansions_beyond_the_limits_are_refused_at_once(expression):
    with pytest.raises(pn.SizeLimitError):
        Polynomial.coerce(expression, ["x", "y"])


@pytest.mark.parametrize(
    ("series", "error"),
    [
        (np.polynomial.Polynomial([1, np.nan]), pn.InvalidInputError),
        (np.polynomial.Polynomial([1, 1j]), pn.InvalidInputError),
        (np.polynomial.Chebyshev([1, 1], domain=[2, 2]), pn.InvalidInputError),
        (np.polynomial.Chebyshev([0] * 600 + [1]), pn.SizeLimitError),
    ],
)
def test_series_that_do_not_fit_are_refused(series, error):
    with pytest.raises(error):
        Polynomial.coerce(series, ["x"])


def test_a_long_series_is_kept_in_the_variable_of_its_window():
    series = np.polynomial.Chebyshev([0] * 500 + [1], domain=[0.1, 0.7])
    p = Polynomial.coerce(series, ["x"])
    assert p([0.7]) == 1
    assert p.terms[(500,)] == 2**499
    with pytest.raises(pn.SizeLimitError):
        p.expanded()


@pytest.mark.parametrize(
    ("exponents", "coefficients", "message"),
    [
        ([[1, 0], [0, 1]], [1], r"shape \(1, 2\)"),
        ([[1], [2]], [1, 2], r"shape \(2, 2\)"),
        ([1, 2], [1, 2], "not int64 of shape"),
        ([[1.0, 0.0]], [1], "not float64 of shape"),
        ([[1, 0], [1, 0]], [1, 2], "given twice"),
        ([[-1, 0]], [1], "nonnegative"),
        ([[1, 0]], [np.nan], "finite"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(exponents, coefficients, message):
    with pytest.raises(pn.InvalidInputError, match=message):
        Polynomial.from_arrays(exponents, coefficients, ["x", "y"])


@pytest.mark.parametrize(
    "polynomial",
    [
        X * Y - X**2 / 3,
        sympy.Poly(X * Y - X**2 / 3, X, Y),
        {(1, 1): 1, (2, 0): "-1/3"},
        Polynomial.from_arrays([[1, 1], [2, 0]], ["1", "-1/3"], ["x", "y"]),
    ],
)
def test_networks_are_compiled_from_all_of_them(polynomial):
    box = {"x": (-1, 1), "y": (-1, 1)}
    expected = pn.compile("x*y - x**2/3", box)
    assert pn.compile(polynomial, box) == expected
    several = pn.compile([polynomial, 7], box)
    assert several([0.5, 0.5]).shape == (2,)
