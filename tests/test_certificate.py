"""Certificates: sound on everything we can throw at them, attained where they say so."""

import dataclasses
import itertools
import math
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import cases
import polynet as pn
import runtimes

FPBENCH = cases.fpbench()


def exact_error(net, value, point, output=0):
    exact = net.polynomials[output]([Fraction(float(t)) for t in point])
    return abs(Fraction(float(value)) - exact)


def check_bounds(net, certificate):
    """What holds between the numbers of any certificate, and at its witnesses."""
    for output in certificate.outputs:
        assert 0 <= output.lower <= output.upper < math.inf
        assert 0 <= output.truncation_lower <= output.truncation_upper
        assert output.upper >= output.truncation_upper
        assert Fraction(output.upper) >= Fraction(output.truncation_upper) + Fraction(
            output.rounding
        )
        for witness in (output.witness, output.truncation_witness):
            for low, t, high in zip(net.box.lower, witness, net.box.upper, strict=True):
                assert low <= t <= high
                assert np.dtype(net.dtype).type(t) == t
    for k, output in enumerate(certificate.outputs):
        values = np.atleast_1d(net(np.array(output.witness), by=certificate.by))
        assert exact_error(net, values[k], output.witness, k) >= Fraction(output.lower)


def check_points(net, certificate, evaluate, points):
    """No point may be farther off than the upper bound, judged exactly where it is close."""
    values = evaluate(points)
    assert np.isfinite(values).all()
    errors = np.abs(values - cases.values(net.polynomials[0], points))
    for k in np.argsort(errors)[-20:]:
        assert exact_error(net, values[k], points[k]) <= Fraction(certificate.upper)


# Every case with the default, and every activation with a case in turn.
OTHERS = [name for name in pn.activation_names() if name != "logistic"]
FPBENCH_REQUESTS = [
    pytest.param(case, activation, id=f"{case.name}-{activation}")
    for case, activation in [
        *((case, "logistic") for case in FPBENCH),
        *zip(itertools.cycle(FPBENCH), OTHERS, strict=False),
    ]
]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("case", "activation"), FPBENCH_REQUESTS)
def test_fpbench_is_certified_in_every_way(case, activation, dtype):
    net = pn.compile(case.polynomial, case.box, activation=activation, dtype=dtype)
    points = cases.sample(net, 3000, seed=0)
    for by, network in (("gates", net), ("neurons", net), ("neurons", net.merged())):
        certificate = network.certify(by=by)
        check_bounds(network, certificate)
        assert certificate.by == by
        assert certificate.form == network.form
        check_points(network, certificate, lambda x, n=network, b=by: n(x, by=b), points)
        if by == "neurons":
            check_points(network, certificate, runtimes.numpy_runtime(network), points)
            if runtimes.has_onnx(network):
                check_points(network, certificate, runtimes.onnx_runtime(network), points)


def doubles(dtype):
    """Numbers of the dtype: tame ones, tiny ones, subnormals, huge ones."""
    single = dtype == "float32"
    return st.one_of(
        st.floats(-4, 4, width=32 if single else 64),
        st.integers(-50, 50).map(float),
        st.floats(-(2.0**30), 2.0**30, width=32 if single else 64),
        st.sampled_from([2.0**-149, 2.0**-126, 1e-30] if single else [5e-324, 2.0**-1022, 1e-200]),
    ).map(lambda x: float(np.dtype(dtype).type(x)))


@st.composite
def intervals(draw, dtype):
    """Boxes of one variable: ordinary, a point, two neighbours, narrow far from the origin."""
    kind = np.dtype(dtype).type
    a = draw(doubles(dtype))
    shape = draw(st.sampled_from(["two numbers", "point", "neighbours", "narrow"]))
    if shape == "two numbers":
        b = draw(doubles(dtype))
    elif shape == "point":
        b = a
    elif shape == "neighbours":
        b = float(np.nextafter(kind(a), kind(math.inf)))
    else:
        b = float(kind(a + abs(a) * draw(st.sampled_from([1e-6, 1e-4, 1e-2, 0.3]))))
    return tuple(sorted((a, b)))


@st.composite
def requests(draw):
    """Polynomials, boxes and options of every kind."""
    dtype = draw(st.sampled_from(["float64", "float32"]))
    count = draw(st.integers(1, 3))
    names = [f"x{i}" for i in range(count)]
    box = {name: draw(intervals(dtype)) for name in names}
    coefficients = st.one_of(
        st.fractions(-100, 100, max_denominator=1000),
        st.floats(-1e9, 1e9).map(Fraction),
        st.sampled_from([Fraction(1, 3), Fraction(10) ** 25, Fraction(1, 10**40)]),
    )
    powers = st.tuples(*[st.integers(0, 3)] * count)
    terms = draw(st.dictionaries(powers, coefficients, min_size=1, max_size=4))
    options = {"activation": draw(st.sampled_from(pn.activation_names())), "dtype": dtype}
    if draw(st.booleans()):
        options["form"] = "merged"
    if draw(st.integers(0, 3)) == 0:
        options["scale"] = draw(st.floats(1e-3, 2))
    if draw(st.integers(0, 3)) == 0:
        options["bias"] = draw(st.floats(-4, 4))
    return pn.Polynomial(terms, names), box, options


@settings(max_examples=100, suppress_health_check=[HealthCheck.filter_too_much])
@given(requests(), st.integers(0, 2**32), st.sampled_from([1, 100]))
def test_any_network_stays_within_its_certificate(request, seed, max_boxes):
    polynomial, box, options = request
    try:
        net = pn.compile(polynomial, box, **options)
    except pn.InvalidInputError:  # overflow, or a bias where the derivative vanishes
        assume(False)
    points = cases.sample(net, 40, seed)
    for by in ("gates", "neurons"):
        try:
            certificate = net.certify(by=by, max_boxes=max_boxes)
        except pn.NotCertifiedError:  # refusing is sound
            continue
        check_bounds(net, certificate)
        values = net(points, by=by)
        for value, point in zip(values, points, strict=True):
            assert exact_error(net, value, point) <= Fraction(certificate.upper)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    "box",
    [
        {"x": (2, 2), "y": (-3, -3)},
        {"x": (0, 0), "y": (-1, 1)},
        {"x": (1000, "1000.001"), "y": (-1, 1)},
        {"x": ("1e-30", "2e-30"), "y": (-1, 1)},
        {"x": (1e6, 2e6), "y": (-1e6, 1e5)},
        {"x": (0, 2**-149), "y": (0, 1)},
    ],
)
def test_degenerate_and_extreme_boxes_are_certified(box, dtype):
    net = pn.compile("x**2*y - x*y/3 + 2", box, dtype=dtype)
    points = cases.sample(net, 200, seed=0)
    for by in ("gates", "neurons"):
        certificate = net.certify(by=by)
        check_bounds(net, certificate)
        check_points(net, certificate, lambda x, b=by: net(x, by=b), points)


def test_one_gate_is_as_good_as_its_four_neurons_can_be():
    net = pn.compile("u*v", {"u": (-1, 1), "v": (-1, 1)})
    assert net.hidden_neurons == (4,)
    points = cases.sample(net, 100_000, seed=0)
    errors = np.abs(net(points, by="neurons") - cases.values(net.polynomials[0], points))
    assert np.max(errors) <= 5e-10
    assert net.certify(by="neurons").upper <= 5e-10


def test_the_truncation_of_one_gate_is_tight():
    certificate = pn.compile("u*v", {"u": (-1, 1), "v": (-1, 1)}).certify()
    assert certificate.outputs[0].truncation_ratio <= 1.05
    assert certificate.ratio <= 1.06


def test_splitting_tightens_until_the_ratio_is_reached():
    case = next(case for case in FPBENCH if case.name == "matrixDeterminant")
    net = pn.compile(case.polynomial, case.box)
    coarse, fine = net.certify(max_boxes=1), net.certify(max_boxes=2000)
    assert fine.truncation_upper < coarse.truncation_upper
    assert coarse.boxes == 1
    assert 1 < fine.boxes <= 2000
    assert net.certify(ratio=1e9).boxes == 1


def test_the_first_neglected_term_is_seen_in_the_bounds():
    # g - uv = uv l^2 s_4/(6 s_2) (u^2 + v^2) + O(l^4), at the corners: theory.md, section 0.
    scale, bias = 2.0**-7, -1.0
    net = pn.compile("u*v", {"u": (-1, 1), "v": (-1, 1)}, bias=bias, scale=scale)
    term = pn.Gate("logistic", bias=bias).error_terms(2)[0]
    leading = abs(term.coefficient[0]) * scale**2 / 3
    output = net.certify().outputs[0]
    assert output.truncation_lower == pytest.approx(leading, rel=10 * scale**2)
    assert output.truncation_upper == pytest.approx(leading, rel=10 * scale**2)


def test_a_less_accurate_activation_is_paid_for():
    net = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)})
    bounds = [net.certify(by="neurons", activation_ulp=ulp).rounding for ulp in (0.5, 4, 100)]
    assert bounds == sorted(bounds)
    assert bounds[0] < bounds[2]
    assert net.certify(by="gates").activation_ulp == 0


def test_a_large_scale_falls_back_to_neurons_whose_activation_is_proved():
    net = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)}, scale=4.0)
    certificate = net.certify(by="gates")
    assert net._handle.uses_neurons
    assert certificate.activation_ulp == 0
    check_bounds(net, certificate)
    points = cases.sample(net, 500, seed=0)
    check_points(net, certificate, net, points)


def test_a_normalisation_beyond_the_dtype_is_refused():
    # No series converges, and the inverse of s'' l^2 by neurons is no float32.
    net = pn.compile("x**3", {"x": (-1, 0)}, activation="gaussian", bias=18.0, dtype="float32")
    ends = np.array([net.box.lower, net.box.upper])
    assert not np.isfinite(net(ends)).all()
    with pytest.raises(pn.NotCertifiedError):
        net.certify(by="gates")


@pytest.mark.parametrize("scale", [1e-12, 1e-100, 1e-160])
def test_what_cannot_be_proved_is_refused(scale):
    box = {"x": (-1, 1), "y": (-1, 1), "z": (-1, 1)}
    net = pn.compile("x*y*z", box, scale=scale)
    with pytest.raises(pn.NotCertifiedError, match=r"scale|overflow"):
        net.certify(by="neurons")
    assert net.certify(by="gates").upper < 1e-14


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"by": "magic"}, "known: gates, neurons"),
        ({"ratio": 0.5}, "ratio"),
        ({"ratio": math.nan}, "ratio"),
        ({"max_boxes": 0}, "max_boxes"),
        ({"max_boxes": -5}, "max_boxes"),
        ({"activation_ulp": -1.0}, "activation_ulp"),
        ({"activation_ulp": math.nan}, "activation_ulp"),
        ({"activation_ulp": math.inf}, "activation_ulp"),
    ],
)
def test_bad_options_are_refused(options, message):
    net = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)})
    with pytest.raises(pn.InvalidInputError, match=message):
        net.certify(**options)


def test_certificates_are_immutable_values():
    net = pn.compile(["x*y", "x**2"], {"x": (-1, 1), "y": (-1, 1)})
    certificate = net.certify()
    assert certificate == net.certify()
    assert pickle.loads(pickle.dumps(certificate)) == certificate
    with pytest.raises(dataclasses.FrozenInstanceError):
        certificate.by = "neurons"
    assert certificate.upper == max(output.upper for output in certificate.outputs)
    assert certificate.lower == max(output.lower for output in certificate.outputs)
    assert certificate.polynet_version == pn.__version__


def test_printed_bounds_are_rounded_outward():
    certificate = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)}).certify(by="neurons")
    lower, _, _, _, _, _, upper = str(certificate).split()[:7]
    assert Fraction(lower) <= Fraction(certificate.lower) <= Fraction(lower) * Fraction(1001, 1000)
    assert Fraction(upper) >= Fraction(certificate.upper) >= Fraction(upper) * Fraction(999, 1000)
