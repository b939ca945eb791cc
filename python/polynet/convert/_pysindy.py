"""pysindy: fitted SINDy models with a polynomial library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import InvalidInputError
from ._variables import Foreign, over


def read(obj: Any, variables: Sequence[str], pysindy: Any) -> Foreign | None:
    """Return the right-hand sides of a model, one for each state, in the states and controls."""
    if not isinstance(obj, pysindy.SINDy):
        return None
    library = obj.feature_library
    if type(library) is not pysindy.PolynomialLibrary:
        raise InvalidInputError(
            f"a pysindy model is read with a PolynomialLibrary, not {type(library).__name__}"
        )
    if not hasattr(obj, "n_features_in_"):
        raise InvalidInputError("the pysindy model is not fitted; call its fit")
    exponents = [tuple(row) for row in library.powers_.tolist()]
    rows = obj.coefficients()
    intercepts = getattr(obj.optimizer, "intercept_", 0.0)
    if any(getattr(intercepts, "flat", [intercepts])):
        raise InvalidInputError("a pysindy optimizer with fit_intercept=True is not read")
    terms = [zip(exponents, row, strict=True) for row in rows]
    return Foreign([over(each, obj.feature_names, variables) for each in terms], False)
