"""Other packages' polynomials as exact terms, and back: one module for each package.

Nothing is imported for it: whoever hands over an object has imported its package.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._exact import excerpt, is_number
from .._names import check_names
from ..errors import InvalidInputError
from . import _flint, _numpoly, _numpy, _pysindy, _scikit, _sympy
from ._numpy import from_arrays
from ._sympy import to_sympy
from ._variables import Foreign

__all__ = ["Foreign", "check_symbols", "from_arrays", "one", "read", "to_sympy"]

# pysindy's models are estimators of scikit-learn too: before it.
_READERS = {
    "sympy": _sympy.read,
    "flint": _flint.read,
    "numpoly": _numpoly.read,
    "pysindy": _pysindy.read,
    "sklearn": _scikit.read,
}


def read(obj: object, variables: Sequence[str]) -> Foreign | None:
    """Return the terms of another package's polynomials over the variables, exactly.

    None if the object is no such polynomial.

    Raises
    ------
    InvalidInputError
        If it is no polynomial with rational coefficients, or uses another variable.
    SizeLimitError
        If a limit is exceeded.
    """
    series = _numpy.read(obj, variables)
    if series is not None:
        return series
    for name, reader in _READERS.items():
        package: Any = sys.modules.get(name)
        found = reader(obj, variables, package) if package is not None else None
        if found is not None:
            return found
    return None


def one(obj: object, variables: Sequence[str]) -> Foreign:
    """Return what is a mapping, a number or one polynomial of another package.

    Raises
    ------
    InvalidInputError
        If it is none of these, or a sequence of polynomials.
    SizeLimitError
        If a limit is exceeded.
    """
    if is_number(obj):
        return Foreign([{(0,) * len(check_names(variables)): obj}], True)
    found = read(obj, variables)  # an element of SymPy's rings is a mapping, but not ours
    if found is not None and not found.single:
        raise InvalidInputError(
            f"the {type(obj).__name__} holds a sequence of {len(found.outputs)} polynomials, one "
            "is needed; compile makes an output of each"
        )
    if found is not None:
        return found
    if isinstance(obj, Mapping):
        return Foreign([obj], True)
    raise InvalidInputError(
        "a polynomial must be a Polynomial, a text such as 'x**2 - y/3', a mapping {exponents: "
        "coefficient}, a number, or a polynomial of another package (docs/inputs.md), not "
        f"{excerpt(obj)} of type {type(obj).__name__}"
    )


def check_symbols(objects: Iterable[object]) -> None:
    """Refuse different SymPy symbols of one name among the objects."""
    sympy: Any = sys.modules.get("sympy")
    if sympy is not None:
        _sympy.check_symbols(objects, sympy)
