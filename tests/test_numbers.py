"""Numbers of other packages count with their exact values."""

from fractions import Fraction

import flint
import mpmath
import numpy as np
import pytest
import sympy

import polynet as pn
from polynet import Polynomial
from polynet.box import Box

gmpy2 = pytest.importorskip("gmpy2")
TENTH = Fraction(0.1)


def third(digits):
    """1/3 to so many digits, by mpmath, and the exact value of that."""
    with mpmath.workdps(digits):
        value = mpmath.mpf(1) / 3
    sign, mantissa, exponent, _ = value._mpf_
    return value, (-1) ** sign * Fraction(int(mantissa)) * Fraction(2) ** exponent


@pytest.mark.parametrize(
    ("number", "exact"),
    [
        (sympy.Float("0.1"), TENTH),
        (sympy.Float(0), 0),
        (sympy.Float(third(30)[0], 30), third(30)[1]),
        (sympy.Rational(-2, 3), Fraction(-2, 3)),
        (mpmath.mpf(0.1), TENTH),
        (mpmath.mpf("-0.0"), 0),
        third(50),
        (mpmath.mpf(2) ** -1100, Fraction(1, 2**1100)),
        (gmpy2.mpz(-7), -7),
        (gmpy2.mpq(2, 6), Fraction(1, 3)),
        (gmpy2.mpfr("0.1"), TENTH),
        (gmpy2.mpfr(0), 0),
        (gmpy2.mpfr("-2.5"), Fraction(-5, 2)),
        (flint.fmpz(10**30), 10**30),
        (flint.fmpq(-1, 3), Fraction(-1, 3)),
        (np.float16(0.5), Fraction(1, 2)),
    ],
    ids=lambda value: f"{type(value).__name__} {value}",
)  # fmt: skip
def test_a_number_is_taken_exactly_at_every_door(number, exact):
    p = Polynomial({(1,): number}, ["x"])
    assert p == Polynomial({1: exact}, ["x"])
    assert all(type(value.numerator) is int for value in p.terms.values())
    assert Polynomial.coerce(number, ["x"]) == Polynomial({0: exact}, ["x"])
    assert Polynomial.parse("x")([number]) == exact
    assert Polynomial.parse("x") * number == Polynomial({1: exact}, ["x"])
    assert Box({"x": (number, number)}) == Box({"x": (exact, exact)})


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (mpmath.mpf("inf"), pn.InvalidInputError),
        (mpmath.mpf("nan"), pn.InvalidInputError),
        (gmpy2.mpfr("nan"), pn.InvalidInputError),
        (gmpy2.mpfr("-inf"), pn.InvalidInputError),
        (sympy.oo, pn.InvalidInputError),
        (sympy.nan, pn.InvalidInputError),
        (mpmath.pi, pn.InvalidInputError),  # irrational: mpf(pi) says how it is rounded
        (sympy.pi, pn.InvalidInputError),
        (mpmath.mpc(1), pn.InvalidInputError),
        (mpmath.mpi(1, 2), pn.InvalidInputError),
        (flint.arb(1), pn.InvalidInputError),
        (mpmath.mpf("1e1000000000000"), pn.SizeLimitError),
        (mpmath.mpf("1e-1000000000000"), pn.SizeLimitError),
        (gmpy2.mpfr("1e300000000"), pn.SizeLimitError),
        (flint.fmpz(2) ** 5000, pn.SizeLimitError),
        (np.True_, pn.InvalidInputError),
    ],
)
def test_a_number_without_an_exact_value_is_refused(number, error):
    with pytest.raises(error, match="coefficient of"):
        Polynomial({(1,): number}, ["x"])
    with pytest.raises(error):
        Box({"x": (0, number)})
