"""VNN-LIB properties: well formed, and the answers in them are right."""

import re
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import onnxruntime
import pytest

import cases
import polynet as pn

FPBENCH = cases.fpbench()


def parse(text):
    """Read VNN-LIB 1.0 strictly: variables, box and the disjunction of the outputs' conditions."""
    tokens = re.findall(r"[()]|[^\s()]+", re.sub(r";.*", "", text))

    def expression():
        token = tokens.pop(0)
        if token != "(":
            assert token != ")"
            return token
        parts = []
        while tokens[0] != ")":
            parts.append(expression())
        tokens.pop(0)
        return parts

    commands = []
    while tokens:
        commands.append(expression())
    variables, bounds, cases = [], [], None
    for command in commands:
        if command[0] == "declare-const":
            _, name, kind = command
            assert kind == "Real"
            variables.append(name)
            continue
        assert command[0] == "assert"
        (_, condition) = command
        if condition[0] == "or":
            assert cases is None
            cases = [part[1] for part in condition[1:] if part[0] == "and" and len(part) == 2]
            assert len(cases) == len(condition) - 1
        else:
            bounds.append(condition)
    for sign, name, value in [*bounds, *cases]:
        assert sign in ("<=", ">=")
        assert name in variables
        assert re.fullmatch(r"-?[0-9]+\.[0-9]+", value)
    return variables, bounds, cases


def holds(outputs, conditions):
    """Which points meet one of the conditions on |Y_k|, exactly."""
    met = np.zeros(len(outputs), bool)
    for sign, name, value in conditions:
        column = outputs[:, int(name.removeprefix("Y_"))]
        for k, output in enumerate(column):
            bound = Fraction(value)
            met[k] |= (
                Fraction(float(output)) >= bound
                if sign == ">="
                else Fraction(float(output)) <= bound
            )
    return met


def witness(text):
    (point,) = re.findall(r"proved at \((.*?)\)", text)[:1]
    return np.array([[float(x) for x in point.split(",")]])


@pytest.mark.parametrize(
    ("case", "dtype", "form"), cases.fpbench_ways(), ids=lambda part: getattr(part, "name", part)
)
def test_the_known_answers_are_right(tmp_path, case, dtype, form):
    net = pn.compile(case.polynomial, case.box, dtype=dtype, form=form)
    unsat, sat = net.to_vnnlib(tmp_path / "net.onnx", version="1.0")
    session = onnxruntime.InferenceSession(tmp_path / "net.onnx")
    thresholds = []
    for file in (unsat, sat):
        variables, bounds, conditions = parse(file.read_text())
        count = len(net.box.variables)
        assert variables == [f"X_{i}" for i in range(count)] + ["Y_0"]
        expected = []
        for i, (low, high) in enumerate(zip(net.box.lower, net.box.upper, strict=True)):
            expected += [(">=", f"X_{i}", Fraction(low)), ("<=", f"X_{i}", Fraction(high))]
        assert [(sign, name, Fraction(value)) for sign, name, value in bounds] == expected
        thresholds.append(Fraction(conditions[0][2]))
        assert Fraction(conditions[1][2]) == -thresholds[-1]
    assert 0 < thresholds[1] < thresholds[0] < 3 * thresholds[1]

    points = cases.sample(net, 300, seed=0)
    (outputs,) = session.run(None, {"x": points})
    assert not holds(outputs, parse(unsat.read_text())[2]).any()
    point = witness(sat.read_text()).astype(dtype)
    assert (point >= np.array(net.box.lower)).all()
    assert (point <= np.array(net.box.upper)).all()
    (outputs,) = session.run(None, {"x": point})
    assert holds(outputs, parse(sat.read_text())[2]).all()
    # In real arithmetic too.
    assert (
        abs(real_value(net, point[0]))
        >= mpmath.mpf(thresholds[1].numerator) / thresholds[1].denominator
    )


def real_value(net, point):
    """Evaluate the layers at 60 digits, their numbers taken as exact."""
    with mpmath.workdps(60):
        values = [mpmath.mpf(float(x)) for x in point]
        for weight, bias, activation in net.layers:
            values = [
                mpmath.mpf(float(b))
                + mpmath.fdot((mpmath.mpf(float(w)), v) for w, v in zip(row, values, strict=True))
                for row, b in zip(weight, bias, strict=True)
            ]
            if activation is not None:
                values = [1 / (1 + mpmath.exp(-v)) for v in values]
        return values[0]


@pytest.mark.parametrize("case", FPBENCH, ids=lambda case: case.name)
def test_the_standard_parser_reads_version_2(tmp_path, case):
    vnnlib = pytest.importorskip("vnnlib")
    compat = pytest.importorskip("vnnlib.compat")
    net = pn.compile(case.polynomial, case.box)
    old = [parse(file.read_text()) for file in net.to_vnnlib(tmp_path / "net.onnx", version="1.0")]
    for file, (_, _, conditions) in zip(net.to_vnnlib(tmp_path / "net.onnx"), old, strict=True):
        query = vnnlib.parse_query_file(str(file))
        (network,) = query.networks
        assert network.inputs[0].dtype == vnnlib.DType.F64
        assert list(network.inputs[0].shape) == [1, len(net.box.variables)]
        assert list(network.outputs[0].shape) == [1, 1]
        (spec,) = compat.transform(query)
        box = [tuple(map(float, ends)) for ends in spec.input_box]
        assert box == list(zip(net.box.lower, net.box.upper, strict=True))
        assert [float(p.rhs[0]) for p in spec.output_constraints] == [
            -float(conditions[0][2]),
            float(conditions[1][2]),
        ]


def test_several_outputs_are_one_property(tmp_path):
    net = pn.compile(["x*y", "0", "x**2"], {"x": (-1, 1), "y": (-1, 1)})
    unsat, sat = (
        parse(f.read_text())[2] for f in net.to_vnnlib(tmp_path / "n.onnx", version="1.0")
    )
    assert [name for _, name, _ in unsat] == ["Y_0", "Y_0", "Y_1", "Y_1", "Y_2", "Y_2"]
    assert [name for _, name, _ in sat] == ["Y_0", "Y_0", "Y_2", "Y_2"]


@pytest.mark.parametrize(
    ("polynomial", "arguments", "error", "message"),
    [
        ("x", {"path": "net.vnnlib"}, pn.InvalidInputError, r"\*\.onnx"),
        ("x", {"version": "3.0"}, pn.InvalidInputError, "known: 1.0, 2.0"),
        ("0", {}, pn.NotCertifiedError, "differ from 0"),
    ],
)
def test_what_has_no_property_is_refused(tmp_path, polynomial, arguments, error, message):
    net = pn.compile(polynomial, {"x": (-1, 1)})
    with pytest.raises(error, match=message):
        net.to_vnnlib(**{"path": tmp_path / "net.onnx", **arguments})
    assert list(tmp_path.iterdir()) == []


def test_numbers_are_written_exactly():
    from polynet.export._vnnlib import _decimal

    for value in (0.1, -1e-300, 5e-324, 1e300, 4.0, -0.0):
        assert Decimal(_decimal(value)) == Decimal(value)
        assert re.fullmatch(r"-?[0-9]+\.[0-9]+", _decimal(value))
