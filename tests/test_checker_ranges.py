"""The checker's ranges of polynomials hold at every point, whichever way they are found."""

import numpy as np
import pytest

pytest.importorskip("flint")

from flint import arb, ctx, fmpz

from polynet.checker import ranges
from polynet.checker.errors import NotProvedError, RefutedError
from polynet.checker.models import Model, Space
from polynet.checker.ranges import enclosure, prove_at_most
from polynet.checker.subdivision import Part

SEEDS = range(30)


@pytest.fixture(autouse=True)
def precision():
    with ctx.workprec(320):
        yield


@pytest.fixture(params=["all coefficients", "faces"])
def way(request, monkeypatch):
    if request.param == "faces":
        monkeypatch.setattr(ranges, "MAX_COEFFICIENTS", 1)
        monkeypatch.setattr(ranges, "FACE_COEFFICIENTS", 40)


def limited(ticks):
    """Return a function that ends a proof after so many calls."""
    calls = iter(range(ticks))

    def tick():
        if next(calls, None) is None:
            raise NotProvedError("the time for the proof is over")

    return tick


def corner(space):
    return tuple(low for low, _ in space.box)


def polynomial(random):
    """Return a space, a model in it without a rest, and its values at some points of the box."""
    n = int(random.integers(1, 5))
    bits = frozenset(i for i in range(n) if random.random() < 0.3)
    box = tuple((0.0, 1.0) if i in bits else (-1.0, float(random.integers(0, 3))) for i in range(n))
    space = Space(box, bits, limited(100))
    step = int(random.integers(1, 3))  # often even powers alone, or a common factor
    powers = step * random.integers(0, 4, (random.integers(1, 12), n)) + random.integers(0, 2)
    powers[:, sorted(bits)] = np.minimum(powers[:, sorted(bits)], 1)
    terms = {tuple(map(int, p)): int(random.integers(-99, 100)) for p in powers}
    numerator = space.context.from_dict({p: fmpz(c) for p, c in terms.items() if c})
    low = np.array([0.0 if i in bits else -1.0 for i in range(n)])
    points = random.uniform(low, 1.0, (400, n))
    points[::2] = np.where(random.random((200, n)) < 0.5, low, 1.0)
    points[:, sorted(bits)] = np.round(points[:, sorted(bits)])
    values = sum(c * np.prod(points ** np.array(p), axis=1) for p, c in terms.items())
    return space, Model(numerator, -7, arb(0)), np.ravel(values) / 128


@pytest.mark.parametrize("seed", SEEDS)
def test_no_bound_below_a_value_is_proved(seed, way):
    space, model, values = polynomial(np.random.default_rng(seed))
    worst = float(np.abs(values).max())
    if worst:
        with pytest.raises(NotProvedError):
            prove_at_most(
                space, model, arb(worst * (1 - 1e-6)), Part(space.box, space.bits), corner(space)
            )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bound_well_above_all_values_is_proved(seed, way):
    space, model, values = polynomial(np.random.default_rng(seed))
    bound = arb(1.2 * float(np.abs(values).max()) + 0.3)
    assert prove_at_most(space, model, bound, Part(space.box, space.bits), corner(space)) >= 1


@pytest.mark.parametrize("seed", SEEDS)
def test_an_enclosure_holds_all_values(seed, way):
    space, model, values = polynomial(np.random.default_rng(seed))
    found = enclosure(space, model)
    assert float(found.low) <= values.min() + 1e-12
    assert float(found.high) >= values.max() - 1e-12
    assert float(found.size) <= float(model.size)


def test_a_bound_below_a_corner_is_refuted():
    space = Space(((-1.0, 1.0), (-1.0, 1.0)))
    x, y = space.inputs()
    product = space.product(x, y)
    with pytest.raises(RefutedError):
        prove_at_most(space, product, arb(0.99), Part(space.box), corner(space))
    assert prove_at_most(space, product, arb(1), Part(space.box), corner(space)) == 1


@pytest.mark.parametrize("accuracy", [2.0**-30, 2.0**-10, 0.1, 0.9, 1.0, 4.0])
@pytest.mark.parametrize("seed", range(10))
def test_rounded_models_hold_what_they_were(seed, accuracy):
    random = np.random.default_rng(seed)
    space, model, _ = polynomial(random)
    short = model.rounded(accuracy)
    minus = Model(-short.numerator, short.exponent, arb(0))
    difference = space.sum([(model, (fmpz(1), 0)), (minus, (fmpz(1), 0))])
    assert difference.norm <= short.rest
    assert short.rest <= accuracy * model.norm * 1.001
