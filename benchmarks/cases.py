"""The polynomials and points that tests and benchmarks share."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import polynet as pn


class Case(NamedTuple):
    """A polynomial and the box it is used on."""

    name: str
    polynomial: pn.Polynomial
    box: dict[str, tuple[str, str]]


def fpbench() -> list[Case]:
    """Return the polynomials of the FPBench suite (fpbench.org), with its boxes."""
    cases = []
    for entry in json.loads(Path(__file__).with_name("fpbench.json").read_text()):
        terms = {tuple(exponents): coefficient for exponents, coefficient in entry["terms"]}
        box = {v: tuple(b) for v, b in zip(entry["variables"], entry["box"], strict=True)}
        cases.append(Case(entry["name"], pn.Polynomial(terms, entry["variables"]), box))
    return cases


def fpbench_ways() -> list[tuple[Case, str, str]]:
    """Return each of them with a dtype and a form in turn, all four ways among them."""
    ways = itertools.cycle(itertools.product(["float64", "float32"], ["factored", "merged"]))
    return [(case, *way) for case, way in zip(fpbench(), ways, strict=False)]


def sample(net: pn.Network, count: int, seed: int) -> NDArray[np.floating]:
    """Return all corners of the box, then random points of it, in the dtype, shape (N, n)."""
    low, high = np.array(net.box.lower), np.array(net.box.upper)
    corners = np.array(list(itertools.product(*zip(low, high, strict=True))))
    random = low + (high - low) * np.random.default_rng(seed).random((count, len(low)))
    bits = np.isin(net.box.variables, net.box.bits)
    random[:, bits] = np.round(random[:, bits])
    points = np.concatenate([corners, random])
    return np.clip(points.astype(net.dtype), low.astype(net.dtype), high.astype(net.dtype))


def values(polynomial: pn.Polynomial, points: NDArray[np.floating]) -> NDArray[np.longdouble]:
    """Evaluate a polynomial in extended precision: good to find the worst points, not to judge."""
    powers = points.T.astype(np.longdouble)
    total = np.zeros(len(points), np.longdouble)
    for exponents, coefficient in polynomial.terms.items():
        term = np.longdouble(coefficient.numerator) / np.longdouble(coefficient.denominator)
        for power, exponent in zip(powers, exponents, strict=True):
            term = term * power**exponent
        total += term
    return total


class SpeedCase(NamedTuple):
    """A polynomial to evaluate fast, and how its network is made."""

    polynomial: pn.Polynomial
    box: Mapping[str, tuple[float | str, float | str]]
    construction: str


def _cube(count: int) -> dict[str, tuple[float, float]]:
    return {f"x{i}": (-1.0, 1.0) for i in range(count)}


def prod8() -> SpeedCase:
    """Return the product of eight inputs: 7 gates in 3 hidden layers."""
    return SpeedCase(pn.Polynomial({(1,) * 8: 1}, list(_cube(8))), _cube(8), "paper")


def poly6() -> SpeedCase:
    """Return a dense polynomial of degree 4 in 6 variables (210 terms)."""
    random = np.random.default_rng(0)
    powers = [p for p in itertools.product(range(5), repeat=6) if sum(p) <= 4]
    terms = {p: float(random.uniform(-1, 1)) for p in powers}
    return SpeedCase(pn.Polynomial(terms, list(_cube(6))), _cube(6), "compact")


def kepler2() -> SpeedCase:
    """Return FPBench's kepler2 (6 variables, cubic)."""
    case = next(c for c in fpbench() if c.name == "kepler2")
    return SpeedCase(case.polynomial, case.box, "compact")


def wide(gates: int = 10_000, variables: int = 150) -> SpeedCase:
    """Return a sum of so many different products of two inputs: one hidden layer."""
    random = np.random.default_rng(0)
    pairs = list(itertools.combinations(range(variables), 2))
    terms = {}
    for k in random.permutation(len(pairs))[:gates]:
        powers = [0] * variables
        powers[pairs[k][0]] = powers[pairs[k][1]] = 1
        terms[tuple(powers)] = float(random.uniform(-1, 1))
    return SpeedCase(pn.Polynomial(terms, list(_cube(variables))), _cube(variables), "paper")


SPEED = {"prod8": prod8, "poly6": poly6, "kepler2": kepler2, "wide": wide}
