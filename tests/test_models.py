"""Fitted models and polynomial arrays of other packages: read exactly, or refused by name."""

from fractions import Fraction

import numpy as np
import pytest

import polynet as pn
from polynet import Polynomial

POINTS = np.random.default_rng(0).normal(3.0, 2.0, (60, 3))
TARGETS = np.column_stack(
    [POINTS[:, 0] * POINTS[:, 1] + 1.0, POINTS[:, 2] ** 2 - POINTS[:, 0], POINTS[:, 1]]
)
BOX = {"a": (0, 6), "b": (0, 6), "c": (0, 6)}


def assert_predicts(model, names=tuple(BOX)):
    """Compare with the model's own predictions, up to their rounding."""
    net = pn.compile(model, {name: (0, 6) for name in names})
    expected = np.asarray(model.predict(POINTS))
    exact = [[float(p(row.tolist())) for p in net.polynomials] for row in POINTS]
    np.testing.assert_allclose(np.reshape(exact, expected.shape), expected, rtol=1e-11, atol=1e-11)
    assert net(np.ones(3)).shape == expected[0].shape


@pytest.mark.parametrize("columns", [slice(None), slice(1), 0])
@pytest.mark.parametrize(
    "scaler",
    ["None", "StandardScaler()", "StandardScaler(with_mean=False)", "MinMaxScaler()",
     "StandardScaler(with_std=False)", "StandardScaler(with_mean=False, with_std=False)"],
)  # fmt: skip
@pytest.mark.parametrize(
    "model",
    ["LinearRegression()", "LinearRegression(fit_intercept=False)", "Ridge()", "Lasso(0.01)"],
)
def test_regressions_of_scikit_learn(scaler, model, columns):
    sklearn = pytest.importorskip("sklearn.pipeline")
    linear, preprocessing = (
        pytest.importorskip(f"sklearn.{name}") for name in ("linear_model", "preprocessing")
    )
    known = vars(linear) | vars(preprocessing)
    features = preprocessing.PolynomialFeatures(2, include_bias=scaler == "None")
    for steps in ([eval(scaler, known), features], [features, eval(scaler, known)], []):
        estimator = sklearn.make_pipeline(*filter(None, steps), eval(model, known))
        assert_predicts(estimator.fit(POINTS, TARGETS[:, columns]))


def test_features_with_names_are_matched_by_name():
    pipeline = pytest.importorskip("sklearn.pipeline")
    linear = pytest.importorskip("sklearn.linear_model")
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(POINTS, columns=["c", "a", "b"])
    model = pipeline.make_pipeline(
        preprocessing.PolynomialFeatures(3, interaction_only=True), linear.LinearRegression()
    )
    model.fit(frame, TARGETS)
    exact = [[p(row) for p in pn.compile(model, BOX).polynomials] for _, row in frame.iterrows()]
    np.testing.assert_allclose(np.array(exact, float), model.predict(frame), rtol=1e-11, atol=1e-11)
    with pytest.raises(pn.InvalidInputError, match="uses 'c'"):
        pn.compile(model, {"a": (0, 1), "b": (0, 1), "d": (0, 1)})


def test_other_estimators_are_refused():
    pipeline = pytest.importorskip("sklearn.pipeline")
    linear = pytest.importorskip("sklearn.linear_model")
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    positive = np.abs(TARGETS[:, 0])
    fitted = linear.LinearRegression().fit(POINTS, TARGETS)
    for model, message in (
        (linear.PoissonRegressor().fit(POINTS, positive), "PoissonRegressor' is not read"),
        (linear.LogisticRegression().fit(POINTS, positive > 5), "LogisticRegression' is not read"),
        (linear.RidgeClassifier().fit(POINTS, positive > 5), "RidgeClassifier' is not read"),
        (linear.LinearRegression(), "not fitted"),
        (preprocessing.PolynomialFeatures(2).fit(POINTS), "PolynomialFeatures' is not read"),
        (pipeline.make_pipeline(preprocessing.SplineTransformer(), linear.Ridge()).fit(
            POINTS, TARGETS), "step SplineTransformer"),
        (pipeline.make_pipeline(preprocessing.MinMaxScaler(clip=True), linear.Ridge()).fit(
            POINTS, TARGETS), "step MinMaxScaler"),
    ):  # fmt: skip
        with pytest.raises(pn.InvalidInputError, match=message):
            pn.compile(model, BOX)
    with pytest.raises(pn.InvalidInputError, match=r"3 features without names.*2 variables"):
        pn.compile(fitted, {"a": (0, 1), "b": (0, 1)})
    with pytest.raises(pn.InvalidInputError, match="sequence of 3 polynomials"):
        Polynomial.coerce(fitted, list(BOX))


def test_models_of_pysindy():
    pysindy = pytest.importorskip("pysindy")
    t = np.linspace(0.0, 5.0, 200)
    states = np.column_stack([np.sin(t), np.cos(t)])
    control = np.cos(2.0 * t)[:, None]
    library = pysindy.PolynomialLibrary(degree=3)
    model = pysindy.SINDy(feature_library=library)
    box = {"u": (-1, 1), "a": (-1, 1), "b": (-1, 1)}
    with pytest.raises(pn.InvalidInputError, match="not fitted"):
        pn.compile(model, box)
    model.fit(states, t=t[1], u=control, feature_names=["b", "a", "u"])
    net = pn.compile(model, box)
    points = np.column_stack([control, states[:, 1], states[:, 0]])
    exact = [[float(p(row.tolist())) for p in net.polynomials] for row in points]
    np.testing.assert_allclose(exact, model.predict(states, u=control), rtol=1e-11, atol=1e-11)
    with pytest.raises(pn.InvalidInputError, match=r"uses '[ab]'"):
        pn.compile(model, {"x": (0, 1), "y": (0, 1), "u": (0, 1)})
    other = pysindy.SINDy(feature_library=pysindy.FourierLibrary()).fit(states, t=t[1])
    with pytest.raises(pn.InvalidInputError, match="not FourierLibrary"):
        pn.compile(other, {"x0": (0, 1), "x1": (0, 1)})


def test_polynomials_of_numpoly():
    numpoly = pytest.importorskip("numpoly")
    q0, q1 = numpoly.variable(2)
    one = 2 * q0**2 * q1 - 0.1
    tenth = Fraction(0.1)
    assert Polynomial.coerce(one, ["q1", "q0"]).terms == {(1, 2): 2, (0, 0): -tenth}
    several = numpoly.polynomial([one, q1, 3])
    net = pn.compile(several, {"q1": (0, 1), "q0": (0, 1)})
    assert [str(p) for p in net.polynomials[1:]] == ["q1", "3"]
    assert net.polynomials[0] == Polynomial.coerce(one, ["q1", "q0"])
    assert net([1.0, 0.5]).shape == (3,)
    for given, message in (
        (one, "uses 'q1'"),
        (numpoly.polynomial([[q0, q1]]), r"not \(1, 2\)"),
        (numpoly.polynomial([q0]) * np.nan, "finite"),
    ):
        with pytest.raises(pn.InvalidInputError, match=message):
            pn.compile(given, {"q0": (0, 1)})


def test_expansions_of_chaospy():
    chaospy = pytest.importorskip("chaospy")
    joint = chaospy.J(chaospy.Normal(0, 1), chaospy.Uniform(-1, 1))
    expansion = chaospy.generate_expansion(2, joint)
    net = pn.compile(expansion, {"q1": (-1, 1), "q0": (-1, 1)})
    expected = expansion(0.5, 0.25)
    exact = [float(p({"q0": 0.5, "q1": 0.25})) for p in net.polynomials]
    np.testing.assert_allclose(exact, expected, rtol=1e-12, atol=1e-15)
