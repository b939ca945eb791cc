"""Evaluation by gates: layouts, batches, threads, derivatives, points outside the box, accuracy."""

import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import polynet as pn

BOX = {"x": (-1, 1), "y": (0, 2), "z": (-3, -1)}
EXPRESSION = "x*y - z**2/3 + x*y*z + x**3*z"


@pytest.fixture(scope="module", params=["float64", "float32"])
def net(request):
    return pn.compile(EXPRESSION, BOX, dtype=request.param)


def inside(net, shape, seed=0):
    low, high = np.array(net.box.lower), np.array(net.box.upper)
    x = low + (high - low) * np.random.default_rng(seed).random((*shape, len(low)))
    return np.clip(x.astype(net.dtype), low.astype(net.dtype), high.astype(net.dtype))


def same_bits(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def test_values_do_not_depend_on_batch_or_threads(net):
    points = inside(net, (50_021,))
    expected = net(points)
    for threads in (2, 3, 16):
        assert same_bits(net(points, threads=threads), expected)
    for first, count in ((0, 1), (1, 15), (17, 16), (4_000, 257), (50_020, 1)):
        assert same_bits(net(points[first : first + count]), expected[first : first + count])
    for k in range(0, 50_021, 4_999):
        assert net(points[k]) == expected[k]


def test_any_layout_is_read_and_written_in_place(net):
    points = inside(net, (7, 11, 13))
    expected = net(points.reshape(-1, 3)).reshape(7, 11, 13)
    wide = np.zeros((14, 11, 13, 7), net.dtype)
    wide[::2, :, :, 1:7:2] = points
    packed = np.zeros((7, 11, 13), dtype=[("tag", "u1"), ("at", net.dtype, (3,))])
    packed["at"] = points  # rows that are not aligned
    transposed = np.ascontiguousarray(points.transpose(3, 2, 0, 1)).transpose(2, 3, 1, 0)
    for view in (points, np.asfortranarray(points), wide[::2, :, :, 1:7:2], packed["at"]):
        assert same_bits(np.ascontiguousarray(net(view)), expected)
    for view in (transposed, points[::-1][::-1], np.broadcast_to(points, (2, 7, 11, 13, 3))[1]):
        assert same_bits(np.ascontiguousarray(net(view)), expected)
    for out in (
        np.empty((7, 11, 13), net.dtype),
        np.empty((13, 11, 7), net.dtype).T,
        np.empty((7, 22, 26), net.dtype)[:, ::2, ::-2],
    ):
        assert net(points, out=out) is out
        np.testing.assert_array_equal(out, expected)
        assert net(np.asfortranarray(points), out=out, by="neurons") is out
        np.testing.assert_array_equal(out, net(points, by="neurons"))


def test_shapes_of_values_and_derivatives(net):
    two = pn.compile([EXPRESSION, "y**2"], BOX, dtype=net.dtype)
    for shape in ((), (0,), (1,), (5,), (2, 3), (2, 0, 3), (4, 1, 2, 3)):
        points = inside(net, shape)
        assert np.shape(net(points)) == shape
        assert two(points).shape == (*shape, 2)
        values, jacobian = net.value_and_jacobian(points)
        assert np.shape(values) == shape
        assert jacobian.shape == (*shape, 3)
        values, jacobian = two.value_and_jacobian(points)
        assert values.shape == (*shape, 2)
        assert jacobian.shape == (*shape, 2, 3)
    assert type(net(inside(net, ()))) is np.dtype(net.dtype).type


def test_out_may_overlap_the_points(net):
    points = inside(net, (10_000,))
    for by in ("gates", "neurons"):
        expected = net(points, by=by)
        # Each value goes where a point lies that is read later: the last ones, in the end.
        for place in (lambda x: x[::-1, 1], lambda x: x.reshape(-1)[-len(x) :]):
            shared = points.copy()
            others = points.copy()
            place(others)[...] = expected
            assert net(shared, by=by, out=place(shared)).base is not None
            np.testing.assert_array_equal(shared, others)


@pytest.mark.parametrize(
    "out",
    [
        np.empty(4),
        np.empty((3, 1)),
        np.empty(3, np.float16),
        np.empty(3, ">f8"),
        [0.0, 0.0, 0.0],
        np.broadcast_to(0.0, 3),
    ],
)
def test_an_out_that_does_not_fit_is_refused(out):
    net = pn.compile(EXPRESSION, BOX)
    with pytest.raises(pn.InvalidInputError, match="out must be a writable float64 array of shape"):
        net(inside(net, (3,)), out=out)


@pytest.mark.parametrize("threads", [0, -1, 1.5, None, True, 10**9])
def test_a_wrong_number_of_threads_is_refused(net, threads):
    with pytest.raises(pn.InvalidInputError, match="threads must be"):
        net(inside(net, (3,)), threads=threads)
    with pytest.raises(pn.InvalidInputError, match="threads must be"):
        net.value_and_jacobian(inside(net, (3,)), threads=threads)


def test_check_domain_names_the_first_point_and_coordinate(net):
    points = inside(net, (4, 5))
    np.testing.assert_array_equal(net(points, check_domain=True), net(points))
    points[2, 3, 1] = 2.5
    points[3, 0, 0] = -7
    with pytest.raises(pn.InvalidInputError, match=r"point 2, 3 is outside.* y = 2\.5 is not in"):
        net(points, check_domain=True)
    with pytest.raises(pn.InvalidInputError, match="the point is outside the box: z = nan"):
        net([0.0, 1.0, math.nan], check_domain=True, by="neurons")
    with pytest.raises(pn.InvalidInputError, match="point 2, 3"):
        net(points, check_domain=True, out=np.empty((4, 5), net.dtype))


def test_points_outside_the_box_do_not_disturb_their_neighbours(net):
    points = inside(net, (1003,))
    expected, derivatives = net.value_and_jacobian(points)
    far = points.copy()
    far[::13] *= 30
    far[5::13, 2] = math.nan
    far[7::13, 0] = math.inf
    values, jacobian = net.value_and_jacobian(far)
    assert same_bits(np.ascontiguousarray(values), net(far))
    touched = np.zeros(1003, bool)
    for start in (0, 5, 7):
        touched[start::13] = True
    np.testing.assert_array_equal(values[~touched], expected[~touched])
    np.testing.assert_array_equal(jacobian[~touched], derivatives[~touched])
    assert np.isnan(values[5::13]).all()
    assert np.isnan(values[7::13]).all()
    assert np.isnan(jacobian[5::13]).any(axis=1).all()
    assert np.isfinite(values[::13]).all()
    for k in range(0, 1003, 13):
        assert net(far[k]) == values[k]


def test_far_outside_the_network_is_its_neurons():
    net = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)}, scale=0.25)
    far = np.array([[30.0, -20.0], [1e3, 1e3], [-7.5, 0.5]])
    np.testing.assert_allclose(net(far), net(far, by="neurons"), rtol=1e-12)
    h = 1e-6
    _, jacobian = net.value_and_jacobian(far)
    for j in range(2):
        step = h * np.eye(2)[j]
        slope = (net(far + step) - net(far - step)) / (2 * h)
        np.testing.assert_allclose(jacobian[:, j], slope, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("activation", ["logistic", "tanh", "silu", "arctan", "exp"])
@pytest.mark.parametrize("construction", ["compact", "paper", "shallow"])
def test_derivatives_are_the_polynomials_where_the_gates_are_exact(activation, construction):
    # At so small a scale the network's function is the polynomial, forward differences included.
    net = pn.compile(
        "x*y*z - x**3/7 + y**2*z - 2*x + 5", BOX, activation=activation, construction=construction,
        scale=2.0**-60,
    )  # fmt: skip
    points = inside(net, (50,))
    values, jacobian = net.value_and_jacobian(points)
    np.testing.assert_array_equal(values, net(points))
    (polynomial,) = net.polynomials
    for x, row in zip(points, jacobian, strict=True):
        exact = [Fraction(float(t)) for t in x]
        for j, slope in enumerate(row):
            truth = magnitude = Fraction(0)
            for exponents, coefficient in polynomial.terms.items():
                if exponents[j]:
                    lowered = [e - (i == j) for i, e in enumerate(exponents)]
                    term = coefficient * exponents[j]
                    for base, e in zip(exact, lowered, strict=True):
                        term *= base**e
                    truth += term
                    magnitude += abs(term)
            assert abs(Fraction(float(slope)) - truth) <= Fraction(1e-13) * max(magnitude, 1)


@pytest.mark.parametrize("scale", [2.0**-12, 0.03, 0.5])
def test_derivatives_of_one_gate_are_those_of_its_function(scale):
    net = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)}, scale=scale)
    ((_, gates),) = net._handle.state()[-2]
    _, bias, stored, _ = gates[0]
    with mpmath.workdps(60):
        logistic = lambda t: 1 / (1 + mpmath.exp(-t))  # noqa: E731
        size, b = mpmath.mpf(stored), mpmath.mpf(bias)
        second = mpmath.diff(logistic, b, 2)

        def function(u, v):
            total = logistic(b + size * (u + v)) + logistic(b - size * (u + v))
            return (total - logistic(b + size * (u - v)) - logistic(b - size * (u - v))) / (
                4 * second * size**2
            )

        for u, v in ((0.5, -0.75), (1.0, 1.0), (-0.125, 0.875), (0.0, 0.5)):
            _, jacobian = net.value_and_jacobian(np.array([u, v]))
            for k, order in enumerate(((1, 0), (0, 1))):
                truth = mpmath.diff(function, (mpmath.mpf(u), mpmath.mpf(v)), order)
                assert abs(jacobian[k] - truth) <= 1e-12 * max(abs(truth), mpmath.mpf("1e-3"))


@settings(max_examples=60)
@given(
    exponent=st.integers(-300, 140),
    dtype=st.sampled_from(["float64", "float32"]),
    scale=st.sampled_from([None, 0.5, 0.01]),
    seed=st.integers(0, 2**32),
)
def test_certificates_by_gates_hold_for_any_magnitude(exponent, dtype, scale, seed):
    if dtype == "float32":
        exponent = exponent // 6
    radius = Fraction(2) ** exponent
    box = {"x": (-radius, radius), "y": (radius / 3, radius)}
    try:
        net = pn.compile("x*y + x**2*y", box, dtype=dtype, scale=scale)
        upper = net.certify(max_boxes=50).upper
    except pn.PolynetError:
        return  # refused: nothing is claimed
    (polynomial,) = net.polynomials
    for x in inside(net, (20,), seed):
        error = Fraction(float(net(x))) - polynomial([Fraction(float(t)) for t in x])
        assert abs(error) <= Fraction(upper)


def test_one_network_serves_threads_of_both_kinds(net):
    points = inside(net, (30_000,))
    expected = net(points)
    fresh = pn.compile(EXPRESSION, BOX, dtype=net.dtype)
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(fresh, points, threads=k % 3 + 1) for k in range(12)]
        slopes = [pool.submit(fresh.value_and_jacobian, points[:100]) for _ in range(8)]
    for job in jobs:
        assert same_bits(job.result(), expected)
    for slope in slopes:
        np.testing.assert_array_equal(slope.result()[0], expected[:100])


def test_the_configuration_is_reported():
    config = pn.show_config()
    assert config["instruction_set"] in config["instruction_sets"]
    assert config["polynet"] == pn.__version__
    assert config["eigen"].startswith(("3.", "5."))
    assert config["compiler"]


SCRIPT = """
import sys, numpy as np, polynet as pn
net = pn.compile("x*y - z**2/3 + x*y*z + x**3*z", {"x": (-1, 1), "y": (0, 2), "z": (-3, -1)})
x = np.random.default_rng(5).uniform([-1, 0, -3], [1, 2, -1], (777, 3))
sys.stdout.buffer.write(net(x).tobytes())
print(pn.show_config()["instruction_set"], file=sys.stderr)
"""


def run_with(instruction_set):
    environment = os.environ | {"POLYNET_ISA": instruction_set}
    return subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True)


@pytest.mark.parametrize("instruction_set", pn.show_config()["instruction_sets"])
def test_every_instruction_set_can_be_forced_and_agrees(instruction_set):
    net = pn.compile(EXPRESSION, BOX)
    x = np.random.default_rng(5).uniform([-1, 0, -3], [1, 2, -1], (777, 3))
    finished = run_with(instruction_set)
    assert finished.stderr.decode().strip() == instruction_set
    values = np.frombuffer(finished.stdout)
    np.testing.assert_allclose(values, net(x), rtol=0, atol=1e-13)
    (polynomial,) = net.polynomials
    upper = Fraction(net.certify().upper)
    for point, value in zip(x[:50], values, strict=False):
        exact = polynomial([Fraction(t) for t in point.tolist()])
        assert abs(Fraction(value.item()) - exact) <= upper


def test_an_unknown_instruction_set_is_refused_at_import():
    finished = run_with("x86-64-v9")
    assert finished.returncode != 0
    assert b"POLYNET_ISA names 'x86-64-v9', which this build or CPU lacks" in finished.stderr


def test_import_needs_no_optional_package():
    code = "import sys, polynet; print(*sys.modules)"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    loaded = {name.split(".")[0] for name in finished.stdout.decode().split()}
    optional = {"rich", "sympy", "onnx", "onnxruntime", "torch", "jax", "flint", "mpmath", "scipy"}
    assert not loaded & optional
