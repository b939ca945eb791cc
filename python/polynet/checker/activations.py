"""The activation functions by their formulas, in ball arithmetic.

Every function here is an Arb power series: if x is the series m + t with a ball m, the coefficients
of s(x) enclose s_k(m')/k! for every m' in the ball.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from math import ceil

from flint import arb, arb_series, ctx

from .errors import NotProvedError

__all__ = ["largest_coefficient", "range_and_slope", "taylor"]

PIECE_RADIUS = arb(2) ** -9
MAX_PIECES = 4096


def _logistic(x: arb_series) -> arb_series:
    return 1 / (1 + (-x).exp())


def _gelu_tanh(x: arb_series) -> arb_series:
    # x (1 + tanh y)/2 = x logistic(2 y) with y = sqrt(2/pi) (x + 0.044715 x^3)
    return x * _logistic(2 * (2 / arb.pi()).sqrt() * (x + arb(44715) / 10**6 * x * x * x))


def _mish(x: arb_series) -> arb_series:
    # tanh(ln(1 + e^x)) = n/(n + 2) with n = e^x (e^x + 2)
    n = x.exp() * (x.exp() + 2)
    return x * n / (n + 2)


FORMULAS: dict[str, Callable[[arb_series], arb_series]] = {
    "algebraic": lambda x: x * (1 + x * x).rsqrt(),
    "arctan": lambda x: x.atan(),
    "cos": lambda x: x.cos(),
    "erf": lambda x: x.erf(),
    "exp": lambda x: x.exp(),
    "gaussian": lambda x: (-x * x / 2).exp(),
    "gelu": lambda x: x / 2 * (1 + (x / arb(2).sqrt()).erf()),
    "gelu_tanh": _gelu_tanh,
    "logcosh": lambda x: ((x.exp() + (-x).exp()) / 2).log(),
    "logistic": _logistic,
    "mish": _mish,
    "silu": lambda x: x * _logistic(x),
    "sin": lambda x: x.sin(),
    "softplus": lambda x: (1 + x.exp()).log(),
    "tanh": lambda x: 2 * _logistic(2 * x) - 1,
}


def taylor(name: str, point: arb, order: int) -> list[arb]:
    """Return enclosures of s_k/k!, k = 0..order, at every number of the ball `point`."""
    ctx.cap = order + 1
    x = arb_series([point, 1])
    if name == "requ":  # max(0, x)^2, a polynomial on either side of 0
        if point >= 0:
            value = x * x
        elif point <= 0:
            value = 0 * x
        else:
            raise NotProvedError("max(0, x)^2 is used across 0, where it has no Taylor series")
    elif name in FORMULAS:
        value = FORMULAS[name](x)
    else:
        raise NotProvedError(f"this checker does not know the activation {name!r}")
    return [value[k] for k in range(order + 1)]


def _pieces(middle: arb, radius: arb) -> Iterator[arb]:
    """Cover [middle - radius, middle + radius] by short balls: Arb's series are tight on those."""
    if not radius < MAX_PIECES * PIECE_RADIUS:
        raise NotProvedError("a neuron's argument has too large a range")
    count = max(ceil(float((radius / PIECE_RADIUS).upper())), 1)
    half = radius / count
    for k in range(count):
        yield arb(middle + (2 * k + 1 - count) * half, half.upper())


def largest_coefficient(name: str, middle: float, radius: arb, order: int) -> arb:
    """Return an upper bound of |s_order|/order! on [middle - radius, middle + radius]."""
    if not radius < MAX_PIECES * PIECE_RADIUS:
        raise NotProvedError("a neuron's argument has too large a range")
    # The radius is rounded up, so that few of them occur.
    return _largest_coefficient(name, middle, ceil(float((64 * radius).upper())), order)


@cache
def _largest_coefficient(name: str, middle: float, radius: int, order: int) -> arb:
    largest = arb(0)
    for piece in _pieces(arb(middle), arb(radius) / 64):
        largest = largest.max(taylor(name, piece, order)[order].abs_upper())
    return largest


def range_and_slope(name: str, middle: arb, radius: arb) -> tuple[arb, arb, arb]:
    """Return a lower and an upper bound of s, and an upper bound of |s'|, on that interval."""
    low, high, slope = arb.pos_inf(), arb.neg_inf(), arb(0)
    for piece in _pieces(middle, radius):
        value, derivative = taylor(name, piece, 1)
        low, high = low.min(value.lower()), high.max(value.upper())
        slope = slope.max(derivative.abs_upper())
    return low, high, slope
