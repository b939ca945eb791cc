"""`polynet table` against the papers' numbers."""

import subprocess
import sys

import pytest
from cli_output import run, run_json, table

from polynet.cli import _table


@pytest.fixture(autouse=True, scope="module")
def computed_once():
    """What takes seconds is the same for every test."""
    found, compute = [], _table.report

    def report(args):
        if not found:
            found.append(compute(args))
        return found[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_table, "report", report)
        yield


@pytest.fixture
def report(capsys):
    return run_json(capsys, "table")


def test_deep_products_take_four_neurons_a_gate_and_shallow_ones_two_to_the_n(report):
    counts = {row["inputs"]: row["deep"] for row in report["products"]}
    copies = counts.pop(20) - 4 * 19
    assert 0 <= copies <= 2  # the tree of 20 is not full
    assert counts == {2: 4, 4: 12, 8: 28, 16: 60, 32: 124, 64: 252}
    assert all(row["error"] < 1e-7 for row in report["products"])
    shallow = [row["shallow"] for row in report["products"]]
    assert shallow == [4, 16, 256, 65536, 1048576, None, None]
    assert [row["2**n"] for row in report["products"]][-2] == 4294967296


def test_depths(report):
    rows = {row["inputs"]: row["neurons"] for row in report["depths"]}
    assert rows == {
        4: [16, 12, 13, 14, 15, 16],
        8: [256, 28, 28, 29, 30, 31],
        16: [65536, 80, 60, 60, 61, 62],
        20: [1048576, 112, 76, 76, 77, 78],
        32: [None, 304, 128, 124, 124, 125],
        64: [None, 1792, 304, 252, 252, 252],
    }


def test_monomials_and_flattening(report):
    neurons = [row["neurons"] + row["constant"] for row in report["monomials"]]
    assert neurons == [3, 4, 4, 6, 9, 8]
    for row in report["monomials"]:
        assert row["neurons"] + row["constant"] == row["product of (r+1)"]
    sparse, low_rank = report["linear"]
    assert f"{sparse['theory']:.6g}" == "4.99978"
    assert sparse["cost"] == pytest.approx(sparse["theory"], rel=0.001)
    assert low_rank["cost"] == low_rank["theory"] == 50


def test_the_size_does_not_depend_on_the_accuracy_and_the_weights_do(report):
    rows = report["accuracy"]
    assert [row["error"] for row in rows] == [1e-2, 1e-4, 1e-6, 1e-8]
    for row in rows:
        assert row["truncation"] <= row["error"]
        assert row["neurons"] == rows[0]["neurons"] == 4
        # The scales are powers of two: the weights are as l^-2, exactly.
        ratio = rows[0]["scale"] / row["scale"]
        assert row["largest weight"] / rows[0]["largest weight"] == ratio**2


def test_functions_of_bits_are_exact_with_a_neuron_for_each_monomial(report):
    assert [row["neurons"] for row in report["bits"]] == [63, 64]
    for row in report["bits"]:
        assert row["neurons"] == row["monomials"]
        assert row["upper"] < 1e-10
        assert row["exact"]
    for row in report["digits"]:
        digits = row["digits"]
        for column, share in (("error at D ln 10", 0.5), ("error at 2 D ln 10", 1.0)):
            exact = 1 / (1 + 10.0 ** (share * digits))
            # Certificates leave room of 2^-30 (docs/certificates.md, "Truncation").
            assert exact - 1e-15 <= row[column] <= exact * (1 + 2.0**-29) + 1e-15


def test_tricks(report):
    assert [row["neurons"] for row in report["tricks"]] == [3, 21, 16, 52]
    assert [row["paper"] for row in report["tricks"]][:2] == [4, 60]
    for row in report["tricks"]:
        assert row["upper"] < 1e-4


def test_the_sawtooth_is_as_far_off_as_yarotsky_says(report):
    for row in report["sawtooth"]:
        assert row["error"] == row["2**(-2m-2)"] == 2.0 ** (-2 * row["levels"] - 2)
        assert row["ReLU units"] == 3 * row["levels"]
        assert row["gate upper"] < 1e-8


def test_the_printed_tables(capsys):
    out = run(capsys, "table")
    assert table(out, "n", "k=1")[4] == ["32", "-", "304", "128", "124", "124", "125"]
    assert table(out, "monomial")[0] == ["x**2", "2 + a constant", "3"]
    assert table(out, "function")[0][:3] == ["parity of 6 bits", "63", "63"]
    assert table(out, "m", "ReLU")[0][:3] == ["1", "3", "0.0625"]


def test_nothing_else_imports_it():
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, polynet.cli\n"
            "polynet.cli.main(['compile', 'x', '--box', 'x=0:1'])\n"
            "print(*(m for m in sys.modules if m.startswith('polynet.cli.')))",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    modules = run.stdout.splitlines()[-1].split()
    assert "polynet.cli._compile" in modules
    assert not {"polynet.cli._table", "polynet.cli._counts", "polynet.cli._gate"} & set(modules)
