"""What a network is, and its evaluation at points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._arguments import Dtype, Form, Way, as_count, as_flag, is_by_gates
from ._floats import sound_floats
from ._frozen import Frozen
from .layer import Layer
from .network_data import Contents, fingerprint_of
from .points import as_points, require_bits, require_fits, require_inside

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from . import _core
    from .box import Box
    from .polynomial import Polynomial

__all__ = ["Evaluable"]

_MAX_THREADS = 1024
_GATES, _NEURONS, _ONE = "gates", "neurons", 1


class Evaluable(Frozen):
    """A network without what can be done with it but evaluation: what exports are made of."""

    __slots__ = ("_handle", "_single", "activation", "box", "dtype", "form", "polynomials")

    polynomials: tuple[Polynomial, ...]
    box: Box
    activation: str
    dtype: Dtype
    form: Form
    _handle: _core.Network
    _single: bool

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

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the network, the same on every machine: whose a certificate is.

        Of the gates with all their numbers, which make the layers, the polynomials, the box, the
        activation, dtype and form (docs/checker.md, "The format"). Of an activation of the user's
        own it knows the name alone.
        """
        return fingerprint_of(self._identity())

    def _identity(self) -> Contents:
        return (self._handle.state(), self.polynomials, self.box, self._single)

    def __call__(
        self,
        points: ArrayLike,
        *,
        by: Way = "gates",
        threads: int = 1,
        out: NDArray[np.floating[Any]] | None = None,
        check_domain: bool = False,
    ) -> Any:
        """Evaluate the network.

        Parameters
        ----------
        points : array_like, shape (n,), (N, n) or (..., n)
            Points of n coordinates, in the order of ``box.variables``, 0 or 1 for bits: whatever
            NumPy makes an array of, labels ignored (docs/exports.md, "Arrays"). Arrays of the
            network's dtype are read where they are, whatever their strides; other real dtypes are
            converted. Left unchanged.
        by : {"gates", "neurons"}
            By gates: each gate by its Taylor series (docs/theory.md, section 4), without the
            cancellation of its neurons; a point outside the box whose operands leave the range of
            a gate's series has that gate evaluated by its neurons. By neurons: the layers as they
            stand.
        threads : int
            Evaluate on up to so many threads, where there is enough work for each. The
            values do not depend on it, nor on the place of a point among the others.
        out : ndarray, optional
            Where to put the values: of the network's dtype and the shape given below.
        check_domain : bool
            Refuse points outside the box.

        Returns
        -------
        ndarray or scalar of the network's dtype
            Shape (...), that is (N,), or a scalar for one point; (..., m), that is (N, m) or (m,),
            if the network was compiled from a sequence of m polynomials. `out`, if given.

        Raises
        ------
        InvalidInputError
            If a shape does not fit, the values are not real numbers or are masked, `by` is
            unknown, a bit is neither 0 nor 1, or a point is outside the box and `check_domain` is
            set: the message names the first one and its coordinate.
        """
        # What nearly all calls are, told by identity: a call for each argument would show.
        if threads is _ONE and out is None and check_domain is False and not self.box.bits:
            by_gates = by is _GATES or (by is not _NEURONS and is_by_gates(by))
            values = self._handle.evaluate(points, None, 1, self._single, by_gates)
            if values is not NotImplemented:
                return values
        return self._evaluate(points, is_by_gates(by), threads, out, check_domain)

    @sound_floats
    def _evaluate(
        self,
        points: ArrayLike,
        by_gates: bool,
        threads: int,
        out: NDArray[np.floating[Any]] | None,
        check_domain: bool,
    ) -> Any:
        threads = as_count(threads, "threads", 1, _MAX_THREADS)
        points = as_points(points, self.box.variables, self.dtype)
        require_bits(points, self.box)
        if out is not None:
            shape = points.shape[:-1] + (() if self._single else (len(self.polynomials),))
            require_fits(out, shape, self.dtype)
            if np.may_share_memory(points, out):
                points = points.copy()
        if as_flag(check_domain, "check_domain"):
            require_inside(points, self.box, self._handle)
        return self._handle.evaluate(points, out, threads, self._single, by_gates)

    @sound_floats
    def value_and_jacobian(self, points: ArrayLike, *, threads: int = 1) -> tuple[Any, Any]:
        """Evaluate the network by gates and its derivatives by every coordinate.

        Forward mode: every gate's series is differentiated term by term. The certificate is about
        the values; the derivatives are those of the network's function up to rounding. A product
        of bits is a step between their values, with the derivative 0.

        Parameters
        ----------
        points : array_like, shape (n,), (N, n) or (..., n)
            As for evaluation.
        threads : int
            As for evaluation.

        Returns
        -------
        values : ndarray or scalar
            As for evaluation.
        jacobian : ndarray, shape (..., n) or (..., m, n)
            The derivative of each value by each coordinate.

        Raises
        ------
        InvalidInputError
            As for evaluation.
        """
        threads = as_count(threads, "threads", 1, _MAX_THREADS)
        points = as_points(points, self.box.variables, self.dtype)
        require_bits(points, self.box)
        outputs = len(self.polynomials)
        both = self._handle.evaluate_with_derivatives(points, threads)
        values = both[..., :outputs]
        jacobian = both[..., outputs:].reshape(*points.shape[:-1], outputs, points.shape[-1])
        return (values[..., 0][()], jacobian[..., 0, :]) if self._single else (values, jacobian)
