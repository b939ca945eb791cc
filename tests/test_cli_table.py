"""`polynet table` against the papers' numbers."""

import pytest
from cli_output import run, run_json, table


@pytest.fixture
def report(capsys):
    return run_json(capsys, "table")


def test_deep_products_take_four_neurons_a_gate_and_shallow_ones_two_to_the_n(report):
    for row in report["products"]:
        assert row["deep"] == row["4*(n-1)"]
        assert row["error"] < 1e-7
        assert row["shallow"] in (row["2**n"], None)
    assert [row["shallow"] for row in report["products"]] == [4, 16, 256, None, None, None]


def test_depths(report):
    rows = {row["inputs"]: row["neurons"] for row in report["depths"]}
    assert rows[16] == [None, 80, 60, 60, 61, 62]
    assert rows[32] == [None, 304, 128, 124, 124, 125]


def test_monomials_and_flattening(report):
    for row in report["monomials"]:
        assert row["neurons"] + row["constant"] == row["product of (r+1)"]
    for row in report["linear"]:
        assert row["cost"] == pytest.approx(row["theory"], rel=0.01)


def test_the_printed_tables(capsys, report):
    out = run(capsys, "table")
    assert table(out, "n", "k=1")[3] == ["32", "-", "304", "128", "124", "124", "125"]
    assert table(out, "monomial")[0] == ["x**2", "2 + a constant", "3"]
