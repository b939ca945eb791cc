"""Evaluation of networks at points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .errors import InvalidInputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from . import _core
    from .box import Box
    from .polynomial import Polynomial

__all__ = ["Evaluable", "Way", "is_by_gates"]

Way = Literal["gates", "neurons"]

MAX_THREADS = 1024


def is_by_gates(by: str) -> bool:
    """Translate the name of a way of evaluating, or raise InvalidInputError."""
    if by not in ("gates", "neurons"):
        raise InvalidInputError(f"unknown way of evaluating by={by!r}; use 'gates' or 'neurons'")
    return by == "gates"


def _require_threads(threads: object) -> None:
    if type(threads) is not int or not 1 <= threads <= MAX_THREADS:
        raise InvalidInputError(f"threads must be an int from 1 to {MAX_THREADS}, not {threads!r}")


class Evaluable:
    """What can be called at points: the part of a network that evaluates."""

    __slots__ = ()

    polynomials: tuple[Polynomial, ...]
    box: Box
    dtype: str
    _handle: _core.Network
    _single: bool

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
            Points of n coordinates, in the order of ``box.variables``. Arrays of the network's
            dtype are read where they are, whatever their strides; other real dtypes are converted.
            Left unchanged.
        by : {"gates", "neurons"}
            By gates: each gate by its Taylor series (docs/theory.md, section 4), without the
            cancellation of its neurons; a point outside the box whose operands leave the range of
            a gate's series has that gate evaluated by its neurons. By neurons: the layers as they
            stand.
        threads : int
            Evaluate by gates on up to so many threads, where there is enough work for each. The
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
            If a shape does not fit, the values are not real numbers, `by` is unknown, or a point
            is outside the box and `check_domain` is set: the message names the first one and its
            coordinate.
        """
        if by == "gates" and threads == 1 and out is None:
            if check_domain:
                points = self._points(points)
                self._require_inside(points)
            values = self._handle.evaluate(points, None, threads, self._single)
            if values is not NotImplemented:
                return values
        return self._evaluate(self._points(points), is_by_gates(by), threads, out, check_domain)

    def _evaluate(
        self,
        points: NDArray[np.floating[Any]],
        by_gates: bool,
        threads: int,
        out: NDArray[np.floating[Any]] | None,
        check_domain: bool,
    ) -> Any:
        _require_threads(threads)
        shape = points.shape[:-1] + (() if self._single else (len(self.polynomials),))
        if out is not None:
            self._require_fits(out, shape)
            if np.may_share_memory(points, out):
                points = points.copy()
        if check_domain:
            self._require_inside(points)
        if by_gates:
            return self._handle.evaluate(points, out, threads, self._single)
        rows = np.ascontiguousarray(points.reshape(-1, points.shape[-1]))
        values = self._handle.evaluate_by_neurons(rows).reshape(shape)
        if out is None:
            return values[()]
        out[...] = values
        return out

    def value_and_jacobian(self, points: ArrayLike, *, threads: int = 1) -> tuple[Any, Any]:
        """Evaluate the network by gates and its derivatives by every coordinate.

        Forward mode: every gate's series is differentiated term by term. The certificate is about
        the values; the derivatives are those of the network's function up to rounding.

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
        _require_threads(threads)
        points = self._points(points)
        outputs = len(self.polynomials)
        both = self._handle.evaluate_with_derivatives(points, threads)
        values = both[..., :outputs]
        jacobian = both[..., outputs:].reshape(*points.shape[:-1], outputs, points.shape[-1])
        return (values[..., 0][()], jacobian[..., 0, :]) if self._single else (values, jacobian)

    def _points(self, points: ArrayLike) -> NDArray[np.floating[Any]]:
        """Return points as an array of the network's dtype, the same one where possible."""
        array = np.asarray(points)
        if array.dtype.kind not in "fiu":
            raise InvalidInputError(f"points must be real numbers, not {array.dtype}")
        count = len(self.box.variables)
        if array.ndim < 1 or array.shape[-1] != count:
            raise InvalidInputError(
                f"points must have shape ({count},), (N, {count}) or (..., {count}) for the "
                f"variables {', '.join(self.box.variables)}, not {array.shape}"
            )
        with np.errstate(over="ignore"):  # beyond float32's range is infinite, like any overflow
            return np.asarray(array, dtype=self.dtype)

    def _require_inside(self, points: NDArray[np.floating[Any]]) -> None:
        rows = points.reshape(-1, points.shape[-1])
        found = self._handle.first_outside(rows)
        if found is None:
            return
        row, column = found
        index = tuple(int(k) for k in np.unravel_index(row, points.shape[:-1]))
        place = f"point {', '.join(map(str, index))}" if index else "the point"
        raise InvalidInputError(
            f"{place} is outside the box: {self.box.variables[column]} = {rows[row, column]} is "
            f"not in [{self.box.lower[column]}, {self.box.upper[column]}]"
        )

    def _require_fits(self, out: object, shape: tuple[int, ...]) -> None:
        if (
            not isinstance(out, np.ndarray)
            or out.dtype != self.dtype
            or not out.dtype.isnative
            or out.shape != shape
            or not out.flags.writeable
        ):
            found = (
                f"{out.dtype} of shape {out.shape}"
                if isinstance(out, np.ndarray)
                else type(out).__name__
            )
            raise InvalidInputError(
                f"out must be a writable {self.dtype} array of shape {shape}, not {found}"
            )
