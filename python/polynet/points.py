"""What evaluation takes, checked once: a way, points, threads, a place for the values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import InvalidInputError
from .labels import in_order

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from . import _core
    from .box import Box

__all__ = [
    "as_points",
    "require_bits",
    "require_fits",
    "require_inside",
]


def as_points(points: ArrayLike, variables: tuple[str, ...], dtype: str) -> NDArray[Any]:
    """Return points as an array of the network's dtype, the same one where possible.

    Coordinates that have names are matched by name.
    """
    array = np.asarray(in_order(points, variables))
    if np.ma.is_masked(points):
        raise InvalidInputError("some points are masked; select those that are not")
    if array.dtype.kind not in "fiu":
        raise InvalidInputError(f"points must be real numbers, not {array.dtype}")
    count = len(variables)
    if array.ndim < 1 or array.shape[-1] != count:
        raise InvalidInputError(
            f"points must have shape ({count},), (N, {count}) or (..., {count}) for the "
            f"variables {', '.join(variables)}, not {array.shape}"
        )
    with np.errstate(over="ignore"):  # beyond float32's range is infinite, like any overflow
        return np.asarray(array, dtype=dtype)


def require_inside(points: NDArray[Any], box: Box, network: _core.Network) -> None:
    """Raise InvalidInputError for the first point outside the box."""
    rows = points.reshape(-1, points.shape[-1])
    found = network.first_outside(rows)
    if found is None:
        return
    row, column = found
    index = tuple(int(k) for k in np.unravel_index(row, points.shape[:-1]))
    place = f"point {', '.join(map(str, index))}" if index else "the point"
    raise InvalidInputError(
        f"{place} is outside the box: {box.variables[column]} = {rows[row, column]} is "
        f"not in [{box.lower[column]}, {box.upper[column]}]"
    )


def require_bits(points: NDArray[Any], box: Box) -> None:
    """Raise InvalidInputError for the first point where a bit is neither 0 nor 1."""
    for name in box.bits:
        column = points[..., box.variables.index(name)]
        wrong = np.argwhere((column != 0) & (column != 1))
        if len(wrong):
            index = tuple(int(k) for k in wrong[0])
            place = f" at point {', '.join(map(str, index))}" if index else ""
            raise InvalidInputError(f"the bit {name} must be 0 or 1, but is {column[index]}{place}")


def require_fits(out: object, shape: tuple[int, ...], dtype: str) -> None:
    """Raise InvalidInputError if `out` cannot take values of that shape."""
    if (
        not isinstance(out, np.ndarray)
        or out.dtype != dtype
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
            f"out must be a writable {dtype} array of shape {shape}, not {found}"
        )
