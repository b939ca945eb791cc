"""`polynet verify` and `polynet compile --certificate`."""

import json

import pytest
from cli_output import XY, run, run_json, table

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
    assert out.startswith("Certificate proved in ")
    rows = table(out, "output", "claim", "result")
    assert [row[1] for row in rows][-1] == "upper"
    assert {row[2] for row in rows} == {"proved"}
    assert "Assuming that" in out


def test_json_has_the_same(file, capsys):
    report = run_json(capsys, "verify", str(file))
    assert report["proved"] is True
    assert all(finding["proved"] for finding in report["findings"])


def test_false_certificate_ends_with_status_1(file, capsys):
    data = json.loads(file.read_text())
    data["bounds"][0]["truncation_upper"] = (1e-12).hex()
    data["bounds"][0]["truncation_lower"] = (0.0).hex()
    file.write_text(json.dumps(data))
    assert main(["verify", str(file)]) == 1
    out = capsys.readouterr().out
    assert out.startswith("Certificate not proved")
    assert "REFUTED" in out


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
