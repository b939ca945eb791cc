"""JAX: a pure function and its parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._floats import sound_floats
from .._optional import require
from ..errors import InvalidInputError
from ..evaluation import Evaluable
from ._shared import activation_for


@sound_floats
def to_jax(
    network: Evaluable,
) -> tuple[Callable[[Any, Any], Any], list[tuple[Any, Any]]]:
    """Return ``(apply, parameters)``: ``apply(parameters, x)`` is pure, (..., n) -> (..., m).

    The parameters are (weight, bias) of each Linear map.

    Raises
    ------
    InvalidInputError
        If the activation is the user's own, or the network is in float64 and JAX is not
        (``jax_enable_x64``).
    MissingPackageError
        Without the package jax: ``pip install "polynet-gates[jax]"``.
    """
    jax = require("jax", "jax")
    numpy = jax.numpy
    activation = activation_for(_activations(jax), network.activation, "JAX")
    if network.dtype == "float64" and not jax.config.jax_enable_x64:
        raise InvalidInputError(
            "JAX would round this float64 network to float32; call "
            'jax.config.update("jax_enable_x64", True) first or compile with dtype="float32"'
        )
    layers = network.layers
    parameters = [(numpy.asarray(weight), numpy.asarray(bias)) for weight, bias, _ in layers]
    activated = tuple(layer.activation is not None for layer in layers)

    def apply(parameters: Any, x: Any) -> Any:
        for (weight, bias), hidden in zip(parameters, activated, strict=True):
            # By default accelerators multiply float32 matrices in lower precision.
            x = numpy.matmul(x, weight.T, precision="highest") + bias
            if hidden:
                x = activation(x)
        return x

    return apply, parameters


def _activations(jax: Any) -> dict[str, Callable[[Any], Any]]:
    nn, numpy = jax.nn, jax.numpy

    def logcosh(x: Any) -> Any:
        growth = numpy.expm1(abs(x))
        return numpy.log1p(growth * growth / (2 * (1 + growth)))

    return {
        "algebraic": lambda x: x / numpy.sqrt(1 + x * x),
        "arctan": numpy.arctan,
        "cos": numpy.cos,
        "erf": jax.lax.erf,
        "exp": numpy.exp,
        "gaussian": lambda x: numpy.exp(-x * x / 2),
        "gelu": lambda x: nn.gelu(x, approximate=False),
        "gelu_tanh": lambda x: nn.gelu(x, approximate=True),
        "logcosh": logcosh,
        "logistic": nn.sigmoid,
        "mish": nn.mish,
        "requ": lambda x: nn.relu(x) ** 2,
        "silu": nn.silu,
        "sin": numpy.sin,
        "softplus": nn.softplus,
        "tanh": numpy.tanh,
    }
