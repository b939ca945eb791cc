"""The command line: what `polynet compile` prints against the API, and how it fails."""

import ast
import io
import json
import os
import subprocess
import sys
from dataclasses import asdict
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from cli_output import KINDS, XY, run, run_json, table

import polynet as pn
from polynet.cli import _compile, main


def plain(value):
    """Turn tuples into lists, as JSON does."""
    return json.loads(json.dumps(value))


@pytest.mark.parametrize(
    ("options", "keywords"),
    [
        ([], {}),
        (
            ["--dtype", "float32", "--activation", "tanh"],
            {"dtype": "float32", "activation": "tanh"},
        ),
        (["--form", "merged", "--scale", "0.03125"], {"form": "merged", "scale": 0.03125}),
        (["--bias", "-1"], {"bias": -1.0}),
        (["--bias=-1.5"], {"bias": -1.5}),
        (["--bias", "-15e-1"], {"bias": -1.5}),
    ],
)
def test_compile_json_is_what_the_api_says(capsys, options, keywords):
    expressions = ["x*y - z**2/3", "-x"]
    box = {"x": (-1, 1), "y": ("1/3", "0.7"), "z": (0, 2)}
    ranges = ["--box", "x=-1:1", "--box", "y=1/3:0.7", "--box", "z=0:2"]
    result = run_json(capsys, "compile", *expressions, *ranges, *options)
    network = pn.compile(expressions, box, **keywords)

    described = result["network"]
    assert described["inputs"] == [
        {"name": name, "lower": lower, "upper": upper, "bit": False}
        for name, lower, upper in zip("xyz", network.box.lower, network.box.upper, strict=True)
    ]
    assert [output["expression"] for output in described["outputs"]] == expressions
    assert [
        pn.Polynomial.parse(output["polynomial"], network.box.variables)
        for output in described["outputs"]
    ] == list(network.polynomials)
    assert described["hidden_neurons"] == list(network.hidden_neurons)
    assert described["neurons"] == network.neurons
    for name in ("activation", "dtype", "form"):
        assert described[name] == getattr(network, name)

    assert [certificate["by"] for certificate in result["certificates"]] == ["gates", "neurons"]
    for certificate in result["certificates"]:
        expected = network.certify(by=certificate["by"])
        for output, bounds in zip(certificate["outputs"], expected.outputs, strict=True):
            ratio, truncation_ratio = output.pop("ratio"), output.pop("truncation_ratio")
            assert ratio == (bounds.ratio if bounds.lower else None)
            assert truncation_ratio == (
                bounds.truncation_ratio if bounds.truncation_lower else None
            )
        fields = asdict(expected)
        del fields["seconds"]
        assert certificate == plain(fields)

    assert len(result["points"]) == 4
    for entry in result["points"]:
        for k, (output, polynomial) in enumerate(
            zip(entry["outputs"], network.polynomials, strict=True)
        ):
            exact = polynomial(entry["point"])
            assert output["polynomial"] == float(exact)
            for way in ("gates", "neurons"):
                value = float(network(entry["point"], by=way)[k])
                assert output[way]["value"] == value
                assert output[way]["error"] == float(Fraction(value) - exact)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_points_are_the_centre_and_random_points_of_the_box(capsys, dtype):
    only = float(dtype(5 / 7))  # in float64 (1 - t)*only + t*only is off by an ulp for some t
    ranges = ["x=1/3:0.7", f"y={Fraction(only)}:{Fraction(only)}"]
    argv = ["compile", "x*y", "--box", *ranges, "--dtype", dtype.__name__]
    points = [entry["point"] for entry in run_json(capsys, *argv, "--points", "40")["points"]]
    box = pn.Box({"x": ("1/3", "0.7"), "y": (only, only)}, dtype=dtype.__name__)
    lower, upper = box.lower[0], box.upper[0]
    assert points[0] == [float(dtype((Fraction(lower) + Fraction(upper)) / 2)), only]
    assert len({x for x, _ in points}) == 40
    assert min(x for x, _ in points) < lower + (upper - lower) / 8
    assert max(x for x, _ in points) > upper - (upper - lower) / 8
    for x, y in points:
        assert y == only
        assert lower <= x <= upper
        assert float(dtype(x)) == x
    again = [entry["point"] for entry in run_json(capsys, *argv, "--points", "2")["points"]]
    assert again == points[:2]
    other = run_json(capsys, *argv, "--points", "2", "--seed", "7")["points"]
    assert other[0]["point"] == points[0]
    assert other[1]["point"] != points[1]
    assert run_json(capsys, *argv, "--points", "0")["points"] == []


def test_a_box_as_wide_as_the_format_has_points(capsys):
    argv = ["compile", "x/4", "--box", "x=-1.7e308:1.7e308", "--points", "9"]
    points = [entry["point"][0] for entry in run_json(capsys, *argv)["points"]]
    assert points[0] == 0.0
    assert all(abs(x) <= 1.7e308 for x in points)


def test_the_inputs_are_in_the_order_of_the_ranges(capsys):
    expected = run_json(capsys, "compile", "x - y", "--box", "y=0:2", "--box", "x=4:8")
    assert [entry["name"] for entry in expected["network"]["inputs"]] == ["y", "x"]
    assert expected["points"][0]["point"] == [1.0, 6.0]
    for argv in (
        ["x - y", "--box", "y=0:2", "x=4:8"],
        ["--box=y=0:2", "x=4:8", "x - y"],
        ["--box", "y=0:2", "x=4:8", "--seed", "0", "x - y"],
        ["--box", "y=0:2", "x=4:8", "--", "x - y"],
    ):
        assert run_json(capsys, "compile", *argv) == expected


@pytest.mark.parametrize(
    ("argv", "expressions"),
    [
        (["-x*y", *XY], ["-x*y"]),
        ([*XY, "-x*y"], ["-x*y"]),
        (["-1", *XY], ["-1"]),
        (["-x", *XY], ["-x"]),
        (["-(x + y)**2", "x", *XY, "-y/3", "2"], ["-(x + y)**2", "x", "-y/3", "2"]),
        ([*XY, "--", "--x", "-y", "x"], ["--x", "-y", "x"]),
        (["--bias", "-1", "-x", *XY, "-y"], ["-x", "-y"]),
        (["--x*y", *XY], ["--x*y"]),
    ],
)
def test_expressions_may_begin_with_a_minus_and_stand_anywhere(capsys, argv, expressions):
    result = run_json(capsys, "compile", *argv)
    assert [output["expression"] for output in result["network"]["outputs"]] == expressions
    counts = [len(certificate["outputs"]) for certificate in result["certificates"]]
    assert counts == [len(expressions)] * 2


@pytest.mark.parametrize("by", ["gates", "neurons"])
def test_by_selects_the_way_of_evaluating(capsys, by):
    result = run_json(capsys, "compile", "x*y", *XY, "--by", by)
    assert [certificate["by"] for certificate in result["certificates"]] == [by]
    for entry in result["points"]:
        assert set(entry["outputs"][0]) == {"polynomial", by}
    out = run(capsys, "compile", "x*y", *XY, "--by", by)
    assert {row[0] for row in table(out, "by", "output")} == {by}


def test_compile_prints_the_network_and_bounds_that_hold(capsys):
    expressions = ["x*y", "x**2*y - y"]
    argv = ["compile", *expressions, *XY, "--points", "3"]
    out = run(capsys, *argv)
    result = run_json(capsys, *argv)
    network = pn.compile(expressions, {"x": (-1, 1), "y": (-1, 1)})
    properties = dict(table(out, "property", "value"))
    assert properties["input x"] == "-1.0 to 1.0"
    assert [properties["output 0"], properties["output 1"]] == expressions
    assert properties["hidden layers"] == "-".join(map(str, network.hidden_neurons))
    assert properties["neurons"] == str(network.neurons)
    assert [properties[name] for name in ("activation", "dtype", "form")] == [
        "logistic",
        "float64",
        "factored",
    ]

    rows = iter(table(out, "by", "output"))
    for by in ("gates", "neurons"):
        certificate = network.certify(by=by)
        for number, bounds in enumerate(certificate.outputs):
            way, output, lower, upper, ratio, truncation, rounding, witness = next(rows)
            assert (way, output) == (by, str(number))
            # Rounded in the direction that keeps the statement true, and not by much.
            assert 0 <= Fraction(bounds.lower) - Fraction(Decimal(lower)) <= bounds.lower * 1e-4
            for text, bound in (
                (upper, bounds.upper),
                (truncation, bounds.truncation_upper),
                (rounding, bounds.rounding),
            ):
                assert 0 <= Fraction(Decimal(text)) - Fraction(bound) <= bound * 1e-4
            assert float(ratio) == pytest.approx(bounds.ratio, rel=1e-3)
            assert ast.literal_eval(witness) == bounds.witness
        assumed = f"By {by}: assumes an activation within {certificate.activation_ulp:g} ulp"
        assert (assumed in out) == (certificate.activation_ulp > 0)
    assert next(rows, None) is None

    rows = iter(table(out, "point", "output"))
    for entry in result["points"]:
        for number, values in enumerate(entry["outputs"]):
            point, output, exact, *rest = next(rows)
            assert ast.literal_eval(point) == pytest.approx(entry["point"], rel=1e-5)
            assert output == str(number)
            assert float(exact) == pytest.approx(values["polynomial"], rel=1e-9)
            for way, value, error in zip(("gates", "neurons"), rest[::2], rest[1::2], strict=True):
                assert float(value) == pytest.approx(values[way]["value"], rel=1e-9)
                assert float(error) == pytest.approx(values[way]["error"], rel=1e-2)


def test_affine_polynomials_need_no_neurons(capsys):
    out = run(capsys, "compile", "0", *XY, "--points", "0")
    properties = dict(table(out, "property", "value"))
    assert (properties["hidden layers"], properties["neurons"]) == ("none", "0")
    # The error is 0, so the ratio is not a number.
    assert {(row[2], row[4]) for row in table(out, "by", "output")} == {("0", "-")}
    outputs = run_json(capsys, "compile", "0", *XY)["certificates"][0]["outputs"]
    assert outputs[0]["ratio"] is None


def test_long_text_is_cut_only_for_the_reader(capsys):
    expression = " + ".join(f"{k}*x**{k % 3}" for k in range(1, 60))
    argv = ["compile", expression, "--box", "x=0:1", "--by", "gates"]
    assert expression not in run(capsys, *argv)
    assert expression[:80] in run(capsys, *argv)
    outputs = run_json(capsys, *argv)["network"]["outputs"]
    assert outputs[0]["expression"] == expression


# --- failures


@pytest.mark.parametrize(
    ("argv", "culprit"),
    [
        ("compile x*w --box x=0:1", "'w'"),
        ("compile x --box x", "'x'"),
        ("compile x --box x:0:1", "'x:0:1'"),
        ("compile x --box x=0", "'x=0'"),
        ("compile x --box x=0:1:2", "'1:2'"),
        ("compile x --box -x=0:1", "known variables: -x"),
        ("compile x --box x=0:1 x=2:3", "names x again"),
        ("compile x --box x=1:0", "range of x is reversed"),
        ("compile x --box x=nan:1", "'nan'"),
        ("compile x --box x=0:inf", "'inf'"),
        ("compile x --box x=0:1/0", "denominator is zero"),
        ("compile x --box x=0:1e400", "range of x"),
        ("compile x", "--box"),
        ("compile --box x=0:1", "EXPR"),
        ("compile x*+ --box x=0:1", "'+' at column 3"),
        ("compile -x*+ --box x=0:1", "'+' at column 4"),
        ("compile y=x --box x=0:1", "'='"),
        ("compile --box x=0:1 -- y=x", "'='"),
        ("compile x**1000 --box x=0:1", "degree"),
        ("compile x --box x=0:1 --activation relu", "'relu'"),
        ("compile x --box x=0:1 --dtype float16", "'float16'"),
        ("compile x --box x=0:1 --form flat", "'flat'"),
        ("compile x --box x=0:1 --by hand", "'hand'"),
        ("compile x --box x=0:1 --bias one", "'one'"),
        ("compile x --box x=0:1 --bias -one", "'-one'"),
        ("compile x --box x=0:1 --bias -nan", "bias must be finite"),
        ("compile x*x --box x=0:1 --scale -1", "scale must be"),
        ("compile x --box x=0:1 --points -1", "-1 is not between"),
        ("compile x --box x=0:1 --points 1.5", "'1.5'"),
        ("compile x --box x=0:1 --points 100000000000", "100000000000 is not between"),
        ("compile x --box x=0:1 --seed s", "'s'"),
        ("compile x --box x=0:1 --accuracy 3", "'--accuracy'"),
        ("compile x --box x=0:1 --act tanh", "'--act'"),
        ("compile x --box", "--box"),
        ("gate", "ACTIVATION"),
        ("gate relu", "'relu'"),
        ("gate -x", "'-x'"),
        ("gate tanh --kind quotient", "'quotient'"),
        ("gate tanh --bias 0", "bias 0;"),
        ("gate tanh --bias inf", "bias must be finite"),
        ("gate tanh --scale 0", "scale must be finite and positive"),
        ("gate tanh --order 0", "order must be"),
        ("gate tanh --order 40", "20"),
        ("gate tanh --order two", "'two'"),
        ("gate tanh logistic", "'logistic'"),
        ("", "COMMAND"),
        ("-x*y", "-x*y'"),
        ("export", "'export'"),
    ],
)
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_bad_input_gives_status_2_and_names_the_culprit(capsys, argv, culprit, options):
    command = argv.split()
    status = main(command + (options if command and command[0] in ("compile", "gate") else []))
    out, err = capsys.readouterr()
    assert (status, out) == (2, "")
    assert err.startswith("polynet: error: ")
    assert err.count("\n") == 1
    assert culprit in err


def test_what_cannot_be_certified_is_an_error(capsys):
    status = main(["compile", "x*y", *XY, "--scale", "1e-200"])
    out, err = capsys.readouterr()
    assert (status, out) == (2, "")
    assert err.startswith("polynet: error: ")


def test_control_c_gives_status_130(capsys, monkeypatch):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(_compile, "compile_network", interrupt)
    assert main(["compile", "x*y", *XY]) == 130
    assert capsys.readouterr() == ("", "")


# --- the terminal


def test_plain_and_rich_tables(capsys, monkeypatch):
    argv = ["compile", "x*y", *XY, "--points", "0"]
    piped = run(capsys, *argv)
    assert piped.isascii()
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with monkeypatch.context() as without:
        for name in ("rich", "rich.console", "rich.table", "rich.text"):
            without.setitem(sys.modules, name, None)
        assert run(capsys, *argv) == piped
    pytest.importorskip("rich")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "xterm")
    shown = run(capsys, *argv)
    assert shown != piped
    for row in table(piped, "by", "output"):
        assert any(all(cell in line for cell in row) for line in shown.splitlines())


def test_a_narrow_terminal_cuts_no_number(capsys, monkeypatch):
    pytest.importorskip("rich")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    argv = ["gate", "logistic", "--bias", "-1", "--order", "2"]
    shown = run(capsys, *argv)
    ratio = f"{run_json(capsys, *argv)['terms'][0]['ratio']:#.13g}"
    rows = [line.split("\u2502") for line in shown[shown.index("Error terms") :].splitlines()]
    assert ratio in "".join(row[2].strip() for row in rows if len(row) == 7)


def test_a_name_outside_the_encoding_is_escaped(monkeypatch):
    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(buffer, encoding="ascii"))
    assert main(["compile", "\u03b1**2", "--box", "\u03b1=0:1"]) == 0
    assert rb"input \u03b1" in buffer.getvalue()


@pytest.mark.parametrize(
    ("option", "folder"), [("--cmake-dir", pn.get_cmake_dir), ("--include-dir", pn.get_include)]
)
def test_folders_of_the_installation(capsys, monkeypatch, option, folder):
    monkeypatch.setenv("COLUMNS", "30")  # a folder is one line whatever the terminal
    assert run(capsys, option) == f"{folder()}\n"


def test_help_and_version(capsys):
    assert run(capsys, "--version") == f"polynet {pn.__version__}\n"
    for argv in (["--help"], ["compile", "--help"], ["gate", "-h"]):
        help_text = run(capsys, *argv)
        assert help_text.startswith("usage: polynet")
        _, example = help_text.split("example:")
        assert example.split()[0] == "polynet"
    for kind in KINDS:
        assert kind in help_text
    for activation in pn.activation_names():
        assert activation in help_text


def polynet(*argv, **options):
    command = [sys.executable, "-m", "polynet", *argv]
    return subprocess.run(command, stderr=subprocess.PIPE, timeout=60, **options)


def test_the_module_runs(capsys):
    argv = ["compile", "-x*y", *XY, "--json"]
    done = polynet(*argv, stdout=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == run(capsys, *argv)
    failed = polynet("compile", "x*y", "--box", "x=0:1", stdout=subprocess.PIPE, text=True)
    assert (failed.returncode, failed.stdout) == (2, "")
    assert "'y'" in failed.stderr
    assert "Traceback" not in failed.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])  # the pipe breaks at the flush or at a print
def test_a_broken_pipe_ends_quietly(unbuffered):
    read, write = os.pipe()
    os.close(read)
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    try:
        done = polynet("gate", "tanh", stdout=write, env=environment)
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")
