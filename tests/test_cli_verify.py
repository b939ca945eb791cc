"""`polynet verify` and `polynet compile --certificate`."""

import json
import re
from fractions import Fraction

import pytest
from cli_output import XY, run, run_json, table

import polynet as pn
from polynet.cli import main

pytest.importorskip("flint")


@pytest.fixture
def file(tmp_path, capsys):
    path = tmp_path / "c.json"
    out = run(capsys, "compile", "x*y", *XY, "--by", "neurons", "--certificate", str(path))
    assert str(path) in out
    return path


def test_good_certificate_is_proved(file, capsys):
    out = run(capsys, "verify", str(file))
    rows = table(out, "output", "claim", "result")
    assert [row[1] for row in rows][-1] == "evaluation"
    assert {row[2] for row in rows} == {"proved"}


def test_the_first_line_is_the_claim_in_full(file, capsys):
    first = run(capsys, "verify", str(file)).splitlines()[0]
    network, certificate = pn.load_certificate(file)
    lower, upper = re.fullmatch(
        r"PROVED: (\S+) <= sup \|network - \(x\*y\)\| <= (\S+) over x in \[-1.0, 1.0\], "
        r"y in \[-1.0, 1.0\]; the network: activation logistic, float64, factored form, evaluated "
        rf"by neurons, SHA-256 {network.fingerprint}; assuming that the activation of the runtime "
        r"is within 2 ulp; it rounds to nearest in float64\.",
        first,
    ).groups()
    assert Fraction(lower) <= Fraction(certificate.lower) < Fraction(lower) * Fraction(10001, 10000)
    assert Fraction(upper) >= Fraction(certificate.upper) > Fraction(upper) * Fraction(9999, 10000)


def test_names_cannot_pass_for_anything_else(tmp_path, capsys):
    from polynet.checker.claim import LocalVariable, Polynomial
    from polynet.checker.statement import _name, _polynomial

    assert [_name(text) for text in ("x1", "x]; PROVED", "\x1b[2J", "\u00e9")] == [
        "x1",
        '"x]; PROVED"',
        '"\\u001b[2J"',
        '"\\u00e9"',
    ]
    terms = {
        (2, 0): Fraction(-1, 3),
        (0, 0): Fraction(1),
        (1, 3): Fraction(-1),
        (0, 1): Fraction(2),
    }
    assert _polynomial(Polynomial(terms, ()), ["x", "y"]) == "-1/3*x**2 + 1 - x*y**3 + 2*y"
    assert _polynomial(Polynomial({}, ()), ["x"]) == "0"
    local = (LocalVariable(0, Fraction(300), Fraction(1, 2)),)
    assert _polynomial(Polynomial({(2,): Fraction(3)}, local), ["T"]) == "3*((T - (300))/(1/2))**2"


def test_json_has_the_same(file, capsys):
    first = run(capsys, "verify", str(file)).splitlines()[0]
    report = run_json(capsys, "verify", str(file))
    assert report["proved"] is True
    assert [f"{claim['verdict']}: {claim['claim']}." for claim in report["claims"]] == [first]
    assert {finding["result"] for finding in report["findings"]} == {"proved"}
    assert report["fingerprint"] == pn.load_certificate(file)[0].fingerprint
    assert report["assumptions"]


def test_claims_that_were_not_tried_say_so(file, capsys):
    data = json.loads(file.read_text())
    data["bounds"][0]["lower"] = (1e-3).hex()
    file.write_text(json.dumps(data))
    assert main(["verify", str(file)]) == 1
    out = capsys.readouterr().out
    assert out.startswith("REFUTED: 1.0")
    results = {row[1]: row[2] for row in table(out, "output", "claim", "result")}
    assert results["consistency"] == "refuted"
    tried = {"consistency", "truncation_lower", "lower"}
    assert {name for name, result in results.items() if result == "not tried"} == set(
        results
    ) - tried


def test_false_certificate_ends_with_status_1(file, capsys):
    data = json.loads(file.read_text())
    data["bounds"][0]["truncation_upper"] = (1e-12).hex()
    data["bounds"][0]["truncation_lower"] = (0.0).hex()
    file.write_text(json.dumps(data))
    assert main(["verify", str(file)]) == 1
    out = capsys.readouterr().out
    assert out.startswith("REFUTED: ")


def test_every_output_has_its_own_line(tmp_path, capsys):
    path = tmp_path / "c.json"
    run(capsys, "compile", "x*y", "x - y", *XY, "--by", "gates", "--certificate", str(path))
    first, second, *_ = run(capsys, "verify", str(path)).splitlines()
    assert "sup |output 0 of the network - (x*y)|" in first
    assert "sup |output 1 of the network - (x - y)|" in second
    data = json.loads(path.read_text())
    data["bounds"][1]["upper"] = (0.0).hex()
    path.write_text(json.dumps(data))
    assert main(["verify", str(path)]) == 1
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("NOT PROVED: ")  # its upper bound was not tried
    assert second.startswith("REFUTED: ")


def test_bad_file_ends_with_status_2(file, capsys):
    file.write_text(file.read_text()[:-10])
    for path in (file, file.with_name("none.json"), file.parent):
        assert main(["verify", str(path)]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("polynet: error: ")


def test_both_ways_make_two_files(tmp_path, capsys):
    path = tmp_path / "c.json"
    report = run_json(capsys, "compile", "x*y", *XY, "--certificate", str(path))
    files = [str(tmp_path / "c-gates.json"), str(tmp_path / "c-neurons.json")]
    assert report["files"] == files
    for file in files:
        run(capsys, "verify", file)


def test_unwritable_certificate_is_named(tmp_path, capsys):
    argv = ["compile", "x*y", *XY, "--certificate", str(tmp_path / "no" / "c.json")]
    assert main(argv) == 2
    assert "c-gates.json" in capsys.readouterr().err


@pytest.fixture
def exported(tmp_path, capsys):
    pytest.importorskip("onnx")
    pytest.importorskip("safetensors")
    files = {kind: str(tmp_path / f"p.{kind}") for kind in ("onnx", "c", "safetensors")}
    argv = ["--onnx", files["onnx"], "--c", files["c"], "--save", files["safetensors"]]
    certificate = str(tmp_path / "c.json")
    run(capsys, "compile", "x*y", *XY, "--certificate", certificate, *argv)
    return files


@pytest.mark.parametrize(
    ("kind", "way", "status"),
    [
        ("onnx", "neurons", 0),
        ("onnx", "gates", 1),
        ("c", "gates", 0),
        ("c", "neurons", 1),
        ("safetensors", "gates", 0),
        ("safetensors", "neurons", 0),
    ],
)
def test_an_exported_network_is_compared_with_the_certificate(
    exported, tmp_path, capsys, kind, way, status
):
    certificate = str(tmp_path / f"c-{way}.json")
    assert main(["verify", certificate, "--network", exported[kind]]) == status
    rows = table(capsys.readouterr().out, "output", "claim", "result")
    assert rows[-1][:2] == ["all", "network"]
    assert (rows[-1][2] == "proved") == (status == 0)


@pytest.mark.parametrize(("kind", "way"), [("onnx", "neurons"), ("c", "gates")])
def test_one_changed_number_is_found(exported, tmp_path, capsys, kind, way):
    other = pn.compile("1.000000000000001*x*y", {"x": (-1, 1), "y": (-1, 1)})
    if kind == "onnx":
        other.to_onnx(exported[kind])
    else:
        other.to_c(exported[kind])
    assert main(["verify", str(tmp_path / f"c-{way}.json"), "--network", exported[kind]]) == 1
    assert capsys.readouterr().out.startswith("PROVED, BUT NOT OF THE NETWORK GIVEN: ")


def test_a_c_file_of_another_name_is_the_same(exported, tmp_path, capsys):
    pn.load(exported["safetensors"]).to_c(tmp_path / "other.c")
    assert (
        main(["verify", str(tmp_path / "c-gates.json"), "--network", str(tmp_path / "other.c")])
        == 0
    )
    (tmp_path / "q.c").write_text((tmp_path / "other.c").read_text() + "int more;\n")
    assert main(["verify", str(tmp_path / "c-gates.json"), "--network", str(tmp_path / "q.c")]) == 1


@pytest.mark.parametrize("name", ["p.txt", "none.onnx", "bad.onnx", "bad.c", "bad.safetensors"])
def test_a_file_of_no_network_is_named(file, capsys, name):
    pytest.importorskip("onnx")
    for bad in ("bad.onnx", "bad.c", "bad.safetensors", "p.txt"):
        file.with_name(bad).write_text("nothing \xff\xfe")
    assert main(["verify", str(file), "--network", str(file.with_name(name))]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert name in err


def test_a_network_s_own_certificate_is_asked_for(file):
    network, _ = pn.load_certificate(file)
    assert pn.verify(file, network=network)
    for other in (network.merged(), pn.compile("x*y", network.box)):
        verdict = pn.verify(file, network=other)
        assert [f.name for f in verdict.failures] == ["network"], str(verdict)
        assert verdict.failures[0].refuted
    with pytest.raises(pn.InvalidInputError, match="network must be"):
        pn.verify(file, network=7)
