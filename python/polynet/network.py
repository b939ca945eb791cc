"""Networks: evaluate them, look into them, certify them, write them to files."""

from __future__ import annotations

import pickle
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from . import _core, certificate_file, certifier, export, storage
from ._arguments import as_count
from .activation import require_built_in
from .box import Box
from .evaluation import Evaluable
from .polynomial import Polynomial, core_terms
from .softmax import Classifier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._exact import ExactNumber

__all__ = ["Network", "restored"]


# No derivative beyond this is available: larger orders are all refused.
_MAX_ORDER = 20


class Network(Evaluable):
    """A multilayer perceptron that approximates polynomials on a box. Immutable.

    Made by :func:`polynet.compile`.

    Attributes
    ----------
    polynomials : tuple of Polynomial
        What the outputs approximate, exactly as given.
    box : Box
        The inputs' box, in the network's dtype.
    activation, dtype, form : str
        As given to :func:`polynet.compile`.
    """

    __slots__ = ()

    def __init__(
        self, core: _core.Network, polynomials: tuple[Polynomial, ...], box: Box, *, single: bool
    ) -> None:
        """Wrap a core network; `single` makes the values of the only output scalars."""
        activation, dtype, form, *_ = core.state()
        self._fix(
            _handle=core,
            _single=single,
            activation=activation,
            box=box,
            dtype=dtype,
            form=form,
            polynomials=polynomials,
        )

    @property
    def hidden_neurons(self) -> tuple[int, ...]:
        """Neurons of each hidden layer."""
        return tuple(self._handle.hidden_neurons)

    @property
    def neurons(self) -> int:
        """Hidden neurons in all."""
        return sum(self.hidden_neurons)

    @property
    def address(self) -> int:
        """Address of the network for the C functions of ``polynet/polynet.h``.

        Valid as long as this object lives. The functions are in :func:`polynet.get_library`; they
        evaluate float64 networks (docs/embedding.md).
        """
        return self._handle.address([core_terms(p) for p in self.polynomials])

    def merged(self) -> Network:
        """Return the same gates with one Linear map per layer: the textbook perceptron.

        Merging costs a factor 1/scale in rounding, so the scales are chosen anew for it
        (docs/certificates.md, "Rounding").
        """
        return Network(
            self._handle.with_form("merged"), self.polynomials, self.box, single=self._single
        )

    def error_terms(self, order: int = 4) -> Any:
        """Return the leading Taylor error of the network as a polynomial in its inputs.

        If all scales were multiplied by t, the difference between the network's real-number
        function and the ideal network, in which every gate is exact, would be a power series in t.
        These are its terms up to ``t**order``, at t = 1. The ideal network differs from the
        polynomials only by the rounding of the network's coefficients.

        Parameters
        ----------
        order : int
            The largest power of the scales, at least 1. With the default biases products and
            squares have their leading term at order 4; that of order 2 has coefficients of the size
            of the rounding error.

        Returns
        -------
        Polynomial, or tuple of Polynomial for a network of several outputs
            Each coefficient is the midpoint of an enclosure of the exact one, which is not rational
            in general; where terms cancel so far that the enclosure contains 0, it is left out. On
            a box far from 0 the polynomials have the network's origins.

        Raises
        ------
        InvalidInputError
            If `order` is below 1.
        SizeLimitError
            If the polynomials grow too long, or a derivative beyond order 20 is needed.
        """
        order = as_count(order, "order", 1)
        *_, origin, _, _ = self._handle.state()
        variables = self.box.variables
        polynomials = tuple(
            Polynomial(
                {
                    tuple(exponents): (Fraction(lower) + Fraction(upper)) / 2
                    for exponents, (lower, upper) in terms
                    if not lower <= 0.0 <= upper
                },
                variables,
                origin=dict(zip(variables, origin, strict=False)),
            )
            for terms in self._handle.error_terms(min(order, _MAX_ORDER + 1))
        )
        return polynomials[0] if self._single else polynomials

    def softmax(self, mu: Sequence[ExactNumber] | None = None) -> Classifier:
        """Put a softmax head on the outputs, taken as Hamiltonians H_y(x), one per class.

        Parameters
        ----------
        mu : sequence of exact numbers, optional
            mu_y = -ln p(y) of the prior p(y), one per class; by default all 0.

        Returns
        -------
        Classifier
            p(y|x) = exp(-H_y(x) - mu_y) / sum over k of exp(-H_k(x) - mu_k) (arXiv:1608.08225,
            eq. 7-8), with certified bounds.

        Raises
        ------
        InvalidInputError
            If the network has a single scalar output, or mu does not fit or is not finite.
        """
        return Classifier(self, mu)

    # Functions of earlier rooms as methods. What writes a file is a method, what reads one is not.
    certify = certifier.certify
    save = storage.save
    save_certificate = certificate_file.save_certificate
    to_c = export.to_c
    to_jax = export.to_jax
    to_onnx = export.to_onnx
    to_torch = export.to_torch
    to_vnnlib = export.to_vnnlib

    def _own_activation(self) -> _core.Activation | None:
        """Return the user's activation; two of the same name are not the same."""
        activation = self._handle.activation
        return None if activation.built_in else activation

    def __eq__(self, other: object) -> bool:
        """Return whether both are the same network for the same polynomials, bit for bit."""
        return (
            isinstance(other, Network)
            and self._identity() == other._identity()
            and self._own_activation() is other._own_activation()
        )

    def __hash__(self) -> int:
        """Hash consistently with equality."""
        return hash((self.polynomials, self.box, self.hidden_neurons, self.dtype, self.form))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as plain numbers, which are validated on the way back."""
        require_built_in(self._handle.activation, "be pickled", pickle.PicklingError)
        return (restored, self._identity())

    def __repr__(self) -> str:
        """Return a one-line summary."""
        hidden = "-".join(map(str, self.hidden_neurons)) or "none"
        return (
            f"Network({len(self.box.variables)} -> {len(self.polynomials)}, hidden layers {hidden},"
            f" {self.activation}, {self.dtype}, {self.form})"
        )


def restored(
    state: _core.State, polynomials: tuple[Polynomial, ...], box: Box, single: bool
) -> Network:
    """Return the network of what `Evaluable._identity` returned, validated."""
    return Network(_core.Network.from_state(state, box.bit_marks), polynomials, box, single=single)
