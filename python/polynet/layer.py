"""Layers: a network as every framework sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Layer"]


class Layer(NamedTuple):
    """One Linear map of a network, ``y = weight @ x + bias``, and what follows it.

    Attributes
    ----------
    weight : ndarray, shape (rows, columns)
        In the network's dtype.
    bias : ndarray, shape (rows,)
        In the network's dtype.
    activation : str or None
        Name of the activation applied to y ("softmax" over all rows at the end of a
        :class:`Classifier`), or None for the identity.
    """

    weight: NDArray[np.floating[Any]]
    bias: NDArray[np.floating[Any]]
    activation: str | None
