"""What is handed over as polynomials and boxes: understood, or refused by name; never misread."""

import array
import itertools
from collections import Counter, deque
from fractions import Fraction

import flint
import mpmath
import numpy as np
import pytest
import sympy

import polynet as pn
from polynet import Polynomial
from polynet.box import Box

X, Y = sympy.symbols("x y")
BOX = {"x": (-1, 1), "y": (0, 1)}
A, B = sympy.symbols("A B", commutative=False)


@pytest.mark.parametrize(
    "expression",
    [
        X - sympy.Symbol("x", positive=True),
        X * sympy.Symbol("y", real=True) + Y,
        sympy.Dummy("x") - sympy.Dummy("x"),
        sympy.Poly(X * sympy.Dummy("x") + 1),
        [X, sympy.Dummy("x")],
        [sympy.Poly(sympy.Dummy("x") ** 2), sympy.Dummy("x")],
    ],
)
def test_symbols_of_one_name_are_refused_unless_they_are_one(expression):
    with pytest.raises(pn.InvalidInputError, match=r"two .*named '[xy]'"):
        pn.compile(expression, BOX)


def test_a_symbol_of_the_box_must_be_the_one_of_the_polynomial():
    positive = sympy.Symbol("x", positive=True)
    assert pn.compile(positive**2, {positive: (0, 1)}).box == Box({"x": (0, 1)})
    with pytest.raises(pn.InvalidInputError, match="two different symbols are named 'x'"):
        pn.compile(positive**2, {X: (0, 1)})


@pytest.mark.parametrize("expression", [A * B - B * A, A * X, A**2])
def test_symbols_that_do_not_commute_are_refused(expression):
    with pytest.raises(pn.InvalidInputError, match=r"'[AB]' does not commute"):
        Polynomial.coerce(expression, ["A", "B", "x"])


@pytest.mark.parametrize("domain", [sympy.ZZ, sympy.QQ, sympy.RR, sympy.ZZ[sympy.Symbol("t")]])
def test_elements_of_rings_are_matched_by_name(domain):
    _, y, x = sympy.ring("y,x", domain)
    expected = Polynomial.parse("3*y**2*x - x + 2", ["x", "y"])
    assert Polynomial.coerce(3 * y**2 * x - x + 2, ["x", "y"]) == expected
    assert pn.compile([3 * y**2 * x - x + 2], BOX).polynomials == (expected,)
    with pytest.raises(pn.InvalidInputError, match="uses 'y'"):
        Polynomial.coerce(y, ["x", "z"])


def test_elements_of_rings_over_finite_fields_are_refused():
    _, x = sympy.ring("x", sympy.GF(5))
    with pytest.raises(pn.InvalidInputError, match="finite field"):
        Polynomial.coerce(x**2, ["x"])
    with pytest.raises(pn.InvalidInputError, match="'sin\\(x\\)' is no variable"):
        Polynomial.coerce(sympy.Poly(sympy.sin(X) + X, sympy.sin(X), X), ["x"])


@pytest.mark.parametrize(
    "given",
    [
        b"x**2",
        bytearray(b"x**2"),
        memoryview(b"xy"),
        range(3),
        array.array("d", [1.0, 2.0]),
        [1.0, 2.0, 3.0],
        (1,),
        deque([1, Fraction(1, 2)]),
        iter([1.0, 2.0]),
        map(float, "12"),
        [flint.fmpq(1, 3), mpmath.mpf(1)],
        [True, False],
        [[1, 2], [3, 4]],
        np.array([1.0, 2.0]),
        np.array(["x", "y"], dtype=object),
        np.array(5.0),
        {"x*y", "x"},
        {"x": 1, "y": 2},
        {"p": "x*y"},
        (X**2 + 3).as_coefficients_dict(),
        (5 + 0 * X).as_coefficients_dict(),
        [],
        None,
    ],
    ids=lambda given: type(given).__name__,
)
def test_what_is_no_polynomial_is_refused(given):
    with pytest.raises(pn.InvalidInputError):
        pn.compile(given, BOX)


def test_a_constant_of_a_mapping_from_expressions_is_no_power():
    with pytest.raises(pn.InvalidInputError, match="mapping from SymPy expressions"):
        Polynomial.coerce((5 + 0 * X).as_coefficients_dict(), ["x"])


def test_endless_iterators_are_refused():
    with pytest.raises(pn.SizeLimitError, match="polynomials"):
        pn.compile(itertools.repeat("x"), BOX)


def test_sequences_and_iterators_of_polynomials_are_outputs():
    expected = pn.compile(["x*y", "x"], BOX)
    for given in (("x*y", "x"), iter(["x*y", "x"]), deque(["x*y", X]), (p for p in ("x*y", "x"))):
        assert pn.compile(given, BOX) == expected
    assert pn.compile(["x", 7], BOX)([0.5, 0.5]).tolist() == [0.5, 7.0]
    assert Polynomial.coerce(Counter({(1, 0): 2}), ["x", "y"]) == Polynomial.parse("2*x", BOX)


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (np.polynomial.Polynomial([0, 1], symbol="y"), "uses 'y'; known variables: t"),
        (np.polynomial.Chebyshev([0, 1], symbol="z"), "uses 'z'"),
        (np.poly1d([1, 0], variable="y"), "uses 'y'"),
    ],
)
def test_a_series_in_another_variable_is_refused(series, message):
    with pytest.raises(pn.InvalidInputError, match=message):
        Polynomial.coerce(series, ["t"])


def test_series_without_a_name_of_their_own_take_the_only_variable():
    assert Polynomial.coerce(np.polynomial.Polynomial([0, 2]), ["t"]) == Polynomial.parse("2*t")
    constant = np.polynomial.Polynomial([3], symbol="y")
    assert Polynomial.coerce(constant, ["t"]) == Polynomial({0: 3}, ["t"])


NAMES = ["x[0]", "x(t)", "temp C", "lambda", "x_{1}", "\N{DEGREE SIGN}C", "*/"]


@pytest.mark.parametrize("name", NAMES)
def test_any_text_names_an_input(name, tmp_path):
    net = pn.compile({(2,): 1}, {name: (0, 1)})
    assert net.box.variables == (name,)
    assert net == pn.compile(f"{{{name}}}**2", {name: (0, 1)})
    assert net.polynomials[0].variables == (name,)
    assert pn.compile(net.polynomials[0], [(0, 1)]) == net
    net.save(tmp_path / "n.safetensors")
    assert pn.load(tmp_path / "n.safetensors") == net
    net.save_certificate(tmp_path / "c.json", net.certify())
    assert pn.load_certificate(tmp_path / "c.json")[0] == net
    net.to_c(tmp_path / "p.c")
    comment = (tmp_path / "p.c").read_text().partition("#include")[0]
    assert comment.count("*/") == comment.count("/*") == 1


def test_symbols_and_their_like_name_inputs():
    t, x = sympy.symbols("t x")
    state, entry = sympy.Function("x")(t), sympy.IndexedBase("u")[0]
    net = pn.compile(state * entry + x, {"x(t)": (0, 1), "u[0]": (1, 2), x: (0, 1)})
    assert str(net.polynomials[0]) == "{x(t)}*{u[0]} + x"
    assert pn.compile(x**2, {x: "bit"}).box.bits == ("x",)
    assert Polynomial({(1, 0): 2}, sympy.symbols("u v")).variables == ("u", "v")


def test_a_list_of_ranges_keeps_the_names_of_the_polynomial():
    p = Polynomial.parse("a*b**2", ["b", "a"])
    assert pn.compile(p, [(0, 1), (2, 3)]).box == Box({"b": (0, 1), "a": (2, 3)})
    assert pn.compile([p, "a"], np.array([[0, 1], [2, 3]])).box.variables == ("b", "a")
    with pytest.raises(pn.InvalidInputError, match="3 ranges for the variables b, a"):
        pn.compile(p, [(0, 1)] * 3)
    with pytest.raises(pn.InvalidInputError, match="different variables"):
        pn.compile([p, p.over(["a", "b"])], [(0, 1), (2, 3)])


@pytest.mark.parametrize("pair", [b"ab", bytearray(b"ab"), range(2), {0, 1}, "01"])
def test_a_range_must_be_a_pair_of_numbers(pair):
    with pytest.raises(pn.InvalidInputError, match="the range of x"):
        pn.compile("x", {"x": pair})


def test_one_exponent_array_gives_several_outputs():
    exponents = [[1, 0], [0, 2]]
    matrix = [[1, "1/3", 0.5], [0, 2, Fraction(1, 7)]]
    outputs = Polynomial.from_arrays(exponents, matrix, ["x", "y"])
    columns = zip(*matrix, strict=True)
    assert outputs == tuple(Polynomial.from_arrays(exponents, c, ["x", "y"]) for c in columns)
    floats = np.array([[1.0, 0.1], [0.25, 3.0]], dtype=np.float32)
    first, second = Polynomial.from_arrays(exponents, floats, ["x", "y"])
    assert first.terms == {(1, 0): 1, (0, 2): Fraction(1, 4)}
    assert second.terms[(1, 0)] == Fraction(float(np.float32(0.1)))
    (only,) = Polynomial.from_arrays(exponents, [[1], [2]], ["x", "y"])
    assert only == Polynomial.from_arrays(exponents, [1, 2], ["x", "y"])


@pytest.mark.parametrize(
    "coefficients",
    [{0: 1, 1: 2}, {1.0, 2.0}, "12", b"12", [[1, 2], [3]], np.ones((2, 2, 2)), 5.0, [True, False]],
)
def test_coefficients_without_order_or_shape_are_refused(coefficients):
    with pytest.raises(pn.InvalidInputError):
        Polynomial.from_arrays([[1, 0], [0, 2]], coefficients, ["x", "y"])
