"""Points whose coordinates have names are matched by name; what does not fit is refused."""

from collections import namedtuple
from fractions import Fraction

import numpy as np
import pytest

import polynet as pn
from polynet import Polynomial

NET = pn.compile("x - 2*y", {"x": (-9, 9), "y": (-9, 9)})
ROWS = np.array([[5.0, 1.0], [6.0, 2.0]])
EXPECTED = NET(ROWS)
SWAPPED = {"y": ROWS[:, 1], "z": np.zeros(2), "x": ROWS[:, 0]}
Point = namedtuple("Point", "y x")


@pytest.mark.parametrize(
    "points",
    [
        SWAPPED,
        {"y": [1, 2], "x": [5, 6]},
        np.array([(1.0, 5.0), (2.0, 6.0)], dtype=[("y", "f8"), ("x", "f8")]),
        np.rec.array([(1.0, 5.0), (2.0, 6.0)], dtype=[("y", "f8"), ("x", "f8")]),
        [Point(1.0, 5.0), Point(2.0, 6.0)],
        [{"y": 1.0, "x": 5.0}, {"x": 6.0, "y": 2.0}],
        ROWS,
    ],
    ids=lambda points: type(points).__name__,
)
def test_names_are_matched(points):
    assert NET(points).tolist() == EXPECTED.tolist()
    assert NET(points, check_domain=True).tolist() == EXPECTED.tolist()
    values, jacobian = NET.value_and_jacobian(points)
    assert values.tolist() == EXPECTED.tolist()
    assert jacobian.tolist() == [[1.0, -2.0]] * 2


def test_one_point_may_have_names():
    for point in (
        {"y": 1, "x": 5},
        Point(1, 5),
        np.array((1, 5), dtype=[("y", "i8"), ("x", "i8")]),
    ):
        assert NET(point) == EXPECTED[0]
    p = Polynomial.parse("x - 2*y")
    assert p({"y": "1/3", "x": 5}) == p(Point("1/3", 5)) == Fraction(13, 3)
    for point in ({1, 5}, {1: 2, 5: 3}, {"x": 1}, b"ab"):
        with pytest.raises(pn.InvalidInputError):
            p(point)


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ({"y": [1.0]}, "'x' is missing among the points' names 'y'"),
        (Point(1, 2)._asdict() | {"a": 1}, None),
        ([{"y": 1.0}], "'x' is missing"),
        (np.zeros(2, dtype=[("y", "f8"), ("a", "f8")]), "'x' is missing"),
        ({"x": [1.0, 2.0], "y": [1.0]}, "'y' has"),
        ({"x": [1.0, 2.0], "y": 1.0}, "'y' has"),
        ({"x": [True], "y": [1.0]}, "not bool, as in 'x'"),
        ({"x": ["a"], "y": [1.0]}, "as in 'x'"),
        ({"x": np.ma.array([1.0], mask=[True]), "y": [1.0]}, "masked"),
        ({0: [1.0], 1: [2.0]}, "'x' is missing"),
        ({}, "'x' is missing"),
    ],
)
def test_what_does_not_fit_is_refused(points, message):
    if message is None:
        assert NET(points) == 0.0
        return
    with pytest.raises(pn.InvalidInputError, match=message):
        NET(points)


def test_frames_of_pandas():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(SWAPPED)
    for points in (frame, frame[["y", "x"]], frame.to_records(), list(frame.itertuples())):
        assert NET(points).tolist() == EXPECTED.tolist()
    assert NET(frame.iloc[0]) == EXPECTED[0]
    assert NET([frame.iloc[0], frame.iloc[1]]).tolist() == EXPECTED.tolist()
    assert frame.assign(p=NET)["p"].tolist() == EXPECTED.tolist()
    assert NET(pandas.DataFrame(ROWS)).tolist() == EXPECTED.tolist()  # no names
    assert Polynomial.parse("x - 2*y")(frame.iloc[0]) == 3
    exponents = pandas.DataFrame({"y": [0, 1], "x": [1, 0]})
    assert Polynomial.from_arrays(exponents, [1, -2], ["x", "y"]) == NET.polynomials[0]
    for points, message in (
        (frame[["z", "y"]], "'x' is missing among the points' names 'z, y'"),
        (pandas.DataFrame([[1.0, 2.0, 3.0]], columns=["x", "x", "y"]), "'x' is twice"),
        (pandas.DataFrame({("x", 1): [1.0], "y": [2.0]}), "'x' is missing"),
        ({"x": frame["x"], "y": frame["y"][::-1]}, "labels of 'y' are not those of 'x'"),
    ):
        with pytest.raises(pn.InvalidInputError, match=message):
            NET(points)
    box = pandas.DataFrame({"y": [0.0, 1.0], "x": [-1.0, 2.0]})
    assert pn.Box(box) == pn.Box({"y": (0, 1), "x": (-1, 2)})


def test_frames_of_polars():
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(SWAPPED)
    assert NET(frame).tolist() == EXPECTED.tolist()
    with pytest.raises(pn.InvalidInputError, match="'x' is missing"):
        NET(frame[["z", "y"]])


def test_labelled_arrays_of_xarray():
    xarray = pytest.importorskip("xarray")
    names = {"v": ["y", "x"]}
    array = xarray.DataArray(ROWS[:, ::-1], dims=["p", "v"], coords=names)
    assert NET(array).tolist() == EXPECTED.tolist()
    assert NET(array[0]) == EXPECTED[0]
    assert NET(xarray.Dataset({k: ("p", v) for k, v in SWAPPED.items()})).tolist() == (
        EXPECTED.tolist()
    )
    with pytest.raises(pn.InvalidInputError, match=r"transpose\(..., 'v'\)"):
        NET(array.T)
    with pytest.raises(pn.InvalidInputError, match="'x' is missing"):
        NET(array.assign_coords(v=["y", "a"]))
    crossed = xarray.Dataset({"y": (("p", "q"), ROWS), "x": (("q", "p"), ROWS)})
    with pytest.raises(pn.InvalidInputError, match="labels of 'y' are not those of 'x'"):
        NET(crossed)
