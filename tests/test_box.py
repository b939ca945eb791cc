"""Boxes: outward rounding, names, refusals, and the command line's notation."""

import copy
import dataclasses
import math
import pickle
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polynet.box import Box, parse_box
from polynet.errors import InvalidInputError, SizeLimitError

DTYPES = {"float64": np.float64, "float32": np.float32}
MAX32 = float(np.finfo(np.float32).max)

numbers = st.one_of(st.fractions(-(10**9), 10**9), st.floats(-3e38, 3e38).map(Fraction))
ranges = st.tuples(numbers, numbers).map(sorted)


@pytest.mark.parametrize("dtype", DTYPES)
@given(pair=ranges, weight=st.fractions(0, 1))
def test_box_contains_every_rounded_point_and_is_tight(dtype, pair, weight):
    box = Box({"x": pair}, dtype=dtype)
    low, high = pair
    lower, upper = Fraction(box.lower[0]), Fraction(box.upper[0])
    assert lower <= low <= high <= upper
    kind = DTYPES[dtype]
    assert float(kind(box.lower[0])) == box.lower[0]
    assert float(kind(box.upper[0])) == box.upper[0]
    assert low < Fraction(float(np.nextafter(kind(box.lower[0]), kind(math.inf)))) or lower == low
    assert high > Fraction(float(np.nextafter(kind(box.upper[0]), kind(-math.inf))))
    # Rounding to float64 first and then to float32 is still monotone.
    point = kind(float(low + weight * (high - low)))
    assert box.lower[0] <= float(point) <= box.upper[0]


@pytest.mark.parametrize(
    "end",
    [
        0.5,
        Fraction(1, 2),
        Decimal("0.5"),
        "0.5",
        "1/2",
        "5e-1",
        np.float32(0.5),
        np.longdouble(0.5),
    ],
)
def test_every_exact_number_is_an_endpoint(end):
    assert Box({"x": (np.int8(0), end)}) == Box({"x": (0, 0.5)})


def test_endpoints_are_rounded_outward():
    box = Box({"x": ("0.1", "0.1"), "y": ("-1e-400", "1e-400"), "z": (0.1, 0.1)})
    assert box.lower == (math.nextafter(0.1, 0), -math.ulp(0.0), 0.1)
    assert box.upper == (0.1, math.ulp(0.0), 0.1)
    single = Box({"x": (0.1, 0.1)}, dtype="float32")
    assert single.upper[0] == float(np.float32(0.1))
    assert single.lower[0] == float(np.nextafter(np.float32(0.1), np.float32(0)))


def test_order_and_names_follow_the_argument():
    assert Box({"b": (0, 1), "a": (2, 3)}).variables == ("b", "a")
    for obj in ([(0, 1), (2, 3)], np.array([[0, 1], [2, 3]]), zip([0, 2], [1, 3], strict=True)):
        assert Box.coerce(obj) == Box({"x0": (0, 1), "x1": (2, 3)})


def test_coerce_keeps_a_box_that_fits():
    box = Box({"x": (0.5, 1)})
    assert Box.coerce(box) is box
    assert Box.coerce(box, dtype="float32") is box
    wide = Box.coerce(Box({"x": (0.1, 0.1)}), dtype="float32")
    assert wide == Box({"x": (0.1, 0.1)}, dtype="float32")


def test_box_is_immutable_hashable_and_picklable():
    box = Box({"x": ("0.1", 1), "y": (2, 2)})
    for twin in (pickle.loads(pickle.dumps(box)), copy.deepcopy(box), eval(repr(box))):
        assert twin == box
        assert hash(twin) == hash(box)
    assert box != Box({"y": (2, 2), "x": ("0.1", 1)})
    with pytest.raises(dataclasses.FrozenInstanceError):
        box.lower = (0.0, 0.0)


def test_an_input_may_be_a_bit():
    box = Box({"s": "bit", "x": (0, 1)})
    assert box.bits == ("s",)
    assert (box.lower, box.upper) == ((0.0, 0.0), (1.0, 1.0))
    assert Box(["bit", (0, 1)]) == Box({"x0": "bit", "x1": (0, 1)})
    assert box != Box({"s": (0, 1), "x": (0, 1)})
    assert repr(box) == "Box({'s': 'bit', 'x': (0.0, 1.0)})"
    for twin in (pickle.loads(pickle.dumps(box)), copy.deepcopy(box), eval(repr(box))):
        assert twin == box
        assert hash(twin) == hash(box)
    assert Box.coerce(box, dtype="float32") is box


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("bits", "or 'bit', not 'bits'"),
        ((1, -1), "reversed"),
        (("1/3", "0.333"), "reversed"),
        ((0, math.nan), "upper end of x must be finite"),
        ((-math.inf, 0), "lower end of x must be finite"),
        ((0, "1e309"), "range of x.*beyond the range of float64"),
        ((-(2**1024), 0), "range of x.*beyond the range of float64"),
        ((0, Fraction(1.7976931348623157e308) + 1), "beyond the range of float64"),
        ((0, 1, 2), "3 values"),
        ((0,), "1 values"),
        (0, "pair"),
        ("01", "pair"),
        ({0, 1}, "pair"),
        ({0: 1, 2: 3}, "pair"),
        (None, "pair"),
        ((True, 2), "lower end of x .*bool"),
        ((0, "one"), "upper end of x .*'one'"),
        ((0, "1/0"), "denominator is zero"),
        ((0, None), "upper end of x"),
        ((0, 1j), "upper end of x"),
    ],
)
def test_refusal_names_the_variable_and_the_reason(pair, words):
    with pytest.raises(InvalidInputError, match=words):
        Box.coerce({"x": pair})


def test_range_beyond_float32_is_refused_for_float32_only():
    beyond = math.nextafter(MAX32, math.inf)
    assert Box({"x": (0, beyond)}).upper == (beyond,)
    assert Box({"x": (0, MAX32)}, dtype="float32").upper == (MAX32,)
    with pytest.raises(InvalidInputError, match="beyond the range of float32"):
        Box({"x": (0, beyond)}, dtype="float32")


@pytest.mark.parametrize(
    "bounds",
    [
        *({}, [], None, 3, "x=-1:1", {"": (0, 1)}, {1: (0, 1)}, {" x": (0, 1)}, {(0, 1)}, b"ab"),
        *({"x{": (0, 1)}, {"x\n": (0, 1)}, {b"x": (0, 1)}, {None: (0, 1)}),
        {"\N{MICRO SIGN}": (0, 1), "\N{GREEK SMALL LETTER MU}": (0, 1)},
    ],
)
def test_what_is_no_box_is_refused(bounds):
    with pytest.raises(InvalidInputError):
        Box.coerce(bounds)


@pytest.mark.parametrize("dtype", ["float16", "f", None, np.float16])
def test_other_dtypes_are_refused(dtype):
    with pytest.raises(InvalidInputError, match="dtype must be"):
        Box({"x": (0, 1)}, dtype=dtype)


def test_huge_endpoints_are_refused_at_once():
    with pytest.raises(SizeLimitError, match="upper end of x"):
        Box({"x": (0, "1e999999999")})


def test_command_line_ranges_stay_exact():
    bounds = parse_box(["x=-1:1", " y = 4 : 3969/625 ", "z=-0.5:1e-3"])
    assert bounds == {
        "x": (Fraction(-1), Fraction(1)),
        "y": (Fraction(4), Fraction(3969, 625)),
        "z": (Fraction(-1, 2), Fraction(1, 1000)),
    }
    assert Box(bounds).variables == ("x", "y", "z")
    assert list(parse_box(["temp C=0:1", "{x(t)}=0:1", "a=b=bit"])) == ["temp C", "x(t)", "a=b"]
    assert parse_box(["s=bit", "t = bit"]) == {"s": "bit", "t": "bit"}


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "x=1",
        "x=bits",
        "x=1:",
        "x=:1",
        "x=1:2:3",
        "=0:1",
        "x{=0:1",
        "x:0=1",
        "x=nan:1",
        "x=0:inf",
    ],
)
def test_bad_command_line_range_is_named(text):
    with pytest.raises(InvalidInputError) as caught:
        parse_box(["y=0:1", text])
    assert repr(text) in str(caught.value)


def test_command_line_range_given_twice_is_refused():
    with pytest.raises(InvalidInputError, match="'x=1:2' names x again"):
        parse_box(["x=0:1", "x=1:2"])
    with pytest.raises(InvalidInputError, match="list"):
        parse_box("x=0:1")
