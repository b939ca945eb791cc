"""What a call from Python costs, in nanoseconds of processor time and in calls of numpy.add.

    python benchmarks/calls.py [--rounds 31]

The calls take turns in one process; each figure is a median. The linear network has no gate: its
one point is all overhead.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median

import numpy as np

import cases
import polynet as pn

CALLS = 2000


def nanoseconds(function: Callable[..., object], *arguments: object) -> float:
    """Time one call, as the mean of many."""
    start = time.process_time()
    for _ in range(CALLS):
        function(*arguments)
    return (time.process_time() - start) / CALLS * 1e9


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=31)
    rounds = parser.parse_args().rounds
    smallest = np.zeros(8)
    numpy_call = "numpy.add of 8 numbers"
    linear = pn.compile("x - y", {"x": (-1, 1), "y": (-1, 1)})
    calls: dict[str, tuple[object, ...]] = {
        numpy_call: (np.add, smallest, smallest),
        "x - y, 1 point": (linear, np.zeros(2)),
    }
    for name in ("prod8", "kepler2", "poly6"):
        case = cases.SPEED[name]()
        net = pn.compile(case.polynomial, case.box, construction=case.construction)
        middle = (np.array(net.box.lower) + np.array(net.box.upper)) / 2
        calls[f"{name}, 1 point"] = (net, middle)
        calls[f"{name}, 100 points"] = (net, np.tile(middle, (100, 1)))
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            times[name].append(nanoseconds(*call))
    unit = median(times[numpy_call])
    print("| call | ns | of numpy.add |\n|---|---|---|")
    for name, values in times.items():
        print(f"| {name} | {median(values):.0f} | {median(values) / unit:.2f} |")


if __name__ == "__main__":
    main()
