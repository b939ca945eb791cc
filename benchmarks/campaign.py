"""Attack certificates of random networks; nothing may contradict them.

    python benchmarks/campaign.py [--seeds 15000] [--first 0] [--workers 2]

A seed gives a random polynomial (1 to 10 variables, degree 1 to 8, coefficients from 1e-300 to
1e300) on a random box (ordinary, huge, tiny, subnormal, one point), an activation, dtype, form,
construction, bias and scale. The network is certified for both ways of evaluating, on its box and
on random parts of it; each certificate is a case. It is attacked at corners, random points and
witnesses, evaluated

- by gates: polynet;
- by neurons: polynet, NumPy (where its activation is within the assumption), and an adversary that
  adds in a random order, flushes subnormals to zero and makes every neuron's activation off by
  as much as the certificate allows.

The worst points are judged in exact arithmetic: none may be farther off than `upper`. At the
witness the error must be at least `lower`. The error of the real-number function, in balls
of 1000 bits, must be within truncation_upper, and at least truncation_lower at its witness. Prints
counts; `--first` resumes at a seed. Exits with 1 at a contradiction. Needs python-flint.
"""

from __future__ import annotations

import argparse
import functools
import math
import sys
from collections import Counter
from fractions import Fraction
from multiprocessing import Pool

import flint
import numpy as np

import balls
import cases
import polynet as pn
import runtimes
from adversary import activation_error
from polynet._core import Activation

POINTS = 24
JUDGED = 2
CHUNK = 20
# Parts of the box that are certified beside the whole.
PARTS = 3
# Of the real-number functions, every so-many-th is evaluated in balls.
BALLS_EVERY = 16


def random_coefficient(rng, single: bool) -> Fraction:
    """Return a coefficient: ordinary, or of any size."""
    digits = int(rng.integers(1, 10**6)) * int(rng.choice([-1, 1]))
    if rng.random() < 0.6:
        return Fraction(digits, 10**5)
    low, high = (-40, 30) if single and rng.random() < 0.8 else (-306, 294)
    return Fraction(digits) * Fraction(10) ** int(rng.integers(low, high))


def random_side(rng, dtype: str) -> tuple[float, float]:
    """Return the ends of one side of a box, numbers of the dtype."""
    kind = np.dtype(dtype).type
    tiny = [2.0**-149, 2.0**-126, 1e-30] if kind is np.float32 else [5e-324, 2.0**-1022, 1e-200]
    size = rng.choice([1, 1, 1, 10, 1e-3, 1e5, 1e15, rng.choice(tiny)])
    a = kind(rng.uniform(-2, 2) * size)
    shape = rng.integers(0, 8)
    if shape == 0:
        b = a
    elif shape == 1:
        b = np.nextafter(a, kind(math.inf))
    elif shape == 2:
        b = kind(a + abs(a) * kind(10.0 ** rng.integers(-7, 0)))
    elif shape == 3:
        a, b = kind(-size), kind(size)
    else:
        b = kind(rng.uniform(-2, 2) * size)
    return float(min(a, b)), float(max(a, b))


def random_request(rng) -> tuple[pn.Polynomial, dict[str, tuple[float, float]], dict]:
    """Return a polynomial, its box and options of `polynet.compile`."""
    dtype = str(rng.choice(["float64", "float32"]))
    count = int(rng.choice([1, 2, 2, 3, 3, 4, 6, 10]))
    names = [f"x{i}" for i in range(count)]
    degree = int(rng.choice([1, 2, 2, 3, 3, 4, 5, 8]))
    terms = {}
    for _ in range(int(rng.integers(1, 4 if degree > 4 else 5))):
        variables = rng.integers(0, count, int(rng.integers(0, degree + 1)))
        powers = tuple(int(p) for p in np.bincount(variables, minlength=count))
        terms[powers] = random_coefficient(rng, dtype == "float32")
    options = {"activation": str(rng.choice(pn.activation_names())), "dtype": dtype}
    options["form"] = str(rng.choice(["factored", "merged"]))
    # Most without a search for circuits and scales, which takes far longer than a proof.
    if rng.random() < 0.8:
        options["construction"] = "paper"
    elif rng.random() < 0.4:
        options["hidden_layers"] = int(rng.integers(1, 4))
    if rng.random() < 0.75:
        options["scale"] = float(2.0 ** rng.uniform(-14, 1))
    if rng.random() < 0.2:
        options["bias"] = float(rng.uniform(-4, 4))
    return pn.Polynomial(terms, names), {n: random_side(rng, dtype) for n in names}, options


def sample(net: pn.Network, rng) -> np.ndarray:
    """Return some corners and random points of the box, in the dtype."""
    low, high = np.array(net.box.lower), np.array(net.box.upper)
    where = rng.random((POINTS, len(low)))
    where[: POINTS // 2] = np.round(where[: POINTS // 2])
    points = low * (1 - where) + high * where
    return np.clip(points.astype(net.dtype), low.astype(net.dtype), high.astype(net.dtype))


def adversary(net: pn.Network, ulp: float, rng) -> runtimes.Runtime:
    """Return the worst runtime that a certificate by neurons allows, as far as we can make it."""
    value = np.vectorize(Activation(net.activation).value, otypes=[float])
    kind = np.finfo(net.dtype)

    def flushed(x):
        return np.where(np.abs(x) < kind.tiny, x.dtype.type(0), x)

    def activation(x):
        exact = value(x.astype(float))
        off = activation_error(net.activation, ulp, exact, kind.dtype.type)
        signs = rng.choice([-1.0, 1.0], x.shape[1])
        return flushed((exact + signs * off).astype(net.dtype))

    def linear(x, weight, bias):
        products = flushed(x[:, None, :] * weight)
        terms = np.concatenate([products, np.broadcast_to(bias, products.shape[:2])[..., None]], 2)
        total = np.zeros(products.shape[:2], net.dtype)
        for k in rng.permutation(terms.shape[2]):
            total = flushed(total + terms[..., k])
        return total

    def run(points):
        current = flushed(points)
        for weight, bias, activated in net.layers:
            current = linear(current, weight, bias)
            if activated is not None:
                current = activation(current)
        return current[:, 0]

    return run


def error_at(net: pn.Network, value, point) -> Fraction:
    """Return the exact error of a value at a point; infinite values are far off."""
    if not math.isfinite(value):
        return Fraction(10) ** 1000
    return abs(Fraction(float(value)) - net.polynomials[0]([Fraction(float(t)) for t in point]))


def attack(net: pn.Network, certificate: pn.Certificate, points, rng) -> str | None:
    """Return what contradicts the certificate, if anything does."""
    evaluations = [("polynet", functools.partial(net, by=certificate.by))]
    if certificate.by == "neurons":
        evaluations.append(("adversary", adversary(net, certificate.activation_ulp, rng)))
        if net.activation in {"logistic", "tanh", "softplus"}:
            evaluations.append(("numpy", runtimes.numpy_runtime(net)))
    reference = cases.values(net.polynomials[0], points)
    for name, evaluate in evaluations:
        values = evaluate(points)
        errors = np.abs(values.astype(np.longdouble) - reference)
        for k in np.argsort(np.nan_to_num(errors, nan=np.inf))[-JUDGED:]:
            if error_at(net, values[k], points[k]) > Fraction(certificate.upper):
                return f"{name} by {certificate.by}, upper {certificate.upper}, at {points[k]!r}"
    bounds = certificate.outputs[0]
    witness = np.array(bounds.witness, net.dtype)
    if error_at(net, net(witness, by=certificate.by), witness) < Fraction(bounds.lower):
        return f"lower {bounds.lower} by {certificate.by} at {witness!r}"
    return None


def attack_truncation(net: pn.Network, certificate: pn.Certificate, points) -> str | None:
    """Return what contradicts the bounds of the real-number function, if anything does."""
    bounds = certificate.outputs[0]
    for point in [*points[:JUDGED], bounds.truncation_witness]:
        exact = [Fraction(float(t)) for t in point]
        error = abs(balls.real_number_function(net, exact) - balls.ball(net.polynomials[0](exact)))
        if error > flint.arb(bounds.truncation_upper):
            return f"truncation_upper {bounds.truncation_upper} at {point!r}"
    if error < flint.arb(bounds.truncation_lower):
        return f"truncation_lower {bounds.truncation_lower} at {point!r}"
    return None


def part_of(net: pn.Network, rng) -> pn.Network:
    """Return the network on a random part of its box: sides whole, shortened or points."""
    box = {}
    for name, low, high in zip(net.box.variables, net.box.lower, net.box.upper, strict=True):
        where = np.sort(rng.random(2)) if rng.random() < 0.7 else np.array([0.0, 1.0])
        if rng.random() < 0.2:
            where[:] = where[rng.integers(2)]
        ends = np.sort(np.clip((low * (1 - where) + high * where).astype(net.dtype), low, high))
        box[name] = (float(ends[0]), float(ends[1]))
    rebuild, ((activation, dtype, form, _, *gates), polynomials, _, single) = net.__reduce__()
    state = (activation, dtype, form, list(box.values()), *gates)
    return rebuild(state, polynomials, pn.Box(box), single)


def attack_all(net: pn.Network, rng) -> Counter[str]:
    """Certify a network on its box for both ways of evaluating; attack the certificates."""
    counts: Counter[str] = Counter()
    points = sample(net, rng)
    for by in ("gates", "neurons"):
        try:
            certificate = net.certify(by=by, max_boxes=int(rng.choice([1, 1, 4, 20])))
        except pn.PolynetError as error:
            counts[f"refused to certify by {by} ({type(error).__name__})"] += 1
            continue
        counts[f"certificates by {by} attacked"] += 1
        found = attack(net, certificate, points, rng)
        if found is None and by == "gates" and rng.integers(BALLS_EVERY) == 0:
            counts["of these, truncations judged in balls"] += 1
            found = attack_truncation(net, certificate, points)
        if found is not None:
            counts[f"CONTRADICTED: {net!r} on {net.box!r}, {found}"] += 1
    return counts


def run_seed(seed: int) -> Counter[str]:
    """Return the counts of one seed; a contradiction that is found is a key of its own."""
    rng = np.random.default_rng(seed)
    polynomial, box, options = random_request(rng)
    try:
        net = pn.compile(polynomial, box, **options)
    except pn.PolynetError as error:
        return Counter({f"refused to compile ({type(error).__name__})": 1})
    counts = Counter(networks=1)
    for network in (net, *(part_of(net, rng) for _ in range(PARTS))):
        counts += attack_all(network, rng)
    return counts


def run_chunk(first: int) -> Counter[str]:
    """Return the counts of CHUNK seeds."""
    flint.ctx.prec = 1000
    with np.errstate(all="ignore"):
        return sum(map(run_seed, range(first, first + CHUNK)), Counter())


def main() -> int:
    """Attack all cases and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=15_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    total: Counter[str] = Counter()
    with Pool(options.workers) as pool:
        starts = range(options.first, options.first + options.seeds, CHUNK)
        for start, counts in zip(starts, pool.imap(run_chunk, starts), strict=True):
            total += counts
            for key in counts:
                if key.startswith("CONTRADICTED"):
                    print(f"seeds from {start}: {key}", flush=True)
            if (start - options.first) // CHUNK % 20 == 19:
                print(f"up to seed {start + CHUNK - 1}: {dict(total)}", flush=True)
    contradictions = sum(n for key, n in total.items() if key.startswith("CONTRADICTED"))
    attacked = sum(n for key, n in total.items() if "attacked" in key)
    print("\n".join(f"{n:8} {key}" for key, n in sorted(total.items())))
    print(f"{attacked} certificates attacked, {contradictions} contradictions")
    return 1 if contradictions else 0


if __name__ == "__main__":
    sys.exit(main())
