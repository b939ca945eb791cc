"""Micro-timings of calls from Python, with pyperf: what one point costs beyond its arithmetic.

python benchmarks/calls.py [pyperf's options, for example --fast]
"""

from __future__ import annotations

import numpy as np
import pyperf

import cases
import polynet as pn


def main() -> None:
    """Time calls of one point and of a hundred, and what NumPy takes for its smallest call."""
    runner = pyperf.Runner()
    smallest = np.zeros(8)
    runner.bench_func("numpy.add of 8 numbers", np.add, smallest, smallest)
    linear = pn.compile("x - y", {"x": (-1, 1), "y": (-1, 1)})
    runner.bench_func("polynet, x - y (overhead), 1 point", linear, np.zeros(2))
    for name in ("prod8", "poly6", "kepler2"):
        case = cases.SPEED[name]()
        net = pn.compile(case.polynomial, case.box, construction=case.construction)
        middle = (np.array(net.box.lower) + np.array(net.box.upper)) / 2
        runner.bench_func(f"polynet, {name}, 1 point", net, middle)
        runner.bench_func(f"polynet, {name}, 100 points", net, np.tile(middle, (100, 1)))


if __name__ == "__main__":
    main()
