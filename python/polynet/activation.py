"""Activations that the user defines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from . import _core
from ._arguments import as_choice, as_number
from ._floats import sound_floats
from ._frozen import Frozen
from .errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Activation", "core_activation", "require_built_in"]

_SYMMETRIES = ("none", "even", "odd", "odd_plus_constant", "even_plus_linear")


class Activation(Frozen):
    """An activation function of your own, for :func:`polynet.compile` and :class:`polynet.Gate`.

    You are responsible for the enclosures: a certificate of a network with this activation holds
    only if `taylor` encloses what it claims to. What it returns is checked for form (length,
    order of the ends, no NaN), not for truth.

    Parameters
    ----------
    name : str
        A name that no built-in activation has.
    value : callable
        ``value(x)``, the function at a float; within the `activation_ulp` of the certificates.
    taylor : callable
        ``taylor(lower, upper, order)`` returns order + 1 pairs (lower, upper) of floats: for
        k = 0..order an enclosure of ``s_k(x)/k!`` for every real x of [lower, upper], s_k the k-th
        derivative; -inf and inf where nothing is known. Orders up to 70 are asked for. Called from
        any thread.
    symmetry : {"none", "even", "odd", "odd_plus_constant", "even_plus_linear"}
        What is known of s(-x); "odd" copies values with one neuron at bias 0.
    product_bias : float
        Default bias of product and square gates; s'' must not vanish there, best is s'''' = 0.
    copy_bias : float
        Default bias of copy gates; s' must not vanish there, best is s''' = 0.

    Raises
    ------
    InvalidInputError
        If an argument breaks its requirement, or a callable returns something of another form.

    Examples
    --------
    >>> import math, polynet as pn
    >>> def taylor(lower, upper, order):
    ...     low = math.exp(lower) * (1 - 1e-15)  # where the C library is within a few ulp
    ...     high = math.exp(upper) * (1 + 1e-15)
    ...     scale = [math.factorial(k) for k in range(order + 1)]
    ...     return [(low / s * (1 - 1e-15), high / s * (1 + 1e-15)) for s in scale]
    >>> my_exp = pn.Activation("my_exp", math.exp, taylor, product_bias=0.0, copy_bias=0.0)
    >>> pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)}, activation=my_exp).activation
    'my_exp'
    """

    __slots__ = ("_handle", "copy_bias", "name", "product_bias", "symmetry")

    name: str
    symmetry: str
    product_bias: float
    copy_bias: float
    _handle: _core.Activation

    @sound_floats
    def __init__(
        self,
        name: str,
        value: Callable[[float], float],
        taylor: Callable[[float, float, int], Sequence[tuple[float, float]]],
        *,
        symmetry: Literal["none", "even", "odd", "odd_plus_constant", "even_plus_linear"] = "none",
        product_bias: float,
        copy_bias: float,
    ) -> None:
        """Check the parameters and try the callables at the biases."""
        if not (isinstance(name, str) and name):
            raise InvalidInputError(f"an activation needs a name, not {name!r}")
        if name in _core.activation_names():
            raise InvalidInputError(f"{name!r} is a built-in activation; use another name")
        for what, function in (("value", value), ("taylor", taylor)):
            if not callable(function):
                raise InvalidInputError(f"{what} must be callable, not {function!r}")
        product_bias = as_number(product_bias, "product_bias")
        copy_bias = as_number(copy_bias, "copy_bias")
        symmetry = as_choice(symmetry, "symmetry", _SYMMETRIES)
        handle = _core.Activation.user_defined(
            name, value, taylor, symmetry, product_bias, copy_bias
        )
        self._fix(
            _handle=handle,
            name=name,
            symmetry=symmetry,
            product_bias=product_bias,
            copy_bias=copy_bias,
        )
        for bias in (product_bias, copy_bias):
            handle.value(bias)
            handle.derivatives(bias, 4)

    def __repr__(self) -> str:
        """Return a short description."""
        return f"<Activation {self.name!r}, user-defined>"


def core_activation(activation: str | Activation) -> _core.Activation:
    """Return what the core takes for a name or a user-defined activation."""
    if isinstance(activation, Activation):
        return activation._handle
    if isinstance(activation, str):
        return _core.Activation(activation)
    raise InvalidInputError(
        f"activation must be a name or a polynet.Activation, not {activation!r}"
    )


def require_built_in(
    activation: _core.Activation,
    what: str = "be written",
    error: type[Exception] = InvalidInputError,
) -> None:
    """Refuse what would need the functions of a user's own activation as numbers."""
    if not activation.built_in:
        raise error(
            f"the user-defined activation {activation.name!r} cannot {what}: its functions are no "
            "numbers"
        )
