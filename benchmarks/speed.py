"""How fast networks are evaluated, as ratios: medians of interleaved runs in one process.

    python benchmarks/speed.py [--cases prod8 poly6 kepler2 wide] [--dtypes float64 float32]
                               [--counts 1 100 10000 1000000] [--rounds 5]

One thread everywhere. Every framework gets the chunk size at which it is fastest. Runs that would
take longer than --limit seconds, or points that would take too much memory, are made on fewer
points (in the same chunks) and scaled. Prints nanoseconds a point and, in brackets, the ratio to
polynet by gates; every arm's values are checked against polynet's first.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault(
    "XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)

import argparse
import platform
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np

import arms
import cases
import polynet as pn

# No more coordinates than these are made: a quarter of a GiB in float64.
MOST_COORDINATES = 2**25


class Arm(NamedTuple):
    """An arm of one case, at its best chunk size."""

    name: str
    run: Callable[[np.ndarray], object]
    ns_per_point: float


def seconds(run: Callable[[np.ndarray], object], points: np.ndarray) -> float:
    """Time one call, in processor time, so that other programs matter little.

    Short calls are repeated so that the clock's own cost does not show.
    """
    repeats, elapsed = 1, 0.0
    while True:
        start = time.process_time()
        for _ in range(repeats):
            run(points)
        elapsed = time.process_time() - start
        if elapsed >= 2e-4:
            return elapsed / repeats
        repeats *= 8


def flat(values: object) -> np.ndarray:
    """Return the values of an arm as one array."""
    parts = values if isinstance(values, list) else [values]
    return np.concatenate([np.atleast_1d(np.asarray(part)).reshape(-1) for part in parts])


def prepare(net: pn.Network, case: cases.SpeedCase, points: np.ndarray) -> list[Arm]:
    """Check every arm and choose its chunk size."""
    few = points[:1000]
    reference = net(few)
    spread = float(np.max(np.abs(reference)))
    tolerance = spread * (1e-5 if net.dtype == "float64" else 0.3)
    result = []
    for name, run, is_chunked in arms.arms(net, case):
        error = float(np.max(np.abs(flat(run(few)) - reference)))
        assert error <= tolerance, f"{name} is off by {error}"
        best = Arm(name, run, np.inf)
        for size in arms.CHUNKS if is_chunked else (len(points),):
            candidate = arms.chunked(run, size) if is_chunked else run
            sample = points[: min(size, len(points), 65536)]
            candidate(sample)
            cost = min(seconds(candidate, sample) for _ in range(2)) / len(sample) * 1e9
            if cost < best.ns_per_point:
                best = Arm(name, candidate, cost)
        result.append(best)
    return result


def measure(
    prepared: list[Arm], points: np.ndarray, count: int, rounds: int, limit: float
) -> dict[str, float]:
    """Return the median time of a point in nanoseconds, the arms taking turns."""
    times: dict[str, list[float]] = {arm.name: [] for arm in prepared}
    for _ in range(rounds):
        for arm in prepared:
            fitting = max(1, min(count, len(points), int(limit * 1e9 / arm.ns_per_point)))
            batch = points[0] if count == 1 and arm.name.startswith("polynet") else points[:fitting]
            times[arm.name].append(seconds(arm.run, batch) / fitting * 1e9)
    return {name: median(values) for name, values in times.items()}


def processor() -> str:
    """Name the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor()


def main() -> None:
    """Print one table for each case and dtype."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", nargs="+", default=list(cases.SPEED), choices=cases.SPEED)
    parser.add_argument("--dtypes", nargs="+", default=["float64", "float32"])
    parser.add_argument("--counts", nargs="+", type=int, default=[1, 100, 10_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=0.25)
    options = parser.parse_args()
    config = pn.show_config()
    print(f"{processor()}, {config['instruction_set']}, one thread, {config['compiler']}\n")
    for name in options.cases:
        case = cases.SPEED[name]()
        for dtype in options.dtypes:
            net = pn.compile(case.polynomial, case.box, dtype=dtype, construction=case.construction)
            low, high = np.array(net.box.lower), np.array(net.box.upper)
            most = min(max(options.counts), MOST_COORDINATES // len(low))
            random = np.random.default_rng(0).random((most, len(low)))
            points = np.clip((low + (high - low) * random).astype(dtype), low, high).astype(dtype)
            prepared = prepare(net, case, points)
            print(f"### {name}, {dtype}: {arms.gates(net)} gates, {net.neurons} neurons\n")
            print("| ns/point (ratio) | " + " | ".join(f"N = {n:,}" for n in options.counts) + " |")
            print("|---|" + "---|" * len(options.counts))
            columns = [
                measure(prepared, points, n, options.rounds, options.limit) for n in options.counts
            ]
            for arm in prepared:
                cells = (f"{c[arm.name]:.3g} ({c[arm.name] / c[arms.OURS]:.2f})" for c in columns)
                print(f"| {arm.name} | " + " | ".join(cells) + " |", flush=True)
            print()


if __name__ == "__main__":
    main()
