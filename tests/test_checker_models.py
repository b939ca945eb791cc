"""The checker's polynomials with dyadic coefficients, their rests and ranges: exactly."""

from fractions import Fraction
from itertools import combinations
from math import inf, nextafter, prod

import numpy as np
import pytest

pytest.importorskip("flint")

from flint import arb, fmpq, fmpz

from polynet.checker.arithmetic import settings
from polynet.checker.errors import NotProvedError
from polynet.checker.limits import MAX_EXPONENT, Budget, allow
from polynet.checker.models import MAX_DEGREE, Model, Space, dyadic, exact, floor_log2
from polynet.checker.ranges import Range, _bernstein_extremes, _to_bernstein, enclosure


@pytest.fixture(autouse=True)
def arithmetic():
    with settings():
        yield


def space(*box, bits=(), **options):
    return Space(box or ((-1.0, 1.0),), frozenset(bits), **options)


def model(space, terms, exponent=0, rest=0.0):
    numerator = space.context.from_dict({p: fmpz(c) for p, c in terms.items()})
    return Model(numerator, exponent, arb(rest))


def fraction(x):
    """The rational number that an arb without a radius is."""
    assert x.is_exact()
    mantissa, exponent = x.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def value(model, point):
    """What is kept of a model at a point, exactly."""
    total = Fraction(0)
    for powers, c in model.numerator.to_dict().items():
        term = Fraction(int(c)) * Fraction(2) ** model.exponent
        for x, power in zip(point, powers, strict=True):
            term *= Fraction(x) ** int(power)
        total += term
    return total


def test_the_exponent_of_the_largest_power_of_two_below():
    below = nextafter(1.0, 0.0)
    for x, k in ((1.0, 0), (below, -1), (2 * below, 0), (2.0**-1074, -1074)):
        assert floor_log2(arb(x)) == k
    assert floor_log2(arb(1, 2.0**-40)) == 0
    assert floor_log2(arb(2.0, 2.0**-40)) == 1
    assert floor_log2(arb(nextafter(2.0, 0.0), 2.0**-40)) == 1  # of the upper end
    for x in (arb(0), arb(-1), arb.pos_inf(), arb.nan(), arb(2) ** (MAX_EXPONENT + 1)):
        with pytest.raises(NotProvedError):
            floor_log2(x)


def test_a_float_is_a_whole_number_times_a_power_of_two():
    for x in (0.0, 1.0, -0.1, 2.0**-1074, -3e300):
        mantissa, exponent = dyadic(x)
        assert Fraction(int(mantissa)) * Fraction(2) ** exponent == Fraction(x)


@pytest.mark.parametrize("text", ["0", "1", "-5/8", "1/3", "-1/3", "2/3", "-2/3", "5/7", "1/641"])
def test_a_constant_is_off_by_its_rest_at_most(text):
    value = Fraction(text)
    found = space().constant(exact(value))
    off = value - fraction_of_constant(found)
    dyadic_one = value.denominator & (value.denominator - 1) == 0
    assert abs(off) <= fraction(found.rest)
    assert (found.rest == 0) == dyadic_one
    # Rounded down: off by less than one unit, which is the rest.
    assert fraction(found.rest) in (0, Fraction(2) ** found.exponent)


def fraction_of_constant(model):
    return value(model, (0,))


def test_inputs_are_the_box_s_middle_and_half_width():
    box = ((-1.0, 2.0), (3.0, 3.5), (0.0, 1.0), (5.0, 5.0))
    for centred in (True, False):
        s = space(*box, bits={2}, centred=centred)
        for i, (low, high) in enumerate(box):
            x = s.inputs()[i]
            ends = sorted(value(x, [t * (k == i) for k in range(4)]) for t in (-1, 1))
            moved = not centred and low > 0
            if i == 2:
                assert value(x, (0, 0, 0, 0)) == 0
                assert value(x, (0, 0, 1, 0)) == 1
            else:
                assert ends == [-high if moved else low, high]
            assert x.rest == 0
    assert space((1.0, 3.0), centred=False).middle == [0]


def test_the_range_of_a_variable_on_a_part_is_rounded_outward():
    s = space((0.0, 3.0))
    for a, b in ((0.1, 0.2), (0.0, 3.0), (1.0, 2.0), (2.9, 3.0)):
        low, high = s.ends([(a, b)])
        exact_low, exact_high = ((Fraction(x) - Fraction(3, 2)) / Fraction(3, 2) for x in (a, b))
        assert Fraction(low[0]) <= exact_low <= exact_high <= Fraction(high[0])
        for found, meant in ((low[0], exact_low), (high[0], exact_high)):
            near = float(meant)
            assert found in (nextafter(near, -inf), near, nextafter(near, inf))
            assert Fraction(near) != meant or found == near
        assert -1 <= low[0] <= high[0] <= 1


def test_norm_and_size_are_sums_of_absolute_values():
    m = model(space(), {(0,): 3, (1,): -5, (2,): 1}, -3, 0.5)
    assert fraction(m.norm) == Fraction(9, 8)
    assert fraction(m.size) == Fraction(13, 8)


def test_rests_of_sums_and_products_are_what_the_algebra_says():
    s = space()
    a, b = model(s, {(0,): 3, (1,): -5}, -2, 0.25), model(s, {(1,): 2, (2,): 7}, 1, 0.5)
    total = s.sum([(a, dyadic(-3.0)), (b, dyadic(0.25))])
    assert fraction(total.rest) == 3 * Fraction(1, 4) + Fraction(1, 4) * Fraction(1, 2)
    product = s.product(a, b)
    # (p + r)(q + s) = p q + p s + r (q + s), with |p| = 2 and |q| = 18.
    assert fraction(product.rest) == 2 * Fraction(1, 2) + Fraction(1, 4) * (18 + Fraction(1, 2))
    for t in (Fraction(-1), Fraction(1, 3)):
        p, q = value(a, (t,)), value(b, (t,))
        assert value(total, (t,)) == -3 * p + q / 4
        assert value(product, (t,)) == p * q


def test_a_bit_s_powers_are_the_bit_and_no_other_s():
    s = space((0.0, 1.0), (-1.0, 1.0), bits={0})
    p = model(s, {(2, 1): 1, (1, 3): 1, (0, 0): 2})
    assert s.product(p, p).numerator.to_dict() == {
        (1, 2): 1, (1, 4): 2, (1, 6): 1, (1, 1): 4, (1, 3): 4, (0, 0): 4
    }  # fmt: skip


def test_what_rounding_drops_goes_into_the_rest_exactly():
    s = space()
    for numbers in ((1000, -3, 7), (1 << 70, 12345, -1), (5, 5, 5)):
        m = model(s, {(k,): c for k, c in enumerate(numbers)}, -9, 0.125)
        for accuracy in (2.0**-8, 0.01, 0.4, 1.0):
            short = m.rounded(accuracy)
            dropped = {
                k: Fraction(c) * Fraction(2) ** -9 - coefficient(short, k)
                for k, c in enumerate(numbers)
            }
            lost = sum(map(abs, dropped.values()))
            assert fraction(short.rest) == lost + Fraction(1, 8)
            assert lost <= Fraction(accuracy) * fraction(m.norm)


def coefficient(model, power):
    return Fraction(int(model.numerator.to_dict().get((power,), 0))) * Fraction(2) ** model.exponent


def test_coefficients_in_units_are_correctly_rounded():
    numbers = (1, (1 << 60) + 1, -(3 << 59) - 5, 10**40)
    m = model(space(), {(k,): c for k, c in enumerate(numbers)}, -7)
    for unit in (-20, 0, 35):
        found = m.in_units(unit)
        for k, c in enumerate(numbers):
            assert found[(k,)] == float(Fraction(c) * Fraction(2) ** (-7 - unit))


def test_too_large_a_degree_is_refused():
    s = space()
    half = model(s, {(MAX_DEGREE // 2,): 1})
    assert s.product(half, half).numerator.total_degree() == MAX_DEGREE
    with pytest.raises(NotProvedError, match="degree"):
        s.product(half, model(s, {(MAX_DEGREE // 2 + 1,): 1}))


def test_a_budget_ends_where_it_says():
    for kind, most in (("nanoseconds", 1 << 31), ("size", 1 << 28)):
        allow(**{kind: float(most)})
        with pytest.raises(NotProvedError):
            allow(**{kind: nextafter(float(most), inf)})
    budget = Budget(nanoseconds=5.0)
    budget.spend(nanoseconds=3.0)
    budget.spend(nanoseconds=2.0)
    with pytest.raises(NotProvedError, match="more work"):
        budget.spend(nanoseconds=2.0**-40)


def test_ranges_add_and_scale_exactly():
    r = Range(arb(-3), arb(2))
    assert fraction(r.size) == 3
    assert ends(r + Range(arb(-0.5), arb(0.25))) == (Fraction(-7, 2), Fraction(9, 4))
    assert ends(r.times(arb(-2))) == (-4, 6)
    assert ends(r.times(arb(0.5))) == (Fraction(-3, 2), 1)
    wide = Range(arb(-3, 2.0**-10), arb(2, 2.0**-10))  # balls: their outer ends count
    for low, high in (ends(wide + r), ends(wide.times(arb(2)))):
        assert low <= -6 - Fraction(1, 1024)
        assert high >= 4 + Fraction(1, 1024)


def ends(found):
    return fraction(found.low), fraction(found.high)


@pytest.mark.parametrize("rest", [0.0, 0.125])
@pytest.mark.parametrize(
    ("terms", "low", "high"),
    [
        ({(1,): 1, (2,): 1}, Fraction(-1, 4), 2),  # the least at a dyadic point: t = -1/2
        ({(1,): -3, (0,): 1}, -2, 4),
        ({(3,): 4, (1,): -3}, -1, 1),  # Chebyshev's
        ({}, 0, 0),
    ],
)
def test_an_enclosure_holds_the_exact_range_and_its_rest_and_little_more(terms, low, high, rest):
    found = enclosure(space(), model(space(), terms, 0, rest))
    lower, upper = ends(found)
    off = Fraction(rest)
    assert lower <= low - off
    assert high + off <= upper
    size = sum(map(abs, terms.values()))
    assert low - off - Fraction(size, 100) <= lower
    assert upper <= high + off + Fraction(size, 100)
    assert max(-lower, upper) <= size + off


def test_rounding_takes_nothing_from_an_enclosure():
    """Long coefficients; the extremes are at the ends, where the sum is known exactly."""
    random = np.random.default_rng(5)
    s = space()
    for _ in range(60):
        numbers = [int(c) for c in random.integers(1 << 58, 1 << 62, 7)]
        numbers[0] = -numbers[0]  # so that the norm is no bound of the same size
        m = model(s, {(k,): c for k, c in enumerate(numbers)}, -60)
        lower, upper = ends(enclosure(s, m))
        at_end = value(m, (1,))
        assert at_end <= upper <= at_end * (1 + Fraction(2) ** -40)
        assert lower <= value(m, (-1,))


def test_bernstein_coefficients_are_those_of_the_powers():
    """Of t^j on [low, high]: exactly, for numbers of few bits."""
    low, high = -0.5, 2.0
    for degree in range(1, 5):
        found = _to_bernstein(degree, low, high)
        for j in range(degree + 1):
            for i in range(degree + 1):
                assert found[i, j] == pytest.approx(blossom(degree, i, j, low, high), rel=1e-14)
    linear = _bernstein_extremes(np.array([0.0, 1.0]), np.array([-3.0]), np.array([2.0]), 0)
    assert linear == (-3, 2)


def blossom(degree, i, j, low, high):
    """The mean of the products of j of `degree` numbers, i of them high: one by one."""
    numbers = [high] * i + [low] * (degree - i)
    products = [prod(map(Fraction, c)) for c in combinations(numbers, j)]
    return float(sum(products, Fraction(0)) / len(products))


def test_a_short_sum_is_exact_whatever_the_exponents():
    s = space()
    a, b = model(s, {(1,): 1}, -300), model(s, {(1,): 1}, 200)
    assert value(s.sum([(a, dyadic(1.0)), (b, dyadic(-1.0))]), (1,)) == Fraction(2) ** -300 - 2**200
    assert s.sum([]).numerator.to_dict() == {}
    assert exact(Fraction(1, 3)) == fmpq(1, 3)
