"""Networks: evaluate them, look into them, certify them."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from . import _core
from .box import Box
from .certificate import Certificate, OutputBounds
from .errors import InvalidInputError
from .layer import Layer
from .polynomial import Polynomial, core_terms
from .softmax import Classifier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from ._exact import ExactNumber

__all__ = ["Network", "Way"]

Way = Literal["gates", "neurons"]


def is_by_gates(by: str) -> bool:
    """Translate the name of a way of evaluating, or raise InvalidInputError."""
    if by not in ("gates", "neurons"):
        raise InvalidInputError(f"unknown way of evaluating by={by!r}; use 'gates' or 'neurons'")
    return by == "gates"


class Network:
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

    __slots__ = ("_handle", "_single", "activation", "box", "dtype", "form", "polynomials")

    polynomials: tuple[Polynomial, ...]
    box: Box
    activation: str
    dtype: str
    form: str
    _handle: _core.Network
    _single: bool

    def __init__(
        self, core: _core.Network, polynomials: tuple[Polynomial, ...], box: Box, *, single: bool
    ) -> None:
        """Wrap a core network; `single` makes the values of the only output scalars."""
        activation, dtype, form = core.state()[:3]
        for name, value in (
            ("_handle", core),
            ("_single", single),
            ("activation", activation),
            ("box", box),
            ("dtype", dtype),
            ("form", form),
            ("polynomials", polynomials),
        ):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: networks are immutable."""
        raise AttributeError(f"a Network is immutable; {name!r} cannot be set")

    def __delattr__(self, name: str) -> None:
        """Refuse: networks are immutable."""
        raise AttributeError(f"a Network is immutable; {name!r} cannot be deleted")

    def __call__(self, points: ArrayLike, *, by: Way = "gates") -> Any:
        """Evaluate the network.

        Parameters
        ----------
        points : array_like, shape (n,) or (N, n)
            One point or N points of n coordinates, in the order of ``box.variables``; 0 or 1 for
            bits. Other real dtypes are converted to the network's. Left unchanged.
        by : {"gates", "neurons"}
            By gates: each gate by its Taylor series (docs/theory.md, section 4), without the
            cancellation of its neurons. By neurons: the layers as they stand.

        Returns
        -------
        ndarray or scalar of the network's dtype
            Shape (N,), or a scalar for one point; (N, m) and (m,) if the network was compiled
            from a sequence of m polynomials.

        Raises
        ------
        InvalidInputError
            If the shape does not fit, the values are not real numbers, a bit is neither 0 nor 1,
            or `by` is unknown.
        """
        by_gates = is_by_gates(by)
        array = np.asarray(points)
        if array.dtype.kind not in "fiu":
            raise InvalidInputError(f"points must be real numbers, not {array.dtype}")
        count = len(self.box.variables)
        if array.ndim not in (1, 2) or array.shape[-1] != count:
            raise InvalidInputError(
                f"points must have shape ({count},) or (N, {count}) for the variables "
                f"{', '.join(self.box.variables)}, not {array.shape}"
            )
        with np.errstate(over="ignore"):  # beyond float32's range is infinite, like any overflow
            rows = np.ascontiguousarray(np.atleast_2d(array), dtype=self.dtype)
        self._check_bits(rows)
        values = self._handle.evaluate(rows, by_gates)
        if self._single:
            values = values[:, 0]
        return values[0] if array.ndim == 1 else values

    def _check_bits(self, rows: NDArray[Any]) -> None:
        for name in self.box.bits:
            column = rows[:, self.box.variables.index(name)]
            for point in np.flatnonzero((column != 0) & (column != 1))[:1]:
                raise InvalidInputError(
                    f"the bit {name} must be 0 or 1, but is {column[point]} at point {point}"
                )

    @property
    def hidden_layers(self) -> tuple[int, ...]:
        """Neurons of each hidden layer."""
        return tuple(self._handle.hidden_neurons)

    @property
    def neurons(self) -> int:
        """Hidden neurons in all."""
        return sum(self.hidden_layers)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The network as Linear maps and activations, all that a framework needs.

        In factored form two Linear maps stand between activations (gates' outputs -> operands,
        operands -> neurons), in merged form one.

        Raises
        ------
        NotCertifiedError
            If a weight overflows the dtype (an extreme scale).
        """
        return tuple(
            Layer(weight, bias, self.activation if activated else None)
            for weight, bias, activated in self._handle.layers()
        )

    def merged(self) -> Network:
        """Return the same gates with one Linear map per layer: the textbook perceptron.

        Merging costs a factor 1/scale in rounding, so the scales are chosen anew for it
        (docs/certificates.md, "Rounding").
        """
        return Network(
            self._handle.with_form("merged"), self.polynomials, self.box, single=self._single
        )

    def certify(
        self,
        *,
        by: Way = "gates",
        ratio: float = 1.05,
        max_boxes: int = 2000,
        activation_ulp: float | None = None,
    ) -> Certificate:
        """Prove how far the network is from its polynomials over the box.

        Parameters
        ----------
        by : {"gates", "neurons"}
            The way of evaluating that the certificate is about.
        ratio : float
            Stop splitting the box once the truncation's upper bound is this close to its lower
            bound.
        max_boxes : int
            Stop splitting after about this many boxes in all.
        activation_ulp : float, optional
            What the activation's error is assumed not to exceed, in units in the last place;
            default 4 in float64 and 6 in float32.

        Raises
        ------
        NotCertifiedError
            If no finite bound can be proved; the message says which part fails.
        InvalidInputError
            If an option is out of its range.
        FloatEnvironmentError
            If this thread does not round to nearest or flushes subnormals.
        """
        by_gates = is_by_gates(by)
        if activation_ulp is not None and not 0.0 < activation_ulp <= 1e6:
            raise InvalidInputError(f"activation_ulp must lie in (0, 1e6], not {activation_ulp!r}")
        if max_boxes < 1:
            raise InvalidInputError(f"max_boxes must be at least 1, not {max_boxes!r}")
        proved = self._handle.certify(
            [core_terms(p) for p in self.polynomials],
            by_gates,
            ratio,
            max_boxes,
            activation_ulp or 0.0,
        )
        return Certificate(
            outputs=tuple(
                OutputBounds(
                    lower=bounds.lower,
                    upper=bounds.upper,
                    truncation_lower=bounds.truncation_lower,
                    truncation_upper=bounds.truncation_upper,
                    rounding=bounds.rounding,
                    witness=tuple(bounds.witness),
                    truncation_witness=tuple(bounds.truncation_witness),
                )
                for bounds in proved.outputs
            ),
            by=by,
            form=self.form,
            dtype=self.dtype,
            activation_ulp=proved.activation_ulp,
            boxes=proved.boxes,
            version=_core.__version__,
        )

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
        if self._single:
            raise InvalidInputError(
                "a softmax head needs one Hamiltonian per class; compile a sequence of polynomials"
            )
        return Classifier(self, self._handle, mu)

    def _identity(self) -> tuple[object, ...]:
        return (self._handle.state(), self.polynomials, self.box, self._single)

    def _user_defined(self) -> _core.Activation | None:
        """Return the user's activation; two of the same name are not the same."""
        activation = self._handle.activation
        return None if activation.built_in else activation

    def __eq__(self, other: object) -> bool:
        """Return whether both are the same network for the same polynomials, bit for bit."""
        return (
            isinstance(other, Network)
            and self._identity() == other._identity()
            and self._user_defined() is other._user_defined()
        )

    def __hash__(self) -> int:
        """Hash consistently with equality."""
        return hash((self.polynomials, self.box, self.hidden_layers, self.dtype, self.form))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as plain numbers, which are validated on the way back."""
        if self._user_defined() is not None:
            raise pickle.PicklingError(
                f"a network with the user-defined activation {self.activation!r} cannot be "
                "pickled: its functions are not part of the network's numbers"
            )
        return (_restore, self._identity())

    def __repr__(self) -> str:
        """Return a one-line summary."""
        hidden = "-".join(map(str, self.hidden_layers)) or "none"
        return (
            f"Network({len(self.box.variables)} -> {len(self.polynomials)}, hidden layers {hidden},"
            f" {self.activation}, {self.dtype}, {self.form})"
        )


def _restore(
    state: _core.State, polynomials: tuple[Polynomial, ...], box: Box, single: bool
) -> Network:
    return Network(_core.Network.from_state(state, box.bit_marks), polynomials, box, single=single)
