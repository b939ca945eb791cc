"""The polynomials and points that tests and benchmarks share."""

from __future__ import annotations

import itertools
import json
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
