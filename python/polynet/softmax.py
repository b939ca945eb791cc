"""The softmax head: polynomial Hamiltonians as class probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from ._arguments import Way, as_number
from ._exact import ExactNumber, is_several, outward, to_fraction
from ._floats import sound_floats
from ._frozen import Frozen
from .certificate import Certificate, at_most
from .certifier import certify
from .errors import InvalidInputError
from .evaluation import Evaluable
from .layer import Layer
from .polynomial import core_terms

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Classifier", "ProbabilityCertificate"]


@dataclass(frozen=True, slots=True)
class ProbabilityCertificate:
    """Proved bounds on the probabilities of a :class:`Classifier` over its network's box.

    Attributes
    ----------
    hamiltonians : Certificate
        Of the network, the outputs being the H_y.
    logit_error : float
        ``|computed (-H_y - mu_y) - exact| <= logit_error`` for every class: ``ln p(x, y)`` is off
        by at most that, a log-odds ``ln p(y|x)/p(k|x)`` by at most twice that.
    probability_error : float
        ``|computed p(y|x) - exact p(y|x)| <= probability_error``.
    exp_ulp : float
        The assumed accuracy of the exponential function in units in the last place.
    """

    hamiltonians: Certificate
    logit_error: float
    probability_error: float
    exp_ulp: float

    def __str__(self) -> str:
        """Return the bounds and what they assume, one line each."""
        return (
            f"sup|computed p(y|x) - p(y|x)| <= {at_most(self.probability_error)}\n"
            f"logits off by at most {at_most(self.logit_error)}   (by {self.hamiltonians.by})\n"
            f"assumes exp within {self.exp_ulp:g} ulp"
        )


class Classifier(Frozen):
    """A network of Hamiltonians H_y with a softmax head. Immutable, hashable, picklable.

    Made by :meth:`Network.softmax`.

    In the words of statistics, with the likelihood p(x|y) = exp(-H_y(x)) and the prior
    p(y) = exp(-mu_y): calling a classifier gives the posterior p(y|x) of Bayes' theorem,
    :meth:`joint` the joint density p(x, y) = p(x|y) p(y) (arXiv:1608.08225, section II A).

    Attributes
    ----------
    network : Network
        Its outputs are the H_y.
    mu : tuple of Fraction
        The exact mu_y; the evaluation uses them rounded to the network's dtype.
    """

    __slots__ = ("_enclosures", "mu", "network")

    network: Evaluable
    mu: tuple[Fraction, ...]
    _enclosures: list[tuple[float, float]]

    def __init__(self, network: Evaluable, mu: Sequence[ExactNumber] | None) -> None:
        """Check mu against the network."""
        if network._single:
            raise InvalidInputError(
                "a softmax head needs one Hamiltonian per class; compile a sequence of polynomials"
            )
        count = len(network.polynomials)
        if mu is not None and (isinstance(mu, (str, bytes)) or not is_several(mu)):
            raise InvalidInputError(f"mu must be a sequence of numbers, not {mu!r}")
        exact = [Fraction(0)] * count if mu is None else [to_fraction(m, "mu") for m in mu]
        if len(exact) != count:
            raise InvalidInputError(f"mu has {len(exact)} entries for {count} classes")
        try:
            enclosures = [outward(m, network.dtype) for m in exact]
        except OverflowError as error:
            raise InvalidInputError(f"an entry of mu is {error}") from None
        self._fix(network=network, mu=tuple(exact), _enclosures=enclosures)

    @property
    @sound_floats
    def _rounded(self) -> NDArray[np.floating[Any]]:
        nearest = [
            lower if m - Fraction(lower) <= Fraction(upper) - m else upper
            for m, (lower, upper) in zip(self.mu, self._enclosures, strict=True)
        ]
        return np.array(nearest, self.network.dtype)

    def __call__(self, points: ArrayLike, *, by: Way = "gates") -> NDArray[np.floating[Any]]:
        """Return the posterior probabilities p(y|x), shape (..., classes).

        Parameters and exceptions as for the network.
        """
        return _core.softmax(self.network(points, by=by), self._rounded.tolist())

    @sound_floats
    def joint(self, points: ArrayLike, *, by: Way = "gates") -> NDArray[np.floating[Any]]:
        """Return the joint density p(x, y) = exp(-H_y - mu_y), shape (..., classes)."""
        with np.errstate(over="ignore", under="ignore"):
            density: NDArray[np.floating[Any]] = np.exp(
                -(self.network(points, by=by) + self._rounded)
            )
        return density

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The network's layers and the head: a Linear map -1, -mu followed by "softmax"."""
        mu = self._rounded
        return (*self.network.layers, Layer(-np.eye(len(mu), dtype=mu.dtype), -mu, "softmax"))

    @sound_floats
    def certify(self, *, by: Way = "gates", exp_ulp: float = 4.0) -> ProbabilityCertificate:
        """Bound the error of the probabilities over the box.

        Parameters
        ----------
        by : {"gates", "neurons"}
            The way of evaluating the network.
        exp_ulp : float
            The assumed accuracy of the exponential function.

        Raises
        ------
        NotCertifiedError
            If no finite bound could be proved.
        """
        exp_ulp = as_number(exp_ulp, "exp_ulp")
        if not 0.0 <= exp_ulp <= 1e6:
            raise InvalidInputError(f"exp_ulp must lie between 0 and 1e6, not {exp_ulp!r}")
        certificate = certify(self.network, by=by)
        logit_error, probability_error = self.network._handle.softmax_bounds(
            [core_terms(p) for p in self.network.polynomials],
            [output.upper for output in certificate.outputs],
            self._enclosures,
            exp_ulp,
        )
        return ProbabilityCertificate(certificate, logit_error, probability_error, exp_ulp)

    def __repr__(self) -> str:
        """Return a one-line summary."""
        return f"Classifier({self.network!r}, {len(self.mu)} classes)"

    def __eq__(self, other: object) -> bool:
        """Return whether both are the same network with the same mu."""
        return isinstance(other, Classifier) and (self.network, self.mu) == (
            other.network,
            other.mu,
        )

    def __hash__(self) -> int:
        """Hash consistently with equality."""
        return hash((self.network, self.mu))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as the network and mu."""
        return (Classifier, (self.network, self.mu))
