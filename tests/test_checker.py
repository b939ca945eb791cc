"""The independent checker proves what is true, and nothing that was tampered with."""

import copy
import itertools
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from certificates import data_of, sealed

import cases
import polynet as pn
from polynet.checker import MalformedCertificateError
from polynet.checker.subdivision import tree

pytest.importorskip("flint")

from polynet.checker.checking import check

BOX = {"x": (-1, 1), "y": (0, 2), "z": (-3, "1/2")}
WAYS = [("gates", "factored"), ("neurons", "factored"), ("neurons", "merged")]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("activation", pn.activation_names())
def test_every_activation_is_verified(activation, dtype):
    for by, form in WAYS if dtype == "float64" else WAYS[1:2]:
        data = data_of("x*y*z - x**2/3 + y", BOX, by, form, activation=activation, dtype=dtype)
        verdict = pn.verify(data)
        assert verdict, str(verdict)
        assert {f.name for f in verdict.findings} == {
            "consistency",
            "lower",
            "truncation_lower",
            "truncation_upper",
            "rounding",
            "upper",
            "evaluation",
        }


@pytest.mark.parametrize("case", cases.fpbench(), ids=lambda case: case.name)
def test_fpbench_is_verified(case):
    # Seconds each with many variables: benchmarks/verify.py has them in every way.
    for by, form in WAYS if len(case.box) < 6 else WAYS[1:2]:
        verdict = pn.verify(data_of(case.polynomial, case.box, by, form))
        assert verdict, str(verdict)


@pytest.mark.parametrize(
    ("polynomial", "box", "options"),
    [
        (["x*y", "x - y/3", "x**3*y"], {"x": (-1, 1), "y": (0, 2)}, {}),
        ("x - y/3", {"x": (-1, 1), "y": (0, 2)}, {}),
        ("1/3", {"x": (-1, 1)}, {}),
        ("0", {"x": (-1, 1)}, {}),
        (["x - x", "x*y"], {"x": (-1, 1), "y": (0, 2)}, {}),
        ("x", {"x": (-1, 1)}, {}),  # a lower bound of 0, by gates
        ("x + y/3 + 1e20", {"x": (-1, 1), "y": (0, 1e-20)}, {}),
        ("x*y", {"x": (-1e100, 1e100), "y": (-1, 1)}, {}),
        ("x*y - x", {"x": (-1e100, 1e100), "y": (-1e100, 1e100)}, {}),
        ("x*y", {"x": (-1, 1), "y": (-1, 1)}, {"activation": "requ"}),
        ("x*y*z - x**2", BOX, {"activation": "requ"}),
        ("x**2", {"x": (-1, 1)}, {"activation": "requ", "dtype": "float32"}),
        ("x*y", {"x": ("1/10", "1/10"), "y": (2, 2)}, {}),
        ("x*y", {"x": ("-1e-200", "1e-200"), "y": (-1, 1)}, {}),
        ("1e200*x*y", {"x": (-1, 1), "y": ("-1e50", "1e50")}, {}),
        ("x*y*z + x**3", BOX, {"hidden_layers": 1}),
        ("x*y*z + x**3", BOX, {"construction": "paper"}),
        ("x*y*z - x**2", BOX, {"tolerance": 1e-4}),
        ("x*y", {"x": (-1, 1), "y": (-1, 1)}, {"bias": -1.0, "scale": 0.5}),
    ],
)
def test_unusual_networks_are_verified(polynomial, box, options):
    for by in ("gates", "neurons"):
        verdict = pn.verify(data_of(polynomial, box, by, **options))
        assert verdict, str(verdict)


@pytest.mark.parametrize(("count", "dtype"), [(8, "float64"), (8, "float32"), (16, "float64")])
def test_product_of_many_inputs_is_verified(count, dtype):
    names = [f"x{i}" for i in range(count)]
    for by in ("gates", "neurons"):
        data = data_of("*".join(names), dict.fromkeys(names, (-1, 1)), by, dtype=dtype)
        verdict = pn.verify(data)
        assert verdict, str(verdict)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("count", "ends"), [(8, ("1/2", 2)), (10, (1, "3/2")), (16, ("1/2", 2))])
def test_product_away_from_zero_is_verified_and_no_better(count, ends, dtype):
    names = [f"x{i}" for i in range(count)]
    by = "gates" if dtype == "float64" else "neurons"
    data = data_of("*".join(names), dict.fromkeys(names, ends), by, dtype=dtype)
    verdict = pn.verify(data)
    assert verdict, str(verdict)
    bounds = data["bounds"][0]
    attained = bounds["truncation_lower"]
    bounds["truncation_lower"] = bounds["lower"] = (0.0).hex()
    bounds["truncation_upper"] = scaled(1 - 1e-6)(attained)
    assert [f.name for f in pn.verify(data).failures if f.refuted] == ["truncation_upper"]


# What may be changed, and how. Each change makes the file false or no certificate at all.


def hexadecimal(change):
    """Apply a function of floats to a text such as 0x1.8p+1."""
    return lambda text: change(float.fromhex(text)).hex()


def scaled(factor):
    return hexadecimal(lambda x: x * factor)


def at(*path):
    """Return a setter: (data, function) changes the entry at the path."""

    def change(data, function):
        for key in path[:-1]:
            data = data[key]
        data[path[-1]] = function(data[path[-1]])

    return change


def swap(*names):
    return lambda name: names[1] if name == names[0] else names[0]


ANY = {
    "scale doubled": (at("hidden", 0, "gates", 0, "scale"), scaled(2.0)),
    "bias moved": (at("hidden", 0, "gates", 0, "bias"), scaled(1.25)),
    "operand's weight": (at("hidden", 0, "operands", 0, "terms", 0, 1), scaled(1.25)),
    "output's weight": (at("outputs", 0, "terms", 0, 1), scaled(1.25)),
    "output's constant": (
        at("outputs", 0, "constant"),
        hexadecimal(lambda x: x + 2.0**-10),
    ),
    "box widened": (at("box", 0, 1), scaled(2.0)),
    "upper cut": (at("bounds", 0, "upper"), scaled(0.9)),
    "truncation_upper cut": (at("bounds", 0, "truncation_upper"), scaled(0.9)),
    "lower raised": (at("bounds", 0, "lower"), scaled(1.5)),
    "truncation_lower raised": (at("bounds", 0, "truncation_lower"), scaled(1.5)),
    "coefficient": (at("polynomials", 0, "terms", 0, 1), lambda c: str(Fraction(c) * 2)),
    "exponent": (at("polynomials", 0, "terms", 0, 0), lambda e: [e[0] + 1, *e[1:]]),
    "polynomial's term dropped": (at("polynomials", 0, "terms"), lambda terms: terms[:-1]),
    "witness outside": (at("bounds", 0, "witness", 0), lambda x: (8.0).hex()),
    "witness moved": (at("bounds", 0, "witness"), lambda w: [(0.0).hex() for _ in w]),
    "truncation's witness moved": (
        at("bounds", 0, "truncation_witness"),
        lambda w: [(0.0).hex() for _ in w],
    ),
    "value at the witness": (at("bounds", 0, "value"), hexadecimal(lambda x: x + 0.5)),
    "activation": (at("activation"), swap("logistic", "tanh")),
    "stencil's target": (at("stencils", 0, "target"), lambda t: [t[0] + 1, *t[1:]]),
    "stencil's name": (at("stencils", 0, "name"), swap("product", "square")),
    "value's last bit": (at("bounds", 0, "value"), hexadecimal(lambda x: np.nextafter(x, 9.0))),
    "scalar output": (at("scalar_output"), lambda s: "yes"),
    "unknown activation": (at("activation"), lambda name: "relu"),
    "node's weight": (at("stencils", 0, "nodes", 0, 0), lambda w: w + 1),
    "node's direction": (at("stencils", 0, "nodes", 0, 1, 0), lambda d: d + 1),
    "node dropped": (at("stencils", 0, "nodes"), lambda nodes: nodes[:-1]),
    "gates' operands": (at("hidden", 0, "gates", 0, "operands"), lambda k: [k[0]] * len(k)),
    "leaf missing": (at("bounds", 0, "subdivision"), lambda s: [[0, (0.5).hex()], None]),
    "leaf too many": (at("bounds", 0, "subdivision"), lambda s: [*s, None]),
    "split outside": (
        at("bounds", 0, "subdivision"),
        lambda s: [[0, (5.0).hex()], None, None],
    ),
    "split of no variable": (
        at("bounds", 0, "subdivision"),
        lambda s: [[7, (0.5).hex()], None, None],
    ),
    "dtype": (at("dtype"), swap("float64", "float32")),
    "no number": (at("bounds", 0, "upper"), lambda x: "nan"),
    "infinity": (at("bounds", 0, "upper"), lambda x: "inf"),
    "huge exponent": (at("bounds", 0, "upper"), lambda x: "0x1.0000000000000p+9999"),
    "endless exponent": (at("bounds", 0, "upper"), lambda x: "0x1.0p+" + "9" * 10**5),
    "decimal": (at("bounds", 0, "upper"), lambda x: 1e-9),
    "negative upper": (at("bounds", 0, "upper"), scaled(-1.0)),
    "huge coefficient": (at("polynomials", 0, "terms", 0, 1), lambda c: "9" * 10**5),
    "division by zero": (at("polynomials", 0, "terms", 0, 1), lambda c: "1/0"),
    "huge degree": (at("polynomials", 0, "terms", 0, 0), lambda e: [10**9, *e[1:]]),
    "version": (at("format_version"), lambda v: 1),
    "by": (at("by"), swap("gates", "neurons")),
    "no outputs": (at("outputs"), lambda outputs: []),
    "array for a text": (at("bounds", 0, "upper"), lambda x: [x]),
}
NEURONS = {
    "weight into operands": (at("layers", 0, "rows", 0, 0, 1), scaled(1 + 2.0**-20)),
    "weight out of neurons": (at("layers", -1, "rows", 0, 0, 1), scaled(1 + 2.0**-20)),
    "bias of neurons": (at("layers", -2, "bias", 0), scaled(1 + 2.0**-20)),
    "bias of outputs": (at("layers", -1, "bias", 0), hexadecimal(lambda x: x + 2.0**-10)),
    "row dropped": (at("layers", -2, "rows"), lambda rows: rows[:-1]),
    "layer dropped": (at("layers"), lambda layers: layers[:-1]),
    "not activated": (at("layers", -2, "activated"), lambda a: not a),
    "form": (at("form"), swap("factored", "merged")),
    "worse activation": (at("activation_ulp"), scaled(64.0)),
    "rounding cut": (at("bounds", 0, "rounding"), scaled(0.02)),
    "weight's last bit": (
        at("layers", -1, "rows", 0, 0, 1),
        hexadecimal(lambda x: np.nextafter(x, 9.0)),
    ),
    "perfect activation": (at("activation_ulp"), scaled(0.0)),
    "sign of a weight": (at("layers", -1, "rows", 0, 0, 1), scaled(-1.0)),
}
GATES = {
    "better kernel": (at("kernel", 0, 0, 0), scaled(0.5)),
    "worse kernel": (at("kernel", 0, 0, 0), scaled(2.0**30)),
    "kernel's contract missing": (at("kernel", 0), lambda errors: errors[:-1]),
    "rounding cut": (at("bounds", 0, "rounding"), scaled(0.02)),
}
TAMPERED = [
    pytest.param(by, form, name, change, function, id=f"{by}-{form}-{name}")
    for by, form in WAYS
    for name, (change, function) in {**ANY, **(GATES if by == "gates" else NEURONS)}.items()
]


@pytest.fixture(scope="module")
def originals():
    made = {(by, form): data_of("x*y*z - x**2/3 + y", BOX, by, form) for by, form in WAYS}
    for data in made.values():
        assert pn.verify(data)
    return made


def rejected(data, path, checker=pn.verify):
    """Whether the file is refused or not proved."""
    path.write_text(json.dumps(data))
    try:
        return not checker(path)
    except (pn.InvalidInputError, MalformedCertificateError):
        return True


# What makes no claim false, but the file one of a network that polynet does not make or evaluate.
TRUE = {"stencil's name", "value's last bit", "weight's last bit", "better kernel"}


@pytest.mark.parametrize(("by", "form", "name", "change", "function"), TAMPERED)
def test_tampered_certificate_is_rejected(originals, tmp_path, by, form, name, change, function):
    data = copy.deepcopy(originals[by, form])
    before = json.dumps(data)
    change(data, function)
    assert json.dumps(data) != before
    path = tmp_path / "certificate.json"
    assert rejected(data, path)
    sealed(data)
    assert rejected(data, path)
    assert rejected(data, path, check) != (name in TRUE)  # by the checker alone


def test_a_network_that_does_not_have_its_fingerprint_is_refused(originals):
    for data in originals.values():
        for change in (lambda f: f[::-1], lambda f: f.upper(), lambda f: ""):
            other = {**data, "fingerprint": change(data["fingerprint"])}
            with pytest.raises(pn.InvalidInputError, match="fingerprint"):
                pn.verify(other)


@pytest.mark.parametrize("case", cases.fpbench()[:4], ids=lambda case: case.name)
def test_bound_below_the_true_error_is_refuted(case):
    for by, form in WAYS:
        data = data_of(case.polynomial, case.box, by, form)
        for bounds in data["bounds"]:
            lower = float.fromhex(bounds["truncation_lower"])
            bounds["truncation_lower"] = bounds["lower"] = (0.0).hex()
            bounds["truncation_upper"] = (0.9 * lower).hex()
        verdict = pn.verify(data)
        assert not verdict
        assert [f.name for f in verdict.failures if f.refuted] == ["truncation_upper"]


def test_subdivision_is_used_and_must_cover_the_box(originals):
    data = copy.deepcopy(originals["neurons", "factored"])
    leaf, half, quarter = None, [0, (0.0).hex()], [1, (0.75).hex()]
    data["bounds"][0]["subdivision"] = [half, quarter, leaf, leaf, leaf]
    assert pn.verify(data)
    for wrong in ([half, quarter, leaf, leaf], [half, half, leaf, leaf, leaf], [], [leaf, leaf]):
        data["bounds"][0]["subdivision"] = wrong
        verdict = pn.verify(data)
        assert [f.name for f in verdict.failures] == ["consistency"]


def test_leaves_of_a_subdivision_cover_the_box():
    preorder = [(0, 0.25), (1, -0.5), None, None, (0, 0.5), None, None]
    root = tree(((0.0, 1.0), (-1.0, 1.0)), preorder)
    stack, area = [root], 0.0
    while stack:
        part = stack.pop()
        if part.children is None:
            area += (part.box[0][1] - part.box[0][0]) * (part.box[1][1] - part.box[1][0])
        else:
            stack += part.children
    assert area == 2.0


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 10**5, '{"format": 1}', "NaN"])
def test_file_that_is_no_certificate_is_refused(tmp_path, text):
    path = tmp_path / "certificate.json"
    path.write_text(text)
    with pytest.raises(pn.InvalidInputError, match="not a certificate"):
        pn.verify(path)


def test_truncated_files_and_repeated_keys_are_refused(originals, tmp_path):
    path = tmp_path / "certificate.json"
    text = json.dumps(originals["neurons", "merged"])
    for end in (*range(1, 200, 13), *range(200, len(text) - 1, len(text) // 40)):
        path.write_text(text[:end])
        with pytest.raises(pn.InvalidInputError):
            pn.verify(path)
    path.write_text(text.replace('"by":', '"by": "gates", "by":'))
    with pytest.raises(pn.InvalidInputError, match="twice"):
        pn.verify(path)
    path.write_bytes(b"\xff\xfe" + text.encode())
    with pytest.raises(pn.InvalidInputError):
        pn.verify(path)


def test_any_missing_entry_is_refused(originals):
    for data in originals.values():
        for key in data:
            short = {k: v for k, v in data.items() if k != key}
            with pytest.raises(pn.InvalidInputError):
                pn.verify(short)
        for key in data["bounds"][0]:
            short = copy.deepcopy(data)
            del short["bounds"][0][key]
            with pytest.raises(pn.InvalidInputError, match=key):
                pn.verify(short)


def test_out_of_time_is_not_proved(originals):
    verdict = pn.verify(originals["neurons", "factored"], seconds=0.0)
    assert not verdict
    assert {f.detail for f in verdict.failures} == {"the time for the proof is over"}
    assert not any(f.refuted for f in verdict.failures)


def test_checker_runs_without_polynet(originals, tmp_path):
    folder = Path(pn.__file__).parent / "checker"
    (tmp_path / "alone").mkdir()
    for module in folder.glob("*.py"):
        (tmp_path / "alone" / module.name).write_text(module.read_text("utf-8"), "utf-8")
    good, bad = originals["neurons", "merged"], copy.deepcopy(originals["gates", "factored"])
    bad["bounds"][0]["upper"] = scaled(0.9)(bad["bounds"][0]["upper"])
    program = (
        "import sys; sys.modules['polynet'] = None; sys.argv[0] = 'alone'; "
        "from alone.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    for data, status in ((good, 0), (bad, 1), ({}, 2)):
        (tmp_path / "c.json").write_text(json.dumps(data))
        command = [sys.executable, "-c", program, "c.json"]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert result.returncode == status, result.stderr


def test_the_published_schema_accepts_what_is_written(originals):
    jsonschema = pytest.importorskip("jsonschema")
    path = Path(pn.__file__).parent / "checker" / "certificate.schema.json"
    validator = jsonschema.Draft202012Validator(json.loads(path.read_text("utf-8")))
    validator.check_schema(validator.schema)
    for data in originals.values():
        validator.validate(data)
        for key in itertools.chain(data):
            with pytest.raises(jsonschema.ValidationError):
                validator.validate({k: v for k, v in data.items() if k != key})


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("form", ["factored", "merged"])
@pytest.mark.parametrize("activation", ["logistic", "gelu", "sin", "softplus"])
def test_rounding_proved_here_bounds_every_order_of_summation(activation, form, dtype):
    from flint import arb

    from polynet.checker.arithmetic import settings
    from polynet.checker.ideal import Ideal
    from polynet.checker.limits import Budget
    from polynet.checker.models import Space, exact
    from polynet.checker.propagation import propagate
    from polynet.checker.reading import read
    from polynet.checker.rounding import rounding_by_neurons
    from polynet.checker.values import real_value

    box = {"x": (-1, 1), "y": (0, 2), "z": (-3, "1/2")}
    options = {"activation": activation, "dtype": dtype}
    claim = read(data_of("x*y*z - x**2/3 + y", box, "neurons", form, **options))
    s = pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)}, **options)._handle.activation.value
    random = np.random.default_rng(4)
    kind = np.dtype(dtype).type
    with settings():
        network = propagate(Ideal(claim, Space(claim.box)), 2.0**-20)
        (bound,) = rounding_by_neurons(claim, network)
        worst = arb(0)
        for number in range(150):
            ends = np.array(claim.box)
            t = random.integers(0, 2, 3) if number % 3 == 0 else random.random(3)
            x = np.clip((ends[:, 0] * (1 - t) + ends[:, 1] * t).astype(kind), *ends.T.astype(kind))
            values = x
            for layer in claim.layers:
                sums = []
                for row, bias in zip(layer.rows, layer.bias, strict=True):
                    terms = [kind(w) * values[k] for k, w in row] + [kind(bias)]
                    while len(terms) > 1:  # any tree of additions
                        first, second = (terms.pop(random.integers(len(terms))) for _ in "ab")
                        terms.append(first + second)
                    sums.append(terms[0])
                if layer.activated:
                    sums = [kind(s(float(v))) for v in sums]
                values = sums
            (real,) = real_value(claim, [exact(float(c)) for c in x], Budget())
            worst = worst.max(abs(real - arb(float(values[0]))).upper())
    assert worst <= bound
    assert bound <= 200 * worst  # and it is not idle


@pytest.mark.parametrize("activation", ["softplus", "gelu", "logistic"])
def test_networks_with_shared_neurons_are_verified(activation):
    for by, form in WAYS:
        options = {"activation": activation, "tolerance": 1e-3}
        verdict = pn.verify(data_of("x*y + y*z + x*z + x*y*z", BOX, by, form, **options))
        assert verdict, str(verdict)
