"""Formats of other programs: FPCore, and the tables of differential algebra."""

from fractions import Fraction

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import polynet as pn
from polynet import Polynomial, read_da, read_fpcore

KEPLER = """
(FPCore kepler0 (x1 x2) ; a comment with (
 :name "a \\" name; with ("
 :pre (and (<= 4 x1 159/25) (>= 1/2 x2) (< (- 3) x2) (<= x1 x2 9))
 (let* ((a (* x1 x2)) (b (+ a 1)))
   (- (pow b 2) (/ x1 3) (! :precision binary32 (fma x2 0.1 -1)))))
"""


def test_an_fpcore_is_read_with_its_ranges():
    polynomial, ranges = read_fpcore(KEPLER)
    assert polynomial == Polynomial.parse("(x1*x2 + 1)**2 - x1/3 - (x2/10 - 1)")
    assert ranges == {"x1": (4, Fraction(159, 25)), "x2": (-3, Fraction(1, 2))}
    net = pn.compile(KEPLER, {"x2": (-3, 0.5), "x1": (4, "159/25")})
    assert net.polynomials == (polynomial.over(["x2", "x1"]),)
    assert Polynomial.parse(KEPLER) == polynomial


def test_let_binds_at_once_and_let_star_one_after_the_other():
    text = "(FPCore (x) ({} ((x (* x x)) (y x)) (+ x y)))"
    assert read_fpcore(text.format("let"))[0] == Polynomial.parse("x**2 + x")
    assert read_fpcore(text.format("let*"))[0] == Polynomial.parse("2*x**2")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("(<= 0 x 2)", (0, 2)),
        ("(>= 2 x 0)", (0, 2)),
        ("(and (< 0 x) (<= x 5) (<= 1 x 7))", (1, 5)),
        ("(<= 0 y x 2)", (0, 2)),  # transitive
        ("(<= 0 x)", None),
        ("(or (<= 0 x 1) (<= 2 x 3))", None),
        ("(<= (- 1 3) x (/ 1 4))", (-2, Fraction(1, 4))),
        ("(and)", None),
    ],
)
def test_a_precondition_gives_ranges_that_contain_what_it_admits(condition, expected):
    _, ranges = read_fpcore(f"(FPCore (x y) :pre {condition} x)")
    assert ranges.get("x") == expected


@st.composite
def trees(draw):
    leaf = st.sampled_from(["x", "y", "3", "-0.25", "1/7"])
    return draw(
        st.recursive(
            leaf,
            lambda inner: (
                st.tuples(st.sampled_from(["+", "-", "*"]), inner, inner)
                .map(" ".join)
                .map("({})".format)
                | inner.map("(- {})".format)
                | inner.map("(pow {} 2)".format)
                | inner.map("(/ {} 3)".format)
            ),
            max_leaves=6,
        )
    )


def value(text):
    """Evaluate by SymPy what Python's own tokens read."""
    tokens = text.replace("(", " ( ").replace(")", " ) ").split()

    def read():
        token = tokens.pop(0)
        if token != "(":
            return sympy.Symbol(token) if token in "xy" else sympy.Rational(token)
        head = tokens.pop(0)
        operands = []
        while tokens[0] != ")":
            operands.append(read())
        tokens.pop(0)
        if head == "-" and len(operands) == 1:
            return -operands[0]
        a, b = operands
        return (
            {"+": a + b, "-": a - b, "*": a * b}[head]
            if head in "+-*"
            else (a**b if head == "pow" else a / b)
        )

    return read()


@given(trees())
def test_an_fpcore_means_what_sympy_computes(text):
    expected = Polynomial.coerce(value(text), ["x", "y"])
    assert Polynomial.parse(f"(FPCore (x y) {text})") == expected


@pytest.mark.parametrize(
    ("text", "culprit", "column"),
    [
        ("(FPCore (x) (sin x))", "'(sin x)'", 13),
        ("(FPCore (x) (/ 1 x))", "'x'", 18),
        ("(FPCore (x) (pow x -1))", "'-1'", 20),
        ("(FPCore (x) (+ 1 q))", "'q'", 18),
        ("(FPCore (x) (* PI x))", "'PI'", 16),
        ("(FPCore (x) (+ 1 x)", "'('", 1),
        ("(FPCore (x) x) x", "'x'", 16),
        ("(FPCore ((A 3)) A)", "'(A 3)'", 10),
        ("(FPCore (x) (let ((y)) y))", "'(y)'", 19),
        ("(FPCore (x) :pre x)", "':pre'", 13),
        ("(FPCore (x) (+))", "'(+)'", 13),
        ("(FPCore (x) 1..2)", "'1..2'", 13),
        ("(FPCore (x) (if (< x 1) x 2))", "'(if (< x 1) x 2)'", 13),
    ],
)
def test_refusal_of_an_fpcore_names_culprit_and_column(text, culprit, column):
    with pytest.raises(pn.InvalidInputError) as caught:
        read_fpcore(text)
    assert f"{culprit} at column {column};" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "(FPCore (x) " + "(+ 1 " * 1000 + "x" + ")" * 1000 + ")",
        "(FPCore (x) " + "(" * 100_000,
        "(FPCore (x y) (let* ((a (+ x y))" + " (a (* a a))" * 12 + ") a))",
        "(FPCore (x) (pow x 1e9))",
        "(FPCore (x) :pre (and" + " (<= 0 x)" * 50_000 + " (<= 1 " + "(- 1 " * 200 + ")))))) x)",
    ],
)
def test_an_fpcore_beyond_the_limits_is_refused(text):
    with pytest.raises(pn.SizeLimitError):
        read_fpcore(text)


@pytest.mark.parametrize("text", ["x", "(FPCore", None, b"(FPCore (x) x)"])
def test_only_an_fpcore_is_one(text):
    with pytest.raises(pn.InvalidInputError, match="begins with"):
        read_fpcore(text)


COSY = """
     I  COEFFICIENT            ORDER EXPONENTS
     1   1.000000000000000       1   1 0  0 0
     2  0.5000000000000000D-02   2   0 2  0 0
     -----------------------------------------
     I  COEFFICIENT            ORDER EXPONENTS
     1  -1.500000000000000       3   1 0  0 2
     -----------------------------------------
     ALL COMPONENTS ZERO
"""
PTC = """
 etall    1, NO =    2, NV =    2, INA =   20
 *********************************************

    I  COEFFICIENT          ORDER   EXPONENTS
     1   0.10000000000000E+01    1     1 0
   1.00000000000000004
     2  -0.33333333333333E-101   2     0 2
  -0.333333333333333315-101

"""
PRINTED_MAP = """
  1.000000     0.0000000E+00 0.5000000     100000
 0.2500000     1.0000000E+00-0.5 010000
 ------------------------------------
"""
TFS = """@ NAME             %09s "MAP_TABLE"
* NAME COEF N_VECTOR NV ORDER NX NXP NY NYP NDELTAP NT
$ %s %le %le %le %le %le %le %le %le %le %le
 "a b" 1 1 6 1 1 0 0 0 0 0
 "c" -0.25 3 6 2 1 0 0 0 1 0
"""


def test_tables_of_cosy_and_dace_are_read():
    names = ["x", "a", "y", "b"]
    first, second, third = read_da(COSY, names)
    assert first == Polynomial.parse("x + a**2/200", names)
    assert second == Polynomial.parse("-1.5*x*b**2", names)
    assert third == Polynomial({}, names)
    assert read_da(COSY)[0].variables == ("x1", "x2", "x3", "x4")


def test_tables_of_ptc_are_read_with_their_full_coefficients():
    (p,) = read_da(PTC, ["x", "px"])
    assert p.terms == {
        (1, 0): Fraction("1.00000000000000004"),
        (0, 2): Fraction("-0.333333333333333315e-101"),
    }


def test_a_map_printed_by_cosy_is_read():
    outputs = read_da(PRINTED_MAP.replace("-0.5 ", " -0.5 "))
    assert [str(p) for p in outputs] == ["x1 + 1/4*x2", "x2", "1/2*x1 - 1/2*x2"]


def test_a_map_table_of_madx_is_read():
    first, second, third = read_da(TFS)
    assert first.variables == ("x", "xp", "y", "yp", "deltap", "t")
    assert (str(first), str(second), str(third)) == ("x", "0", "-1/4*x*deltap")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (COSY.replace("   3   1 0  0 2", "   2   1 0  0 2"), "line 7.*add up to the order 2"),
        (COSY.replace("-1.500000000000000", "******************"), "line 7.*no row"),
        (COSY.replace("-1.500000000000000", "NaN"), "line 7.*no row"),
        (COSY.replace("   1 0  0 2", "   1 0  0 2  0"), "different numbers of exponents"),
        (COSY.replace("   2   0 2  0 0", "   2   0 2"), "line 4.*another number of exponents"),
        (COSY.split("\n", 2)[2], "line 1.*no table with a header"),
        (COSY.replace("   2   0 2  0 0", "   1   1 0  0 0"), "stand twice"),
        (PTC.replace("0.333333333333333315", "0.3334"), "line 9.*in full"),
        (PRINTED_MAP, "line 3.*no row"),
        (TFS.replace(" 2 1 0 0 0 1 0", " 3 1 0 0 0 1 0"), "line 5.*add up"),
        (TFS.replace("N_VECTOR", "VECTOR"), "no column N_VECTOR"),
        (TFS.replace('"c" -0.25 3', '"c" -0.25 0'), "N_VECTOR"),
        (TFS.replace('"c" -0.25 3', '"c" -0.25'), "line 5.*10 cells for 11"),
        ("hello", "line 1"),
        ("", "no table"),
        (b"x", "must be a text"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(text, message):
    with pytest.raises(pn.InvalidInputError, match=message):
        read_da(text)


def test_names_must_be_as_many_as_the_exponents():
    with pytest.raises(pn.InvalidInputError, match="4 variables, not 3"):
        read_da(COSY, ["x", "a", "y"])
