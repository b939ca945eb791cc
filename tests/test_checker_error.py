"""What the checker encloses holds at every point: polynomials, the error and its slopes."""

from fractions import Fraction

import numpy as np
import pytest
from certificates import data_of

pytest.importorskip("flint")

from flint import arb, fmpz

from polynet.checker.arithmetic import settings
from polynet.checker.error import ErrorFunction, _inputs_polynomials, _polynomials
from polynet.checker.errors import NotProvedError
from polynet.checker.ideal import Ideal
from polynet.checker.intervals import Intervals
from polynet.checker.limits import Budget
from polynet.checker.models import Model, Space, exact
from polynet.checker.polynomials import Polynomials
from polynet.checker.proof import _bounds, prove_at_most
from polynet.checker.propagation import propagate
from polynet.checker.ranges import enclosure
from polynet.checker.reading import read
from polynet.checker.subdivision import Part
from polynet.checker.values import polynomial_value, real_value

SEEDS = range(20)
UNIT = -20


@pytest.fixture(autouse=True)
def arithmetic():
    with settings():
        yield


def polynomial(random):
    """Return a space, a model in it without a rest, its terms, and some points of the space."""
    n = int(random.integers(1, 5))
    bits = frozenset(i for i in range(n) if random.random() < 0.3)
    box = tuple((0.0, 1.0) if i in bits else (-1.0, float(random.integers(0, 3))) for i in range(n))
    space = Space(box, bits)
    step = int(random.integers(1, 3))  # often even powers alone
    powers = step * random.integers(0, 4, (random.integers(1, 12), n)) + random.integers(0, 2)
    terms = {tuple(map(int, p)): int(random.integers(-99, 100)) for p in powers}
    numerator = space.context.from_dict({p: fmpz(c) for p, c in terms.items() if c})
    low = np.array([0.0 if i in bits else -1.0 for i in range(n)])
    points = random.uniform(low, 1.0, (400, n))
    points[::2] = np.where(random.random((200, n)) < 0.5, low, 1.0)
    return space, Model(numerator, -7, arb(0)), terms, points


def values(terms, points):
    return np.ravel(sum(c * np.prod(points ** np.array(p), axis=1) for p, c in terms.items()))


@pytest.mark.parametrize("seed", SEEDS)
def test_an_enclosure_holds_all_values(seed):
    space, model, terms, points = polynomial(np.random.default_rng(seed))
    found, held = enclosure(space, model), values(terms, points) / 128
    assert float(found.low) <= held.min() + 1e-12
    assert float(found.high) >= held.max() - 1e-12
    assert float(found.size) <= float(model.size)


@pytest.mark.parametrize("seed", SEEDS)
def test_polynomials_and_their_slopes_are_enclosed_on_parts(seed):
    random = np.random.default_rng(seed)
    _, model, terms, points = polynomial(random)
    n = points.shape[1]
    row = model.in_units(-7)
    rest = float(random.choice([0.0, 0.25]))
    polynomials = Polynomials([row, {}], np.full(2, rest), np.full((2, n), 2 * rest))
    ends = np.sort([points[:200], points[200:]], axis=0).transpose(0, 2, 1)
    found = polynomials(Intervals(*ends))
    for share in (0.0, 0.3, 1.0):
        inside = (ends[0] + share * (ends[1] - ends[0])).T
        assert (found.values.low[0] <= values(terms, inside) - rest * 0.999).all()
        assert (found.values.high[0] >= values(terms, inside) + rest * 0.999).all()
        assert (np.abs(found.values.low[1] + rest) < 1e-12).all()
        for i in range(n):
            slope = {
                tuple(e - (k == i) for k, e in enumerate(p)): c * p[i]
                for p, c in terms.items()
                if p[i]
            } or {(0,) * n: 0}
            assert (found.slopes.low[0, i] <= values(slope, inside) - rest * 1.999).all()
            assert (found.slopes.high[0, i] >= values(slope, inside) + rest * 1.999).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_bounds_of_parts_hold_all_values(seed):
    """Also where variables are moved to an end, for nothing or at a price."""
    random = np.random.default_rng(seed)
    _, model, terms, points = polynomial(random)
    n = points.shape[1]
    row = model.in_units(-7)
    function = Polynomials([row], np.zeros(1), np.zeros((1, n)))
    low, high = np.sort([points[:200], points[200:]], axis=0).transpose(0, 2, 1)
    wide = high - low
    high = np.where(random.random(200) < 0.5, high, low + 0.1 * wide)
    natural = function(Intervals(low, high)).values.size[0]
    for allowance in (0.0, 0.2 * float(np.abs(list(row.values())).sum())):
        above, axes, up = _bounds(function, low, high, -np.inf, allowance)
        for share in (0.0, 0.5, random.random((n, 200)), np.round(random.random((n, 200))), up):
            inside = (low + share * (high - low)).T
            assert (np.abs(values(terms, inside)) <= above + 1e-9).all()
        assert (above <= natural + allowance + 1e-9).all()
        assert ((axes >= 0) & (axes < n)).all()


def test_what_is_dropped_of_a_polynomial_bounds_its_slopes():
    space = Space(((-1.0, 1.0),))
    (t,) = space.context.gens()
    dropped = Model(t**5, 0, arb(0)).rounded(1.0)
    found = _inputs_polynomials([(dropped, 0)], 1, 5)(Intervals(np.ones((1, 1)), np.ones((1, 1))))
    assert found.values.high[0, 0] >= 1.0
    assert found.slopes.high[0, 0, 0] >= 5.0


@pytest.mark.parametrize("source", ["x*y", "x**2", "x*y*z", "x**2*y"])
def test_a_gate_s_error_is_taken_apart_exactly(source):
    """With t the target, y = z + e: d = g(y) - y^t + (y^t - z^t - its derivatives times e)."""
    box = {name: (-1, 1) for name in "xyz" if name in source}
    claim = read(data_of(source, box, "neurons", hidden_layers=1, construction="shallow"))
    network = propagate(Ideal(claim, Space(claim.box)), 2.0**-40)
    random = np.random.default_rng(3)
    for gate, series in zip(claim.hidden[0].gates, network.series[0], strict=True):
        target, m = gate.stencil.target, len(gate.operands)
        y, e = random.uniform(-0.5, 0.5, (2, m))
        z = y - e
        found = _polynomials(series, [0] * m, [0] * m, 0)(Intervals(*2 * (np.r_[y, e][:, None],)))
        power, relative, rest, carried = found.values.low[:, 0]
        own = sum(float(c) * np.prod(y ** np.array(a)) for a, c in series.own.items())
        linear = sum(
            t * e[i] * np.prod(z ** (np.array(target) - (np.arange(m) == i)))
            for i, t in enumerate(target)
            if t
        )
        total = np.prod(y ** np.array(target)) - np.prod(z ** np.array(target)) + own
        assert power * relative + rest == pytest.approx(total - linear, abs=1e-6)
        assert carried == pytest.approx(linear, abs=1e-9)


@pytest.mark.parametrize("accuracy", [2.0**-30, 2.0**-10, 0.1, 0.9, 1.0, 4.0])
@pytest.mark.parametrize("seed", range(10))
def test_rounded_models_hold_what_they_were(seed, accuracy):
    space, model, _, _ = polynomial(np.random.default_rng(seed))
    short = model.rounded(accuracy)
    minus = Model(-short.numerator, short.exponent, arb(0))
    difference = space.sum([(model, (fmpz(1), 0)), (minus, (fmpz(1), 0))])
    assert difference.norm <= short.rest
    assert short.rest <= accuracy * model.norm * 1.001


NETWORKS = [
    ("x*y*z - x**2/3 + y", {"x": (-1, 1), "y": (0, 2), "z": (-3, "1/2")}, {}),
    ("x*y*z - x**2/3 + y", {"x": (3, 4), "y": ("1/3", 2), "z": ("1/2", "1/2")}, {}),
    ("x*y*z*u", dict.fromkeys("xyzu", ("1/2", 2)), {"dtype": "float32"}),
    ("x*y*z*u", dict.fromkeys("xyzu", (1000, 1001)), {}),
    ("x**5 - x*y**2/7", {"x": ("1/2", 2), "y": (-1, 3)}, {"activation": "gelu"}),
    ("x*y*z + x**3", {"x": (-1, 1), "y": (0, 2), "z": (1, 3)}, {"hidden_layers": 1}),
    ("x*y*z + x**3", {"x": (-1, 1), "y": (0, 2), "z": (1, 3)}, {"construction": "paper"}),
    ("s*t*x - 2*s*t*u + x*u/3 + t", {"s": "bit", "t": "bit", "x": (-1, 2), "u": "bit"}, {}),
    ("s*t*x + s*u*t", {"s": "bit", "t": "bit", "x": (-1, 2), "u": "bit"}, {"activation": "exp"}),
    ("s*t*u", {"s": "bit", "t": "bit", "u": "bit"}, {"activation": "tanh", "sharpness": 1.0}),
]


@pytest.mark.parametrize("accuracy", [2.0**-6, 2.0**-24])
@pytest.mark.parametrize("centred", [True, False])
@pytest.mark.parametrize(("source", "box", "options"), NETWORKS)
def test_the_error_and_its_slopes_are_enclosed_on_parts(source, box, options, centred, accuracy):
    """The quotients of differences along one variable are slopes somewhere between the points."""
    claim = read(data_of(source, box, "neurons", **options))
    space = Space(claim.box, claim.bits, centred=centred)
    error = ErrorFunction(propagate(Ideal(claim, space), accuracy), 0, UNIT, accuracy)
    random = np.random.default_rng(1)
    ends, n = np.array(claim.box), len(claim.box)

    def random_point():
        share = random.random(n)
        share = np.where(random.random(n) < 0.4, np.round(share), share)
        share[sorted(claim.bits)] = np.round(share[sorted(claim.bits)])
        return ends[:, 0] + share * (ends[:, 1] - ends[:, 0])

    def at(point):
        point = [exact(float(x)) for x in point]
        difference = real_value(claim, point, Budget())[0] - polynomial_value(
            claim, 0, point, Budget()
        )
        return difference * arb(2) ** -UNIT

    for _ in range(12):
        first, second, share = random_point(), random_point(), random.random(n)
        i = int(random.integers(n))
        inside = np.where(random.random(n) < 0.5, first, first + share * (second - first))
        inside = np.clip(inside, *np.sort([first, second], axis=0))
        bits = sorted(claim.bits)
        inside[bits] = np.where(share[bits] < 0.5, first[bits], second[bits])
        moved = np.where(np.arange(n) == i, second, inside)
        part = list(zip(*np.sort([first, second], axis=0).tolist(), strict=True))
        low, high = space.ends(part)
        found = error(Intervals(low[:, None], high[:, None]))
        a, b = at(inside), at(moved)
        assert arb(found.values.low[0, 0]) <= a <= arb(found.values.high[0, 0])
        distance = Fraction(float(moved[i])) - Fraction(float(inside[i]))
        if distance:
            slope = (b - a) * arb(space.half[i]) / arb(exact(distance))
            assert arb(found.slopes.low[0, i, 0]) <= slope <= arb(found.slopes.high[0, i, 0])


@pytest.mark.parametrize(("source", "box", "options"), NETWORKS)
def test_nothing_below_a_value_in_a_part_is_proved(source, box, options):
    claim = read(data_of(source, box, "neurons", **options))
    network = propagate(Ideal(claim, Space(claim.box, claim.bits)), 2.0**-30)
    random = np.random.default_rng(2)
    for _ in range(4):
        corner, part = [], []
        for i, (low, high) in enumerate(claim.box):
            end = float(random.choice([low, high]))
            middle = float(random.uniform(low, high))
            wide = random.random() < 0.6
            corner.append(end)
            part.append(tuple(sorted((end, end if i in claim.bits or not wide else middle))))
        point = [exact(x) for x in corner]
        attained = abs(
            real_value(claim, point, Budget())[0] - polynomial_value(claim, 0, point, Budget())
        )
        if attained > arb(2) ** -900:
            below = (attained * (1 - arb(10) ** -9)).lower()
            with pytest.raises(NotProvedError):
                prove_at_most(network, 0, below, 2.0**-30, [Part(tuple(part))], tuple(corner))
