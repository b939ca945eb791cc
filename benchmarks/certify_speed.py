"""How tight the certificates are, and how long they take.

    python benchmarks/certify_speed.py [--activation NAME]

Prints, for the FPBench polynomials in both dtypes and for a few large ones, upper/lower of the
truncation and of the whole error by gates, the boxes bounded and the milliseconds of processor
time taken, the best of three calls.
"""

from __future__ import annotations

import argparse
import time
from fractions import Fraction
from typing import NamedTuple

import cases
import polynet as pn


class Row(NamedTuple):
    """What one certification gave."""

    certificate: pn.Certificate
    milliseconds: float


def certify(net: pn.Network, ratio: float, repeat: int = 3) -> Row:
    times = []
    for _ in range(repeat):
        start = time.process_time()
        certificate = net.certify(ratio=ratio)
        times.append(time.process_time() - start)
        if times[-1] > 1:
            break
    return Row(certificate, min(times) * 1e3)


def chain(sites: int) -> pn.Polynomial:
    """Return the sum of x_i^4/4 + (x_i - x_{i+1})^2/2 over a closed chain."""
    names = [f"x{i}" for i in range(sites)]
    x = [pn.Polynomial({tuple(int(i == k) for k in range(sites)): 1}, names) for i in range(sites)]
    total = pn.Polynomial({}, names)
    for i in range(sites):
        step = x[i] - x[(i + 1) % sites]
        total += x[i] ** 4 * Fraction(1, 4) + step**2 * Fraction(1, 2)
    return total


def product(count: int) -> pn.Polynomial:
    """Return the product of so many inputs."""
    return pn.Polynomial({(1,) * count: 1}, [f"x{i}" for i in range(count)])


def large() -> list[tuple[str, pn.Polynomial, tuple[Fraction | int, int], float]]:
    """Return names, polynomials, the range of their inputs, and the ratio to reach."""
    cube, away = (-1, 1), (Fraction(1, 2), 2)
    return [
        ("product of 8", product(8), cube, 1.01),
        ("product of 64", product(64), cube, 2.0),
        ("chain of 64", chain(64), cube, 2.0),
        *((f"product of {n} from 1/2", product(n), away, 1.01) for n in (8, 10, 12, 16)),
    ]


def report(name: str, net: pn.Network, ratio: float) -> float:
    quick, fine = certify(net, 2.0), certify(net, ratio)
    worst = fine.certificate.outputs[0]
    print(
        f"{name:28s} {quick.certificate.outputs[0].truncation_ratio:7.3f} {quick.milliseconds:7.1f}"
        f" | {worst.truncation_ratio:7.4f} {fine.certificate.boxes:6d} {fine.milliseconds:8.1f}"
        f" | {worst.ratio:8.4f} {worst.upper:9.2e}"
    )
    return fine.milliseconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--activation", default="logistic")
    activation = parser.parse_args().activation
    print(
        f"{activation:28s}  ratio 2    ms |  asked: truncation, boxes, ms | total by gates, upper"
    )
    for dtype in ("float64", "float32"):
        total = 0.0
        for case in cases.fpbench():
            net = pn.compile(case.polynomial, case.box, activation=activation, dtype=dtype)
            total += report(f"{case.name} {dtype}", net, 1.01)
        print(f"{'all of ' + dtype:28s} {total:50.1f}")
    for name, polynomial, side, ratio in large():
        box = dict.fromkeys(polynomial.variables, side)
        report(name, pn.compile(polynomial, box, activation=activation), ratio)


if __name__ == "__main__":
    main()
