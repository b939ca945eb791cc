"""`polynet table`: the papers' counts, each measured on a network or a matrix built here."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Sequence
from typing import Any

from ..certificate import at_most
from . import _counts
from ._tables import print_table

_DEEP = (2, 4, 8, 16, 20, 32, 64)
_DEPTHS = (1, 2, 3, 4, 5, 6)
_MONOMIALS = ((2,), (3,), (1, 1), (2, 1), (2, 2), (1, 1, 1))


def report(args: Namespace) -> dict[str, Any]:
    """Build the networks and count."""
    depths = [
        {"inputs": n, "neurons": [_counts.product_neurons(n, k) for k in _DEPTHS]}
        for n in _DEEP[1:]
    ]
    return {
        "activation": _counts.ACTIVATION,
        "products": [_deep_and_shallow(n) for n in _DEEP],
        "depths": depths,
        "monomials": [_counts.monomial(powers) for powers in _MONOMIALS],
        "accuracy": [_counts.accuracy(10.0**-d) for d in (2, 4, 6, 8)],
        "bits": [_counts.bit_function("parity", 6), _counts.bit_function("majority", 7)],
        "digits": [_counts.bit_digits(digits) for digits in (2, 4, 8)],
        "tricks": _counts.tricks(),
        "sawtooth": [_counts.sawtooth(levels) for levels in (1, 2, 4, 8)],
        "linear": [_counts.sparse_product(1000, 0.1), _counts.low_rank(1000, 10)],
    }


def _deep_and_shallow(count: int) -> dict[str, Any]:
    deep = _counts.product(count, construction="paper")
    return {
        "inputs": count,
        # Copies, where the tree is not full, are what it takes beyond its gates.
        "deep": deep.neurons,
        "4*(n-1)": 4 * (count - 1),
        "error": deep.certify().upper,
        "shallow": _counts.product_neurons(count, 1),
        "2**n": 2**count,
    }


def show(report: dict[str, Any]) -> None:
    """Print the report for a reader."""
    print(f"Every count is of a network or a matrix built here ({report['activation']} unless")
    print("named; '-': too large to build). Errors are certified; by neurons unless said.")
    _section("Product of n inputs, deep and shallow (arXiv:1608.08225, section III)")
    _columns(
        report["products"],
        {
            "n": "inputs",
            "deep: neurons": "deep",
            "4*(n-1)": "4*(n-1)",
            "deep: error by gates <=": ("error", at_most),
            "shallow: neurons": "shallow",
            "2**n": "2**n",
        },
    )
    _section("Product of n inputs in k hidden layers (arXiv:1705.05502, theorem 5.1)")
    print_table(
        ("n", *(f"k={k}" for k in _DEPTHS)),
        [(str(row["inputs"]), *map(_text, row["neurons"])) for row in report["depths"]],
    )
    _section("Monomials in one hidden layer (arXiv:1705.05502, theorem 4.1)")
    print_table(
        ("monomial", "neurons", "product of (r+1)"),
        [
            (
                row["monomial"],
                f"{row['neurons']}{' + a constant' if row['constant'] else ''}",
                str(row["product of (r+1)"]),
            )
            for row in report["monomials"]
        ],
    )
    _section("The size does not depend on the accuracy (arXiv:1608.08225, corollary): u v at b = 1")
    _columns(
        report["accuracy"],
        {
            "error": ("error", "{:.0e}".format),
            "neurons": "neurons",
            "scale": "scale",
            "truncation <=": ("truncation", at_most),
            "largest weight": ("largest weight", "{:.4g}".format),
        },
    )
    _section("Functions of bits, a logistic neuron for each monomial (arXiv:1608.08225, eq. 12-13)")
    _columns(
        report["bits"],
        {
            "function": "function",
            "monomials": "monomials",
            "neurons": "neurons",
            "error <=": ("upper", at_most),
            "exact when rounded": ("exact", lambda exact: "yes" if exact else "no"),
        },
    )
    _section("Decimals D of a product of bits: sharpness 2 D ln 10, not D ln 10")
    _columns(
        report["digits"],
        {
            "D": "digits",
            "error at 2 D ln 10 <=": ("error at 2 D ln 10", at_most),
            "error at D ln 10 <=": ("error at D ln 10", at_most),
        },
    )
    _section("Fewer neurons than the paper's gates take (docs/theory.md)")
    _columns(
        report["tricks"],
        {
            "network": "what",
            "activation": "activation",
            "neurons": "neurons",
            "paper": "paper",
            "error <=": ("upper", at_most),
        },
    )
    _section("ReLU for comparison: the sawtooth of x**2 on [0, 1] (arXiv:1610.01145), m levels")
    _columns(
        report["sawtooth"],
        {
            "m": "levels",
            "ReLU units": "ReLU units",
            "error": ("error", "{:.7g}".format),
            "2**(-2m-2)": ("2**(-2m-2)", "{:.7g}".format),
            "square gate": "gate neurons",
            "its error <=": ("gate upper", at_most),
        },
    )
    _section("Flattening linear maps (arXiv:1608.08225, eq. 25-27): flat over deep, weights")
    _columns(
        report["linear"],
        {
            "map": "map",
            "deep": "weights deep",
            "flat": "weights flat",
            "cost": ("cost", "{:.6g}".format),
            "theory": ("theory", "{:.6g}".format),
        },
    )


def _section(title: str) -> None:
    print(f"\n{title}")


def _columns(rows: Sequence[dict[str, Any]], columns: dict[str, Any]) -> None:
    """Print rows; a column is a key of theirs, or a key and how to write its values."""

    def cells(row: dict[str, Any]) -> Iterable[str]:
        for column in columns.values():
            key, write = (column, _text) if isinstance(column, str) else column
            yield write(row[key])

    print_table(tuple(columns), [tuple(cells(row)) for row in rows])


def _text(value: object) -> str:
    return "-" if value is None else str(value)
