"""Networks and matrices behind `polynet table`, built and measured."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np

from ..compiler import compile as compile_network
from ..errors import SizeLimitError
from ..network import Network
from ..polynomial import Polynomial

# Tanh copies with one neuron, as the papers' bias-free networks do.
ACTIVATION = "tanh"
# The sign patterns of so many inputs fit in memory.
_MOST_SIGNS = 20


def product(count: int, **options: Any) -> Network:
    """Compile the product of so many inputs."""
    names = [f"x{i}" for i in range(count)]
    box = dict.fromkeys(names, (-1, 1))
    return compile_network("*".join(names), box, activation=ACTIVATION, **options)


def product_neurons(count: int, layers: int) -> int | None:
    """Count the neurons of a product in so many hidden layers; None where it cannot be built."""
    try:
        return product(count, construction="paper", hidden_layers=layers).neurons
    except SizeLimitError:
        return sign_neurons(count) if layers == 1 and count <= _MOST_SIGNS else None


def sign_neurons(count: int) -> int:
    """Build the shallow product of arXiv:1608.08225, appendix A, and count its neurons.

    sum over signs e of (e_1 ... e_n) s(e.x) has the n-th order s_n x_1 ... x_n 2^n and no lower
    one: checked at x = (1, 2, ..., n), exactly modulo 2^64.
    """
    signs = np.ones((1, 0), np.int8)
    for _ in range(count):
        signs = np.concatenate([np.insert(signs, 0, e, axis=1) for e in (1, -1)])
    weights = signs.prod(axis=1, dtype=np.int64)
    arguments = signs @ np.arange(1, count + 1)
    power = np.ones_like(arguments)
    for _ in range(count):
        if int((weights * power).sum()) % 2**64:
            raise AssertionError("an order below the product's does not cancel")
        power *= arguments
    wanted = 2**count * math.factorial(count) ** 2  # n! x_1 ... x_n
    if (int((weights * power).sum()) - wanted) % 2**64:
        raise AssertionError("the order of the product is not the product")
    return len(signs)


def monomial(powers: tuple[int, ...]) -> dict[str, Any]:
    """Build a monomial in one hidden layer."""
    names = "xyz"[: len(powers)]
    expression = "*".join(
        name if power == 1 else f"{name}**{power}"
        for name, power in zip(names, powers, strict=True)
    )
    net = compile_network(
        expression, dict.fromkeys(names, (-1, 1)), activation=ACTIVATION, hidden_layers=1
    )
    return {
        "monomial": expression,
        "neurons": net.neurons,
        "constant": all(power % 2 == 0 for power in powers),
        "product of (r+1)": math.prod(power + 1 for power in powers),
    }


def accuracy(error: float) -> dict[str, Any]:
    """Build the gate that keeps an error by its scale alone (arXiv:1608.08225, corollary)."""
    scale = 1.0
    while True:
        net = compile_network(
            "x*y", {"x": (-1, 1), "y": (-1, 1)}, activation=ACTIVATION, bias=1.0, scale=scale
        )
        truncation = net.certify().truncation_upper
        if truncation <= error:
            break
        scale /= 2
    return {
        "error": error,
        "neurons": net.neurons,
        "scale": scale,
        "truncation": truncation,
        "largest weight": float(np.abs(net.layers[-1].weight).max()),
    }


def bit_function(name: str, count: int) -> dict[str, Any]:
    """Build parity or majority of so many bits, and try it at all of them."""

    def function(bits: tuple[int, ...]) -> int:
        return sum(bits) % 2 if name == "parity" else int(2 * sum(bits) > count)

    # By Moebius inversion: the polynomial in bits that equals the function.
    terms = {bits: function(bits) for bits in itertools.product((0, 1), repeat=count)}
    for i, bits in itertools.product(range(count), terms):
        if bits[i]:
            terms[bits] -= terms[(*bits[:i], 0, *bits[i + 1 :])]
    polynomial = Polynomial(terms, [f"s{i}" for i in range(count)])
    net = compile_network(polynomial, dict.fromkeys(polynomial.variables, "bit"))
    points = list(itertools.product((0, 1), repeat=count))
    values = net(points, by="neurons")
    return {
        "function": f"{name} of {count} bits",
        "monomials": len(polynomial.terms),
        "neurons": net.neurons,
        "upper": net.certify(by="neurons").upper,
        "exact": bool(np.array_equal(np.rint(values), [function(point) for point in points])),
    }


def bit_digits(digits: int) -> dict[str, Any]:
    """Measure the error of a product of bits at the sharpness for so many digits."""

    def error(sharpness: float) -> float:
        box = {"s": "bit", "t": "bit"}
        return compile_network("s*t", box, sharpness=sharpness).certify().truncation_upper

    return {
        "digits": digits,
        "error at 2 D ln 10": error(2 * digits * math.log(10)),
        "error at D ln 10": error(digits * math.log(10)),
    }


def tricks() -> list[dict[str, Any]]:
    """Build networks with fewer neurons than the paper's gates take."""
    box = dict.fromkeys((f"x{i}" for i in range(6)), (-1, 1))
    pairs = [f"{a}*{b}" for a, b in itertools.combinations(box, 2)]

    def row(what: str, net: Network, paper: Network) -> dict[str, Any]:
        return {
            "what": what,
            "activation": net.activation,
            "neurons": net.neurons,
            "paper": paper.neurons,
            "upper": net.certify(by="neurons").upper,
        }

    square = {"x": (-1, 1), "y": (-1, 1)}
    rows = [
        row(
            "product, forward difference",
            compile_network("x*y", square, activation="logistic", tolerance=1e-5),
            compile_network("x*y", square, construction="paper"),
        ),
        row(
            "all 15 products of 6 inputs",
            compile_network(pairs, box, activation="cos", tolerance=1e-3),
            compile_network(pairs, box, construction="paper"),
        ),
    ]
    rows += [
        row(
            f"product of {count}, triple gates",
            product(count, tolerance=tolerance),
            product(count, construction="paper", hidden_layers=math.ceil(math.log2(count))),
        )
        for count, tolerance in ((9, 1e-2), (27, 0.1))
    ]
    return rows


def sawtooth(levels: int) -> dict[str, Any]:
    """Build Yarotsky's ReLU network of x**2 on [0, 1] and measure it (arXiv:1610.01145, prop. 2).

    x**2 = x - sum over k of g_k(x)/4**k, g_k the tooth function composed k times; with m of them
    it interpolates x**2 at multiples of 2**-m, so that it is farthest off halfway between.
    """
    slopes, kinks = np.array([2.0, -4.0, 2.0]), np.array([0.0, 0.5, 1.0])
    nodes = np.arange(2 ** (levels + 1) + 1) / 2.0 ** (levels + 1)
    tooth, value, units = nodes, nodes, 0
    for k in range(1, levels + 1):
        hidden = np.maximum(0.0, tooth[:, None] - kinks)  # Linear, ReLU: three units a level
        units += hidden.shape[1]
        tooth = hidden @ slopes
        value = value - tooth / 4.0**k
    # All numbers are multiples of 4**-(levels + 1): exact.
    errors = [abs(Fraction(v) - Fraction(x) ** 2) for v, x in zip(value, nodes, strict=True)]
    gate = compile_network("x**2", {"x": (0, 1)})
    return {
        "levels": levels,
        "ReLU units": units,
        "error": float(max(errors)),
        "2**(-2m-2)": 2.0 ** (-2 * levels - 2),
        "gate neurons": gate.neurons,
        "gate upper": gate.certify(by="neurons").upper,
    }


def sparse_product(size: int, density: float) -> dict[str, Any]:
    """Flatten two random sparse 0/1 matrices (arXiv:1608.08225, eq. 27)."""
    random = np.random.default_rng(0)
    first, second = (random.random((size, size)) < density for _ in range(2))
    flat = np.count_nonzero(first.astype(np.float32) @ second.astype(np.float32))
    deep = np.count_nonzero(first) + np.count_nonzero(second)
    return {
        "map": f"two sparse {size} x {size} matrices, density {density}",
        "weights deep": int(deep),
        "weights flat": int(flat),
        "cost": float(flat / deep),
        "theory": (1 - (1 - density**2) ** size) / (2 * density),
    }


def low_rank(size: int, rank: int) -> dict[str, Any]:
    """Flatten a matrix of low rank (arXiv:1608.08225, section III)."""
    random = np.random.default_rng(0)
    left, right = random.standard_normal((size, rank)), random.standard_normal((rank, size))
    flat, deep = np.count_nonzero(left @ right), left.size + right.size
    return {
        "map": f"a {size} x {size} matrix of rank {rank}",
        "weights deep": int(deep),
        "weights flat": int(flat),
        "cost": float(flat / deep),
        "theory": size / (2 * rank),
    }
