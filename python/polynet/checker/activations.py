"""The activation functions by their formulas, in ball arithmetic.

Every function here is an Arb power series: if x is the series m + t with a ball m, the coefficients
of s(x) enclose s_k(m')/k! for every m' in the ball.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil, comb

from flint import arb, arb_series

from .errors import NotProvedError

__all__ = ["largest_coefficient_near", "limit", "range_and_slope", "taylor"]

PIECE_RADIUS = arb(2) ** -7
STEP = 8
MAX_PIECES = 1024


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


# The sigmoids' limits, lim s(x) - s(0) for x to infinity. s - s(0) is odd, and s' falls for x > 0.
LIMITS: dict[str, Callable[[], arb]] = {
    "algebraic": lambda: arb(1),
    "arctan": lambda: arb.pi() / 2,
    "erf": lambda: arb(1),
    "logistic": lambda: arb(1) / 2,
    "tanh": lambda: arb(1),
}


def limit(name: str) -> arb:
    """Return the limit of a sigmoid."""
    if name not in LIMITS:
        raise NotProvedError(f"this checker does not know {name!r} as a sigmoid")
    return LIMITS[name]()


def taylor(name: str, point: arb, order: int) -> list[arb]:
    """Return enclosures of s_k/k!, k = 0..order, at every number of the ball `point`."""
    length = order + 1
    x = arb_series([point, 1], prec=length)
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
    # python-flint cuts every series where its global setting says, and each knows where it ends.
    if value.prec < length:
        raise NotProvedError("python-flint's length of series was changed during the proof")
    return [value[k] for k in range(length)]


def _pieces(middle: arb, radius: arb) -> Iterator[tuple[arb, arb]]:
    """Cover [middle - radius, middle + radius] by short intervals: their middles and radius."""
    if not radius < MAX_PIECES * PIECE_RADIUS:
        raise NotProvedError("a neuron's argument has too large a range")
    count = max(ceil(float((radius / PIECE_RADIUS).upper())), 1)  # any number would do
    half = (radius / count).upper()
    for k in range(count):
        yield middle + (2 * k + 1 - count) * radius / count, half


def largest_coefficient(name: str, middle: arb, radius: arb, order: int) -> arb:
    """Return an upper bound of |s_order|/order! on [middle - radius, middle + radius].

    On a short piece m +- h it is a Taylor series itself: s_j(m + t)/j! is the sum over k of
    binomial(j + k, k) s_{j+k}(m)/(j + k)! t^k, with Lagrange's remainder after a few terms.
    """
    largest = arb(0)
    for m, h in _pieces(middle, radius):
        at_middle = taylor(name, m, order + STEP)
        anywhere = taylor(name, arb(m, h), order + STEP)
        total = comb(order + STEP, STEP) * abs(anywhere[order + STEP]) * h**STEP
        for k in range(STEP):
            total += comb(order + k, k) * abs(at_middle[order + k]) * h**k
        largest = largest.max(total.upper())
    return largest


def largest_coefficient_near(name: str, middle: float, steps: int, order: int) -> arb:
    """Return the same for the radius steps/64."""
    return largest_coefficient(name, arb(middle), arb(steps) / 64, order)


def range_and_slope(name: str, middle: arb, radius: arb) -> tuple[arb, arb, arb]:
    """Return a lower and an upper bound of s, and an upper bound of |s'|, on that interval."""
    slope = largest_coefficient(name, middle, radius, 1)
    low, high = arb.pos_inf(), arb.neg_inf()
    for m, h in _pieces(middle, radius):
        value = taylor(name, m, 0)[0]
        off = h * slope.min(taylor(name, arb(m, h), 1)[1].abs_upper())
        low, high = low.min((value - off).lower()), high.max((value + off).upper())
    return low, high, slope
