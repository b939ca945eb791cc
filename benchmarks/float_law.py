"""The best error of a gate by neurons against the law eps^(q/(m + q - j)).

    python benchmarks/float_law.py [--plot FILE.png]

A gate of order m = 2 whose truncation is O(l^q) loses eps/l^(m - j) to rounding (docs/theory.md,
section 5), j = 1 where s(b) = 0: the neurons' values, and so their rounding, shrink with
l there. Prints the best measured and the best certified error over scales l = 1/2, 1/4, ... beside
the law; --plot draws all of them against l (needs matplotlib).
"""

from __future__ import annotations

import argparse

import numpy as np

import cases
import polynet as pn

# Name, activation, bias (None: the default, where s'''' = 0), q, j.
GATES = [
    ("logistic, b = -1", "logistic", -1.0, 2, 0),
    ("logistic, s'''' = 0", "logistic", None, 4, 0),
    ("softplus, b = 0", "softplus", 0.0, 2, 0),
    ("silu, b = 0: s(b) = 0", "silu", 0.0, 2, 1),
    ("gelu, b = 0: s(b) = 0", "gelu", 0.0, 2, 1),
]
EXPONENTS = range(-1, -31, -1)
BOX = {"u": (-1, 1), "v": (-1, 1)}


def errors(activation: str, bias: float | None, dtype: str) -> list[tuple[float, float, float]]:
    """Return (scale, measured, certified) wherever something is certified."""
    rows = []
    for exponent in EXPONENTS:
        net = pn.compile(
            "u*v", BOX, activation=activation, bias=bias, scale=2.0**exponent, dtype=dtype
        )
        try:
            certified = net.certify(by="neurons").upper
        except pn.NotCertifiedError:
            continue
        points = cases.sample(net, 20_000, seed=0)
        reference = cases.values(net.polynomials[0], points)
        measured = float(np.max(np.abs(net(points, by="neurons") - reference)))
        rows.append((2.0**exponent, measured, certified))
    return rows


def draw(curves: dict[str, list[tuple[float, float, float]]], path: str) -> None:
    """Draw measured (solid) and certified (dashed) errors against the scale."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots()
    for name, rows in curves.items():
        scales, measured, certified = zip(*rows, strict=True)
        (line,) = axes.loglog(scales, measured, label=name)
        axes.loglog(scales, certified, "--", color=line.get_color())
    axes.set_xlabel("scale l")
    axes.set_ylabel("largest error of u v on [-1, 1]^2 (dashed: certified)")
    axes.legend(fontsize="small")
    figure.savefig(path)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plot", metavar="FILE.png")
    options = parser.parse_args()
    curves = {}
    print(f"{'gate':26}{'dtype':10}{'law':>10}{'measured':>11}{'at l':>10}{'certified':>11}")
    for name, activation, bias, q, j in GATES:
        for dtype, eps in (("float64", 2.0**-53), ("float32", 2.0**-24)):
            rows = errors(activation, bias, dtype)
            curves[f"{name}, {dtype}"] = rows
            scale, measured, _ = min(rows, key=lambda row: row[1])
            certified = min(row[2] for row in rows)
            law = eps ** (q / (2 + q - j))
            print(f"{name:26}{dtype:10}{law:10.1e}{measured:11.1e}{scale:10.1e}{certified:11.1e}")
    if options.plot:
        draw(curves, options.plot)


if __name__ == "__main__":
    main()
