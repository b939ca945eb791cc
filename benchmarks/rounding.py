"""Rounding: the certified part against the worst that runtimes do.

    python benchmarks/rounding.py [--by gates] [--points 1000000] [--activation logistic] [CASE ...]

By neurons (the default): evaluates each network at all corners of its box and at random points by
polynet, NumPy, onnxruntime and torch (where installed), and takes away its real-number function,
evaluated gate by gate in float64. Prints the largest difference over the runtimes, the certified
rounding part and their ratio, what the adversary of adversary.py attains at a few points and the
ratio to that, and the certified total, for both forms and both dtypes.

By gates: the certified rounding part in float32 and the largest difference that polynet's own
evaluation makes at these points and, generation after generation, at neighbours of the worst one.
"""

from __future__ import annotations

import argparse
import importlib.util

import numpy as np

import adversary
import cases
import polynet as pn
import runtimes

# Where the adversary evaluates, which takes it some ms a point.
ATTACKED = 24


def evaluations(net: pn.Network):
    """Yield the name and function of every runtime that computes the network's layers."""
    yield "polynet", lambda points: net(points, by="neurons")
    yield "numpy", runtimes.numpy_runtime(net)
    if importlib.util.find_spec("onnxruntime") and runtimes.has_onnx(net):
        yield "onnxruntime", runtimes.onnx_runtime(net)
    if importlib.util.find_spec("torch"):
        yield "torch", runtimes.torch_runtime(net)


def in_float64(net: pn.Network) -> pn.Network:
    """Return the same real-number function as a float64 network."""
    rebuild, ((activation, _, *numbers), *rest) = net.__reduce__()
    return rebuild((activation, "float64", *numbers), *rest)


def observed(net: pn.Network, points) -> tuple[float, str]:
    """Return the largest difference from the real-number function, and the runtime it is of."""
    reference = in_float64(net)(points.astype(np.float64), by="gates")
    worst = {
        name: float(np.max(np.abs(evaluate(points).astype(np.float64) - reference)))
        for name, evaluate in evaluations(net)
    }
    return max((error, name) for name, error in worst.items())


def searched(net: pn.Network, points) -> float:
    """Return the largest difference by gates, at the points and after a search from the worst."""
    random, real = np.random.default_rng(0), in_float64(net)
    low, high = (np.array(ends, net.dtype) for ends in (net.box.lower, net.box.upper))
    worst = 0.0
    for _ in range(60):
        errors = np.abs(net(points).astype(np.float64) - real(points.astype(np.float64)))
        if errors.max() >= worst:
            worst, best = float(errors.max()), points[errors.argmax()]
        steps = random.integers(-2000, 2000, (3000, len(best))) * random.integers(0, 2, len(best))
        moved = best + steps * np.spacing(np.abs(best) + np.float32(1e-3)).astype(np.float64)
        points = np.clip(moved.astype(net.dtype), low, high)
    return worst


def report_gates(case: cases.Case, options: argparse.Namespace) -> None:
    """Print a line by gates in float32."""
    net = pn.compile(case.polynomial, case.box, activation=options.activation, dtype="float32")
    rounding = net.certify(by="gates", max_boxes=1).rounding
    worst = searched(net, cases.sample(net, options.points, seed=1))
    print(
        f"{case.name:18}float32  rounding {rounding:.3e}  observed {worst:.3e}  "
        f"ratio {rounding / worst:6.2f}",
        flush=True,
    )


def report_neurons(case: cases.Case, options: argparse.Namespace) -> None:
    """Print a line for every dtype and form by neurons."""
    for dtype in ("float64", "float32"):
        nets = [
            pn.compile(
                case.polynomial, case.box, activation=options.activation, dtype=dtype, form=form
            )
            for form in ("factored", "merged")
        ]
        points = cases.sample(nets[0], options.points, seed=1)
        some = points[-ATTACKED:]
        for net in nets:
            certificate = net.certify(by="neurons")
            error, runtime = observed(net, points)
            reference = in_float64(net)(some.astype(np.float64), by="gates")
            worst = adversary.attained(net, certificate.activation_ulp, some, reference)
            print(
                f"{case.name:18}{dtype}  {net.form:9} total {certificate.upper:.3e}  "
                f"rounding {certificate.rounding:.3e}  observed {error:.3e} ({runtime})  "
                f"ratio {certificate.rounding / error:6.2f}  adversary {worst:.3e}  "
                f"ratio {certificate.rounding / worst:5.2f}",
                flush=True,
            )


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--by", choices=("neurons", "gates"), default="neurons")
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--activation", default="logistic")
    options = parser.parse_args()
    for case in cases.fpbench():
        if options.cases and case.name not in options.cases:
            continue
        (report_gates if options.by == "gates" else report_neurons)(case, options)


if __name__ == "__main__":
    main()
