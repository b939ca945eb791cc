"""Other packages' polynomials as exact terms, and back: one module for each package.

Nothing is imported for it: whoever hands over an object has imported its package.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from . import _flint, _numpy, _sympy
from ._numpy import from_arrays
from ._sympy import to_sympy

__all__ = ["Foreign", "from_arrays", "read", "to_sympy"]

Foreign: TypeAlias = dict[tuple[int, ...], Fraction]
"""Exponents of the variables -> coefficient, zeros included."""


def read(obj: object, variables: Sequence[str]) -> Foreign | None:
    """Return the terms of a SymPy, NumPy or python-flint polynomial over the variables, exactly.

    None if the object is no such polynomial.

    Raises
    ------
    InvalidInputError
        If it is no polynomial with rational coefficients, or uses another variable.
    SizeLimitError
        If a limit is exceeded.
    """
    found = _numpy.read(obj, variables)
    for name, module in (("sympy", _sympy), ("flint", _flint)):
        package: Any = sys.modules.get(name)
        if found is None and package is not None:
            found = module.read(obj, variables, package)
    return found
