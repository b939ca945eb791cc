"""Prints tests/cpp/taylor_values.hpp: Taylor coefficients of the activations, by mpmath.

Run ``python tests/taylor_values.py > tests/cpp/taylor_values.hpp``.
"""

import math

import mpmath
from mpmath import mp

ORDER = 6
POINTS = (0.0, 0.75, -2.5)
FUNCTIONS = {
    "algebraic": lambda t: t / mp.sqrt(1 + t * t),
    "arctan": mp.atan,
    "cos": mp.cos,
    "erf": mp.erf,
    "exp": mp.exp,
    "gaussian": lambda t: mp.exp(-t * t / 2),
    "gelu": lambda t: t * mp.ncdf(t),
    "gelu_tanh": lambda t: (
        t * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (t + mp.mpf("0.044715") * t**3))) / 2
    ),
    "logcosh": lambda t: mp.log(mp.cosh(t)),
    "logistic": lambda t: 1 / (1 + mp.exp(-t)),
    "mish": lambda t: t * mp.tanh(mp.log(1 + mp.exp(t))),
    "silu": lambda t: t / (1 + mp.exp(-t)),
    "sin": mp.sin,
    "softplus": lambda t: mp.log(1 + mp.exp(t)),
    "tanh": mp.tanh,
}


def coefficients(name, point):
    """s_k/k! at a point, k = 0..ORDER, to 60 digits and more; what is 0 is exactly 0."""
    with mpmath.workdps(200):
        found = mp.taylor(FUNCTIONS[name], mp.mpf(point), ORDER)
        return [c if abs(c) > mp.mpf(10) ** -60 else mp.mpf(0) for c in found]


def below(x):
    """The largest double that is at most a number of mpmath."""
    nearest = float(x)
    return nearest if nearest <= x else math.nextafter(nearest, -math.inf)


def header():
    """Return the file."""
    lines = [
        "// Made by tests/taylor_values.py: for each activation and point the doubles at or below",
        "// s_k/k!, k = 0.."
        + str(ORDER)
        + ", and one bit for each k, set where that is no double.",
        "#pragma once",
        "",
        "struct TaylorValues {",
        "  const char *activation;",
        "  double point;",
        f"  double below[{ORDER + 1}];",
        "  unsigned inexact;",
        "};",
        "// clang-format off",
        "const TaylorValues taylor_values[] = {",
    ]
    for name in FUNCTIONS:
        for point in POINTS:
            found = coefficients(name, point)
            numbers = ", ".join(below(c).hex() for c in found)
            # Known to 60 digits and more.
            inexact = sum(1 << k for k, c in enumerate(found) if abs(c - below(c)) > 1e-50)
            lines.append(f'  {{"{name}", {point!r}, {{{numbers}}}, {inexact}}},')
    return "\n".join([*lines, "};", "// clang-format on"]) + "\n"


if __name__ == "__main__":
    print(header(), end="")
