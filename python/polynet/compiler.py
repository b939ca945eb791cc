"""The compiler's Python face: check everything once, then call the core."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from . import _core
from .activation import Activation, core_activation
from .box import Box, BoxLike
from .errors import InvalidInputError
from .inputs import name_ranges, outputs_of, read_polynomials
from .network import Network
from .polynomial import Polynomial, core_terms

if TYPE_CHECKING:
    # Any: SymPy's, NumPy's and python-flint's polynomials, which must not be imported here.
    PolynomialLike = Polynomial | str | int | Mapping[Any, Any] | Any

__all__ = ["compile"]


def compile(
    polynomial: PolynomialLike | Sequence[PolynomialLike],
    box: BoxLike,
    *,
    activation: str | Activation = "logistic",
    dtype: Literal["float64", "float32"] = "float64",
    form: Literal["factored", "merged"] = "factored",
    construction: Literal["compact", "paper", "shallow"] = "compact",
    bias: float | None = None,
    scale: float | None = None,
    hidden_layers: int | None = None,
    tolerance: float | None = None,
    sharpness: float | None = None,
) -> Network:
    """Turn a polynomial, or several, into a neural network of multiplication gates.

    Every product of two values, or of two linear forms, becomes four neurons (arXiv:1608.08225,
    eq. 11), every square two; values that must pass a layer go through copy gates. Operands are
    centred and normalised, so the box need not be near the origin.

    Parameters
    ----------
    polynomial : str, Polynomial, mapping {exponents: coefficient}, or a sequence of these
        Or what else :meth:`Polynomial.coerce` takes, such as a SymPy expression, and objects of
        other packages that hold several polynomials (docs/inputs.md). Coefficients are
        exact: int, Fraction, strings such as "1/3" or "0.1"; a float stands for its exact value. A
        sequence gives a network with several outputs.
    box : mapping {variable: (lower, upper)}, sequence of pairs, or Box
        The range of each input; the order of the variables is the order of the inputs. A name is
        any text, or a SymPy symbol; in a sequence of pairs the inputs have the names of the
        `Polynomial` given with it, otherwise x0, x1, .... Rounded
        outward to the dtype. The word "bit" in place of a pair marks an input whose only values
        are 0 and 1: a product of bits is one neuron of a sigmoid (logistic, tanh, erf, arctan,
        algebraic), exact beside rounding (docs/theory.md, section 8); other activations, and
        networks with `hidden_layers`, multiply bits like numbers of [0, 1].
    activation : str or Activation
        One of :func:`polynet.activation_names`, or one of your own.
    dtype : {"float64", "float32"}
        Of the parameters and of the evaluation.
    form : {"factored", "merged"}
        Two Linear maps between activations, or their product (docs/certificates.md, "Rounding").
    construction : {"compact", "paper", "shallow"}
        "paper" multiplies every monomial up in a tree of products, as arXiv:1608.08225 counts
        neurons; "compact" looks for fewer neurons with an error about as small: sums of squares for
        quadratic parts, factoring and powers for higher ones (docs/theory.md, section 7). It never
        takes more neurons than "paper". "shallow" is ``hidden_layers=1``.
    bias : float, optional
        Bias of the product and square gates; by default the activation's own, where s'''' vanishes
        if it can (docs/theory.md, section 2), for an error O(scale**4) instead of O(scale**2).
    scale : float, optional
        One scale for all gates; by default chosen per layer, (1 + j/4) 2**k, for the least
        certified error of the evaluation by neurons.
    hidden_layers : int, optional
        Exactly so many hidden layers (none if all polynomials are linear), with gates that multiply
        up to nine values at once, in groups that take the fewest neurons (arXiv:1705.05502,
        theorem 5.1): 1 is the shallow network, with a neuron for every divisor of each monomial.
        High orders take large weights: evaluate these by gates.
    tolerance : float, optional
        The smallest network found whose certified error by neurons on the box is at most this, of
        all constructions, with gates that trade accuracy for neurons or the other way round
        (forward differences, halved gates, Richardson combinations). It chooses bias, scale and
        hidden layers itself.
    sharpness : float, optional
        The factor beta of the neuron logistic(beta (s1 + ... + sn - n + 1/2)) for a product of n
        bits (arXiv:1608.08225, eq. 13), off by at most 1/(1 + exp(beta/2)); by default the least
        power of two that makes this negligible beside the dtype's rounding.

    Returns
    -------
    Network

    Raises
    ------
    InvalidInputError
        If an argument breaks its requirement; the message names it.
    NotCertifiedError
        If no network found keeps the tolerance; the message says how near it came.
    SizeLimitError
        If the polynomial or its network is larger than a documented limit.

    Examples
    --------
    >>> import polynet as pn
    >>> pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)})
    Network(2 -> 1, hidden layers 4, logistic, float64, factored)
    """
    for name, value, known in (
        ("dtype", dtype, ["float64", "float32"]),
        ("form", form, ["factored", "merged"]),
        ("construction", construction, _core.construction_names()),
    ):
        if value not in known:
            raise InvalidInputError(f"unknown {name} {value!r}; known: {', '.join(known)}")
    core_s = core_activation(activation)
    for name, number in (
        ("bias", bias),
        ("scale", scale),
        ("tolerance", tolerance),
        ("sharpness", sharpness),
    ):
        if number is not None and not math.isfinite(number):
            raise InvalidInputError(f"{name} must be finite, not {number!r}")
    outputs, single = outputs_of(polynomial)
    checked_box = Box.coerce(name_ranges(box, outputs), dtype=dtype)
    polynomials, single = read_polynomials(outputs, single, box, checked_box.variables)
    core = _core.Network.compile(
        [core_terms(p) for p in polynomials],
        list(zip(checked_box.lower, checked_box.upper, strict=True)),
        core_s,
        dtype,
        form,
        construction,
        bias,
        scale,
        hidden_layers,
        tolerance,
        checked_box.bit_marks,
        sharpness,
    )
    return Network(core, polynomials, checked_box, single=single)
