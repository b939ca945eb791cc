"""The largest errors found of polynet's own activations in float64, in units in the last place.

    POLYNET_ISA=baseline python benchmarks/worst_ulp.py [ACTIVATION ...]

A search for what the bounds of docs/kernels.md leave out, judged by 400-bit balls: random arguments
of all exponents, zeros and multiples of pi/2, where branches meet, where results are powers of two
(there a unit is worth most); then again and again about the worst. Without POLYNET_ISA the best
instruction set is searched; the others with fused multiply-add agree with it to the last bit. Needs
python-flint.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Iterator

import flint

import balls
import polynet as pn
from polynet._core import Activation

LN2 = math.log(2)
# Where a function changes its formula, or its argument's reduction its integer.
MARKS = (
    *(0.2, 0.3465, 0.41421356, 0.5, 0.75, 1, 2, 2.4142134, 5, 6, 8, 10, 14.142, 16, 20, 30, 38.7),
    *(50, 708.4, 709.78, 745.13, 1024),
    *(k * LN2 / 4 for k in range(1, 120)),
    *(math.sqrt(k * LN2) for k in range(1, 60)),
)
# Doubles next to multiples of pi/2: 6381956970095103 * 2^797 (Kahan) and one of C. Daramy-Loirat's.
NEAR_MULTIPLES = (6381956970095103 * 2.0**797, float.fromhex("0x1.6ac5b262ca1ffp+849"))
# The worst that earlier searches found, of gelu, logcosh and logistic.
KNOWN = (
    *("0x1.fff33c5ed64f1p-14", "0x1.fae4317b23e99p-21", "0x1.000001516555dp-10"),
    "-0x1.bb8d39f2258d7p+2",
)
ROUNDS, KEPT, TRIES = 4, 120, 30


def stable(name: str, x: float) -> flint.arb:
    """Enclose the activation without cancellation, where balls.py's formula has one."""
    t = flint.arb(x)
    if name == "logcosh":
        return (2 * (t / 2).sinh() ** 2).log1p() if abs(x) < 1 else balls.ACTIVATIONS[name](t)
    if name == "softplus":
        return max(t, flint.arb(0)) + (-abs(t)).exp().log1p()
    if name == "tanh":
        return t.tanh()
    if name == "mish":
        n = t.exp() * (t.exp() + 2)
        return t * n / (n + 2)
    return balls.ACTIVATIONS[name](t)


def error(name: str, value: Callable[[float], float], x: float) -> float:
    """Return |computed - exact| in units in the last place of the exact value."""
    exact, computed = stable(name, x), value(x)
    size = abs(float(exact.mid()))
    if not math.isfinite(size):
        return 0.0 if abs(computed) == size else math.inf
    if not math.isfinite(computed):
        return math.inf
    unit = flint.arb(2) ** (max(math.frexp(size)[1], -1021) - 53)
    off = abs(flint.arb(computed) - exact) / unit
    assert off.rad() < 1e-6, f"{name}({x}) is not known well enough"
    return float(off.mid())


def about(x: float, count: int) -> Iterator[float]:
    """Yield random neighbours, at all distances down to the next number."""
    for _ in range(count):
        yield x * (1 + random.choice((-1, 1)) * 2.0 ** -random.randint(3, 52))


def powers_of_two(value: Callable[[float], float]) -> Iterator[float]:
    """Yield arguments about those where |value| is a power of two."""
    for sign in (-1, 1):
        for exponent in range(-60, 4):
            low, high, target = 1e-300, 700.0, 2.0**exponent
            below = abs(value(sign * low)) < target
            if below == (abs(value(sign * high)) < target):
                continue
            for _ in range(120):
                middle = math.sqrt(low * high)
                if (abs(value(sign * middle)) < target) == below:
                    low = middle
                else:
                    high = middle
            yield from about(sign * low, 40)


def candidates(name: str, value: Callable[[float], float]) -> Iterator[float]:
    """Yield arguments to begin with."""
    for reach in (1.5, 40.0, 760.0):
        yield from (random.uniform(-reach, reach) for _ in range(5000))
    for _ in range(9000):
        yield random.choice((-1, 1)) * math.ldexp(random.uniform(1, 2), random.randint(-1074, 9))
    for known in KNOWN:
        yield float.fromhex(known)
    for mark in MARKS:
        yield from about(mark, 12)
        yield from about(-mark, 12)
    yield from powers_of_two(value)
    if name in ("sin", "cos"):
        yield from NEAR_MULTIPLES
        for exponent in range(50):
            for _ in range(100):
                k = random.randint(1, 2 << exponent)
                yield from about(float((flint.arb.pi() * k / 2).mid()), 2)


def main() -> None:
    """Print the worst of each."""
    flint.ctx.prec = 400
    print("| activation | largest error found, ulp | at |\n|---|---|---|")
    for name in sys.argv[1:] or pn.activation_names():
        random.seed(0)
        value = Activation(name).value
        found = {x: error(name, value, x) for x in candidates(name, value)}
        for _ in range(ROUNDS):
            worst = sorted(found, key=found.__getitem__, reverse=True)[:KEPT]
            found.update(
                (y, error(name, value, y)) for x in worst for y in about(x, TRIES) if y not in found
            )
        x = max(found, key=found.__getitem__)
        print(f"| {name} | {found[x]:.2f} | {x.hex()} |", flush=True)


if __name__ == "__main__":
    main()
