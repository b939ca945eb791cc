"""The command line's files are what the API writes."""

import os

import numpy as np
import onnx
import pytest
from cli_output import XY, run, run_json, table

import polynet as pn
from polynet.cli import main

BOX = {"x": (-1, 1), "y": (-1, 1)}


def test_files_are_those_of_the_api(capsys, tmp_path, monkeypatch):
    pytest.importorskip("safetensors")
    monkeypatch.chdir(tmp_path)
    options = ["--save", "n.safetensors", "--onnx", "n.onnx", "--c", "n.c", "--vnnlib", "v.onnx"]
    report = run_json(capsys, "compile", "x*y", *XY, *options)
    names = ["n.safetensors", "n.onnx", "n.c", "v.onnx", "v.unsat.vnnlib", "v.sat.vnnlib"]
    assert report["files"] == names
    assert sorted(os.listdir()) == sorted(names)
    net = pn.compile(["x*y"], BOX)
    assert pn.load("n.safetensors") == net
    entries = {entry.key for entry in onnx.load("n.onnx").metadata_props}
    assert "polynet.certificate" in entries
    net.to_c(tmp_path / "api" / "n.c") if (tmp_path / "api").mkdir() else None
    rows = table(run(capsys, "compile", "x*y", *XY, "--c", "n.c"), "file")
    assert rows == []  # a table of one column has no second cell


def test_the_way_of_evaluating_is_that_of_the_c_file(capsys, tmp_path):
    for by, found in (("both", False), ("gates", False), ("neurons", True)):
        run(capsys, "compile", "x*y", *XY, "--by", by, "--c", str(tmp_path / "n.c"))
        assert ("exp(" in (tmp_path / "n.c").read_text()) == found


def test_without_options_nothing_is_written(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run_json(capsys, "compile", "x*y", *XY)["files"] == []
    assert os.listdir() == []


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (["--c", "no/such/folder/n.c"], "No such file"),
        (["--c", "a-b.c"], "names the C function"),
        (["--onnx", "no/such/folder/n.onnx"], "No such file"),
        (["--vnnlib", "n.vnnlib"], "*.onnx"),
    ],
)
def test_files_that_cannot_be_written_are_an_error(capsys, tmp_path, monkeypatch, option, message):
    monkeypatch.chdir(tmp_path)
    assert main(["compile", "x*y", *XY, *option]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("polynet: error: ")
    assert message in err
    assert np.array(err.splitlines()).shape == (1,)
