"""Generic bound propagators on the same networks as our certificates.

    python benchmarks/propagators.py [--activation tanh] [CASE ...]

Bounds |network - polynomial| over the box, whole and split into 4096 parts,

- by interval bound propagation: the layers in intervals (NumPy, rounded to nearest, so that
  not even the arithmetic of the bound is sound), minus the polynomial in intervals;
- by linear bound propagation: the same with each neuron's argument and value as an affine form in
  the inputs plus an interval, s replaced by its chord with the deviation on the interval, as CROWN,
  DeepPoly and zonotopes do;
- by immrax (JAX), its natural inclusion function, where installed.

Prints each bound and its time beside polynet's certificate by neurons. None of the propagators
accounts for rounding in the network.
"""

from __future__ import annotations

import argparse
import functools
import importlib.util
import itertools
import time

import numpy as np

import cases
import polynet as pn

# Monotonic activations with the largest |s''|: enough for chords.
ACTIVATIONS = {
    "tanh": (np.tanh, 4 / 3**1.5),
    "logistic": (lambda x: 1 / (1 + np.exp(-x)), 1 / (6 * 3**0.5)),
}


def parts_of(net: pn.Network, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and upper ends of about that many equal parts of the box, shape (N, n)."""
    low, high = np.array(net.box.lower), np.array(net.box.upper)
    per_side = max(round(count ** (1 / len(low))), 1)
    ticks = np.array(list(itertools.product(range(per_side), repeat=len(low))))
    width = (high - low) / per_side
    return low + ticks * width, low + (ticks + 1) * width


def polynomial_range(polynomial: pn.Polynomial, low, high) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the polynomial in intervals, term by term."""
    total_low = total_high = np.zeros(len(low))
    for exponents, coefficient in polynomial.terms.items():
        term_low = term_high = np.full(len(low), float(coefficient))
        for a, b, power in zip(low.T, high.T, exponents, strict=True):
            if power == 0:
                continue
            ends = np.stack([a**power, b**power])
            smallest = np.where((a < 0) & (b > 0) & (power % 2 == 0), 0.0, ends.min(0))
            sides = itertools.product((term_low, term_high), (smallest, ends.max(0)))
            products = np.stack([x * y for x, y in sides])
            term_low, term_high = products.min(0), products.max(0)
        total_low, total_high = total_low + term_low, total_high + term_high
    return total_low, total_high


def interval_propagation(net: pn.Network, low, high) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the network's layers in intervals."""
    for weight, bias, activation in net.layers:
        centre, radius = (low + high) / 2, (high - low) / 2
        centre, radius = centre @ weight.T + bias, radius @ np.abs(weight).T
        low, high = centre - radius, centre + radius
        if activation is not None:
            low, high = (ACTIVATIONS[activation][0](x) for x in (low, high))
    return low[:, 0], high[:, 0]


def linear_propagation(net: pn.Network, low, high) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the layers in affine forms, centre + slopes . e + [-rest, rest]."""
    centre, rest = (low + high) / 2, np.zeros_like(low)
    slopes = np.eye(low.shape[1]) * ((high - low) / 2)[:, None, :]
    for weight, bias, activation in net.layers:
        centre, slopes = centre @ weight.T + bias, weight @ slopes
        rest = rest @ np.abs(weight).T
        if activation is None:
            continue
        s, curvature = ACTIVATIONS[activation]
        radius = np.abs(slopes).sum(2) + rest
        a, b = centre - radius, centre + radius
        chord = np.where(radius > 0, (s(b) - s(a)) / np.where(radius > 0, b - a, 1), 0)
        deviation = curvature * radius**2 / 2  # from the chord: max |s''| (b - a)^2/8
        centre, slopes = (s(a) + s(b)) / 2, chord[:, :, None] * slopes
        rest = np.abs(chord) * rest + deviation
    radius = np.abs(slopes).sum(2) + rest
    return (centre - radius)[:, 0], (centre + radius)[:, 0]


@functools.cache
def immrax_inclusion(net: pn.Network):
    """Return immrax's natural inclusion function of the layers, compiled."""
    import immrax
    import jax

    jax.config.update("jax_enable_x64", True)
    functions = {"tanh": jax.numpy.tanh, "logistic": jax.nn.sigmoid, None: lambda x: x}
    layers = [(jax.numpy.array(w), jax.numpy.array(b), functions[a]) for w, b, a in net.layers]

    def network(x):
        for weight, bias, activation in layers:
            x = activation(weight @ x + bias)
        return x[0]

    return jax.jit(jax.vmap(immrax.natif(network)))


def immrax_propagation(net: pn.Network, low, high) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends that immrax finds for the layers."""
    import immrax

    result = immrax_inclusion(net)(immrax.interval(low, high))
    return np.asarray(result.lower), np.asarray(result.upper)


def propagators():
    """Yield the name and function of every propagator."""
    yield "intervals", interval_propagation
    yield "affine forms", linear_propagation
    if importlib.util.find_spec("immrax"):
        yield "immrax", immrax_propagation


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--activation", default="tanh", choices=sorted(ACTIVATIONS))
    parser.add_argument("--parts", type=int, default=4096)
    options = parser.parse_args()
    print("| polynomial | method | whole box | split | rounding accounted for |")
    print("|---|---|---|---|---|")
    for case in cases.fpbench():
        if options.cases and case.name not in options.cases:
            continue
        net = pn.compile(case.polynomial, case.box, activation=options.activation)
        for method, propagate in propagators():
            cells = []
            for count in (1, options.parts):
                low, high = parts_of(net, count)
                propagate(net, low, high)  # what compiles does so now
                start = time.perf_counter()
                net_low, net_high = propagate(net, low, high)
                p_low, p_high = polynomial_range(case.polynomial, low, high)
                bound = np.max(np.maximum(net_high - p_low, p_high - net_low))
                cells.append(f"{bound:.1e} ({1e3 * (time.perf_counter() - start):.1f} ms)")
            print(f"| {case.name} | {method} | {' | '.join(cells)} | no |", flush=True)
        cells = []
        for boxes in (1, 4000):
            start = time.perf_counter()
            certificate = net.certify(by="neurons", max_boxes=boxes)
            elapsed = time.perf_counter() - start
            cells.append(f"{certificate.upper:.1e} ({1e3 * elapsed:.1f} ms)")
        print(f"| {case.name} | polynet | {' | '.join(cells)} | yes |", flush=True)


if __name__ == "__main__":
    main()
