"""Bits: products of 0/1 inputs take one neuron, are as exact as rounding, and are certified."""

import itertools
import math
import pickle
import shutil
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from cli_output import run, run_json
from hypothesis import given, settings
from hypothesis import strategies as st

import cases
import polynet as pn
import runtimes

SIGMOIDS = ("algebraic", "arctan", "erf", "logistic", "tanh")
# 1 - (s(x) - s(0))/limit, to any precision.
TAILS = {
    "algebraic": lambda x: 1 - x / mpmath.sqrt(1 + x * x),
    "arctan": lambda x: 1 - 2 / mpmath.pi * mpmath.atan(x),
    "erf": mpmath.erfc,
    "logistic": lambda x: 2 / (1 + mpmath.exp(x)),
    "tanh": lambda x: 2 / (1 + mpmath.exp(2 * x)),
}


def bits(count):
    return {f"s{i}": "bit" for i in range(count)}


def all_bits(count, dtype="float64"):
    return np.array(list(itertools.product([0, 1], repeat=count)), dtype)


def check_errors(net, points, ways=("gates", "neurons")):
    """No evaluation of a point may be farther off than its certificate says, judged exactly."""
    for by in ways:
        certificate = net.certify(by=by)
        values = np.reshape(net(points, by=by), (len(points), -1))
        worst = [Fraction(0)] * len(net.polynomials)
        for row, point in zip(values, points, strict=True):
            exact = [Fraction(float(t)) for t in point]
            for k, (value, p) in enumerate(zip(row, net.polynomials, strict=True)):
                worst[k] = max(worst[k], abs(Fraction(float(value)) - p(exact)))
        for error, bounds in zip(worst, certificate.outputs, strict=True):
            assert bounds.lower <= bounds.upper
            assert error <= bounds.upper


def test_a_monomial_in_bits_is_the_neuron_of_the_paper():
    net = pn.compile("s0*s1*s2", bits(3), sharpness=20.0)
    assert repr(net) == "Network(3 -> 1, hidden layers 1, logistic, float64, factored)"
    (weight, bias, activation), (out, constant, last) = (
        (layer.weight, layer.bias, layer.activation) for layer in net.merged().layers
    )
    # logistic(beta (s0 + s1 + s2 - 3 + 1/2)), arXiv:1608.08225, eq. 13.
    np.testing.assert_array_equal(weight, [[20.0, 20.0, 20.0]])
    np.testing.assert_array_equal(bias, [-50.0])
    np.testing.assert_array_equal(out, [[1.0]])
    np.testing.assert_array_equal(constant, [0.0])
    assert (activation, last) == ("logistic", None)


@pytest.mark.parametrize("activation", SIGMOIDS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_every_monomial_takes_one_neuron_and_is_exact_beside_rounding(activation, dtype):
    net = pn.compile(
        ["s0*s1 - 2*s0*s1*s2*s3 + s3/3", "s1*s0 + 4"], bits(4), activation=activation, dtype=dtype
    )
    assert net.hidden_neurons == (3,)
    for variant in (net, net.merged()):
        check_errors(variant, all_bits(4, dtype))
        for by in ("gates", "neurons"):
            assert variant.certify(by=by).upper < 200 * np.finfo(dtype).eps
    assert net.certify().activation_ulp == 0


@pytest.mark.parametrize("activation", SIGMOIDS)
@pytest.mark.parametrize("sharpness", [1.0, 5.0, 18.42, 36.84])
@pytest.mark.parametrize("count", [2, 5])
def test_the_error_of_a_product_is_half_the_tail_at_half_the_sharpness(
    activation, sharpness, count
):
    net = pn.compile("*".join(bits(count)), bits(count), activation=activation, sharpness=sharpness)
    with mpmath.workdps(60):
        exact = TAILS[activation](mpmath.mpf(sharpness) / 2) / 2
    bounds = net.certify().outputs[0]
    assert bounds.truncation_lower <= exact <= bounds.truncation_upper
    slack = 1.02 if activation == "erf" else 1.0001
    assert bounds.truncation_upper <= slack * bounds.truncation_lower + 1e-15
    check_errors(net, all_bits(count))


@pytest.mark.parametrize("digits", [2, 4, 8])
def test_digits_take_twice_the_sharpness_of_the_paper(digits):
    # docs/theory.md, section 8: 2 D ln 10, not D ln 10.
    def error(sharpness):
        return pn.compile("s0*s1", bits(2), sharpness=sharpness).certify().truncation_upper

    assert error(2 * digits * math.log(10)) <= 10.0**-digits + 1e-15
    assert error(digits * math.log(10)) > 0.9 * 10.0 ** (-digits / 2)


@pytest.mark.parametrize(
    ("activation", "dtype"),
    list(zip(pn.activation_names(), itertools.cycle(["float64", "float32"]), strict=False)),
)
def test_bits_and_reals_multiply_with_every_activation(activation, dtype):
    box = {"s": "bit", "x": (-1, 2), "t": "bit", "y": ("0.5", 1)}
    net = pn.compile(
        ["s*t*x*y - s*x**2 + t**3*s", "s*t + x - t/3", "x*y"],
        box,
        activation=activation,
        dtype=dtype,
    )
    check_errors(net, cases.sample(net, 40, seed=0))
    check_errors(net.merged(), cases.sample(net, 40, seed=1), ways=("neurons",))
    fewer = pn.compile("s*t*x", {"s": "bit", "t": "bit", "x": (-1, 1)}, activation=activation)
    plain = pn.compile("s*t*x", {"s": (0, 1), "t": (0, 1), "x": (-1, 1)}, activation=activation)
    if activation in SIGMOIDS:
        assert fewer.neurons < plain.neurons
    else:
        # Ordinary gates; of their errors only those at 0 and 1 count.
        assert fewer.neurons <= plain.neurons


@st.composite
def requests(draw):
    count = draw(st.integers(1, 4))
    names = [f"z{i}" for i in range(count)]
    box = {}
    for name in names:
        low = draw(st.integers(-3, 3))
        box[name] = draw(st.sampled_from(["bit", "bit", (low, low + draw(st.integers(0, 3)))]))
    powers = st.tuples(*[st.integers(0, 3)] * count).filter(lambda p: sum(p) <= 6)
    coefficients = st.fractions(-9, 9, max_denominator=7)
    polynomials = [
        pn.Polynomial(draw(st.dictionaries(powers, coefficients, min_size=1, max_size=8)), names)
        for _ in range(draw(st.integers(1, 2)))
    ]
    options = {
        "activation": draw(st.sampled_from(SIGMOIDS)),
        "dtype": draw(st.sampled_from(["float64", "float32"])),
        "construction": draw(st.sampled_from(["compact", "paper"])),
    }
    if draw(st.booleans()):
        options["sharpness"] = draw(st.floats(0.5, 200.0))
    return polynomials, box, options


@settings(max_examples=30)
@given(requests(), st.integers(0, 100))
def test_no_evaluation_is_farther_off_than_certified(request, seed):
    polynomials, box, options = request
    net = pn.compile(polynomials, box, **options)
    check_errors(net, cases.sample(net, 20, seed))


def test_powers_of_bits_are_the_bits():
    assert pn.compile("s0**5 - 2*s0**2 + s1", bits(2)).neurons == 0
    assert pn.compile("s0**3*s1 - s0*s1**2", bits(2)).neurons == 0  # cancels
    net = pn.compile("s0**2*x**2", {"s0": "bit", "x": (-1, 1)}, activation="silu")
    assert net.neurons == pn.compile("s0*x**2", net.box, activation="silu").neurons


def test_bounds_over_bits_are_attained_at_bits():
    # On [0, 1]^2 the ordinary gate is worst inside; a bound over bits must not look there.
    box = {"s": "bit", "x": (-1, 1)}
    net = pn.compile("s*x*(1 - x) + s**2 - s", box, scale=0.25)
    certificate = net.certify(ratio=1.02)
    assert certificate.witness[0] in (0.0, 1.0)
    assert certificate.outputs[0].truncation_witness[0] in (0.0, 1.0)
    assert certificate.ratio < 1.1


def test_many_bits():
    count = 100
    net = pn.compile("*".join(bits(count)), bits(count), dtype="float32")
    assert net.neurons == 1
    points = np.ones((3, count))
    points[1, 60] = 0
    points[2] = 0
    for by in ("gates", "neurons"):
        assert net.certify(by=by).upper < 1e-5
        np.testing.assert_allclose(net(points, by=by), [1, 0, 0], atol=1e-6)


def test_a_tolerance_may_take_squares_instead_of_neurons_for_bits():
    count = 8
    pairs = itertools.combinations(bits(count), 2)
    expression = "+".join(f"{i + 1}*{a}*{b}" for i, (a, b) in enumerate(pairs))
    exact = pn.compile(expression, bits(count))
    assert exact.neurons == 28
    loose = pn.compile(expression, bits(count), tolerance=1e-3)
    assert loose.neurons < exact.neurons
    check_errors(loose, all_bits(count))


@pytest.mark.parametrize("value", [0.5, 2, -1, 1e-300, math.nan, math.inf])
@pytest.mark.parametrize("by", ["gates", "neurons"])
def test_a_value_that_is_no_bit_is_named(value, by):
    net = pn.compile("s0*s1*x", {"s0": "bit", "x": (0, 1), "s1": "bit"})
    points = np.zeros((5, 3))
    points[3, 2] = value
    with pytest.raises(pn.InvalidInputError, match=r"bit s1 must be 0 or 1, but is .* at point 3"):
        net(points, by=by)
    net(np.array([[-0.0, 0.5, 1.0]]), by=by)


@pytest.mark.parametrize("sharpness", [0.0, -1.0, math.nan, math.inf])
def test_sharpness_must_be_positive(sharpness):
    with pytest.raises(pn.InvalidInputError, match="sharpness"):
        pn.compile("s0*s1", bits(2), sharpness=sharpness)


def test_an_extreme_sharpness_is_certified_or_refused():
    for sharpness in (1e-300, 1e300):
        net = pn.compile("s0*s1", bits(2), sharpness=sharpness)
        for by in ("gates", "neurons"):
            try:
                upper = net.certify(by=by).upper
            except pn.NotCertifiedError:
                continue
            assert np.max(np.abs(net(all_bits(2), by=by) - [0, 0, 0, 1])) <= upper


def test_networks_of_bits_are_picklable_and_validated():
    net = pn.compile("s0*s1 - x", {"s0": "bit", "s1": "bit", "x": (0, 1)})
    twin = pickle.loads(pickle.dumps(net))
    assert twin == net
    assert twin.box == net.box
    core = type(net._handle)
    *rest, box, origin, hidden, outputs = net._handle.state()
    marks = net.box.bit_marks
    assert (
        core.from_state((*rest, box, origin, hidden, outputs), marks).state() == net._handle.state()
    )
    ((_, gates),) = hidden
    name, bias, scale, _ = next(gate for gate in gates if gate[0] == "bits_2")
    bad = [
        ((box, hidden, outputs, [True]), "marks 1 inputs"),
        ((box, hidden, outputs, [True, False, False]), "sum of bits"),
        (([(0.0, 2.0), *box[1:]], hidden, outputs, marks), r"not \[0, 1\]"),
    ]
    for form in ([([(0, 1.0), (1, 2.0)], -1.5)], [([(0, 1.0), (0, 1.0)], -1.5)]):
        bad.append(((box, [(form, [(name, bias, scale, [0])])], [([], 0.0)], marks), "sum of bits"))
    layer = ([([(0, 1.0), (1, 1.0)], -1.0)], [(name, bias, scale, [0])])
    bad.append(((box, [layer], [([], 0.0)], marks), "sum of bits"))
    layer = ([([(0, 1.0), (1, 1.0)], -1.5)], [("bits_3", bias, scale, [0])])
    bad.append(((box, [layer], [([], 0.0)], marks), "bits_3 gate"))
    bad.append(((box, hidden, outputs, []), "sum of bits"))
    for (ranges, *broken, marked), message in bad:
        with pytest.raises(pn.InvalidInputError, match=message):
            core.from_state((*rest, ranges, origin, *broken), marked)


def test_gates_of_bits_have_no_series_to_show():
    with pytest.raises(pn.InvalidInputError, match="no Taylor series"):
        pn.Gate("logistic", kind="bits_3")
    for kind in ("bits_0", "bits_", "bits_513", "bits_x", "bits_1_1"):
        with pytest.raises(pn.InvalidInputError, match="between 1 and 512"):
            pn.Gate("logistic", kind=kind)


def test_the_command_line_takes_bits(capsys):
    out = run(capsys, "compile", "s*t*x", "--box", "s=bit", "t=bit", "x=0:2", "--sharpness", "80")
    assert "input s  " in out
    assert "bit" in out
    report = run_json(capsys, "compile", "s*t", "--box", "s=bit", "t=bit")
    assert report["network"]["hidden_neurons"] == [1]
    assert [entry["bit"] for entry in report["network"]["inputs"]] == [True, True]
    assert all(value in (0, 1) for row in report["points"] for value in row["point"])


MIXED = "s0*s1*x - 2*s0*s1*s2 + x*s2/3 + s1"
MIXED_BOX = {"s0": "bit", "s1": "bit", "x": (-1, 2), "s2": "bit"}


def mixed(**options):
    net = pn.compile(MIXED, MIXED_BOX, **options)
    points = np.insert(all_bits(3, net.dtype), 2, np.linspace(-1, 2, 8), axis=1)
    return net, points


@pytest.mark.parametrize("activation", SIGMOIDS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_every_way_of_evaluation_checks_bits_and_gives_the_same(activation, dtype):
    net, points = mixed(activation=activation, dtype=dtype)
    values = net(points)
    np.testing.assert_array_equal(net(points, threads=2), values)
    np.testing.assert_array_equal(net(points, out=np.empty(8, dtype)), values)
    np.testing.assert_array_equal([net(point) for point in points], values)
    np.testing.assert_array_equal(net(points.reshape(2, 4, 4)).ravel(), values)
    with_slopes, jacobian = net.value_and_jacobian(points)
    np.testing.assert_array_equal(with_slopes, values)
    # By the real: s0 s1 + s2/3, to the accuracy of a first derivative.
    np.testing.assert_allclose(
        jacobian[:, 2], points[:, 0] * points[:, 1] + points[:, 3] / 3, atol=1e-2
    )
    points[5, 0] = 0.25
    for call in (net, net.value_and_jacobian):
        with pytest.raises(pn.InvalidInputError, match=r"bit s0 must be .* 0.25 at point 5$"):
            call(points)
    with pytest.raises(pn.InvalidInputError, match=r"0.25 at point 1, 1$"):
        net(points.reshape(2, 4, 4), threads=2)
    with pytest.raises(pn.InvalidInputError, match=r"is 0.25$"):
        net(points[5], by="neurons")


@pytest.mark.parametrize("sharpness", [None, 3.0])
@pytest.mark.parametrize("activation", ["logistic", "exp"])
def test_a_worker_proves_the_same_bounds(activation, sharpness):
    net, _ = mixed(activation=activation, sharpness=sharpness, scale=0.1)
    with ThreadPoolExecutor(2) as executor:
        assert net.certify(ratio=1.01, executor=executor) == net.certify(ratio=1.01)


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
@pytest.mark.parametrize("by", ["gates", "neurons"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_c_file_keeps_the_certificate(by, dtype):
    net, points = mixed(dtype=dtype)
    run_c = runtimes.c_runtime(net, by, "-O2")
    errors = np.abs(np.ravel(run_c(points)) - cases.values(net.polynomials[0], points))
    assert np.max(errors) <= net.certify(by=by).upper


def test_files_keep_bits(tmp_path):
    pytest.importorskip("safetensors")
    net, points = mixed()
    net.save(tmp_path / "net.safetensors")
    twin = pn.load(tmp_path / "net.safetensors")
    assert twin == net
    assert twin.box.bits == ("s0", "s1", "s2")
    np.testing.assert_array_equal(twin(points), net(points))


def test_what_knows_only_ranges_refuses_bits(tmp_path):
    for activation in ("logistic", "exp"):  # with a gate of bits, and without one
        net, _ = mixed(activation=activation)
        with pytest.raises(pn.InvalidInputError, match="s0 is a bit"):
            net.to_vnnlib(tmp_path / "net.onnx")
    assert list(tmp_path.iterdir()) == []


def test_error_terms_are_those_of_the_other_gates():
    net = pn.compile("s0*s1*s2", bits(3))
    assert not net.error_terms(2).terms
