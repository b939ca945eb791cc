"""`polynet compile`: a network, its certificates, and some values."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import asdict
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from .._arguments import Way
from ..box import parse_box
from ..certificate import Certificate, at_least, at_most
from ..compiler import compile as compile_network
from ..network import Network
from ..polynomial import Polynomial
from ._files import write_files
from ._tables import print_table, shorten

WAYS: dict[str, tuple[Way, ...]] = {
    "gates": ("gates",),
    "neurons": ("neurons",),
    "both": ("gates", "neurons"),
}
"""What `--by` means."""


def report(args: Namespace) -> dict[str, Any]:
    """Compile and certify what the command line asks for."""
    box = parse_box(args.box)
    network = compile_network(
        [Polynomial.parse(text, list(box), loose=args.loose) for text in args.expressions],
        box,
        activation=args.activation,
        dtype=args.dtype,
        form=args.form,
        construction=args.construction,
        bias=args.bias,
        scale=args.scale,
        hidden_layers=args.hidden_layers,
        tolerance=args.tolerance,
        sharpness=args.sharpness,
    )
    ways = WAYS[args.by]
    certificates = {way: network.certify(by=way) for way in ways}
    return {
        "network": _describe(network, args.expressions),
        "certificates": [_certificate(certificate) for certificate in certificates.values()],
        "files": write_files(network, certificates, args),
        "points": _values(network, list(_points(network, args.points, args.seed)), ways),
    }


def _describe(network: Network, expressions: list[str]) -> dict[str, Any]:
    box = network.box
    return {
        "inputs": [
            {"name": name, "lower": lower, "upper": upper, "bit": name in box.bits}
            for name, lower, upper in zip(box.variables, box.lower, box.upper, strict=True)
        ],
        "outputs": [
            {"expression": expression, "polynomial": str(polynomial)}
            for expression, polynomial in zip(expressions, network.polynomials, strict=True)
        ],
        "hidden_neurons": network.hidden_neurons,
        "neurons": network.neurons,
        "activation": network.activation,
        "dtype": network.dtype,
        "form": network.form,
    }


def _certificate(certificate: Certificate) -> dict[str, Any]:
    fields = asdict(certificate)
    del fields["seconds"]  # the same request prints the same
    for output, bounds in zip(fields["outputs"], certificate.outputs, strict=True):
        output["ratio"] = bounds.ratio
        output["truncation_ratio"] = bounds.truncation_ratio
    return fields


def _points(network: Network, count: int, seed: int) -> Iterator[list[float]]:
    """Points of the box in the network's dtype: the centre (bits 0), then random ones."""
    round_to_dtype = np.dtype(network.dtype).type
    random = Random(seed)  # the same numbers in every version of Python
    for number in range(count):
        point = []
        box = network.box
        for name, lower, upper in zip(box.variables, box.lower, box.upper, strict=True):
            t = 0.5 if number == 0 else random.random()
            if name in box.bits:
                t = float(t > 0.5)
            inside = min(max((1.0 - t) * lower + t * upper, lower), upper)
            point.append(float(round_to_dtype(inside)))
        yield point


def _values(
    network: Network, points: list[list[float]], ways: tuple[Way, ...]
) -> list[dict[str, Any]]:
    """Return the exact and the network's values; each difference is exact before its rounding."""
    array = np.reshape(points, (len(points), len(network.box.variables)))
    values = {way: network(array, by=way).tolist() for way in ways}
    rows = []
    for i, point in enumerate(points):
        outputs = []
        for k, polynomial in enumerate(network.polynomials):
            exact = polynomial(point)
            output: dict[str, Any] = {"polynomial": float(exact)}
            for way in ways:
                value = values[way][i][k]
                output[way] = {"value": value, "error": float(Fraction(value) - exact)}
            outputs.append(output)
        rows.append({"point": point, "outputs": outputs})
    return rows


def show(report: dict[str, Any]) -> None:
    """Print the report for a reader."""
    _show_network(report["network"])
    print()
    _show_certificates(report["certificates"])
    if report["points"]:
        print()
        _show_points(report["points"])
    if report["files"]:
        print()
        print("Written")
        print_table(("file",), [(file,) for file in report["files"]])


def _show_network(network: dict[str, Any]) -> None:
    layers = "-".join(map(str, network["hidden_neurons"])) or "none"
    print("Network")
    rows = [
        (
            f"input {entry['name']}",
            "bit" if entry["bit"] else f"{entry['lower']!r} to {entry['upper']!r}",
        )
        for entry in network["inputs"]
    ]
    rows += [
        (f"output {number}", shorten(entry["expression"]))
        for number, entry in enumerate(network["outputs"])
    ]
    rows += [("hidden layers", layers), ("neurons", str(network["neurons"]))]
    rows += [(name, network[name]) for name in ("activation", "dtype", "form")]
    print_table(("property", "value"), rows)


def _show_certificates(certificates: list[dict[str, Any]]) -> None:
    print("Certificate: lower <= sup |network - polynomial| <= upper over the box")
    rows = []
    for certificate in certificates:
        for number, bounds in enumerate(certificate["outputs"]):
            finite = bounds["lower"] > 0.0
            rows.append(
                (
                    certificate["by"],
                    str(number),
                    at_least(bounds["lower"]),
                    at_most(bounds["upper"]),
                    f"{bounds['ratio']:.4g}" if finite else "-",
                    at_most(bounds["truncation_upper"]),
                    at_most(bounds["rounding"]),
                    shorten(_coordinates(bounds["witness"], repr)),
                )
            )
    headers = (
        "by",
        "output",
        "lower",
        "upper",
        "upper/lower",
        "truncation",
        "rounding",
        "witness of lower",
    )
    print_table(headers, rows)
    for certificate in certificates:
        if certificate["activation_ulp"]:
            print(
                f"  By {certificate['by']}: assumes an activation within "
                f"{certificate['activation_ulp']:g} ulp."
            )


def _show_points(points: list[dict[str, Any]]) -> None:
    print("Values")
    ways = [name for name in points[0]["outputs"][0] if name != "polynomial"]
    headers = ["point", "output", "polynomial"]
    for way in ways:
        headers += [f"by {way}", "error"]
    rows = []
    for entry in points:
        for number, output in enumerate(entry["outputs"]):
            row = [
                shorten(_coordinates(entry["point"], "{:.6g}".format)),
                str(number),
                f"{output['polynomial']:.10g}",
            ]
            for way in ways:
                row += [f"{output[way]['value']:.10g}", f"{output[way]['error']:+.2e}"]
            rows.append(row)
    print_table(headers, rows)
    print("  Points are shown to 6 digits; --json gives them exactly.")


def _coordinates(point: list[float], write: Callable[[float], str]) -> str:
    return f"({', '.join(map(write, point))})"
