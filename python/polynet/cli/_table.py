"""`polynet table`: the papers' counts, each measured on a network or a matrix built here."""

from __future__ import annotations

from argparse import Namespace
from math import prod
from typing import Any

import numpy as np

from ..certificate import at_most
from ..compiler import compile as compile_network
from ..errors import SizeLimitError
from ..network import Network
from ._tables import print_table

# Tanh copies with one neuron, as the papers' bias-free networks do.
_ACTIVATION = "tanh"
_DEEP = (2, 4, 8, 16, 32, 64)
_DEPTHS = (1, 2, 3, 4, 5, 6)
_MONOMIALS = ((2,), (3,), (1, 1), (2, 1), (2, 2), (1, 1, 1))
_SPARSE_SIZE, _SPARSE_DENSITY = 1000, 0.1
_RANK_SIZE, _RANK = 1000, 10


def report(args: Namespace) -> dict[str, Any]:
    """Build the networks and count."""
    return {
        "activation": _ACTIVATION,
        "products": [_deep_and_shallow(n) for n in _DEEP],
        "depths": [_by_depth(n) for n in _DEEP[1:]],
        "monomials": [_monomial(powers) for powers in _MONOMIALS],
        "linear": [_sparse_product(), _low_rank()],
    }


def _product(count: int, layers: int | None) -> Network | None:
    """Compile the product of so many inputs, or None where a gate would be too large."""
    names = [f"x{i}" for i in range(count)]
    box = dict.fromkeys(names, (-1, 1))
    try:
        return compile_network(
            "*".join(names),
            box,
            activation=_ACTIVATION,
            construction="paper",
            hidden_layers=layers,
        )
    except SizeLimitError:
        return None


def _deep_and_shallow(count: int) -> dict[str, Any]:
    deep, shallow = _product(count, None), _product(count, 1)
    return {
        "inputs": count,
        "deep": None if deep is None else deep.neurons,
        "4*(n-1)": 4 * (count - 1),
        "error": None if deep is None else deep.certify().upper,
        "shallow": None if shallow is None else shallow.neurons,
        "2**n": 2**count,
    }


def _by_depth(count: int) -> dict[str, Any]:
    networks = [_product(count, layers) for layers in _DEPTHS]
    return {
        "inputs": count,
        "neurons": [None if net is None else net.neurons for net in networks],
    }


def _monomial(powers: tuple[int, ...]) -> dict[str, Any]:
    names = "xyz"[: len(powers)]
    expression = "*".join(
        name if power == 1 else f"{name}**{power}"
        for name, power in zip(names, powers, strict=True)
    )
    net = compile_network(
        expression, dict.fromkeys(names, (-1, 1)), activation=_ACTIVATION, hidden_layers=1
    )
    return {
        "monomial": expression,
        "neurons": net.neurons,
        "constant": all(power % 2 == 0 for power in powers),
        "product of (r+1)": prod(power + 1 for power in powers),
    }


def _sparse_product() -> dict[str, Any]:
    """Flatten two random sparse 0/1 matrices (arXiv:1608.08225, eq. 27)."""
    random = np.random.default_rng(0)
    size, density = _SPARSE_SIZE, _SPARSE_DENSITY
    first, second = (random.random((size, size)) < density for _ in range(2))
    flat = np.count_nonzero(first.astype(np.float32) @ second.astype(np.float32))
    deep = np.count_nonzero(first) + np.count_nonzero(second)
    return {
        "map": f"two sparse {size} x {size} matrices, density {density}",
        "weights deep": int(deep),
        "weights flat": int(flat),
        "cost": float(flat / deep),
        "theory": (1 - (1 - density**2) ** size) / (2 * density),
    }


def _low_rank() -> dict[str, Any]:
    """Flatten a matrix of low rank (arXiv:1608.08225, section III)."""
    random = np.random.default_rng(0)
    size, rank = _RANK_SIZE, _RANK
    left, right = random.standard_normal((size, rank)), random.standard_normal((rank, size))
    flat, deep = np.count_nonzero(left @ right), left.size + right.size
    return {
        "map": f"a {size} x {size} matrix of rank {rank}",
        "weights deep": int(deep),
        "weights flat": int(flat),
        "cost": float(flat / deep),
        "theory": size / (2 * rank),
    }


def show(report: dict[str, Any]) -> None:
    """Print the report for a reader."""
    print(f"Every count is of a network or a matrix built here ({report['activation']}).")
    print(
        "Gates multiply at most eight values: '-' where that is not enough, and n = 64, k = 2 would"
    )
    print("take 1792 neurons with a gate of ten.")
    print()
    print("Product of n inputs, deep and shallow (arXiv:1608.08225, section III)")
    rows = [
        (
            str(row["inputs"]),
            _count(row["deep"]),
            str(row["4*(n-1)"]),
            at_most(row["error"]) if row["error"] is not None else "-",
            _count(row["shallow"]),
            str(row["2**n"]),
        )
        for row in report["products"]
    ]
    headers = ("n", "deep: neurons", "4*(n-1)", "deep: error <=", "shallow: neurons", "2**n")
    print_table(headers, rows)
    print()
    print("Product of n inputs in k hidden layers (arXiv:1705.05502, theorem 5.1)")
    print_table(
        ("n", *(f"k={k}" for k in _DEPTHS)),
        [(str(row["inputs"]), *map(_count, row["neurons"])) for row in report["depths"]],
    )
    print()
    print("Monomials in one hidden layer (arXiv:1705.05502, theorem 4.1)")
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
    print()
    print("Flattening linear maps (arXiv:1608.08225, eq. 25-27): flat over deep, weights")
    print_table(
        ("map", "deep", "flat", "cost", "theory"),
        [
            (
                row["map"],
                str(row["weights deep"]),
                str(row["weights flat"]),
                f"{row['cost']:.6g}",
                f"{row['theory']:.6g}",
            )
            for row in report["linear"]
        ],
    )


def _count(neurons: int | None) -> str:
    return "-" if neurons is None else str(neurons)
