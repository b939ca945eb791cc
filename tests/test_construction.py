"""The compact construction: few neurons, the same polynomial, sound bounds."""

from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import cases
import polynet as pn

MOST_NEURONS = {
    "matrixDeterminant": 42,
    "delta": 48,
    "himmilbeau": 12,
    "floudas3": 4,
    "kepler0": 10,
    "kepler2": 48,
    "rigidBody1": 6,
    "sine": 20,
    "sqroot": 8,
    "sineOrder3": 8,
    "bspline3": 10,
}


def names(count):
    return [f"x{i}" for i in range(count)]


def exponents(count, *variables):
    powers = [0] * count
    for variable in variables:
        powers[variable] += 1
    return tuple(powers)


def sum_of_squares(forms, signs):
    """Return sum sign * (form . x)**2, exactly."""
    count = len(forms[0])
    terms = {}
    for form, sign in zip(forms, signs, strict=True):
        for i in range(count):
            for j in range(count):
                m = exponents(count, i, j)
                terms[m] = terms.get(m, 0) + sign * form[i] * form[j]
    return pn.Polynomial({m: c for m, c in terms.items() if c}, names(count))


def check_errors(net, points):
    """No evaluation of a point may be farther off than its certificate says, judged exactly."""
    for by in ("gates", "neurons"):
        certificate = net.certify(by=by, max_boxes=50)
        values = np.reshape(net(points, by=by), (len(points), -1))
        for row, point in zip(values, points, strict=True):
            exact = [Fraction(float(t)) for t in point]
            for value, p, bounds in zip(row, net.polynomials, certificate.outputs, strict=True):
                assert abs(Fraction(float(value)) - p(exact)) <= Fraction(bounds.upper)


@pytest.mark.parametrize("case", cases.fpbench(), ids=lambda case: case.name)
def test_fpbench_takes_few_neurons_with_an_error_as_small(case):
    nets = {c: pn.compile(case.polynomial, case.box, construction=c) for c in ("paper", "compact")}
    assert nets["compact"].neurons <= MOST_NEURONS[case.name]
    for by in ("gates", "neurons"):
        upper = {c: net.certify(by=by).upper for c, net in nets.items()}
        assert upper["compact"] <= 2.1 * upper["paper"]


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("seed", range(4))
def test_a_form_of_rank_r_takes_two_neurons_a_rank(count, seed):
    random = Random(f"{count} {seed}")
    for rank in {1, (count + 1) // 2, count}:
        forms = [[random.randint(-9, 9) for _ in range(count)] for _ in range(rank)]
        signs = [random.choice([-1, 1]) for _ in range(rank)]
        quadratic = sum_of_squares(forms, signs)
        terms = quadratic.terms
        matrix = [
            [
                float(terms.get(exponents(count, i, j), 0)) / (1 if i == j else 2)
                for j in range(count)
            ]
            for i in range(count)
        ]
        net = pn.compile(quadratic, dict.fromkeys(names(count), (-1, 1)))
        assert net.neurons == 2 * np.linalg.matrix_rank(np.array(matrix))
        check_errors(net, cases.sample(net, 10, seed))


def test_a_square_may_be_off_the_centre_of_the_box():
    # (2 x - y + 3)**2 has a linear part, which the square's own centre absorbs.
    net = pn.compile("4*x**2 - 4*x*y + y**2 + 12*x - 6*y", {"x": (-2, 1), "y": (-1, 2)})
    assert net.neurons == 2
    assert pn.compile("x**2 + y", {"x": (-2, 1), "y": (-1, 2)}).neurons == 4


def test_a_hundred_variables_take_two_hundred_neurons():
    random = Random(1)
    count = 100
    terms = {
        exponents(count, i, j): random.randint(-999, 999)
        for i in range(count)
        for j in range(i, count)
    }
    net = pn.compile(pn.Polynomial(terms, names(count)), dict.fromkeys(names(count), (-1, 1)))
    assert net.neurons <= 200
    assert len(net.hidden_neurons) == 1


@pytest.mark.parametrize(
    ("expression", "bounds", "most"),
    [
        ("x**4 + 4*x**3 + 6*x**2 + 4*x", (-2, 1), 6),  # (x + 1)**4 - 1
        ("x**16", (-1, 1), 8),
        ("x**3*y - 3*x*y", (-1, 1), 12),
        ("(x + 2*y - z)*(x - y + 3*z)", (-1, 1), 4),
    ],
)
def test_structure_is_found(expression, bounds, most):
    net = pn.compile(expression, dict.fromkeys("xyz", bounds))
    assert net.neurons <= most
    check_errors(net, cases.sample(net, 20, seed=0))


@st.composite
def requests(draw):
    count = draw(st.integers(1, 4))
    outputs = draw(st.integers(1, 2))
    powers = st.tuples(*[st.integers(0, 4)] * count).filter(lambda p: sum(p) <= 6)
    coefficients = st.fractions(-9, 9, max_denominator=7)
    polynomials = [
        pn.Polynomial(
            draw(st.dictionaries(powers, coefficients, min_size=1, max_size=12)), names(count)
        )
        for _ in range(outputs)
    ]
    box = {}
    for name in names(count):
        low = draw(st.integers(-5, 5))
        box[name] = (low, low + draw(st.integers(1, 6)))
    options = {
        "activation": draw(st.sampled_from(pn.activation_names())),
        "dtype": draw(st.sampled_from(["float64", "float32"])),
    }
    return polynomials, box, options


@settings(max_examples=25)
@given(requests(), st.integers(0, 2**32))
def test_random_polynomials_never_take_more_neurons_and_stay_within_their_bounds(request, seed):
    polynomials, box, options = request
    compact = pn.compile(polynomials, box, **options)
    paper = pn.compile(polynomials, box, construction="paper", **options)
    assert compact.neurons <= paper.neurons
    try:
        check_errors(compact, cases.sample(compact, 10, seed))
    except pn.NotCertifiedError:
        assume(False)


@settings(max_examples=20)
@given(requests())
def test_the_polynomial_is_reproduced_to_rounding(request):
    # At a tiny scale a gate evaluated by its series is exact up to rounding: what is left is the
    # network's own polynomial against the given one.
    polynomials, box, options = request
    options["dtype"] = "float64"
    uppers = {}
    for construction in ("paper", "compact"):
        net = pn.compile(polynomials, box, construction=construction, scale=2.0**-30, **options)
        uppers[construction] = net.certify(max_boxes=1).upper
    reach = [float(max(map(abs, bounds))) for bounds in box.values()]
    size = max(
        sum(abs(float(c)) * np.prod(np.power(reach, m)) for m, c in p.terms.items())
        for p in polynomials
    )
    assert uppers["compact"] <= 1e-11 * size + 10 * uppers["paper"]


def test_outputs_share_their_products():
    box = dict.fromkeys("xyz", (-1, 1))
    cubic = "x**2*y + y**2*z - x*y*z"
    alone = pn.compile(cubic, box).neurons
    assert pn.compile([cubic, f"2*({cubic}) - 7"], box).neurons == alone
    assert pn.compile(["(x + y)**2", "3*(x + y)**2 - 1"], box).neurons == 2
    # The third is the first plus three times the second.
    first, second = "x**2 + 3*x*y - y*z", "2*x*z + y**2 - 5*z**2 + x*y"
    both = pn.compile([first, second], box).neurons
    assert pn.compile([first, second, f"{first} + 3*({second}) - 1"], box).neurons == both


def test_an_unknown_construction_is_refused_with_the_known_ones():
    with pytest.raises(pn.InvalidInputError, match=r"'small'; known: compact, paper"):
        pn.compile("x*y", {"x": (0, 1), "y": (0, 1)}, construction="small")


@pytest.mark.parametrize(
    ("polynomial", "box"),
    [
        ({(3, 2, 0): 10**25, (2, 1, 3): "-452/21", (1, 0, 3): "-80/501"}, "tiny"),
        ({(3, 2, 3): -656698397, (3, 2, 2): "1429/512", (1, 2, 3): 444081, (1, 0, 2): 205}, "far"),
    ],
)
def test_coefficients_that_underflow_or_cancel_on_the_way_do_no_harm(polynomial, box):
    tiny = 2.0**-1022
    boxes = {
        "tiny": [(0.339, 0.343), (tiny, 1.05), (tiny, 1.5 * tiny)],
        "far": [(10, 13), (5e-324, 1e-323), (-6145959, -6145950)],
    }
    net = pn.compile(polynomial, dict(zip("xyz", boxes[box], strict=True)))
    assert net.neurons <= pn.compile(polynomial, net.box, construction="paper").neurons
