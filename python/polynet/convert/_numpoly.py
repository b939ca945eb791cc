"""numpoly, and chaospy, whose polynomials are numpoly's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import InvalidInputError
from ._variables import Foreign, over


def read(obj: Any, variables: Sequence[str], numpoly: Any) -> Foreign | None:
    """Return the terms of an ndpoly: one of shape (m,) is m polynomials."""
    if not isinstance(obj, numpoly.ndpoly):
        return None
    if obj.ndim > 1:
        raise InvalidInputError(
            f"an array of polynomials must have the shape () or (m,), not {obj.shape}; use ravel()"
        )
    exponents = [tuple(row) for row in obj.exponents.tolist()]
    columns = [c.reshape(-1) for c in obj.coefficients]
    return Foreign(
        [
            over(zip(exponents, [c[k] for c in columns], strict=True), obj.names, variables)
            for k in range(obj.size)
        ],
        obj.ndim == 0,
    )
