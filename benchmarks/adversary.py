"""The worst runtime that a certificate by neurons allows, as far as a greedy search finds it.

It rounds to nearest, adds the terms of every row in an order of its own, and its activation is off
by as much as the certificate assumes. Which way an error should go follows from the derivatives of
the output by every row and every neuron. A row adds up its positive and its negative terms apart,
so that its partial sums are large, largest term first, then always the term whose addition is
rounded the most that way.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import polynet as pn
import runtimes
from polynet._core import Activation

# polynet's own values are within 4 ulp of float64, the rounding to float32 within 1/2.
SPARE = {np.float64: 4.0, np.float32: 0.51}


def activation_error(name: str, ulp: float, values: NDArray, dtype: type) -> NDArray:
    """Return how far off our values of an activation may be made under the assumption."""
    spare = SPARE[dtype] * np.spacing(np.abs(values).astype(dtype)).astype(float)
    return np.maximum(ulp * runtimes.unit(name, values, dtype) - spare, 0.0)


def added(total: np.floating, terms: NDArray, direction: float) -> np.floating:
    """Add up the terms, those first whose rounding errors go in the direction."""
    terms = terms[np.argsort(-np.abs(terms))]
    while len(terms):
        sums = total + terms
        rest = sums - total  # Knuth's TwoSum: sums + errors = total + terms exactly
        errors = (total - (sums - rest)) + (terms - rest)
        best = int(np.argmax(-direction * errors)) if total else 0
        total, terms = sums[best], np.delete(terms, best)
    return total


def row(terms: NDArray, direction: float) -> np.floating:
    """Add up the terms of a row."""
    zero = terms.dtype.type(0)
    positive = added(zero, terms[terms > 0], direction)
    return positive + added(zero, terms[terms < 0], direction)


class Adversary:
    """Evaluates a network's layers at one point after the other, badly."""

    def __init__(self, net: pn.Network, ulp: float) -> None:
        self.layers = net.layers
        self.dtype = np.dtype(net.dtype).type
        self.activation = Activation(net.activation)
        self.ulp = ulp

    def derivatives(self, point: NDArray) -> list[NDArray]:
        """Return the output's derivatives by the rows of every layer."""
        x, slopes = point.astype(np.longdouble), []
        for weight, bias, activated in self.layers:
            x = weight.astype(np.longdouble) @ x + bias
            slopes.append(np.ones_like(x))
            if activated:
                taylor = [self.activation.derivatives(float(t), 1) for t in x]
                slopes[-1] = np.array([t[1].lower for t in taylor], np.longdouble)
                x = np.array([t[0].lower for t in taylor], np.longdouble)
        by_rows = [slopes[-1]]
        for (weight, _, _), slope in zip(self.layers[:0:-1], slopes[-2::-1], strict=True):
            by_rows.append(slope * (weight.T.astype(np.longdouble) @ by_rows[-1]))
        return by_rows[::-1]

    def __call__(self, point: NDArray, towards: float) -> float:
        """Return the output at a point of the dtype, driven up (1.0) or down (-1.0)."""
        x = point
        for (weight, bias, activated), slope in zip(
            self.layers, self.derivatives(point), strict=True
        ):
            directions = towards * np.sign(slope).astype(float)
            terms = np.concatenate([weight * x, bias[:, None]], 1)
            x = np.array([row(t, d) for t, d in zip(terms, directions, strict=True)], self.dtype)
            if activated:  # s rises, so that a row and its neuron go the same way
                exact = np.array([self.activation.value(float(t)) for t in x])
                off = activation_error(self.activation.name, self.ulp, exact, self.dtype)
                x = (exact + directions * off).astype(self.dtype)
        return float(x[0])


def attained(net: pn.Network, ulp: float, points: NDArray, reference: NDArray) -> float:
    """Return the largest |output - reference| over the points, driven either way."""
    evaluate = Adversary(net, ulp)
    return max(
        abs(evaluate(point, towards) - value)
        for point, value in zip(points, reference, strict=True)
        for towards in (-1.0, 1.0)
    )
