"""Attack the certificates: no evaluation at any point may be farther off than `upper`.

    python benchmarks/soundness.py [--points 1000000] [--activation logistic] [CASE ...]

Each network is evaluated at all corners of its box and at random points, by polynet, NumPy,
onnxruntime and torch (where installed). The worst points, found in extended precision, are judged
in exact arithmetic. Prints upper/lower and upper/observed; exits with 1 at the first violation.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from fractions import Fraction

import numpy as np

import cases
import polynet as pn
import runtimes

JUDGED = 50


def observed(case: cases.Case, points, reference, evaluated) -> Fraction:
    """Return the largest error among the points, exactly, at those that look worst."""
    if not np.all(np.isfinite(evaluated)):
        return Fraction(10) ** 1000
    errors = np.abs(evaluated.astype(np.longdouble) - reference)
    worst = np.argpartition(errors, -JUDGED)[-JUDGED:]
    return max(
        abs(
            Fraction(float(evaluated[k])) - case.polynomial([Fraction(float(t)) for t in points[k]])
        )
        for k in worst
    )


def evaluations(net: pn.Network, by: str):
    """Yield the name and function of every way to evaluate that a certificate covers."""
    yield f"polynet by {by}", lambda points: net(points, by=by)
    if by == "neurons":
        yield "numpy", runtimes.numpy_runtime(net)
        for name in ("onnxruntime", "torch"):
            if importlib.util.find_spec(name) and (name == "torch" or runtimes.has_onnx(net)):
                runtime = runtimes.onnx_runtime if name == "onnxruntime" else runtimes.torch_runtime
                yield name, runtime(net)


def main() -> int:
    """Attack every case and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--activation", default="logistic")
    options = parser.parse_args()
    violations = 0
    for case in cases.fpbench():
        if options.cases and case.name not in options.cases:
            continue
        for dtype in ("float64", "float32"):
            net = pn.compile(case.polynomial, case.box, activation=options.activation, dtype=dtype)
            points = cases.sample(net, options.points, seed=1)
            reference = cases.values(case.polynomial, points)
            for way, network in (("gates", net), ("neurons", net), ("neurons", net.merged())):
                certificate = network.certify(by=way)
                for name, evaluate in evaluations(network, way):
                    error = observed(case, points, reference, evaluate(points))
                    sound = error <= Fraction(certificate.upper)
                    violations += not sound
                    print(
                        f"{case.name:18}{dtype}  {network.form:9}{name:20}"
                        f"upper {certificate.upper:.3e}  upper/lower {certificate.ratio:6.2f}  "
                        f"upper/observed {float(Fraction(certificate.upper) / error):6.2f}"
                        f"{'' if sound else '  VIOLATED'}",
                        flush=True,
                    )
    print(f"{violations} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
