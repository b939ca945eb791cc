"""The softmax head against exact posteriors, and its bounds against everything."""

import itertools
import math
import pickle
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cases
import polynet as pn

BOX = {"x": (-3, 3), "y": (-2, 2)}
# Two Gaussian classes and a wider one: H = -ln p(x|class) up to a constant, quadratic.
GAUSSIANS = ["(x-1)**2/2 + y**2/2", "(x+1)**2/2 + (y-1)**2/2", "x**2/8 + y**2/8 + 1.386"]
MU = ["0.5", "1.25", "1.5"]


def posterior(polynomials, mu, point):
    """The exact posterior at a point, to 40 digits."""
    with mpmath.workdps(40):
        logits = []
        for polynomial, m in zip(polynomials, mu, strict=True):
            value = polynomial([Fraction(float(t)) for t in point]) + Fraction(m)
            logits.append(-mpmath.mpf(value.numerator) / value.denominator)
        weights = [mpmath.exp(logit - max(logits)) for logit in logits]
        return [w / mpmath.fsum(weights) for w in weights]


@pytest.mark.parametrize("by", ["gates", "neurons"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_posteriors_of_gaussian_classes_are_within_their_bounds(dtype, by):
    net = pn.compile(GAUSSIANS, BOX, dtype=dtype)
    classifier = net.softmax(MU)
    certificate = classifier.certify(by=by)
    assert 0 < certificate.probability_error < (1e-6 if dtype == "float64" else 0.05)
    points = cases.sample(net, 200, seed=0)
    probabilities = classifier(points, by=by)
    joint = classifier.joint(points, by=by)
    assert probabilities.shape == joint.shape == (len(points), 3)
    assert probabilities.dtype == dtype
    for point, row, densities in zip(points, probabilities, joint, strict=True):
        exact = posterior(net.polynomials, MU, point)
        assert (
            max(abs(p - e) for p, e in zip(row, exact, strict=True))
            <= certificate.probability_error
        )
        with mpmath.workdps(40):
            for density, polynomial, m in zip(densities, net.polynomials, MU, strict=True):
                h = polynomial([Fraction(float(t)) for t in point]) + Fraction(m)
                log_error = (
                    mpmath.log(mpmath.mpf(float(density))) + mpmath.mpf(h.numerator) / h.denominator
                )
                slack = 8 * np.finfo(dtype).eps
                assert abs(log_error) <= certificate.logit_error + slack
    np.testing.assert_array_equal(classifier(points[3], by=by), classifier(points[3:4], by=by)[0])


def test_posterior_ratios_are_within_twice_the_error_of_the_hamiltonians():
    # theory: if |dH| <= e then every ratio of posteriors is within exp(+-2 e).
    net = pn.compile(GAUSSIANS, BOX, scale=0.25)
    classifier = net.softmax()
    certificate = classifier.certify()
    points = cases.sample(net, 200, seed=1)
    worst = 0.0
    for point, row in zip(points, classifier(points), strict=True):
        exact = posterior(net.polynomials, [0, 0, 0], point)
        for a, b in itertools.permutations(range(3), 2):
            worst = max(
                worst, abs(math.log(row[a] / row[b]) - float(mpmath.log(exact[a] / exact[b])))
            )
    assert worst <= 2 * certificate.logit_error + 1e-14
    assert worst >= 0.05 * certificate.logit_error


@settings(max_examples=40)
@given(
    st.lists(st.floats(-40, 40), min_size=2, max_size=6),
    st.sampled_from(["float64", "float32"]),
    st.integers(0, 100),
)
def test_any_classifier_is_within_its_bounds(mu, dtype, seed):
    rng = np.random.default_rng(seed)
    polynomials = [
        pn.Polynomial({(2,): int(a), (1,): int(b), (0,): int(c)}, ["x"])
        for a, b, c in rng.integers(-20, 20, (len(mu), 3))
    ]
    net = pn.compile(polynomials, {"x": (-2, 3)}, dtype=dtype)
    classifier = net.softmax(mu)
    for by in ("gates", "neurons"):
        bound = classifier.certify(by=by).probability_error
        points = cases.sample(net, 10, seed)
        for point, row in zip(points, classifier(points, by=by), strict=True):
            exact = posterior(polynomials, [Fraction(m) for m in mu], point)
            assert max(abs(p - e) for p, e in zip(row, exact, strict=True)) <= bound


def test_layers_of_the_head_compute_the_same():
    net = pn.compile(GAUSSIANS, BOX)
    classifier = net.softmax(MU)
    points = cases.sample(net, 50, seed=2)
    current = points
    for weight, bias, activation in classifier.layers:
        current = current @ weight.T + bias
        if activation == "logistic":
            current = 1 / (1 + np.exp(-current))
        elif activation == "softmax":
            current = np.exp(current - current.max(axis=1, keepdims=True))
            current /= current.sum(axis=1, keepdims=True)
    assert [layer.activation for layer in classifier.layers].count("softmax") == 1
    bound = classifier.certify(by="neurons").probability_error
    assert np.max(np.abs(current - classifier(points, by="neurons"))) <= 2 * bound


def test_extreme_energies_neither_overflow_nor_vanish():
    net = pn.compile(["1000*x", "-1000*x", "0*x"], {"x": (-1, 1)})
    classifier = net.softmax()
    np.testing.assert_allclose(classifier(np.array([[1.0], [-1.0]])), [[0, 1, 0], [1, 0, 0]])
    assert np.isnan(classifier([math.nan])).any()
    assert math.isinf(classifier.joint([-1.0])[0])


@pytest.mark.parametrize(
    ("mu", "message"),
    [
        ([0, 0], "2 entries for 3 classes"),
        ([0, 0, math.nan], "mu"),
        ([0, 0, "abc"], "abc"),
        ([0, 0, "1e400"], "mu"),
    ],
)
def test_mu_that_does_not_fit_is_refused(mu, message):
    with pytest.raises(pn.InvalidInputError, match=message):
        pn.compile(GAUSSIANS, BOX).softmax(mu)


def test_a_head_needs_several_outputs_and_sane_options():
    with pytest.raises(pn.InvalidInputError, match="one Hamiltonian per class"):
        pn.compile("x*y", BOX).softmax()
    with pytest.raises(pn.InvalidInputError, match="exp_ulp"):
        pn.compile(GAUSSIANS, BOX).softmax().certify(exp_ulp=-1)


def test_classifiers_are_immutable():
    head = pn.compile(["x*y", "x"], {"x": (-1, 1), "y": (-1, 1)}).softmax()
    for name in ("mu", "network", "_enclosures", "new"):
        with pytest.raises(AttributeError, match="a Classifier is immutable"):
            setattr(head, name, None)
        with pytest.raises(AttributeError, match="a Classifier is immutable"):
            delattr(head, name)
    assert len({head, pn.Classifier(head.network, None), head.network.softmax([0, 1])}) == 2


def test_classifiers_are_picklable_and_shown():
    classifier = pn.compile(GAUSSIANS, BOX).softmax(MU)
    twin = pickle.loads(pickle.dumps(classifier))
    assert twin == classifier
    assert hash(twin) == hash(classifier)
    point = [0.5, 0.25]
    np.testing.assert_array_equal(twin(point), classifier(point))
    assert "3 classes" in repr(classifier)
    assert "assumes exp within 4 ulp" in str(classifier.certify())
