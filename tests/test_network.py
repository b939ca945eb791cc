"""Networks: counts, layers, evaluation in every shape, refusals."""

import copy
import math
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import cases
import polynet as pn
import runtimes

BOX = {"x": (-1, 1), "y": (0, 2), "z": (-3, -1)}
EXPRESSION = "x*y - z**2/3 + x*y*z"


@pytest.fixture(scope="module")
def net():
    return pn.compile(EXPRESSION, BOX)


@pytest.fixture(scope="module")
def points(net):
    return cases.sample(net, 300, seed=0)


def product_of(count, bounds=(-1, 1)):
    names = [f"x{i}" for i in range(count)]
    return pn.compile("*".join(names), dict.fromkeys(names, bounds), construction="paper")


@pytest.mark.parametrize("count", [2, 4, 8, 16, 32])
def test_products_of_a_power_of_two_need_no_copies(count):
    assert product_of(count).neurons == 4 * (count - 1)


@pytest.mark.parametrize(("count", "copies"), [(3, 1), (5, 2), (6, 1), (7, 1)])
def test_other_products_take_four_neurons_each_and_two_a_copy(count, copies):
    assert product_of(count).neurons == 4 * (count - 1) + 2 * copies


def test_hidden_layers_are_as_few_as_the_degree_allows():
    assert len(product_of(9).hidden_neurons) == 4
    net = pn.compile("x**16", {"x": (-1, 1)}, construction="paper")
    assert net.hidden_neurons == (2, 4, 4, 4)


@pytest.mark.parametrize("form", ["factored", "merged"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_layers_are_a_strict_perceptron(form, dtype):
    net = pn.compile([EXPRESSION, "x"], BOX, form=form, dtype=dtype)
    layers = net.layers
    columns = 3
    for weight, bias, _ in layers:
        assert weight.dtype == bias.dtype == dtype
        assert weight.shape == (len(bias), columns)
        columns = len(bias)
    assert columns == 2
    activated = [len(layer.bias) for layer in layers if layer.activation]
    assert tuple(activated) == net.hidden_neurons
    assert len(layers) == len(activated) * (2 if form == "factored" else 1) + 1
    assert {layer.activation for layer in layers} == {"logistic", None}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("activation", pn.activation_names())
def test_neurons_agree_with_other_runtimes_within_the_rounding_bounds(activation, dtype):
    net = pn.compile(EXPRESSION, BOX, activation=activation, dtype=dtype)
    points = cases.sample(net, 300, seed=0)
    for network in (net, net.merged()):
        rounding = network.certify(by="neurons").rounding
        ours = network(points, by="neurons").astype(np.longdouble)
        others = [runtimes.numpy_runtime]
        others += [runtimes.onnx_runtime] if runtimes.has_onnx(network) else []
        for runtime in others:
            assert np.max(np.abs(runtime(network)(points) - ours)) <= 2 * rounding


def test_a_merged_network_has_the_same_gates(net):
    assert net.merged().hidden_neurons == net.hidden_neurons
    assert net.merged().form == "merged"
    assert net.form == "factored"


def test_evaluation_of_one_point_and_of_many(net, points):
    many = net(points)
    assert many.shape == (len(points),)
    assert many.dtype == np.float64
    one = net(points[3])
    assert np.ndim(one) == 0
    assert one == many[3]
    assert net(points[:0]).shape == (0,)


@pytest.mark.parametrize("by", ["gates", "neurons"])
def test_several_outputs_share_a_network(points, by):
    net = pn.compile([EXPRESSION, "x**2", "7"], BOX)
    values = net(points, by=by)
    assert values.shape == (len(points), 3)
    assert net(points[0], by=by).shape == (3,)
    for k, certificate in enumerate(net.certify(by=by).outputs):
        reference = cases.values(net.polynomials[k], points)
        assert np.max(np.abs(values[:, k] - reference)) <= certificate.upper
    assert pn.compile(["x*y"], BOX)(points).shape == (len(points), 1)


@pytest.mark.parametrize("by", ["gates", "neurons"])
def test_memory_layout_does_not_matter(net, points, by):
    expected = net(points, by=by)
    wide = np.zeros((2 * len(points), 7))
    wide[::2, 1:7:2] = points
    reversed_rows = np.ascontiguousarray(points[::-1])
    frozen = points.copy()
    frozen.flags.writeable = False
    for view in (np.asfortranarray(points), wide[::2, 1:7:2], reversed_rows[::-1], frozen):
        before = view.copy()
        np.testing.assert_array_equal(net(view, by=by), expected)
        np.testing.assert_array_equal(view, before)
    np.testing.assert_array_equal(net(points.tolist(), by=by), expected)
    swapped = points.astype(points.dtype.newbyteorder())
    np.testing.assert_array_equal(net(swapped, by=by), expected)


def test_other_number_types_are_converted(net):
    exact = net(np.array([[1.0, 2.0, -3.0]]))
    for kind in (np.int8, np.uint16, np.float16, np.float32, np.longdouble):
        point = np.array([[1, 2, 253 if kind is np.uint16 else -3]]).astype(kind)
        assert net(point) == exact or kind is np.uint16


def test_threads_share_a_network(net, points):
    expected = {by: net(points, by=by) for by in ("gates", "neurons")}
    fresh = pickle.loads(pickle.dumps(net))
    with ThreadPoolExecutor(4) as pool:
        jobs = [(by, pool.submit(fresh, points, by=by)) for by in ("gates", "neurons") * 20]
    for by, job in jobs:
        np.testing.assert_array_equal(job.result(), expected[by])


def test_not_a_number_goes_through_the_gates_that_read_it(net):
    for bad in (math.nan, math.inf, -math.inf):
        assert math.isnan(net([bad, 1.0, -2.0]))
    # An input that the polynomial does not use does not matter.
    idle = pn.compile("x*y", BOX)
    assert idle([1.0, 2.0, math.nan]) == idle([1.0, 2.0, -2.0])


def test_points_outside_the_box_are_evaluated_by_the_same_function(net):
    far = np.array([[30.0, -40.0, 55.0]])
    near = net(np.array([[1.0, 2.0, -3.0]]))
    assert np.isfinite(net(far)).all()
    assert net(far) != near
    np.testing.assert_allclose(net(far), net(far, by="neurons"), rtol=1e-6)


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([[1.0, 2.0]], r"\(\.\.\., 3\) for the variables x, y, z, not \(1, 2\)"),
        ([1.0], "not .1,."),
        (3.0, "not ..$"),
        (np.zeros((2, 3, 2)), "not .2, 3, 2."),
        ([[1j, 0, 0]], "real numbers, not complex128"),
        ([["1", "2", "3"]], "real numbers, not <U1"),
        ([[True, False, True]], "real numbers, not bool"),
        ([[None, 1, 2]], "real numbers, not object"),
    ],
)
def test_points_that_do_not_fit_are_refused(net, points, message):
    with pytest.raises(pn.InvalidInputError, match=message):
        net(points)


def test_an_unknown_way_is_refused(net, points):
    with pytest.raises(pn.InvalidInputError, match="known: gates, neurons"):
        net(points, by="magic")


def test_networks_are_immutable_comparable_and_picklable(net, points):
    with pytest.raises(AttributeError, match="immutable"):
        net.dtype = "float32"
    with pytest.raises(AttributeError, match="immutable"):
        del net.box
    for twin in (pickle.loads(pickle.dumps(net)), copy.deepcopy(net), copy.copy(net)):
        assert twin == net
        assert hash(twin) == hash(net)
        np.testing.assert_array_equal(twin(points), net(points))
    assert net != net.merged()
    assert net != pn.compile(EXPRESSION, BOX, scale=0.25)
    assert len({net, net.merged(), net.merged()}) == 2
    layers = "-".join(map(str, net.hidden_neurons))
    assert repr(net) == f"Network(3 -> 1, hidden layers {layers}, logistic, float64, factored)"


def test_state_from_elsewhere_is_validated(net):
    core = type(net._handle)
    state = net._handle.state()
    activation, dtype, form, box, _, hidden, outputs = state
    assert core.from_state(state).state() == state
    operands, gates = hidden[0]
    name, bias, scale, indices = gates[0]
    bad = [
        (("relu", dtype, form, box, hidden, outputs), "relu"),
        ((activation, "int8", form, box, hidden, outputs), "int8"),
        ((activation, dtype, "flat", box, hidden, outputs), "flat"),
        ((activation, dtype, form, [], hidden, outputs), "no inputs"),
        ((activation, dtype, form, [(math.nan, 1.0)] * 3, hidden, outputs), "box"),
        ((activation, dtype, form, box, hidden, []), "no outputs"),
        ((activation, dtype, form, box, hidden, [([(10**6, 1.0)], 0.0)]), "gate 1000000"),
        ((activation, dtype, form, box, hidden, [([(-1, 1.0)], 0.0)]), "gate -1"),
        ((activation, dtype, form, box, hidden, [([(0, math.inf)], 0.0)]), "weight"),
        ((activation, "float32", form, box, hidden, [([(0, 0.1)], 0.0)]), "finite number"),
        ((activation, dtype, form, box, [(operands, [])], outputs), "empty"),
        (
            (activation, dtype, form, box, [(operands, [("cube", bias, scale, [0])])], outputs),
            "cube",
        ),
        (
            (activation, dtype, form, box, [(operands, [(name, bias, scale, [99, 0])])], outputs),
            "operand 99",
        ),
        ((activation, dtype, form, box, [(operands, [(name, bias, scale, [0])])], outputs), "oper"),
        (
            (activation, dtype, form, box, [(operands, [(name, bias, -1.0, indices)])], outputs),
            "scale",
        ),
        (
            (activation, dtype, form, box, [(operands, [(name, math.nan, 1.0, indices)])], outputs),
            "bias",
        ),
    ]
    for (*head, layers, last), message in bad:
        with pytest.raises(pn.InvalidInputError, match=message):
            core.from_state((*head, [], layers, last))
    for origin, message in (([1.0], "origins of 1"), ([math.nan] * 3, "origin is not")):
        with pytest.raises(pn.InvalidInputError, match=message):
            core.from_state((activation, dtype, form, box, origin, hidden, outputs))


@pytest.mark.parametrize("expression", ["5", "0", "x/3 - 2*y + 1/7", "x - x", "0*x*y"])
def test_linear_polynomials_need_no_neurons(expression):
    net = pn.compile(expression, BOX)
    assert net.hidden_neurons == ()
    certificate = net.certify()
    assert certificate.upper <= 1e-14
    points = cases.sample(net, 50, seed=0)
    errors = np.abs(net(points) - cases.values(net.polynomials[0], points))
    assert np.max(errors) <= certificate.upper


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"activation": "tanhh"}, "unknown activation 'tanhh'; known: algebraic, arctan"),
        ({"dtype": "float16"}, "dtype must be"),
        ({"form": "dense"}, "unknown form 'dense'"),
        ({"construction": "tiny"}, "unknown construction 'tiny'; known: compact, paper"),
        ({"bias": math.nan}, "bias must be finite"),
        ({"bias": 0.0}, "nonzero derivative of order 2"),
        ({"bias": 1e300}, "derivative"),
        ({"scale": math.inf}, "scale must be finite"),
        ({"scale": 0.0}, "scale must be finite and positive"),
        ({"scale": -1.0}, "scale must be finite and positive"),
        ({"scale": 1e-60, "dtype": "float32"}, "scale must be finite and positive"),
        ({"bias": 1e300, "dtype": "float32"}, "bias must be finite"),
        ({"box": {"x": (1, -1), "y": (0, 1), "z": (0, 1)}}, "x"),
        ({"box": {"x": (math.nan, 1), "y": (0, 1), "z": (0, 1)}}, "x"),
        ({"box": {"x": (0, math.inf), "y": (0, 1), "z": (0, 1)}}, "x"),
        ({"box": {"x": (0, 1), "y": (0, 1)}}, "z"),
        ({"polynomial": "x*y*w"}, "w"),
        ({"polynomial": []}, "at least one polynomial"),
        ({"polynomial": "x**1000000"}, "degree|power|exponent"),
        ({"polynomial": {(1, 1, 1): math.nan}}, "nan"),
        ({"polynomial": "1e400*x"}, "1e400|overflow|range"),
        ({"polynomial": "1e200*x", "dtype": "float32"}, "overflows float32"),
    ],
)
def test_bad_requests_are_refused_with_the_culprit(change, message):
    request = {"polynomial": EXPRESSION, "box": BOX} | change
    with pytest.raises(pn.PolynetError, match=message):
        pn.compile(**request).certify()
