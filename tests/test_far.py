"""Polynomials away from the origin: what is typed is what is compiled and certified."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

import polynet as pn

F = Fraction


def exact_errors(net, count=200, seed=0):
    """|network - polynomial| at the corners and random points, exactly, of a single output."""
    lower, upper = (np.array(ends, net.dtype) for ends in (net.box.lower, net.box.upper))
    n = len(lower)
    places = np.random.default_rng(seed).uniform(size=(count, n))
    corners = list(itertools.islice(itertools.product((0.0, 1.0), repeat=n), 64))
    points = (lower + (upper - lower) * np.concatenate([corners, places])).astype(net.dtype)
    points = np.clip(points, lower, upper)
    (polynomial,) = net.polynomials
    values = np.ravel(net(points)).astype(float).tolist()
    return [
        abs(F(v) - polynomial(x))
        for v, x in zip(values, points.astype(float).tolist(), strict=True)
    ]


def check(net, tightest=10, seed=0):
    """The certificate holds, is attained, and its bounds are within a factor."""
    certificate = net.certify()
    largest = max(exact_errors(net, seed=seed))
    assert largest <= F(certificate.upper)
    (output,) = certificate.outputs
    (polynomial,) = net.polynomials
    value = float(np.ravel(net(np.array([output.witness], net.dtype)))[0])
    attained = abs(F(value) - polynomial(output.witness))
    assert attained >= F(output.lower)
    assert output.lower > 0.0
    assert F(output.upper) <= tightest * max(largest, attained)
    return certificate


TYPE_R = (  # NIST monograph 175 in form: a quartic whose terms cancel on 1664.5 to 1768.1
    "-81.2233413 + 0.1563909*T - 89e-6*T**2 + 17e-9*T**3 - 9.34633971e-15*T**4"
)


@pytest.mark.parametrize(
    ("text", "box", "bound"),
    [
        ("0.1*(x-100)**9 + (x-100)", {"x": (99, 101)}, 1e-10),
        ("0.7*(x-2000)**5 + (x-2000)", {"x": (1999, 2001)}, 1e-9),
        ("(x-1000)**7", {"x": (999, 1001)}, 1e-9),
        ("(x-30)**12", {"x": (29, 31)}, 1e-9),
        ("(x-1)**20", {"x": ("0.9", "1.1")}, 1e-28),
        ("(x-100)**4*(y-100)**4/3", {"x": (99, 101), "y": (99, 101)}, 1e-9),
        ("(x-100)**3", {"x": (99, 101)}, 1e-9),
        ("(x-1e8)**3 + y*(x-1e8)", {"x": (1e8 - 1, 1e8 + 1), "y": (-1, 1)}, 1e-9),
        (
            "0.3*(T-300)**2*(p-101325)**2/1e4 + (T-300)/7 - (p-101325)/900",
            {"T": (290, 310), "p": (101000, 101650)},
            1e-6,
        ),
        ("1.5 + 3e-8*(t-86400)**7 + 2*(t-86400)", {"t": (86390, 86410)}, 1e-9),
        (TYPE_R, {"T": ("1664.5", "1768.1")}, 1e-9),
        ("1e-390*x*y", {"x": (-1e200, 1e200), "y": (-1e200, 1e200)}, 10.0),
        ("x/3 - 100/3", {"x": (99, 101)}, 1e-15),
    ],
)
def test_a_polynomial_far_from_the_origin_is_as_good_as_about_its_centre(text, box, bound):
    assert check(pn.compile(text, box)).upper <= bound


def random_polynomial(seed):
    """A polynomial about a point, that point, and radii from 1 to 1e-8 of it."""
    random = np.random.default_rng(seed)
    n = int(random.integers(1, 5))
    dtype = "float32" if seed % 4 == 3 else "float64"
    furthest = 8.0 if dtype == "float64" else 4.0
    radii = [2.0 ** int(random.integers(-8, 9)) for _ in range(n)]
    ratio = 10.0 ** random.uniform(0.0, furthest)
    centres = [float(np.round(r * ratio)) or r for r in radii]
    terms = {}
    for _ in range(int(random.integers(1, 7))):
        degree = int(random.integers(0, 13))
        exponents = tuple(np.bincount(random.integers(0, n, degree), minlength=n).tolist())
        size = F(int(random.integers(1, 100)), int(random.choice([1, 3, 7, 10])))
        terms[exponents] = size / np.prod(
            [F(r) ** e for r, e in zip(radii, exponents, strict=True)]
        )
    return [f"x{i}" for i in range(n)], terms, centres, radii, dtype


@pytest.mark.parametrize("seed", range(20))
def test_random_polynomials_far_from_the_origin(seed):
    names, terms, centres, radii, dtype = random_polynomial(seed)
    about = pn.Polynomial(terms, names)
    here = pn.compile(about, dict(zip(names, ((-r, r) for r in radii), strict=True)), dtype=dtype)
    far = pn.Polynomial(terms, names, origin=dict(zip(names, centres, strict=True))).expanded()
    box = {x: (c - r, c + r) for x, c, r in zip(names, centres, radii, strict=True)}
    there = pn.compile(far, box, dtype=dtype)
    largest = max(exact_errors(there, seed=seed))
    certificate, near = there.certify(max_boxes=400), here.certify(max_boxes=400)
    assert largest <= F(certificate.upper)
    # Within the rounding of coefficients as good as where the origin is near.
    assert certificate.upper <= 4 * near.upper


def test_a_fixed_input_is_folded_exactly():
    # Rump 1988 without its quotient: every double evaluation is off by 1e21.
    rump = "333.75*y**6 + x**2*(11*x**2*y**2 - y**6 - 121*y**4 - 2) + 5.5*y**8"
    net = pn.compile(rump, {"x": (77617, 77617), "y": (33096, 33096)})
    assert net([77617.0, 33096.0]) == -2.0
    assert net.certify().upper < 1e-300


def test_linear_networks_subtract_the_origin_first():
    net = pn.compile("3*(x - 1000000.5)/7", {"x": (1000000, 1000001)})
    assert net.hidden_neurons == ()
    assert len(net.layers) == 2
    np.testing.assert_array_equal(net.layers[0].weight, [[1.0]])
    assert check(net).upper < 1e-15


@pytest.mark.parametrize("form", ["factored", "merged"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_neurons_far_from_the_origin_keep_their_certificate(form, dtype):
    box = {"x": (1023.0, 1025.0), "y": (-3.0, -1.0)}
    net = pn.compile("(x-1024)**3*(y+2) - (x-1024)*(y+2)/3", box, dtype=dtype, form=form)
    certificate = net.certify(by="neurons")
    points = np.random.default_rng(1).uniform([1023, -3], [1025, -1], (500, 2)).astype(dtype)
    values = net(points, by="neurons").astype(float).tolist()
    (polynomial,) = net.polynomials
    errors = [
        abs(F(v) - polynomial(x))
        for v, x in zip(values, points.astype(float).tolist(), strict=True)
    ]
    assert max(errors) <= F(certificate.upper)
    # In NumPy, as any runtime.
    hidden = points
    for weight, bias, activation in net.layers:
        hidden = hidden @ weight.T + bias
        if activation:
            hidden = (1 / (1 + np.exp(-hidden))).astype(dtype)
    foreign = np.ravel(hidden).astype(float).tolist()
    errors = [
        abs(F(v) - polynomial(x))
        for v, x in zip(foreign, points.astype(float).tolist(), strict=True)
    ]
    assert max(errors) <= F(certificate.upper)
    if form == "factored" and dtype == "float64":
        assert certificate.upper < 1e-7


def test_the_jacobian_far_from_the_origin():
    net = pn.compile("(x-500)**3*(y-1e6)", {"x": (499, 501), "y": (1e6 - 1, 1e6 + 1)})
    points = np.array([[500.5, 1e6 + 0.25], [499.25, 1e6 - 1.0]])
    _, jacobian = net.value_and_jacobian(points)
    u, v = points[:, 0] - 500, points[:, 1] - 1e6
    np.testing.assert_allclose(jacobian, np.stack([3 * u**2 * v, u**3], 1), atol=1e-8)


def test_error_terms_far_from_the_origin_keep_it():
    net = pn.compile("(x-1024)*(y-2048)", {"x": (1023, 1025), "y": (2047, 2049)}, bias=1.0)
    terms = net.error_terms(2)
    assert terms.origin == {"x": 1024, "y": 2048}
    near = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)}, bias=1.0, scale=None).error_terms(2)
    assert terms.terms == near.terms


def test_a_far_network_comes_back_from_its_file(tmp_path):
    pytest.importorskip("safetensors")
    polynomial = pn.Polynomial({(2,): "1/3"}, ["t"], origin={"t": 2000}, unit={"t": "0.1"})
    net = pn.compile(polynomial, {"t": (1999, 2001)})
    net.save(tmp_path / "far.safetensors")
    assert pn.load(tmp_path / "far.safetensors") == net
