"""Points whose coordinates have names: tables, mappings, records. Matched by name, never by place.

No package of tables is imported for it; they are known by what they have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ._exact import excerpt
from ._names import normal_name, symbol_name
from .errors import InvalidInputError

__all__ = ["coordinates", "in_order"]


def in_order(points: Any, variables: Sequence[str]) -> Any:
    """Return points with their coordinates in the order of the variables.

    Read by name: DataFrames of pandas, polars and pyarrow, xarray's Dataset, mappings of name to
    column, structured arrays, named tuples, a pandas Series or an xarray DataArray with names along
    its last axis, and lists of such points. Columns that are no variables are left out. Labels that
    are no texts are no names; what has no names is returned as it is.

    Raises
    ------
    InvalidInputError
        If a variable is missing or twice, or the columns do not fit together.
    """
    if isinstance(points, (list, tuple)) and not hasattr(points, "_fields"):
        if points and _labels(points[0]) is not None:
            return np.stack([np.asarray(in_order(point, variables)) for point in points])
        return points
    labels = _labels(points)
    if labels is None:
        return points
    places = _places(labels, variables)
    if hasattr(points, "dims") and hasattr(points, "coords") and not isinstance(points, Mapping):
        return np.asarray(points)[..., places]
    by_place = hasattr(points, "_fields")
    return _joined([points[k if by_place else labels[k]] for k in places], variables)


def coordinates(point: Iterable[Any], variables: Sequence[str]) -> Iterable[Any]:
    """Return one point's coordinates, by name if they have names; numbers of any kind."""
    labels = _labels(point)
    if labels is None:
        return point
    values: Any = point if isinstance(point, Mapping) else dict(zip(labels, point, strict=True))
    return [values[labels[k]] for k in _places(labels, variables)]


def _labels(points: Any) -> list[Any] | None:
    """Return the labels of the coordinates, or None if they have no names."""
    found: Iterable[Any] | None = None
    if isinstance(points, Mapping):
        return list(points)
    if hasattr(points, "_fields"):
        found = points._fields
    elif getattr(getattr(points, "dtype", None), "names", None) is not None:
        found = points.dtype.names
    elif hasattr(points, "column_names"):  # pyarrow, whose `columns` are the data
        found = points.column_names
    elif hasattr(points, "columns"):
        found = points.columns
    elif hasattr(points, "iloc") and hasattr(points, "index"):  # a Series
        found = points.index
    elif hasattr(points, "dims") and hasattr(points, "coords"):
        return _labels_of_last_axis(points)
    labels = list(found) if found is not None else []
    return labels if any(isinstance(label, str) for label in labels) else None


def _labels_of_last_axis(array: Any) -> list[Any] | None:
    named = {}
    for dim in array.dims:
        labels = array.coords[dim].values.tolist() if dim in array.coords else []
        if any(isinstance(label, str) for label in labels):
            named[dim] = labels
    if not named:
        return None
    last = array.dims[-1]
    if last not in named:
        dim = next(iter(named))
        raise InvalidInputError(
            f"the names stand along the dimension {excerpt(dim)}, which must be the last; use "
            f"transpose(..., {dim!r})"
        )
    return named[last]


def _places(labels: list[Any], variables: Sequence[str]) -> list[int]:
    names = [symbol_name(label) for label in labels]
    normal = [normal_name(name) if isinstance(name, str) else None for name in names]
    for variable in variables:
        count = normal.count(variable)
        if count != 1:
            known = ", ".join(map(str, names))
            problem = "is twice" if count else "is missing"
            raise InvalidInputError(
                f"the coordinate {excerpt(variable)} {problem} among the points' names "
                f"{excerpt(known, 100)}"
            )
    return [normal.index(variable) for variable in variables]


def _joined(columns: list[Any], variables: Sequence[str]) -> Any:
    """Stack columns of one shape, which labels of their own must not contradict."""
    first = columns[0]
    arrays = [np.asarray(column) for column in columns]
    for name, column, array in zip(variables, columns, arrays, strict=True):
        if array.dtype.kind not in "fiu":
            raise InvalidInputError(
                f"points must be real numbers, not {array.dtype}, as in {excerpt(name)}"
            )
        if np.ma.is_masked(column):
            raise InvalidInputError("some points are masked; select those that are not")
        if array.shape != arrays[0].shape:
            raise InvalidInputError(
                f"the coordinates must have one shape; {excerpt(name)} has {array.shape}, "
                f"{excerpt(variables[0])} {arrays[0].shape}"
            )
        same = getattr(column, "dims", None) == getattr(first, "dims", None)
        if hasattr(column, "iloc") and hasattr(first, "iloc"):
            same = bool(column.index.equals(first.index))
        if not same:
            raise InvalidInputError(
                f"the labels of {excerpt(name)} are not those of {excerpt(variables[0])}; align "
                "them"
            )
    return np.stack(arrays, axis=-1)
