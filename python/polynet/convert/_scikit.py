"""scikit-learn: fitted linear regressions, alone or in a Pipeline behind polynomial features."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from .._exact import (
    Terms,
    add_into,
    check_products,
    excerpt,
    multiply,
    pack,
    power,
    to_fraction,
    unpack,
)
from ..errors import InvalidInputError
from ._variables import Foreign, over

# By name: their modules are scikit-learn's own business. All of them predict X @ coef_.T +
# intercept_; generalized linear models, which do not, are not among them.
_LINEAR = {"LinearModel", "BaseSGDRegressor"}


def read(obj: Any, variables: Sequence[str], sklearn: Any) -> Foreign | None:
    """Return the polynomials that a fitted regression predicts, in exact arithmetic.

    The coefficients, and a scaler's means and scales, count with their exact values.
    """
    if not isinstance(obj, sklearn.base.BaseEstimator):
        return None
    steps = [step for _, step in obj.steps] if type(obj).__name__ == "Pipeline" else [obj]
    steps = [step for step in steps if step is not None and step != "passthrough"]
    model: Any = steps[-1] if steps else None
    names = {kind.__name__ for kind in type(model).__mro__}
    ours = all(type(step).__module__.startswith("sklearn.") for step in steps)
    if not (ours and names & _LINEAR and sklearn.base.is_regressor(model)):
        raise InvalidInputError(
            f"{excerpt(type(model).__name__)} is not read; give a fitted linear regression, or a "
            "Pipeline of scalers, PolynomialFeatures and one"
        )
    if not hasattr(model, "coef_"):
        raise InvalidInputError(f"the {type(model).__name__} is not fitted; call its fit")
    count = int(steps[0].n_features_in_)
    features: list[Terms] = [
        {pack(tuple(int(i == k) for i in range(count))): Fraction(1)} for k in range(count)
    ]
    for step in steps[:-1]:
        features = _transformed(step, features, count)
    coefficients = model.coef_.toarray() if hasattr(model.coef_, "toarray") else model.coef_
    rows = coefficients if coefficients.ndim > 1 else [coefficients]
    intercepts = np.ravel(model.intercept_).tolist()
    intercepts *= 1 if len(intercepts) == len(rows) else len(rows)  # 0.0 if none was fitted
    # SGDRegressor keeps the only intercept in an array, and predicts scalars.
    single = coefficients.ndim == 1
    named = getattr(steps[0], "feature_names_in_", None)
    if named is None and len(variables) != count:
        raise InvalidInputError(
            f"the model was fitted to {count} features without names, which are taken in order; "
            f"there are {len(variables)} variables"
        )
    own = list(map(str, named)) if named is not None else list(variables)
    outputs = [
        _sum(features, row, intercept) for row, intercept in zip(rows, intercepts, strict=True)
    ]
    return Foreign(
        [over(((unpack(k, count), c) for k, c in t.items()), own, variables) for t in outputs],
        single,
    )


def _transformed(step: Any, features: list[Terms], count: int) -> list[Terms]:
    kind = type(step).__name__
    if kind == "PolynomialFeatures":
        return [_monomial(features, row, count) for row in step.powers_.tolist()]
    if kind == "StandardScaler":
        # Without with_mean the means are kept, but not subtracted.
        shifts = _each(step.mean_ if step.with_mean else None, features, 0)
        scales = _each(step.scale_ if step.with_std else None, features, 1)
        return [
            _affine(f, 1 / scale, -shift / scale)
            for f, scale, shift in zip(features, scales, shifts, strict=True)
        ]
    if kind == "MinMaxScaler" and not step.clip:
        shifts, scales = _each(step.min_, features, 0), _each(step.scale_, features, 1)
        return [_affine(f, a, b) for f, a, b in zip(features, scales, shifts, strict=True)]
    raise InvalidInputError(
        f"the step {kind} of the Pipeline is not read; StandardScaler, MinMaxScaler (clip=False) "
        "and PolynomialFeatures are"
    )


def _each(values: Any, features: list[Terms], default: int) -> list[Fraction]:
    if values is None:
        return [Fraction(default)] * len(features)
    return [to_fraction(value, "a scaler's number") for value in values]


def _affine(terms: Terms, factor: Fraction, constant: Fraction) -> Terms:
    result: Terms = {}
    add_into(result, {key: factor * value for key, value in terms.items() if factor})
    add_into(result, {0: constant} if constant else {})
    return result


def _monomial(features: list[Terms], powers: Iterable[int], count: int) -> Terms:
    product: Terms = {0: Fraction(1)}
    for feature, exponent in zip(features, powers, strict=True):
        if exponent:
            product = multiply(product, power(feature, exponent, count), count)
    return product


def _sum(features: list[Terms], coefficients: Iterable[Any], intercept: Any) -> Terms:
    check_products(sum(map(len, features)))
    total = _affine({}, Fraction(0), to_fraction(intercept, "the intercept"))
    for feature, coefficient in zip(features, coefficients, strict=True):
        factor = to_fraction(coefficient, "a coefficient")
        add_into(total, _affine(feature, factor, Fraction(0)))
    return total
