"""The compiler's Python face: check everything once, then call the core."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from . import _core
from ._arguments import as_choice, as_count, as_dtype, as_number, as_progress, as_seconds
from ._bars import bar
from ._floats import sound_floats
from .activation import Activation, core_activation
from .box import Box, BoxLike
from .inputs import name_ranges, outputs_of, read_polynomials
from .network import Network
from .polynomial import Polynomial, core_terms

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import DTypeLike

    # Any: SymPy's, NumPy's and python-flint's polynomials, which must not be imported here.
    PolynomialLike = Polynomial | str | int | Mapping[Any, Any] | Any

__all__ = ["CompileProgress", "compile"]


_MAX_HIDDEN_LAYERS = 64


@dataclass(frozen=True, slots=True)
class CompileProgress:
    """How far a compilation has come, for a callback.

    Attributes
    ----------
    networks : int
        How many networks were laid out so far.
    neurons : int
        The hidden neurons of the smallest of them, which may be too inaccurate; 0 before the first.
    seconds : float
        Time since the start.
    """

    networks: int
    neurons: int
    seconds: float


@sound_floats
def compile(
    polynomial: PolynomialLike | Sequence[PolynomialLike],
    box: BoxLike,
    *,
    activation: str | Activation = "logistic",
    dtype: DTypeLike = "float64",
    form: Literal["factored", "merged"] = "factored",
    construction: Literal["compact", "paper", "shallow"] = "compact",
    bias: float | None = None,
    scale: float | None = None,
    hidden_layers: int | None = None,
    tolerance: float | None = None,
    sharpness: float | None = None,
    time_limit: float | None = None,
    progress: bool | Callable[[CompileProgress], None] = False,
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
    dtype : {"float64", "float32"}, or NumPy's dtype of that name
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
    time_limit : float, optional
        Seconds after which the search ends with the best network so far: fewer circuits were
        compared then, and the scales are less well chosen, so that which network comes out depends
        on the machine. Before the first network (with `tolerance`: the first one within it) there
        is none, which is a TimeLimitError.
    progress : bool or callable
        True shows a bar, with tqdm or rich. A callable is called with a
        :class:`polynet.CompileProgress` about twenty times a second.

    Numbers may be of any type whose meaning is plain: NumPy's scalars, Fraction, Decimal, or a text
    such as "1e-3". A tolerance is rounded down to float64, other numbers to the nearest.

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
    TimeLimitError
        If the time is up before there is a network.

    Examples
    --------
    >>> import polynet as pn
    >>> pn.compile("x*y", {"x": (-1, 1), "y": (-1, 1)})
    Network(2 -> 1, hidden layers 4, logistic, float64, factored)
    """
    dtype = as_dtype(dtype)
    form = as_choice(form, "form", ("factored", "merged"))
    construction = as_choice(construction, "construction", _core.construction_names())
    core_s = core_activation(activation)
    numbers = {
        name: None if value is None else as_number(value, name)
        for name, value in (("bias", bias), ("scale", scale), ("sharpness", sharpness))
    }
    if tolerance is not None:
        tolerance = as_number(tolerance, "tolerance", down=True)
    if hidden_layers is not None:
        hidden_layers = as_count(hidden_layers, "hidden_layers", 1, _MAX_HIDDEN_LAYERS)
    time_limit = as_seconds(time_limit)
    report = _reporter(as_progress(progress))
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
        numbers["bias"],
        numbers["scale"],
        hidden_layers,
        tolerance,
        checked_box.bit_marks,
        numbers["sharpness"],
        time_limit,
        report,
    )
    return Network(core, polynomials, checked_box, single=single)


def _reporter(
    progress: bool | Callable[[CompileProgress], None],
) -> Callable[[int, int], None] | None:
    """Return what the core calls with the numbers of networks and of neurons."""
    if progress is False:
        return None
    start = time.perf_counter()
    if progress is not True:
        return lambda networks, neurons: progress(
            CompileProgress(networks, neurons, time.perf_counter() - start)
        )
    show = bar("compiling", "network", None)
    return lambda networks, neurons: show(networks, f"{neurons} neurons")
