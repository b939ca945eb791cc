"""Nothing that was tampered with is proved, and nothing that is no certificate is read."""

import copy
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from certificates import WAYS, hexadecimal, originals, scaled, sealed

import polynet as pn
from polynet.checker import MalformedCertificateError

pytest.importorskip("flint")

from polynet.checker.checking import check

# What may be changed, and how. Each change makes the file false or no certificate at all.


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


@pytest.fixture(scope="module", name="originals")
def proved():
    made = originals()
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


# What may make no claim false, but the file that of a network which polynet does not make so.
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
    assert rejected(data, path, pn.verify if name in TRUE else check)  # by the checker alone


def test_a_network_that_does_not_have_its_fingerprint_is_refused(originals):
    for data in originals.values():
        for change in (lambda f: f[::-1], lambda f: f.upper(), lambda f: ""):
            other = {**data, "fingerprint": change(data["fingerprint"])}
            with pytest.raises(pn.InvalidInputError, match="fingerprint"):
                pn.verify(other)


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
    verdict = pn.verify(originals["neurons", "factored"], time_limit=0.0)
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
