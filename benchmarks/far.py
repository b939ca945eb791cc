"""Random polynomials far from the origin: certified bound over true error, and contradictions.

A polynomial about a centre that is up to 1e8 radii from 0 (float32: 3e4) is written out about 0,
exactly, compiled on its box and certified by gates. The true error is searched for at corners,
random points and the witness, in exact arithmetic. The same polynomial about its centre, on a box
about 0, says what can be reached.

    python benchmarks/far.py [--seeds 1000] [--first 0]
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from fractions import Fraction

import numpy as np

import polynet as pn

POINTS = 300


def problem(seed: int):
    """Return names, terms about the centre, centre, ends of the box and dtype."""
    rng = random.Random(seed)
    n, degree = rng.choice([1, 1, 2, 2, 3, 4]), rng.randint(1, 12)
    dtype = rng.choice(["float64", "float64", "float32"])
    real = np.dtype(dtype).type
    ratio = 10.0 ** rng.uniform(0.0, 8.0 if dtype == "float64" else 4.5)
    centre, box = [], []
    for _ in range(n):
        radius = rng.choice([10.0 ** rng.uniform(-3, 3), 2.0 ** rng.randint(-8, 8)])
        middle = radius * ratio * rng.choice([1, -1]) * rng.uniform(0.5, 1.0)
        middle = float(real(round(middle) or 1.0 if rng.random() < 0.4 else middle))
        shares = (1.0, 1.0) if rng.random() < 0.7 else (rng.uniform(0.2, 1), rng.uniform(0.2, 1))
        low, high = (
            float(real(middle + s * r * radius)) for s, r in zip((-1, 1), shares, strict=True)
        )
        centre.append(Fraction(middle))
        box.append((low, high if high > low else low + abs(low) * 1e-3))
    terms: dict[tuple[int, ...], Fraction] = {}
    for _ in range(rng.randint(1, 8)):
        exponents = [0] * n
        for _ in range(rng.randint(0, degree)):
            exponents[rng.randrange(n)] += 1
        size = Fraction(1)
        for (low, high), e in zip(box, exponents, strict=True):
            size *= ((Fraction(high) - Fraction(low)) / 2) ** e
        coefficient = rng.choice([Fraction(rng.randint(-99, 99), 7), Fraction(rng.gauss(0, 1))])
        terms[tuple(exponents)] = coefficient / Fraction(float(size))
    return [f"x{i}" for i in range(n)], terms, centre, box, dtype


def largest_error(net: pn.Network, bounds, seed: int) -> Fraction:
    """Search |network - polynomial| in exact arithmetic."""
    low, high = (np.array(ends, net.dtype) for ends in (net.box.lower, net.box.upper))
    where = np.random.default_rng(seed).uniform(size=(POINTS, len(low)))
    where[: POINTS // 3] = np.round(where[: POINTS // 3])
    points = np.clip((low + (high - low) * where).astype(net.dtype), low, high)
    points = np.concatenate([points, np.array([bounds.witness], net.dtype)])
    (polynomial,) = net.polynomials
    values = net(points).astype(float).tolist()
    errors = (
        abs(Fraction(value) - polynomial(point))
        for value, point in zip(values, points.astype(float).tolist(), strict=True)
    )
    return max(errors)


def ratio_of(polynomial: pn.Polynomial, box, dtype: str, seed: int) -> tuple[float, bool]:
    """Return upper over the true error (1 if both are 0), and whether the bounds are kept."""
    net = pn.compile(polynomial, box, dtype=dtype)
    (bounds,) = net.certify(max_boxes=400).outputs
    true = largest_error(net, bounds, seed)
    kept = Fraction(bounds.lower) <= true <= Fraction(bounds.upper)
    smallest = np.finfo(dtype).tiny
    return (bounds.upper / float(true) if true else 1.0 + (bounds.upper > smallest)), kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    args = parser.parse_args()
    counts: Counter[str] = Counter()
    ratios = []
    for seed in range(args.first, args.first + args.seeds):
        names, terms, centre, box, dtype = problem(seed)
        about = pn.Polynomial(terms, names)
        far = pn.Polynomial(terms, names, origin=dict(zip(names, centre, strict=True))).expanded()
        try:
            ratio, kept = ratio_of(far, dict(zip(names, box, strict=True)), dtype, seed)
        except pn.PolynetError as error:
            counts[f"refused ({type(error).__name__})"] += 1
            continue
        counts["certificates"] += 1
        counts["CONTRADICTIONS"] += not kept
        ratios.append(ratio)
        if ratio > 10.0:
            moved = zip(names, box, centre, strict=True)
            local = {x: (Fraction(low) - c, Fraction(high) - c) for x, (low, high), c in moved}
            near, _ = ratio_of(about, local, dtype, seed)
            counts["above 10"] += 1
            counts["above 10 where about the centre it is not"] += near <= 10.0
            print(f"seed {seed}: {ratio:.4g}, about the centre {near:.4g}")
    print(dict(counts), f"upper/true: median {np.median(ratios):.4g}, largest {max(ratios):.4g}")


if __name__ == "__main__":
    main()
