"""Arguments of other types: understood where the meaning is plain, else a named error."""

import copy
import fractions
import pickle
from decimal import Decimal

import numpy as np
import pytest

import polynet as pn
from polynet import _arguments, plot

BOX = {"x": (-1, 1), "y": (-1, 1)}
NET = pn.compile("x*y", BOX)
CLASSES = pn.compile(["x*y", "x"], BOX)
BITS = pn.compile("x*y", {"x": "bit", "y": "bit"})
PROVED = NET.certify(by="neurons")
POINT = np.array([0.5, 0.25])

NO_NUMBERS = [
    object(),
    [],
    {},
    (1.0, 2.0),
    "abc",
    "",
    b"1",
    1j,
    float("nan"),
    np.array([1.0, 2.0]),
    np.datetime64(1, "s"),
    True,
    np.True_,
    10**400,
    type,
    lambda: 1,
]
NO_TEXTS = [object(), 3, None, [], b"gates", ["gates"], np.array(["gates", "gates"]), 1.5, "Gates"]
NO_COUNTS = [*NO_NUMBERS, 1.5, "1.5", -1, 2**64, 1e300, float("inf"), fractions.Fraction(1, 2)]
NO_PATHS = [object(), 3, None, [], b"x.c", 1.5, "", "x\0.c"]
NO_FLAGS = [object(), 3, "yes", [], np.array([True]), 1.0, 0]
NO_INSTANCES = [object(), 3, None, "x*y", [], type]

# What is called with one argument of a wrong kind.
CALLS = {
    "compile(dtype)": (
        lambda v: pn.compile("x", BOX, dtype=v),
        [*NO_TEXTS, np.float16, int, ">f8"],
    ),
    "compile(dtype's class)": (
        lambda v: pn.compile("x", BOX, dtype=v),
        [np.dtype(">f8"), np.int64],
    ),
    "compile(form)": (lambda v: pn.compile("x", BOX, form=v), NO_TEXTS),
    "compile(construction)": (lambda v: pn.compile("x", BOX, construction=v), NO_TEXTS),
    "compile(activation)": (lambda v: pn.compile("x", BOX, activation=v), NO_TEXTS),
    "compile(bias)": (lambda v: pn.compile("x*y", BOX, bias=v), [*NO_NUMBERS, float("inf")]),
    "compile(scale)": (lambda v: pn.compile("x*y", BOX, scale=v), [*NO_NUMBERS, 0, -1]),
    "compile(sharpness)": (lambda v: pn.compile("x*y", BOX, sharpness=v), [*NO_NUMBERS, 0]),
    "compile(tolerance)": (lambda v: pn.compile("x*y", BOX, tolerance=v), [*NO_NUMBERS, 0, -1]),
    "compile(hidden_layers)": (
        lambda v: pn.compile("x*y", BOX, hidden_layers=v),
        [*NO_COUNTS, 0, 65],
    ),
    "compile(time_limit)": (lambda v: pn.compile("x", BOX, time_limit=v), [*NO_NUMBERS, -1]),
    "compile(progress)": (lambda v: pn.compile("x", BOX, progress=v), ["yes", 3, [], object()]),
    "compile(box)": (lambda v: pn.compile("x", v), [None, 3, object(), "x", {}, [], {"x": 3}]),
    "compile(polynomial)": (lambda v: pn.compile(v, BOX), [None, object(), [], type, {"x": 1}]),
    "Box(dtype)": (lambda v: pn.Box(BOX, dtype=v), NO_TEXTS),
    "certify(by)": (lambda v: NET.certify(by=v), NO_TEXTS),
    "certify(ratio)": (lambda v: NET.certify(ratio=v), [*NO_NUMBERS, 0.5, -1, float("-inf")]),
    "certify(max_boxes)": (lambda v: NET.certify(max_boxes=v), [*NO_COUNTS, 0]),
    "certify(activation_ulp)": (lambda v: NET.certify(activation_ulp=v), [*NO_NUMBERS, 0, -1, 1e7]),
    "certify(time_limit)": (lambda v: NET.certify(time_limit=v), [*NO_NUMBERS, -1]),
    "certify(progress)": (lambda v: NET.certify(progress=v), ["yes", 3, [], object()]),
    "certify(executor)": (lambda v: NET.certify(executor=v), ["yes", 3, [], object()]),
    "net(by)": (lambda v: NET(POINT, by=v), NO_TEXTS),
    "net(threads)": (lambda v: NET(POINT, threads=v), [*NO_COUNTS, None, 0, 1025]),
    "net(check_domain)": (lambda v: NET(POINT, check_domain=v), [*NO_FLAGS, None]),
    "net(out)": (lambda v: NET(POINT, out=v), [3, [], "out", object(), np.zeros(1), POINT]),
    "net(points)": (
        lambda v: NET(v),
        [
            None,
            object(),
            "xy",
            3,
            1.5,
            [],
            [1],
            b"ab",
            {},
            {1, 2},
            [object()] * 2,
            [1j, 2j],
            ["1", "2"],
            [True, False],
            np.zeros((2, 3)),
            np.array(3.0),
            [None, 1.0],
            NET,
            type,
            np.zeros(2, "M8[s]"),
            np.zeros(2, object),
            np.zeros(2, "f8,f8"),
        ],
    ),
    "bits(points)": (lambda v: BITS(v), [[0.5, 1], [2, 0], [float("nan"), 0]]),
    "jacobian(points)": (lambda v: NET.value_and_jacobian(v), [None, 3, [], ["1", "2"], [1j, 2j]]),
    "jacobian(threads)": (
        lambda v: NET.value_and_jacobian(POINT, threads=v),
        [*NO_COUNTS, None, 0, 1025],
    ),
    "net.error_terms": (lambda v: NET.error_terms(v), [*NO_COUNTS, None, 0]),
    "net.softmax(mu)": (
        lambda v: CLASSES.softmax(v),
        [3, "12", [1], [1, 2, 3], [1, "a"], object()],
    ),
    "classifier(by)": (lambda v: CLASSES.softmax()(POINT, by=v), NO_TEXTS),
    "classifier(points)": (lambda v: CLASSES.softmax()(v), [None, 3, [], ["1", "2"], [1j, 2j]]),
    "classifier.joint(by)": (lambda v: CLASSES.softmax().joint(POINT, by=v), NO_TEXTS),
    "classifier.certify(by)": (lambda v: CLASSES.softmax().certify(by=v), NO_TEXTS),
    "classifier.certify(exp_ulp)": (
        lambda v: CLASSES.softmax().certify(exp_ulp=v),
        [*NO_NUMBERS, None, -1, 1e7],
    ),
    "Gate(activation)": (lambda v: pn.Gate(v), NO_TEXTS),
    "Gate(bias)": (lambda v: pn.Gate("tanh", v), [*NO_NUMBERS, float("inf")]),
    "Gate(scale)": (lambda v: pn.Gate("tanh", scale=v), [*NO_NUMBERS, None, 0, -1]),
    "Gate(kind)": (lambda v: pn.Gate("tanh", kind=v), NO_TEXTS),
    "gate.error_terms": (lambda v: pn.Gate("tanh").error_terms(v), [*NO_COUNTS, None, 0, 10**9]),
    "gate.moment": (lambda v: pn.Gate("tanh").moment(v), [*NO_COUNTS, None, 10**9]),
    "Activation(name)": (
        lambda v: pn.Activation(v, abs, abs, product_bias=0, copy_bias=0),
        [None, 3, "", b"a", [], "tanh"],
    ),
    "Activation(value)": (
        lambda v: pn.Activation("a", v, abs, product_bias=0, copy_bias=0),
        [None, 3, "a"],
    ),
    "Activation(taylor)": (
        lambda v: pn.Activation("a", abs, v, product_bias=0, copy_bias=0),
        [None, 3, "a", lambda *a: None, lambda *a: [1, 2], lambda *a: [(1, 0)] * 99],
    ),
    "Activation(value's result)": (
        lambda v: pn.Activation("a", lambda x: v, abs, product_bias=0, copy_bias=0),
        [None, "a", [], 1j],
    ),
    "Activation(symmetry)": (
        lambda v: pn.Activation("a", abs, abs, symmetry=v, product_bias=0, copy_bias=0),
        NO_TEXTS,
    ),
    "Activation(product_bias)": (
        lambda v: pn.Activation("a", abs, abs, product_bias=v, copy_bias=0),
        [*NO_NUMBERS, None],
    ),
    "Activation(copy_bias)": (
        lambda v: pn.Activation("a", abs, abs, product_bias=0, copy_bias=v),
        [*NO_NUMBERS, None],
    ),
    "save": (lambda v: NET.save(v), NO_PATHS),
    "load": (lambda v: pn.load(v), NO_PATHS),
    "to_c": (lambda v: NET.to_c(v), NO_PATHS),
    "to_c(by)": (lambda v: NET.to_c("x.c", by=v), NO_TEXTS),
    "to_onnx": (lambda v: NET.to_onnx(v), NO_PATHS),
    "to_onnx(certificate)": (lambda v: NET.to_onnx("x.onnx", certificate=v), [3, "a", object()]),
    "to_vnnlib": (lambda v: NET.to_vnnlib(v), NO_PATHS),
    "to_vnnlib(version)": (lambda v: NET.to_vnnlib("x.onnx", version=v), [*NO_TEXTS, 2.0]),
    "save_certificate(path)": (lambda v: NET.save_certificate(v, PROVED), NO_PATHS),
    "save_certificate(certificate)": (lambda v: NET.save_certificate("x", v), NO_INSTANCES),
    "load_certificate": (lambda v: pn.load_certificate(v), NO_PATHS),
    "verify": (lambda v: pn.verify(v), [*NO_PATHS, {}]),
    "verify(time_limit)": (lambda v: pn.verify("x", time_limit=v), NO_NUMBERS),
    "plot.certificate(network)": (lambda v: plot.certificate(v, PROVED), NO_INSTANCES),
    "plot.certificate(certificate)": (lambda v: plot.certificate(NET, v), NO_INSTANCES),
    "plot.certificate(output)": (
        lambda v: plot.certificate(NET, PROVED, v),
        [*NO_COUNTS, None, 1],
    ),
}


@pytest.mark.parametrize(
    ("call", "value"),
    [
        pytest.param(call, value, id=f"{name}-{index}")
        for name, (call, values) in CALLS.items()
        for index, value in enumerate(values)
    ],
)
def test_a_wrong_argument_is_a_named_error(call, value, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((pn.InvalidInputError, pn.SizeLimitError)) as caught:
        call(value)
    assert "incompatible function arguments" not in str(caught.value)
    assert "_core" not in str(caught.value)


PLAIN_ONES = [
    1,
    1.0,
    "1",
    "1.0",
    np.int64(1),
    np.float32(1),
    np.array(1),
    np.array(1.0),
    fractions.Fraction(1),
    Decimal("1"),
    np.uint8(1),
    np.longdouble(1),
]


@pytest.mark.parametrize("one", PLAIN_ONES, ids=lambda one: f"{type(one).__name__}")
def test_any_number_that_is_1_is_1(one):
    expected = pn.compile("x*y", BOX, hidden_layers=1)
    assert pn.compile("x*y", BOX, hidden_layers=one) == expected
    for option in ("bias", "scale", "tolerance", "sharpness"):
        assert pn.compile("x*y", BOX, **{option: one}) == pn.compile("x*y", BOX, **{option: 1.0})
    assert NET.certify(max_boxes=one) == NET.certify(max_boxes=1)
    assert NET.certify(ratio=one, max_boxes=40) == NET.certify(ratio=1.0, max_boxes=40)
    assert NET.certify(activation_ulp=one, by="neurons") == NET.certify(
        activation_ulp=1.0, by="neurons"
    )
    assert NET.certify(time_limit=one).upper > 0.0
    points = np.zeros((4, 2))
    assert NET(points, threads=one).tobytes() == NET(points).tobytes()
    assert NET.error_terms(one) == NET.error_terms(1)
    assert pn.Gate("tanh", one, one) == pn.Gate("tanh", 1.0, 1.0)
    assert pn.Gate("tanh").error_terms(one) == pn.Gate("tanh").error_terms(1)


@pytest.mark.parametrize("given", ["float32", np.float32, np.dtype("float32"), np.dtype("f4")])
def test_a_dtype_may_be_numpys(given):
    net = pn.compile("x*y", BOX, dtype=given)
    assert net.dtype == "float32"
    assert type(net.dtype) is str
    assert net == pn.compile("x*y", BOX, dtype="float32")
    assert pn.Box({"x": (0, "0.1")}, dtype=given) == pn.Box({"x": (0, "0.1")}, dtype="float32")
    assert pn.compile("x", BOX, dtype=float).dtype == "float64"


def test_numbers_are_rounded_to_the_nearest_and_tolerances_down():
    third = fractions.Fraction(1, 3)
    assert _arguments.as_number(third, "x") == 1 / 3
    assert _arguments.as_number("0.1", "x") == 0.1
    assert _arguments.as_number("0.1", "x", down=True) == np.nextafter(0.1, 0)
    assert _arguments.as_number(third, "x", down=True) < third
    for text in ("1e-323", "-2.5e-324", "1.7976931348623157e308", "-0.7"):
        assert _arguments.as_number(text, "x") == float(text)
        assert fractions.Fraction(_arguments.as_number(text, "x", down=True)) <= fractions.Fraction(
            text
        )


def test_the_named_counts_no_longer_crash_the_interpreter():
    assert NET.certify(max_boxes=1e4).boxes <= 10_000
    assert NET.certify(ratio="1.1") == NET.certify(ratio=1.1)
    with pytest.raises(
        pn.InvalidInputError, match="max_boxes must be a whole number from 1 to 9223372036854775807"
    ):
        NET.certify(max_boxes=2**64)


def test_a_certifier_keeps_its_network_alive():
    handle = pn.compile("x*y", BOX)._handle
    terms = [([([1, 1], "1")], [])]
    certifier = handle.certifier(terms, True, 1.05, 100, 0.0)
    del handle
    for _ in range(100):
        pn.compile("x*y - x", BOX)
    task = certifier.next()
    while task[1]:
        certifier.accept(certifier.bounds(*task))
        task = certifier.next()
    for wrong in ([], [(1.0, [0.0, 0.0], 0)]):
        with pytest.raises(pn.InvalidInputError, match="next"):
            certifier.accept(wrong)
    with pytest.raises(pn.InvalidInputError, match="output"):
        certifier.so_far(1)
    with pytest.raises(pn.InvalidInputError, match="output"):
        certifier.bounds(1, [])
    with pytest.raises(pn.InvalidInputError, match="part"):
        certifier.bounds(0, [[(0.0, 1.0)]])
    assert certifier.certificate().outputs[0].upper > 0.0
    with pytest.raises(TypeError):  # no crash either, whatever pybind11 does after it
        NET._handle.certifier(terms, True, "1.1", 100, 0.0)


GATES = [
    pn.Gate("tanh"),
    pn.Gate("tanh", 0.5),
    pn.Gate("tanh", 0.5, 0.25),
    pn.Gate("logistic", scale=0.25, kind="square"),
    pn.Gate("sin", kind="monomial_2_1"),
]


@pytest.mark.parametrize("gate", GATES, ids=str)
def test_gates_are_values(gate):
    for twin in (pickle.loads(pickle.dumps(gate)), copy.deepcopy(gate), eval(repr(gate), vars(pn))):
        assert twin == gate
        assert hash(twin) == hash(gate)
        assert twin.error_terms() == gate.error_terms()
    assert len({*GATES, gate}) == len(GATES)
    assert gate != "tanh"
    for name in ("scale", "kind", "_stencil", "new"):
        with pytest.raises(AttributeError, match="immutable"):
            setattr(gate, name, 2.0)
        with pytest.raises(AttributeError, match="immutable"):
            delattr(gate, name)


def test_gates_of_the_users_activations_are_not_written():
    def taylor(lower, upper, order):
        terms = [(min(lower**2, upper**2), max(lower**2, upper**2)), (2 * lower, 2 * upper)]
        return (terms + [(1.0, 1.0)] + [(0.0, 0.0)] * order)[: order + 1]

    def own():
        return pn.Activation("own", lambda x: x * x, taylor, product_bias=1, copy_bias=1)

    first = own()
    assert pn.Gate(first) == pn.Gate(first)
    assert pn.Gate(first) != pn.Gate(own())
    with pytest.raises(pickle.PicklingError, match="own"):
        pickle.dumps(pn.Gate(first))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("shape", [(), (7,), (0,), (2, 5), (3, 0), (2, 3, 4), (1, 1, 1, 1)])
def test_probabilities_have_the_shape_of_the_points(dtype, shape):
    classifier = pn.compile(["x*y", "x", "y/3"], BOX, dtype=dtype).softmax([0, "0.1", "1/3"])
    points = np.random.default_rng(0).uniform(-1, 1, (*shape, 2)).astype(dtype)
    for by in ("gates", "neurons"):
        result = classifier(points, by=by)
        assert result.shape == classifier.joint(points, by=by).shape == (*shape, 3)
        assert result.dtype == dtype
        rows = [classifier(p, by=by) for p in points.reshape(-1, 2)]
        assert result.tobytes() == b"".join(row.tobytes() for row in rows)
        assert np.allclose(result.sum(axis=-1), 1)


def test_the_cores_softmax_checks_what_it_reads():
    core = pn._core.softmax
    mu = [0.0, 1.0]
    for wrong in (np.zeros(3), np.zeros((2, 3)), np.array(1.0), np.zeros((2, 2, 1))):
        with pytest.raises(pn.InvalidInputError):
            core(wrong, mu)
    with pytest.raises(pn.InvalidInputError):
        core(np.zeros((2, 0)), [])
    values = np.arange(24.0).reshape(2, 3, 4)[:, :, ::2]
    assert core(values, mu).tobytes() == core(values.copy(), mu).tobytes()
    assert core(values.astype(">f8"), mu).tobytes() == core(values.copy(), mu).tobytes()


POINTS = np.random.default_rng(1).uniform(-1, 1, (4, 6, 2))
BUFFER = np.zeros(POINTS.nbytes + 1, np.uint8)
UNALIGNED = BUFFER[1:].view(np.float64).reshape(POINTS.shape)
UNALIGNED[...] = POINTS
LAYOUTS = {
    "reversed": POINTS[::-1, :, ::-1][..., ::-1][::-1],
    "transposed": np.asfortranarray(POINTS),
    "unaligned": UNALIGNED,
    "big endian": POINTS.astype(">f8"),
    "dtype with metadata": POINTS.astype(np.dtype("f8", metadata={"unit": "m"})),
    "long double": POINTS.astype(np.longdouble),
    "read only": np.broadcast_to(POINTS, POINTS.shape),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_points_of_any_layout_are_read(layout):
    points = LAYOUTS[layout]
    for by in ("gates", "neurons"):
        expected = NET(POINTS, by=by).tobytes()
        assert NET(points, by=by).tobytes() == expected
        assert NET(points, by=by, threads=2).tobytes() == expected
        assert NET(points, by=by, check_domain=True).tobytes() == expected
    values, jacobian = NET.value_and_jacobian(points)
    assert values.tobytes() == NET(POINTS).tobytes()
    assert jacobian.tobytes() == NET.value_and_jacobian(POINTS)[1].tobytes()
    assert CLASSES.softmax()(points).tobytes() == CLASSES.softmax()(POINTS).tobytes()
