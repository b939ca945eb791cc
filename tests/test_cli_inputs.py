"""The command line's expressions: names in braces, the loose grammar, FPCore."""

import json

from cli_output import run

from polynet.cli import main


def test_names_in_braces_and_the_loose_grammar(capsys):
    argv = ["compile", "2{temp C} y^2 - pow(y, 2)", "--loose", "--box", "temp C=0:1", "{y}=0:1"]
    data = json.loads(run(capsys, *argv, "--json"))
    assert [entry["name"] for entry in data["network"]["inputs"]] == ["temp C", "y"]
    (output,) = data["network"]["outputs"]
    assert output["polynomial"] == "2*{temp C}*y**2 - y**2"
    assert output["expression"] == argv[1]
    assert main(["compile", argv[1], *argv[3:]]) == 2
    assert "'^' at column 12; write ** for a power" in capsys.readouterr().err
    fpcore = run(capsys, "compile", "(FPCore (x) (* x x))", "--box", "x=0:1", "--json")
    assert json.loads(fpcore)["network"]["outputs"][0]["polynomial"] == "x**2"
    quoted = ["--box", "x=0:1", "{a=b}=0:1", "x*{a=b}"]
    inputs = json.loads(run(capsys, "compile", *quoted, "--json"))["network"]["inputs"]
    assert [entry["name"] for entry in inputs] == ["x", "a=b"]
